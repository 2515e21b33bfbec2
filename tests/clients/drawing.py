"""Strategies that draw an operation's arguments from the schemas of its document."""

from __future__ import annotations

import datetime as dt
import string
from typing import Any
from uuid import UUID

import attrs
from hypothesis import strategies as st

from codegen.walk import resolve
from tests.clients.arguments import BODY, UNSET, Arguments, Instance, Member
from tests.clients.operations import Operation
from tests.clients.oracle import Oracle, is_object

_REFUSED_IDS = ["", ".", "..", "all", " All ", "ALL\n", "\thistory", "hi\u017ftory"]
_IDS = ["a", "...", "a/b", "%2e%2e", "?a=b", "#a", "allx", *_REFUSED_IDS]
_VISIBLE = string.ascii_letters + string.digits + string.punctuation

_TEXTS = {
    "path": st.sampled_from(_IDS) | st.text(max_size=5),
    "query": st.text(max_size=5),
    "header": st.text(_VISIBLE, min_size=1, max_size=5),
    "body": st.text(max_size=5),
}
_AWARE = st.datetimes(timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=-5, minutes=-30))]))

_numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers()
_PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "date": st.dates(),
    "integer": st.integers(),
    "null": st.none(),
    "number": _numbers,
    "uuid": st.uuids(),
}
"""Strategies by type or format; all other formats are texts."""

_json_values = st.recursive(
    st.none() | st.booleans() | _numbers | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)
_unset = st.just(UNSET)


def arguments(operation: Operation) -> st.SearchStrategy[Arguments]:
    """Return a strategy for arguments: all required ones, and some optional ones, some of which are `UNSET`."""
    return _arguments(operation, _AWARE) | _arguments(operation, _AWARE | st.datetimes())


def _arguments(operation: Operation, moments: st.SearchStrategy[dt.datetime]) -> st.SearchStrategy[Arguments]:
    required: dict[tuple[str, str], st.SearchStrategy[Any]] = {}
    optional: dict[tuple[str, str], st.SearchStrategy[Any]] = {}
    for parameter in operation.parameters:
        place, name = parameter["in"], parameter["name"]
        drawing = _Drawing(Oracle(operation.document), moments, _TEXTS[place])
        given = required if parameter.get("required") else optional
        given[place, name] = drawing.values(parameter["schema"])
    if operation.body:
        given = required if operation.requires_body else optional
        given[BODY] = _bodies(_Drawing(Oracle(operation.document), moments, _TEXTS["body"]), *operation.body)
    return st.fixed_dictionaries(required, optional={key: values | _unset for key, values in optional.items()})


def _bodies(drawing: _Drawing, media_type: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for bodies: models, and dicts that a caller may pass instead."""
    if media_type == "application/octet-stream":
        return st.binary(max_size=5)
    if not media_type.endswith("json"):  # a form has no nested values
        values = attrs.evolve(drawing, unknown=drawing.texts).values(schema)
        return values | values.map(_as_dicts)
    values = drawing.values(schema)
    is_model = is_object(resolve(drawing.oracle.document, schema["$ref"]) if "$ref" in schema else schema)
    return values | values.map(_as_dicts) | (drawing.dicts() if is_model else st.nothing())


def _as_dicts(value: Any) -> Any:
    """Return plain data with models as JSON data; datetimes stay, because callers easily leave them in dicts."""
    match value:
        case Instance():
            held = {**value.additional, **value.properties}
            return {name: _as_dicts(each) for name, each in held.items() if each is not UNSET}
        case list():
            return [_as_dicts(item) for item in value]
        case Member():
            return value.value
        case dt.date() if not isinstance(value, dt.datetime):
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return value


@attrs.frozen
class _Drawing:
    """The strategies for the values of schemas."""

    oracle: Oracle
    moments: st.SearchStrategy[dt.datetime]
    texts: st.SearchStrategy[str]
    unknown: st.SearchStrategy[Any] = attrs.field()
    """Values of properties that the document does not describe."""

    @unknown.default
    def _any(self) -> st.SearchStrategy[Any]:
        return _json_values | self.moments

    def dicts(self, without: frozenset[str] = frozenset()) -> st.SearchStrategy[dict[str, Any]]:
        """Return a strategy for properties that the document does not describe."""
        names = st.text(min_size=1, max_size=3).filter(lambda name: name not in without)
        return st.dictionaries(names, self.unknown, max_size=2)

    def values(self, schema: dict[str, Any], name: str = "") -> st.SearchStrategy[Any]:
        """Return a strategy for the values that a schema allows; patterns and ranges are ignored."""
        if "$ref" in schema:
            return self.values(resolve(self.oracle.document, schema["$ref"]), schema["$ref"].rpartition("/")[2])
        if variants := list(self.oracle.variants(schema)):
            return st.one_of([self.values(variant) for variant in variants])
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            unknown = "unknown" if isinstance(schema["enum"][0], str) else 7
            return st.builds(Member, st.just(name), st.sampled_from([*schema["enum"], unknown]))
        if is_object(schema):
            return self._instances(schema, name)
        return self._plain(schema)

    def _instances(self, schema: dict[str, Any], name: str) -> st.SearchStrategy[Instance]:
        declared, required = self.oracle.members(schema)
        properties = {each: self.values(part) for each, part in declared.items()}
        optional = {each: values | _unset for each, values in properties.items() if each not in required}
        given = st.fixed_dictionaries({each: properties[each] for each in required}, optional=optional)
        unknown = self.values(schema["additionalProperties"]) if _is_map(schema) else self.unknown
        return st.builds(Instance, st.just(name), given, attrs.evolve(self, unknown=unknown).dicts(frozenset(declared)))

    def _plain(self, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
        if "type" not in schema:
            return self.unknown
        if schema["type"] == "array":
            return st.lists(self.values(schema["items"]), max_size=3)
        if schema.get("format") == "date-time":
            return self.moments
        kind = schema.get("format", schema["type"])
        return _PLAIN.get(kind, self.texts)


def _is_map(schema: dict[str, Any]) -> bool:
    return isinstance(schema.get("additionalProperties"), dict)
