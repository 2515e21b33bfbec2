"""A caller's arguments for an operation as plain data, and the Python objects that a client takes for them.

A model is an `Instance`, and an enum value is a `Member`; every other value is written as the caller would write it.
"""

from __future__ import annotations

import builtins
import io
import keyword
import re
import typing
from collections.abc import Callable
from enum import Enum
from types import ModuleType
from typing import Any

import attrs

from tests.clients.contract import parts_of


class Absence(Enum):
    """The type of `UNSET`."""

    UNSET = "UNSET"


UNSET = Absence.UNSET
"""The plain form of the client's `UNSET`, which a caller may pass."""

Arguments = dict[tuple[str, str], Any]
"""The given values, by place (`path`, `query`, `header` or `body`) and name in the document."""

BODY = ("body", "body")
"""The key of the body among the arguments."""


@attrs.frozen
class Instance:
    """A model: its class, if the document names it, and its arguments by the API's names."""

    name: str
    properties: dict[str, Any]
    additional: dict[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Member:
    """A value of an open enum: its class, if the document names it, and the API's value."""

    name: str
    value: str | int


def as_python(arguments: Arguments, operation: ModuleType, types: ModuleType) -> dict[str, Any]:
    """Return the keyword arguments of an operation's functions; `types` is the client's module of that name."""
    hints = typing.get_type_hints(operation.sync_detailed)
    named = {python_name(*key): value for key, value in arguments.items()}
    return {name: _object(value, hints[name], types) for name, value in named.items()}


def python_name(place: str, name: str) -> str:
    """Return a client's name for a parameter."""
    if name in {"client", "url"}:
        return f"{name}_{place}"
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[^0-9A-Za-z]+", "_", name).lower()
    is_taken = keyword.iskeyword(words) or words in {"self", *dir(builtins)} - {"id"}
    return f"{words}_" if is_taken else words


def _object(value: Any, hint: Any, types: ModuleType) -> Any:
    """Return the Python object for plain data; its class comes from the annotation."""
    match value:
        case Absence():
            return types.UNSET
        case Instance():
            return _model(value, _class(hint, value.name, attrs.has), types)
        case Member():
            return _class(hint, value.name, lambda each: issubclass(each, Enum))(value.value)
        case list():
            items = [typing.get_args(each)[0] for each in _variants(hint) if typing.get_origin(each) is list]
            return [_object(item, items[0] if items else Any, types) for item in value]
        case bytes() if types.File in parts_of(hint):
            return types.File(io.BytesIO(value))
        case _:
            return value


def _variants(hint: Any) -> tuple[Any, ...]:
    return (hint,) if typing.get_origin(hint) is list else typing.get_args(hint)


def _class(hint: Any, name: str, is_wanted: Callable[[type], bool]) -> Any:
    found = {each.__name__: each for each in parts_of(hint) if isinstance(each, type) and is_wanted(each)}
    (only,) = [found[name]] if name else found.values()
    return only


def _model(value: Instance, kind: Any, types: ModuleType) -> Any:
    hints = typing.get_type_hints(kind)
    attributes = {name: attribute for attribute, name in kind._NAMES.items()}
    given = {attributes[name]: each for name, each in value.properties.items()}
    model = kind(**{attribute: _object(each, hints[attribute], types) for attribute, each in given.items()})
    model.additional_properties.update(value.additional)
    return model
