"""The expected result for a body, derived from the document's schemas alone.

The oracle knows the contract but not the templates, so both are unlikely to make the same mistake. Values are
compared in a plain form, in which `1`, `1.0` and `True` differ, a model is a `Shape`, and rows are a `Table`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator
from enum import Enum
from typing import Any
from uuid import UUID

import attrs

from codegen.walk import resolve, walk

ABSENT = "absent"
"""The plain form of a property that reads as `UNSET`."""

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_DATE_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))?", re.ASCII
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_JSON_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
_LAST_HOUR, _LAST_MINUTE = 23, 59


class Unfit(Exception):  # noqa: N818 - JSON Schema's term
    """A value does not fit its schema; the parts are names and indexes from the outside in."""

    def __init__(self, *parts: str | int) -> None:
        super().__init__(*parts)
        self.parts = parts

    @property
    def path(self) -> str:
        """The place in the form that errors use."""
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.parts).removeprefix(".")


class NoRowFits(Unfit):
    """The response has rows, and none of them fits; this is an error even in an optional property."""


@attrs.frozen
class Shape:
    """The plain form of a model: its class, if the document names it, and its values by the API's names."""

    name: str
    properties: dict[str, Any]
    additional: dict[str, Any]
    unfit: frozenset[str] = attrs.field(default=frozenset(), eq=False)
    """The additional properties whose values do not have the map's type."""

    def unexpected(self) -> dict[str, Any]:
        """Return the plain forms of declared values that do not fit, by path."""
        return {path.removeprefix("."): value for path, value in _unexpected("", self)}


@attrs.frozen
class Table:
    """The plain form of rows: the rows that fit, and the raw values of the others by their index in the response."""

    rows: list[Any]
    unexpected: dict[int, Any]
    sent: int


