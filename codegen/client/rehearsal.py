"""What the generator would refuse, lose or confuse, found by its own parser before anything is written."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import ParseError
from openapi_python_client.parser.properties import EnumProperty
from openapi_python_client.parser.properties.schemas import Class
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.strings import PythonIdentifier, in_double_quote_literal

from codegen.allowlist import IGNORED
from codegen.client.generator import CONFIG, parse, text_of
from codegen.client.identifiers import (
    FIELD_PREFIX,
    RESERVED_CLASSES,
    RESERVED_PARAMETERS,
    RESERVED_PROPERTIES,
    as_python_reads,
    class_file,
)
from codegen.client.places import members_of_model, place_of
from codegen.client.properties import properties_of
from codegen.cuts import without
from codegen.errors import GenerationError, Problem, pointer, shortened
from codegen.walk import walk

_ENUM = Class.from_string(string="Enum", config=CONFIG)

_FILES = "files"
_RESERVED = {"class": RESERVED_CLASSES, "property": RESERVED_PROPERTIES, "parameter": RESERVED_PARAMETERS}

_MAX_NAME = 200
"""Bytes of a name that becomes a file's name: file systems allow 255, and Python adds to it for its caches."""

_COMPONENT = re.compile(r"schema (/components/schemas/[^/]+):")
"""How the generator names a component from which it cannot make a class."""

_SENTENCES = {
    r".*(?:duplicate models with name \"|conflicting enums named )(\w+).*": (
        r"another schema has the class name \1 too: give it another title by an overlay"
    ),
    r".*have the same python_name.*": "two of its properties have the same name in Python: correct it by an overlay",
    r"(.*?)\.?(?: Failure to process schema has resulted .*)?": r"\1: correct it by an overlay",
}
"""Clearer sentences for the generator's; the first pattern that matches counts, and the last matches all."""

_CONSEQUENCE = re.compile(r"Could not find reference|Invalid property in union|Reference \S+ (?:not found|in allOf)")
"""The generator's errors on references to parts that it has refused, or that were cut out."""


def rehearse(document: dict[str, Any], known: Iterable[Problem] = ()) -> Iterator[Problem]:
    """Yield what the generator refuses, leaves out, or would write differently from the document.

    Args:
        document: A document without malformed parts.
        known: The problems of the parts that were replaced in it, which explain the generator's errors without a place.

    """
    known = list(known)
    altered = list(_altered_values(document))
    yield from altered
    document = without(document, altered)
    try:
        data = parse(document)
        while refused := [each for each in _refusals(document, data, known) if each not in known]:
            yield from refused
            known += refused
            document = without(document, refused)
            data = parse(document)
    except GenerationError as error:
        if not known:
            yield Problem(pointer(), shortened(error.problem))
    else:
        yield from _misnamed(document, data)


def _refusals(document: dict[str, Any], data: GeneratorData, known: Iterable[Problem]) -> Iterator[Problem]:
    """Yield what the generator refuses, without its errors on parts that refer to that."""
    collections = data.endpoint_collections_by_tag.values()
    errors = [*data.errors, *(error for collection in collections for error in collection.parse_errors)]
    causes = [error for error in errors if not _CONSEQUENCE.search(text_of(error))]
    for error in causes or errors[:1]:
        place = _place_of(document, error)
        if place != pointer() or not known:
            yield Problem(place, _said(error))


def _said(error: ParseError) -> str:
    matches = ((re.fullmatch(said, text_of(error)), better) for said, better in _SENTENCES.items())
    return next(shortened(match.expand(better)) for match, better in matches if match)


def _place_of(document: dict[str, Any], error: ParseError) -> str:
    """Return the place of the part that the generator attaches to its error, or names in it."""
    operations = ((path, method) for path, item in document["paths"].items() for method in item)
    named = [pointer("paths", *each) for each in operations if f" parsing {each[1].upper()} {each[0]} " in error.header]
    named += [f"#{name}" for name in _COMPONENT.findall(error.header)]
    place = place_of(error.data)
    return (
        place if place.startswith("#/") else next(iter(named), pointer())
    )  # a parameter has its own description there


def _altered_values(document: dict[str, Any]) -> Iterator[Problem]:
    """Yield the values that the generator would alter, or that have no distinct name."""
    for part in walk(document, IGNORED):
        why = _why_altered(part.node) if part.kind == "schema" and {"const", "enum"} & part.node.keys() else None
        if why:
            yield Problem(part.location, f"{why}: correct it by an overlay")


def _why_altered(schema: dict[str, Any]) -> str | None:
    const = schema.get("const")
    if (
        isinstance(const, str)
        and ast.literal_eval(StringProperty.convert_value(const).python_code.as_unembedded_code()) != const
    ):
        return f"the const {const!r} would be a different text in Python"
    values = [value for value in schema.get("enum", ()) if value is not None]
    try:
        names = EnumProperty.values_from_list(values, _ENUM, schema.get("x-enum-varnames", []))
    except ValueError:  # for names that it finds to be equal
        names = {}
    if len({as_python_reads(name) for name in names}) < len(values) or not all(map(str.isidentifier, names)):
        return "the enum has values without distinct names in Python: name them by x-enum-varnames"
    if any(_in_literal(value) != value for value in values if isinstance(value, str)):
        return "the enum has values with characters that would be lost in Python"
    return None


@lru_cache(maxsize=1000)
def _in_literal(text: str) -> str:
    """Return a text as the generator writes it in a literal, without invisible characters."""
    return str(json.loads(f'"{in_double_quote_literal(text)}"'))


def _misnamed(document: dict[str, Any], data: GeneratorData) -> Iterator[Problem]:
    """Yield the names that would differ in Python, or would not be distinct."""
    taken: dict[tuple[str, str], str] = {}
    for what, name, identifier, place, group in _names(document, data):
        read = as_python_reads(identifier)
        if _in_literal(name) != name:
            why = "has characters that would be lost in Python"
        elif read != identifier:
            why = f"would be {identifier}, which Python reads as {read}"
        elif read in _RESERVED.get(what, ()):
            why = f"would be {read}, which the code itself needs"
        elif group == _FILES and any(len(part.encode()) > _MAX_NAME for part in read.split("/")):
            why = "would be too long for the name of a file"
        elif (group, read) in taken:
            why = f"would be {read}, as would {taken[group, read]!r}"
        else:
            taken[group, read] = name
            continue
        yield Problem(place, f"the {what} {name!r} {why}: correct it by an overlay")


def _names(document: dict[str, Any], data: GeneratorData) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the kind, name, Python name, place and namespace of everything that has a name."""
    for each in (*data.models, *data.enums):
        name, place = str(each.class_info.name), place_of(each)
        yield "class", name, name, place, "classes"
        yield "class", name, class_file(name), place, _FILES
    for model in data.models:
        described = members_of_model(document, model).properties
        for prop in properties_of(model):
            name = prop.name.get_untrusted_value()
            yield "property", name, prop.python_name, described[name][-1].location, str(model.class_info.name)
    for tag, collection in data.endpoint_collections_by_tag.items():
        for endpoint in collection.endpoints:
            place = place_of(endpoint)
            module = PythonIdentifier(endpoint.name, FIELD_PREFIX)
            yield "operation", str(endpoint.name), f"api/{tag}/{module}.py", place, _FILES
            yield from [("body", "body", "body", place, place) for _ in endpoint.bodies]
            for _, prop in endpoint.iter_all_parameters():
                yield "parameter", prop.name.get_untrusted_value(), prop.python_name, place, place
