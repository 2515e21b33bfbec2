"""What a document must be before a client is made of it; all that is wrong is told at once.

Structure and schemas are checked by the libraries of the OpenAPI community. They stop at examples, references
into nowhere and what the generator cannot do, and their semantic checks name no place: those are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

import attrs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.protocols import Validator
from openapi_schema_validator import OAS30Validator, OAS31Validator, oas30_format_checker, oas31_format_checker
from openapi_spec_validator.schemas import openapi_v30_schema_validator, openapi_v31_schema_validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from codegen.errors import InvalidDocument, Problem, pointer
from codegen.shapes import find_unsafe_shapes
from codegen.walk import METHODS, Part, resolve, walk

_BASE = "urn:document"
_TEXT_LIMIT = 300
_PATH_PARAMETER = re.compile(r"\{([^{}]*)\}")


@attrs.frozen
class _Version:
    """The validators of one version of OpenAPI."""

    structure: Any
    schema: type[Validator]
    formats: Any


_VERSIONS = {
    "3.0": _Version(openapi_v30_schema_validator, OAS30Validator, oas30_format_checker),
    "3.1": _Version(openapi_v31_schema_validator, OAS31Validator, oas31_format_checker),
}


def validate_document(document: dict[str, Any]) -> None:
    """Raise unless the document is valid OpenAPI 3.0 or 3.1, and the generator will make the right code of it.

    Raises:
        InvalidDocument: All that is wrong with the structure, the references, the names of security schemes,
            the examples and defaults against their schemas, and the shapes listed in `codegen.shapes`.

    """
    version = document.get("openapi")
    rules = _VERSIONS.get(version[:3]) if isinstance(version, str) else None
    if rules is None:
        text = f"version {version!r} is not supported: expected 3.1.x or 3.0.x"
        raise InvalidDocument((Problem(pointer("openapi"), text),))
    try:
        problems = _problems(document, rules)
    except RecursionError:
        problems = [Problem(pointer(), "is nested too deeply, or refers to itself without end")]
    if problems:
        raise InvalidDocument(tuple(problems))


def _problems(document: dict[str, Any], rules: _Version) -> list[Problem]:
    parts = list(walk(document))
    problems = [*_structure(document, rules), *_schemas(parts, rules), *_references(document, parts)]
    problems += [*_security(document, parts), *_parameters(document, parts)]
    if not problems:  # the rest takes a well-formed document for granted
        problems += _examples(document, parts, rules)
        problems += find_unsafe_shapes(document, parts)
    return list(dict.fromkeys(problems))


def _structure(document: dict[str, Any], rules: _Version) -> Iterator[Problem]:
    for error in rules.structure.iter_errors(document):
        yield _problem(error, ())


def _schemas(parts: Iterable[Part], rules: _Version) -> Iterator[Problem]:
    """Check each outermost schema against the dialect's own schema, which covers those inside it."""
    checker = Draft202012Validator if rules.schema is OAS31Validator else rules.schema
    metaschema = checker(checker.META_SCHEMA)
    outer: tuple[str | int, ...] | None = None
    for part in parts:
        if part.kind != "schema" or (outer is not None and part.parts[: len(outer)] == outer):
            continue
        outer = part.parts
        for error in metaschema.iter_errors(part.node):
            yield _problem(error, part.parts)


def _problem(error: ValidationError, parts: tuple[str | int, ...]) -> Problem:
    """Return the most telling of the errors that a validation error stands for."""
    telling = best_match([error]) or error
    text = telling.message
    if len(text) > _TEXT_LIMIT:
        text = f"{text[: _TEXT_LIMIT // 2]} … {text[-_TEXT_LIMIT // 2 :]}"
    return Problem(pointer(*parts, *telling.absolute_path), text)


