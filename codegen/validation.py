"""What a document must be before a client is made of it; all that is wrong is told at once.

Structure and schemas are checked by the libraries of the OpenAPI community. They stop at examples, references
into nowhere and what the generator cannot do, and their semantic checks name no place: those are ours.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
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

from codegen import client
from codegen.errors import InvalidDocument, Problem, pointer
from codegen.shapes import find_unsafe_shapes
from codegen.texts import find_broken_values, find_unsafe_texts
from codegen.walk import METHODS, CircularReference, Part, dereference, resolve, segments, walk

_BASE = "urn:document"
_TEXT_LIMIT = 300
_PATH_PARAMETER = re.compile(r"\{([^{}]*)\}")

_Place = tuple[str | int, ...]


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
    field = "swagger" if "swagger" in document else "openapi"
    version = document.get(field)
    rules = _VERSIONS.get(version[:3]) if isinstance(version, str) and field == "openapi" else None
    if rules is None:
        text = f"version {version!r} is not supported: expected OpenAPI 3.1.x or 3.0.x"
        raise InvalidDocument((Problem(pointer(field), text),))
    try:
        problems = _problems(document, rules)
    except RecursionError:
        problems = [Problem(pointer(), "is nested too deeply, or refers to itself without end")]
    if problems:
        raise InvalidDocument(tuple(problems))


def _problems(document: dict[str, Any], rules: _Version) -> list[Problem]:
    if broken := list(find_broken_values(document)):
        return broken
    parts = list(walk(document))
    problems = [*_structure(document, rules), *_schemas(parts, rules), *_references(document, parts)]
    is_well_formed = not problems
    problems += [*_security(document, parts), *_parameters(document, parts)]
    if is_well_formed:  # which the rest takes for granted
        problems += [*_values(parts, rules), *_examples(document, parts, rules), *find_unsafe_shapes(document)]
        problems += find_unsafe_texts(document, parts)
    if not problems:  # over all of which the generator stumbles
        problems += client.rehearse(document)
    return list(dict.fromkeys(problems))


def _structure(document: dict[str, Any], rules: _Version) -> Iterator[Problem]:
    for error in _errors(rules.structure, document):
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
        for error in _errors(metaschema, part.node):
            yield _problem(error, part.parts)


def _errors(validator: Any, value: Any) -> list[ValidationError]:
    """Return the errors sorted by place: the library's order changes from run to run."""

    def order(error: ValidationError) -> tuple[object, str]:
        return [(isinstance(key, str), key) for key in error.absolute_path], error.message

    return sorted(validator.iter_errors(value), key=order)


def _problem(error: ValidationError, parts: tuple[str | int, ...]) -> Problem:
    """Return the most telling of the errors that a validation error stands for."""
    telling = best_match([error]) or error
    text = telling.message
    if len(text) > _TEXT_LIMIT:
        text = f"{text[: _TEXT_LIMIT // 2]} … {text[-_TEXT_LIMIT // 2 :]}"
    return Problem(pointer(*parts, *telling.absolute_path), text)


