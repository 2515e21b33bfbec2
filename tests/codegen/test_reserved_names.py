"""The names that validation keeps free, next to those that the generated code uses itself."""

from __future__ import annotations

import ast
import inspect
import symtable
from collections.abc import Iterator

import pytest
from openapi_python_client import strings

from codegen.client import project
from codegen.client.identifiers import FIELD_PREFIX, RESERVED_CLASSES, RESERVED_PARAMETERS, RESERVED_PROPERTIES
from tests.codegen.injected_client import InjectedClient


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InjectedClient]:
    """A client of everything, with every import that the templates can write, whether it needs it or not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(project, "_RUFF_STEPS", project._RUFF_STEPS[1:])  # the first takes out what is not used
        everything = InjectedClient.generate({}, tmp_path_factory.mktemp("reserved"))
    with everything.imported():
        yield everything


def test_reserved_classes_are_the_names_in_the_modules(made: InjectedClient) -> None:
    """A class may have every name that its module does not define or import."""
    folder = made.project / made.package
    paths = [*folder.glob("models/*.py"), *folder.glob("api/*/*.py")]
    names = {name for path in paths for name in module_names(path.read_text("utf-8"))}
    names -= set(made.module("models").__all__)
    assert {name for name in names if strings.ClassName(name, FIELD_PREFIX) == name} == RESERVED_CLASSES


def test_reserved_properties_are_the_names_in_the_models(made: InjectedClient) -> None:
    """A property may have every other name."""
    models = [getattr(made.module("models"), name) for name in made.module("models").__all__]
    models = [model for model in models if issubclass(model, made.module("types").Model)]
    names = set(dir(made.module("types").Model))
    for model in models:
        names |= class_names(model) | set(model.__init__.__code__.co_names)
        names -= model._NAMES.keys()
    names -= set(made.module("models").__all__)
    assert {name for name in names if is_possible(name)} == RESERVED_PROPERTIES


def test_reserved_parameters_are_the_names_in_the_functions(made: InjectedClient) -> None:
    """Apart from those that the generator itself renames."""
    operations = [made.operation("get"), made.operation("post")]
    names = {name for operation in operations for name in function_names(inspect.getsource(operation))}
    given = {each.name for each in made.arguments()}
    assert {name for name in names - given if is_possible(name)} == RESERVED_PARAMETERS | {"body", "client"}


def test_enums_reserve_no_names(made: InjectedClient) -> None:
    """A member of an enum may have every name."""
    types = made.module("types")
    names = {*dir(types.OpenStrEnum), *dir(types.OpenIntEnum)}
    assert {name for name in names if strings.snake_case(name).upper() == name} == set()


def test_modules_reserve_no_names(made: InjectedClient) -> None:
    """A model, an operation and a tag may have every name."""
    folder = made.project / made.package
    files = {path.relative_to(folder).as_posix() for path in folder.glob("*/**/*.py")}
    beside = {path.split("/")[-1].removesuffix(".py") for path in files if path.endswith("/__init__.py")}
    assert {name for name in beside if strings.PythonIdentifier(name, FIELD_PREFIX) == name} == set()


def module_names(source: str) -> Iterator[str]:
    """Yield the names that a module defines or imports."""
    yield from symtable.symtable(source, "", "exec").get_identifiers()


def class_names(model: type) -> set[str]:
    """Return the names that a class uses while it is made, its own included: what is in its methods comes later."""
    (tree,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(tree, ast.ClassDef)
    methods = [statement for statement in tree.body if isinstance(statement, ast.FunctionDef)]
    others = [statement for statement in tree.body if statement not in methods]
    used = {node.id for each in others for node in ast.walk(each) if isinstance(node, ast.Name)}
    return used | {method.name for method in methods}


def function_names(source: str) -> Iterator[str]:
    """Yield the names that functions with parameters use, but for the variables of what is nested in them."""
    for function in symtable.symtable(source, "", "exec").get_children():
        if function.get_name() not in {"lambda", "parse_response"}:
            yield from (symbol.get_name() for symbol in function.get_symbols())
            for nested in function.get_children():
                yield from (symbol.get_name() for symbol in nested.get_symbols() if not symbol.is_local())


def is_possible(name: str) -> bool:
    """Return whether a property or a parameter can get this name: two that collide keep their capitals."""
    kept = strings.PythonIdentifier(name, FIELD_PREFIX, skip_snake_case=True)
    return name in {strings.PythonIdentifier(name, FIELD_PREFIX), kept}