@attrs.frozen
class Oracle:
    """The contract for one document."""

    document: dict[str, Any]
    every_row: bool = False
    """Whether each row must fit, as in the first pass over a union."""

    @property
    def names(self) -> list[str]:
        """The names of all properties in the document."""
        schemas = [part.node for part in walk(self.document) if part.kind == "schema" and isinstance(part.node, dict)]
        return sorted({name for schema in schemas for name in schema.get("properties", {})})

    def plain(self, value: Any) -> Any:
        """Return the plain form of a client's result for a body, or of raw JSON data."""
        if isinstance(value, list):
            items = [self.plain(item) for item in value]
            is_plain = type(value) is list
            return items if is_plain else Table(items, self.plain(value.unexpected), value.sent)  # type: ignore[attr-defined]
        if isinstance(value, dict):
            return {key: self.plain(item) for key, item in value.items()}
        if isinstance(value, Enum):
            return "enum", value.value
        if isinstance(value, (dt.date, UUID)):
            return type(value).__name__, str(value)
        if not hasattr(value, "additional_properties"):
            return ABSENT if repr(value) == "UNSET" else (type(value).__name__, value)
        name = type(value).__name__
        return Shape(
            name if name in self.document["components"]["schemas"] else "",
            {name: self.plain(getattr(value, attribute)) for attribute, name in value._NAMES.items()},
            self.plain(value.additional_properties),
        )

    def decode(self, schema: dict[str, Any], value: Any, name: str = "") -> Any:
        """Return the plain form of a client's expected result for a value.

        Raises:
            Unfit: The value must be an error.

        """
        if "$ref" in schema:
            return self.decode(resolve(self.document, schema["$ref"]), value, schema["$ref"].rpartition("/")[2])
        if {"anyOf", "oneOf"} & schema.keys() or isinstance(schema.get("type"), list):
            return self._union(list(self.variants(schema)), value)
        if schema.get("type") == "array":
            return self._rows(schema["items"], value) if schema.get("x-rows") else self._array(schema["items"], value)
        if is_object(schema):
            return self._object(schema, value, name)
        return self.plain(_scalar(schema, value)) if "enum" not in schema else _enum(schema["enum"], value)

    def _array(self, items: dict[str, Any], value: Any) -> list[Any]:
        decoded = []
        for index, item in enumerate(_of_type(value, "array")):
            try:
                decoded.append(self.decode(items, item))
            except Unfit as unfit:
                raise Unfit(index, *unfit.parts) from None
        return decoded

    def _rows(self, items: dict[str, Any], value: Any) -> Table:
        rows: list[Any] = []
        unexpected: dict[int, Any] = {}
        errors: list[Unfit] = []
        for index, item in enumerate(_of_type(value, "array")):
            try:
                rows.append(self.decode(items, item))
            except Unfit as unfit:
                unexpected[index] = self.plain(item)
                errors.append(Unfit(index, *unfit.parts))
        if errors and (self.every_row or not rows):
            raise NoRowFits(*errors[0].parts)
        return Table(rows, unexpected, len(value))

    def _object(self, schema: dict[str, Any], value: Any, name: str) -> Shape:
        declared, required = self.members(schema)
        additional = dict(_of_type(value, "object"))
        properties = dict.fromkeys(declared, ABSENT)
        for key in sorted(declared, key=lambda key: key not in required):  # required properties come first
            if key not in value:
                if key in required:
                    raise Unfit(key)
                continue
            try:
                properties[key] = self.decode(declared[key], value[key])
            except Unfit as unfit:
                if key in required or isinstance(unfit, NoRowFits):
                    raise type(unfit)(key, *unfit.parts) from None
            else:
                del additional[key]
        more = self.plain(additional)
        misfits = set()
        values: Any = schema.get("additionalProperties")
        for key in additional.keys() - declared.keys() if isinstance(values, dict) else ():
            try:
                more[key] = self.decode(values, additional[key])
            except Unfit:
                misfits.add(key)
        return Shape(name, properties, more, frozenset(misfits))

    def members(self, schema: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
        """Return the properties of an object and of its `allOf`, and the names of the required properties."""
        if "$ref" in schema:
            return self.members(resolve(self.document, schema["$ref"]))
        declared: dict[str, Any] = {}
        required = set(schema.get("required", ()))
        for part in schema.get("allOf", ()):
            more, names = self.members(part)
            declared |= more
            required |= names
        return declared | schema.get("properties", {}), required

    def variants(self, schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the variants of a union and of its nested unions."""
        if isinstance(schema.get("type"), list):
            yield from ({**schema, "type": each} for each in schema["type"])
        for variant in schema.get("anyOf", schema.get("oneOf", ())):
            target = resolve(self.document, variant["$ref"]) if "$ref" in variant else variant
            nested = list(self.variants(target))
            yield from nested or [variant]

    def _union(self, variants: list[dict[str, Any]], value: Any) -> Any:
        others = [variant for variant in variants if variant.get("type") != "null"]
        if value is None and len(others) < len(variants):
            return self.plain(None)
        for oracle in (self,) if self.every_row else (attrs.evolve(self, every_row=True), self):
            for variant in others:
                with contextlib.suppress(Unfit):
                    return oracle.decode(variant, value)
        for variant in others:
            try:
                self.decode(variant, value)
            except Unfit as unfit:
                if len(others) == 1 or self._is_meant(variant, value) or isinstance(unfit, NoRowFits):
                    raise
        raise Unfit

    def _is_meant(self, variant: dict[str, Any], value: Any) -> bool:
        """Whether a value has the properties that a variant requires."""
        schema = resolve(self.document, variant["$ref"]) if "$ref" in variant else variant
        return is_object(schema) and isinstance(value, dict) and self.members(schema)[1] <= value.keys()


def is_object(schema: dict[str, Any]) -> bool:
    """Whether a schema, which must not be a reference, describes an object."""
    return schema.get("type") == "object" or not {"allOf", "properties"}.isdisjoint(schema)


def _unexpected(path: str, plain: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(plain, Table):  # a path counts the rows of the response, including those that do not fit
        for index, item in plain.unexpected.items():
            yield f"{path}[{index}]", item
        fitting = (index for index in range(plain.sent) if index not in plain.unexpected)
        for index, item in zip(fitting, plain.rows, strict=True):
            yield from _unexpected(f"{path}[{index}]", item)
    if isinstance(plain, list):
        for index, item in enumerate(plain):
            yield from _unexpected(f"{path}[{index}]", item)
    if isinstance(plain, Shape):
        for name, item in {**plain.additional, **plain.properties}.items():
            place = f"{path}.{name}"
            if name in plain.unfit or (item == ABSENT and name in plain.additional):
                yield place, plain.additional[name]
            yield from _unexpected(place, item)


def _of_type(value: Any, name: str) -> Any:
    if name == "integer":
        value = _whole(value)
    if _JSON_TYPES.get(type(value)) != name:
        raise Unfit
    return value


def _whole(value: Any) -> Any:
    """Return a whole float as an integer, and any other value unchanged."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _enum(values: list[Any], value: Any) -> tuple[str, Any]:
    """Return any value of the enum's type, because enums are open."""
    return "enum", _of_type(value, _JSON_TYPES[type(values[0])])


def _scalar(schema: dict[str, Any], value: Any) -> Any:
    if "const" in schema:
        value = _whole(value) if type(schema["const"]) is int else value
        if (type(value), value) != (type(schema["const"]), schema["const"]):
            raise Unfit
    if "type" not in schema:
        return value
    if schema["type"] == "null":
        return value if value is None else _refuse()
    if schema["type"] == "number":
        if type(value) not in {int, float} or value in {float("inf"), float("-inf")} or value != value:  # noqa: PLR0124
            raise Unfit
        return value
    text = _of_type(value, schema["type"])
    read = _FORMATS.get(schema.get("format", ""))
    return read(text) if read else text


def _date(text: str) -> dt.date:
    match = _DATE.fullmatch(text)
    try:
        return dt.date(*map(int, match.groups())) if match else _refuse()
    except ValueError:
        raise Unfit from None


def _date_time(text: str) -> dt.datetime:
    match = _DATE_TIME.fullmatch(text) or _refuse()
    *whole, fraction, sign, hours, minutes = match.groups()
    if sign and (int(hours) > _LAST_HOUR or int(minutes) > _LAST_MINUTE):
        raise Unfit
    offset = dt.timedelta(hours=int(hours), minutes=int(minutes)) if sign else dt.timedelta()
    zone = dt.timezone(-offset if sign == "-" else offset) if sign or text[-1] in "Zz" else None
    try:
        return dt.datetime(*map(int, [*whole, (fraction or "0")[:6].ljust(6, "0")]), tzinfo=zone)  # type: ignore[misc,arg-type]
    except ValueError:
        raise Unfit from None


def _uuid(text: str) -> UUID:
    return UUID(text) if _UUID.fullmatch(text) else _refuse()


def _refuse() -> Any:
    raise Unfit


# `date-time` and `date-time-local` are read alike: a time without an offset stays naive.
_FORMATS = {"date": _date, "date-time": _date_time, "date-time-local": _date_time, "uuid": _uuid}