def _references(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    kinds = {tuple(map(str, part.parts)): part.kind for part in parts}
    for part in parts:
        if part.reference is not None:
            text = _reference(document, part, kinds)
            if text:
                yield Problem(part.location, f"refers to {part.reference!r}{text}")


def _reference(document: dict[str, Any], part: Part, kinds: dict[tuple[str, ...], str]) -> str | None:
    """Return what is wrong with a reference, if anything is."""
    reference = str(part.reference)
    if not reference.startswith("#"):
        return ": only references to this document are followed"
    try:
        resolve(document, reference)
    except LookupError:
        return ", where nothing is"
    if kinds.get(segments(reference)) != part.kind:
        return f", which is no {part.kind}"
    try:
        dereference(document, part.node)
    except CircularReference:
        return ", which leads back to it"
    except LookupError:
        return None  # the reference that it stands for is told of
    return None


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
        if part.parts[:-1] != ("paths",) or not isinstance(part.node, dict):
            continue
        shared = _listed(document, part.node)
        yield from _path(str(part.parts[-1]), part.location)
        yield from _twice(shared, part.location)
        for method in METHODS:
            if isinstance(operation := part.node.get(method), dict):
                own = _listed(document, operation)
                location = pointer(*part.parts, method)
                yield from _path_parameters(str(part.parts[-1]), {*shared, *own}, location)
                yield from _twice(own, location)


def _listed(document: dict[str, Any], holder: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the place and the name of each parameter of a path or an operation."""
    parameters = holder.get("parameters")
    found = []
    for parameter in parameters if isinstance(parameters, list) else []:
        node = _dereferenced(document, parameter)
        if isinstance(node, dict) and isinstance(node.get("name"), str) and isinstance(node.get("in"), str):
            found.append((node["in"], node["name"]))
    return found


def _dereferenced(document: dict[str, Any], node: Any) -> Any:
    with contextlib.suppress(LookupError):  # which is told of elsewhere
        return dereference(document, node)
    return None


def _path(path: str, location: str) -> Iterator[Problem]:
    for name, count in Counter(_PATH_PARAMETER.findall(path)).items():
        if count > 1:
            yield Problem(location, f"the path names {{{name}}} {count} times")
    if re.search("[{}]", _PATH_PARAMETER.sub("", path)):
        yield Problem(location, "the path has a brace that belongs to no parameter")


def _path_parameters(path: str, parameters: set[tuple[str, str]], location: str) -> Iterator[Problem]:
    wanted = set(_PATH_PARAMETER.findall(path))
    given = {name for place, name in parameters if place == "path"}
    for name in sorted(wanted - given):
        yield Problem(location, f"the path names {{{name}}}, but no path parameter does")
    for name in sorted(given - wanted):
        yield Problem(location, f"the path parameter {name!r} is not in the path {path}")


def _twice(parameters: list[tuple[str, str]], location: str) -> Iterator[Problem]:
    for (place, name), count in Counter(parameters).items():
        if count > 1:
            yield Problem(location, f"the {place} parameter {name!r} is given {count} times")


def _values(parts: Iterable[Part], rules: _Version) -> Iterator[Problem]:
    """Check the values that a schema lists against its own type and format."""
    for part in parts:
        if part.kind != "schema" or not isinstance(part.node, dict):
            continue
        values: list[tuple[_Place, Any]] = [(("enum", i), value) for i, value in enumerate(part.node.get("enum", []))]
        values += [(("const",), part.node["const"])] if "const" in part.node else []
        if values:
            schema = {keyword: part.node[keyword] for keyword in ("type", "nullable", "format") if keyword in part.node}
            validator = rules.schema(schema, format_checker=rules.formats)
            for place, value in values:
                if value is not None:  # which the generator reads as one more type
                    yield from _misfits(validator, value, (*part.parts, *place))


def _examples(document: dict[str, Any], parts: Iterable[Part], rules: _Version) -> Iterator[Problem]:
    resource = DRAFT202012.create_resource(document)
    registry: Registry[Any] = Registry().with_resource(_BASE, resource)
    for part in parts:
        for schema, place, value in _instances(document, part):
            where = quote(pointer(*schema).removeprefix("#"), safe="/~")
            validator = rules.schema({"$ref": f"{_BASE}#{where}"}, registry=registry, format_checker=rules.formats)
            yield from _misfits(validator, value, place)


def _misfits(validator: Any, value: Any, place: _Place) -> Iterator[Problem]:
    """Yield why a value does not fit a schema, or why that cannot be told."""
    try:
        for error in _errors(validator, value):
            yield _problem(error, place)
    except RecursionError:
        yield Problem(pointer(*place), "cannot be checked: its schema refers to itself without end")
    except re.error as error:
        yield Problem(
            pointer(*place), f"cannot be checked: Python does not read the pattern {error.pattern!r}: {error}"
        )
    except Exception as error:  # noqa: BLE001 - the libraries raise what they like for a schema that is odd
        yield Problem(pointer(*place), f"cannot be checked: {type(error).__name__}: {error}")


def _instances(document: dict[str, Any], part: Part) -> Iterator[tuple[_Place, _Place, Any]]:
    """Yield the place of a schema, and the place and value of each example or default that it must accept."""
    if not isinstance(part.node, dict):
        return
    if part.kind == "schema" and (part.reference is None or document["openapi"].startswith("3.1")):
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
            place = segments(example["$ref"]) if "$ref" in example else (*part.parts, "examples", name)
            value = dereference(document, example)
            if "value" in value:
                yield schema, (*place, "value"), value["value"]
