"""A client of a document with a given text in every place, and everything that can be done with it."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import itertools
import os
import re
import sys
import tomllib
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

from codegen.client import generate_client
from codegen.document import load_document
from codegen.providers import Provider
from codegen.validation import validate_document
from codegen.walk import resolve, walk
from tests.codegen.hostile import FLAG

_CASE = load_document(Path(__file__).parent / "cases" / "injection.yaml")

PROSE: dict[str, str] = _CASE["prose"]
NAMES: dict[str, str] = _CASE["names"]
VALUES: dict[str, str] = _CASE["values"]
"""The places, with their harmless texts."""

TOKEN = "token-of-the-test"  # noqa: S105 - it opens nothing
SECRET = "secret-of-the-test"  # noqa: S105 - it opens nothing
"""What no repr may show."""

_numbers = itertools.count()


@attrs.frozen
class Given:
    """An argument of a call: the document's parameter, Python's name for it, and its value."""

    parameter: dict[str, Any]
    name: str
    value: Any

    def sent(self, place: str) -> list[tuple[str, str]]:
        """Return what must reach the wire in a place, once for each item."""
        values = self.value if isinstance(self.value, list) else [self.value]
        return [(self.parameter["name"], str(value)) for value in values if self.parameter["in"] == place]


@attrs.frozen
class InjectedClient:
    """A client that was generated from the case, with some texts in its places."""

    document: dict[str, Any]
    body: dict[str, Any]
    """The body of the response: an object with every property that the document describes."""

    project: Path
    package: str

    @classmethod
    def generate(cls, texts: dict[str, str], folder: Path) -> InjectedClient:
        """Validate the case, and write its client below an empty folder.

        Raises:
            InvalidDocument: No client may be made of it.

        """
        texts = {**PROSE, **NAMES, **VALUES, **texts}
        document = _filled(_CASE["document"], texts)
        validate_document(document)
        # Each has a package of its own, so that it is not mistaken for one that was imported before.
        slug = f"injected_{next(_numbers)}"
        provider = Provider(folder, slug, info="", dialect="openapi", sha256="", operations=())
        generate_client(document, provider, version="1.2.3", into=folder / "project")
        return cls(document, _filled(_CASE["body"], texts), folder / "project", provider.package)

    def require_nothing_executed(self) -> None:
        """Fail if a text was evaluated, or wrote a file."""
        assert not hasattr(builtins, FLAG)
        assert FLAG not in os.environ
        assert [path.name for path in self.project.parent.iterdir()] == ["project"]

    def require_clean_files(self) -> None:
        """Fail unless all files are Python, TOML and Markdown, in which no text is more than a text."""
        for path in (path for path in self.project.rglob("*") if path.is_file()):
            text = path.read_text("utf-8")
            assert " object at 0x" not in text, path
            assert not {character for character in text if _is_hidden(character)}, path
            if path.suffix == ".py":
                tree = compile(text, str(path), "exec", ast.PyCF_ONLY_AST)
                compile(text, str(path), "exec")
                names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
                assert not names & {"setattr", "__import__", "cycler", FLAG}, path
            else:
                assert path.relative_to(self.project).parts in {
                    ("README.md",),
                    ("pyproject.toml",),
                    (self.package, "py.typed"),
                }
        tomllib.loads((self.project / "pyproject.toml").read_text("utf-8"))

    def outline(self) -> list[str]:
        """Return all lines of pyproject.toml but the description, and the headings, fences and rows of the README.

        Of a row that shows an operation, only the number of its cells: it holds the document's texts.
        """
        settings = (self.project / "pyproject.toml").read_text("utf-8").splitlines()
        readme = (self.project / "README.md").read_text("utf-8").splitlines()
        lines = [line for line in settings if not line.startswith("description = ")]
        lines += [line for line in readme if line.lstrip().startswith(("#", "```", "~~~", "|", "<"))]
        lines = [line if "`api." not in line else str(re.sub(r"\\\|", "", line).count("|")) for line in lines]
        slug = self.package.removesuffix("_client")
        return [line.replace(slug, "slug").replace(slug.replace("_", "-"), "slug") for line in lines]

    @contextmanager
    def imported(self) -> Iterator[None]:
        """Import every module, and forget them in the end."""
        sys.path.insert(0, str(self.project))
        try:
            importlib.invalidate_caches()
            for path in sorted((self.project / self.package).rglob("*.py")):
                parts = path.relative_to(self.project).with_suffix("").parts
                importlib.import_module(".".join(part for part in parts if part != "__init__"))
            yield
        finally:
            sys.path.remove(str(self.project))
            for name in [name for name in sys.modules if name.partition(".")[0] == self.package]:
                del sys.modules[name]

    def module(self, name: str = "") -> ModuleType:
        """Return one of the imported modules."""
        return sys.modules[f"{self.package}.{name}".rstrip(".")]

    def operation(self, method: str) -> ModuleType:
        """Return the operation of a method."""
        modules = [module for name, module in sys.modules.items() if name.startswith(f"{self.package}.api.")]
        call = re.compile(rf'client\.build_request\(\s*"{method}"')
        (found,) = [module for module in modules if call.search(inspect.getsource(module))]
        return found

    def arguments(self) -> list[Given]:
        """Return an argument for each parameter of the GET operation, each of another value."""
        path, item = next(iter(self.document["paths"].items()))
        given = [resolve(self.document, each["$ref"]) if "$ref" in each else each for each in item["get"]["parameters"]]
        in_path = [each for each in given if each["in"] == "path"]
        parameters = sorted(in_path, key=lambda each: path.index(f"{{{each['name']}}}"))
        parameters += [each for place in ("query", "header") for each in given if each["in"] == place]
        signature = inspect.signature(self.operation("get").sync_detailed)
        names = [name for name in signature.parameters if name != "client"]
        return [
            Given(parameter, name, self._value(parameter["schema"], signature.parameters[name].annotation, name))
            for parameter, name in zip(parameters, names, strict=True)
        ]

    def _value(self, schema: dict[str, Any], annotation: str, name: str) -> Any:
        if schema["type"] == "array":
            return [self._value(schema["items"], annotation, name)] * 2
        if "enum" in schema:
            nodes = [node for node in ast.walk(ast.parse(annotation)) if isinstance(node, ast.Attribute)]
            (model,) = {node.attr for node in nodes} & set(self.module("models").__all__)
            return getattr(self.module("models"), model)(schema["enum"][0])
        return 7 if schema["type"] == "integer" else f"a/{name}"

    def enums(self) -> list[list[Any]]:
        """Return the values of each generated enum."""
        models = [getattr(self.module("models"), name) for name in self.module("models").__all__]
        return sorted(
            (sorted(each.value for each in model) for model in models if hasattr(model, "__members__")), key=str
        )

    def documented_enums(self) -> list[list[Any]]:
        """Return the values of each enum in the document."""
        schemas = [part.node for part in walk(self.document) if part.kind == "schema"]
        return sorted((sorted(schema["enum"]) for schema in schemas if "enum" in schema), key=str)


def _filled(node: Any, texts: dict[str, str]) -> Any:
    if isinstance(node, str):
        return re.sub("<<(.*?)>>", lambda place: texts[place[1]], node)
    if isinstance(node, dict):
        return {_filled(key, texts): _filled(value, texts) for key, value in node.items()}
    return [_filled(item, texts) for item in node] if isinstance(node, list) else node


def _is_hidden(character: str) -> bool:
    return not character.isprintable() and character != "\n" and unicodedata.category(character) != "Zs"