def _references(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    for part in parts:
        if part.reference is None:
            continue
        if not part.reference.startswith("#"):
            yield Problem(part.location, f"refers to {part.reference!r}: only local references are followed")
            continue
        try:
            resolve(document, part.reference)
        except LookupError:
            yield Problem(part.location, f"refers to {part.reference!r}, where nothing is")


def _security(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    components = document.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    known = schemes.keys() if isinstance(schemes, dict) else set()
    for part in parts:
        if part.kind not in {"document", "operation"} or not isinstance(part.node, dict):
            continue
        requirements = part.node.get("security")
        for index, requirement in enumerate(requirements if isinstance(requirements, list) else []):
            unknown = [name for name in requirement if name not in known] if isinstance(requirement, dict) else []
            for name in unknown:
                yield Problem(
                    pointer(*part.parts, "security", index), f"security scheme {name!r} is not among the components"
                )


def _parameters(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    """Check that a path and its operations' parameters agree."""
    for part in parts:
        if part.kind != "path" or not isinstance(part.node, dict) or part.parts[0] != "paths":
            continue
        path = str(part.parts[-1])
        shared = _named(document, part.node)
        for method in METHODS:
            if isinstance(operation := part.node.get(method), dict):
                own = _named(document, operation)
                yield from _path_parameters(path, shared | own, pointer(*part.parts, method))
                yield from _twice(document, operation, pointer(*part.parts, method))


def _listed(document: dict[str, Any], holder: dict[str, Any]) -> list[tuple[str, str]]:
    parameters = holder.get("parameters")
    found = []
    for parameter in parameters if isinstance(parameters, list) else []:
        node = _resolved(document, parameter)
        if isinstance(node, dict) and isinstance(node.get("name"), str) and isinstance(node.get("in"), str):
            found.append((node["in"], node["name"]))
    return found


def _resolved(document: dict[str, Any], node: Any) -> Any:
    try:
        return resolve(document, node["$ref"]) if isinstance(node, dict) and "$ref" in node else node
    except (LookupError, AttributeError):
        return None


def _named(document: dict[str, Any], holder: dict[str, Any]) -> set[tuple[str, str]]:
    return set(_listed(document, holder))


def _path_parameters(path: str, parameters: set[tuple[str, str]], location: str) -> Iterator[Problem]:
    wanted = _PATH_PARAMETER.findall(path)
    given = {name for place, name in parameters if place == "path"}
    for name in sorted(set(wanted) - given):
        yield Problem(location, f"the path names {{{name}}}, but no path parameter does")
    for name in sorted(given - set(wanted)):
        yield Problem(location, f"the path parameter {name!r} is not in the path {path}")


def _twice(document: dict[str, Any], operation: dict[str, Any], location: str) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for parameter in _listed(document, operation):
        if parameter in seen:
            yield Problem(location, f"the {parameter[0]} parameter {parameter[1]!r} is given twice")
        seen.add(parameter)


def _examples(document: dict[str, Any], parts: Iterable[Part], rules: _Version) -> Iterator[Problem]:
    resource = DRAFT202012.create_resource(document)
    registry: Registry[Any] = Registry().with_resource(_BASE, resource)
    for part in parts:
        for schema, place, value in _instances(document, part):
            where = f"{_BASE}#" + "".join("/" + quote(_escaped(key), safe="~") for key in schema)
            validator = rules.schema({"$ref": where}, registry=registry, format_checker=rules.formats)
            for error in validator.iter_errors(value):
                yield _problem(error, place)


def _escaped(key: str | int) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")


_Instance = tuple[tuple[str | int, ...], tuple[str | int, ...], Any]


def _instances(document: dict[str, Any], part: Part) -> Iterator[_Instance]:
    """Yield the place of a schema, and the place and value of each example or default that it must accept."""
    if not isinstance(part.node, dict) or part.reference is not None:
        return
    if part.kind == "schema":
        for keyword in ("example", "default"):
            if keyword in part.node:
                yield part.parts, (*part.parts, keyword), part.node[keyword]
        for index, value in enumerate(part.node.get("examples", [])):
            yield part.parts, (*part.parts, "examples", index), value
    elif part.kind in {"media type", "parameter", "header"} and "schema" in part.node:
        schema = (*part.parts, "schema")
        if "example" in part.node:
            yield schema, (*part.parts, "example"), part.node["example"]
        for name, example in part.node.get("examples", {}).items():
            resolved = _resolved(document, example)
            if isinstance(resolved, dict) and "value" in resolved:
                yield schema, (*part.parts, "examples", name, "value"), resolved["value"]
