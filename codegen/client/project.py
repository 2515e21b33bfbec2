"""A client's project: what the generator and ruff write for a document, in the same bytes on every machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from openapi_python_client.parser.openapi import GeneratorData
from openapi_python_client.parser.properties import AnyProperty, ModelProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.schema.untrusted_string import UntrustedString
from ruff import find_ruff_bin  # type: ignore[import-untyped]  # it says where its executable is, no more

from codegen.client.access import auth_of, base_url_of
from codegen.client.generator import build, open_project, render
from codegen.client.operations import document_default, operation_of
from codegen.client.places import as_generated, place_of
from codegen.client.rows import holder_of_rows, mark_rows
from codegen.client.samples import samples_of
from codegen.client.secrecy import hidden_properties
from codegen.errors import GenerationError
from codegen.providers import Provider
from codegen.walk import resolve

LINE_LENGTH = 120

_DECODED_AS_THEMSELVES = (BooleanProperty, FloatProperty, IntProperty, NoneProperty, StringProperty)

# ruff's own defaults differ between its versions, and so does what it finds above the files: say it all.
# It also passes over folders named `dist`, and over what a `.gitignore` above the files or in the home folder names.
_RUFF = (
    *("--isolated", "--no-cache", "--no-respect-gitignore", "--exclude="),
    *("--target-version=py311", f"--line-length={LINE_LENGTH}"),
)

_RUFF_STEPS = (
    ("check", *_RUFF, "--fix-only", "--select=F401,I,UP"),
    (
        "format",
        *_RUFF,
        "--config=format.skip-magic-trailing-comma=true",
        "--config=lint.isort.split-on-trailing-comma=false",
    ),
)


def generate_client(document: dict[str, Any], provider: Provider, *, version: str, into: Path) -> None:
    """Write a provider's whole project into a folder that does not exist yet.

    The bytes written depend on the arguments, the templates and the pinned tools alone.

    Args:
        document: A document that `validate_document` accepts.
        provider: Whose client it is; decides the names of the package and the distribution.
        version: The distribution's version.
        into: The project's folder.

    Raises:
        GenerationError: The generator refused the document or left a part of it out, or ruff failed.

    """
    into.mkdir(parents=True)
    # Described by its place in the document, each part of the client finds there what the generator forgets.
    project = open_project(as_generated(document), provider, into / provider.package)
    mark_rows(document, project.openapi)

    def described(part: Any) -> dict[str, Any]:
        place = place_of(part)
        found = resolve(document, place) if place != "#" else {}
        return found if isinstance(found, dict) else {}

    project.env.globals.update(
        provider=provider,
        version=version,
        description=_one_line(document["info"]["title"]),
        base_url=base_url_of(document),
        auth=auth_of(document),
        operation_of=lambda endpoint: operation_of(document, endpoint),
        description_of=lambda part: described(part).get("description", ""),
        hidden_in=lambda model: hidden_properties(document, described(model)),
        samples=samples_of(document, project.openapi),
        refuse=_refuse,
    )
    holds_rows = holder_of_rows(project.openapi)
    project.env.filters |= {
        "cell": _cell,
        "plain": _plain,
        "one_line": _one_line,
        "doc": lambda prop: _documented(prop, described(prop)),
    }
    project.env.tests |= {
        "none_property": lambda each: isinstance(each, NoneProperty),
        "decoded_as_itself": lambda each: isinstance(each, _DECODED_AS_THEMSELVES),
        "nesting": _holder_of_models(project.openapi),
        "holding_rows": holds_rows,
        "typed_map": _is_typed_map,
    }
    build(project)
    for name in ("decoding", "encoding"):
        render(project, f"{name}.py.jinja", into / provider.package / f"{name}.py")
    (into / provider.package / "py.typed").touch()
    for name in ("pyproject.toml", "README.md"):
        render(project, f"project/{name}.jinja", into / name)
    _mark(into, provider)
    _format(into)


def _documented(prop: PropertyProtocol, schema: dict[str, Any]) -> str:
    """Return what the docstring of a class says of an attribute."""
    annotation = prop.get_type_string().as_unembedded_code()
    return f"{prop.python_name} ({annotation}): {schema.get('description', '')}{document_default(schema)}"


def _is_typed_map(model: ModelProperty) -> bool:
    """Whether the values of a model's additional properties have a type."""
    return model.additional_properties is not None and not isinstance(model.additional_properties, AnyProperty)


def _holder_of_models(data: GeneratorData) -> Callable[[PropertyProtocol], bool]:
    """Return the function that says whether a property can hold a model that has anything to be checked."""
    declaring = {
        str(each.class_info.name)
        for each in data.models
        if each.required_properties or each.optional_properties or _is_typed_map(each)
    }

    def holds_models(prop: PropertyProtocol) -> bool:
        if isinstance(prop, ListProperty):
            return holds_models(prop.inner_property)
        if isinstance(prop, UnionProperty):
            return any(map(holds_models, prop.inner_properties))
        return isinstance(prop, ModelProperty) and str(prop.class_info.name) in declaring

    return holds_models


def _plain(prose: UntrustedString | str) -> str:
    """Return a text in lines, with a blank for every character that hides, or moves what stands around it."""
    text = prose.get_untrusted_value() if isinstance(prose, UntrustedString) else prose
    return "\n".join("".join(each if each.isprintable() else " " for each in line) for line in text.splitlines())


def _one_line(prose: str) -> str:
    """Return a text in one line, for files that people read."""
    return " ".join(_plain(prose).split())


def _cell(text: str) -> str:
    """Return a line as it stands in a cell of a Markdown table."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "\\`")


def _refuse(problem: str) -> NoReturn:
    raise GenerationError(problem)


def _mark(project: Path, provider: Provider) -> None:
    banner = (
        f"# Generated by `nox -s regenerate` from specs/{provider.slug}.yaml and overlays/{provider.slug}.yaml.\n"
        "# Do not edit: correct the spec by an overlay, the form by a template.\n"
    )
    for path in _files(project, (".py", ".toml")):
        path.write_text(banner + path.read_text("utf-8"), "utf-8", newline="\n")


def _files(project: Path, suffixes: Iterable[str]) -> list[Path]:
    return sorted(path for path in project.rglob("*") if path.suffix in suffixes)


def _format(project: Path) -> None:
    command = find_ruff_bin()
    # Its variables are arguments too: one of them names a file that it would write.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RUFF_")}
    for step in _RUFF_STEPS:
        # The working folder decides what ruff takes for first-party code, so it is always the project's.
        result = subprocess.run(  # noqa: S603 - the pinned ruff, with the arguments above
            [command, *step, "."], cwd=project, env=environment, capture_output=True, encoding="utf-8", check=False
        )
        if result.returncode:
            raise GenerationError(f"ruff {step[0]} failed: {' '.join(result.stderr.split())}")
