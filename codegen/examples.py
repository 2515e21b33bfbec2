"""Examples, defaults, constants and enum values that do not match their schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from openapi_schema_validator import OAS30Validator, OAS31Validator, oas30_format_checker, oas31_format_checker

from codegen.errors import Problem, pointer
from codegen.forms import problems_of
from codegen.walk import Part, dereference, segments

_Place = tuple[str | int, ...]

_DIALECTS: dict[str, tuple[Any, Any]] = {
    "3.0": (OAS30Validator, oas30_format_checker),
    "3.1": (OAS31Validator, oas31_format_checker),
}


def find_unfit_examples(document: dict[str, Any], parts: Iterable[Part], version: str) -> Iterator[Problem]:
    """Yield why a value does not match its schema, or why it cannot be checked.

    Args:
        document: An OpenAPI document without malformed parts, whose references all resolve.
        parts: What `walk` yields for it.
        version: The version of OpenAPI, `3.0` or `3.1`.

    """
    dialect, formats = _DIALECTS[version]
    # References lead only to components; a document's other fields would mean something else in a schema.
    validator = dialect({"components": document.get("components", {})}, format_checker=formats)
    for part in parts:
        if part.kind == "schema":
            values = _values(part) if part.reference is None or version == "3.1" else ()
            yield from _unfit(validator, part.node, values)
        elif part.kind in {"media type", "parameter", "header"}:
            for schema in part.members("schema"):
                yield from _unfit(validator, schema.node, _examples(document, part))


def _unfit(validator: Any, schema: Any, values: Iterable[tuple[_Place, Any]]) -> Iterator[Problem]:
    for place, value in values:
        try:
            yield from problems_of(validator.evolve(schema=schema), value, place)
        except RecursionError:
            yield Problem(pointer(*place), "cannot be checked: its schema refers to itself endlessly")
        except Exception as error:  # noqa: BLE001 - the libraries raise many types for an odd schema
            yield Problem(pointer(*place), f"cannot be checked: {type(error).__name__}: {error}")


def _values(part: Part) -> Iterator[tuple[_Place, Any]]:
    """Yield the place and value of each example, default, constant and enum value of a schema."""
    for keyword in ("example", "default", "const"):
        if keyword in part.node:
            yield (*part.parts, keyword), part.node[keyword]
    for keyword in ("examples", "enum"):
        for index, value in enumerate(part.node.get(keyword, ())):
            if keyword == "examples" or value is not None:  # null in an enum makes it nullable
                yield (*part.parts, keyword, index), value


def _examples(document: dict[str, Any], part: Part) -> Iterator[tuple[_Place, Any]]:
    if "example" in part.node:
        yield (*part.parts, "example"), part.node["example"]
    for example in part.members("examples"):
        value = dereference(document, example.node)
        if "value" in value:
            yield (*segments(example.reference or example.location), "value"), value["value"]
