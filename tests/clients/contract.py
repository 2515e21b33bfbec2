"""Checks that a client's result for a body follows the contract."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import attrs

from tests.clients.oracle import Oracle, Shape, Unfit


@attrs.frozen
class Outcome:
    """A client's result for a body: a model or an error, and the annotated type of the model."""

    parsed: Any
    error: Any
    promised: Any


def check(oracle: Oracle, schema: dict[str, Any], body: Any, outcome: Outcome) -> None:
    """Assert that the contract allows a client's result for a body."""
    try:
        expected = oracle.decode(schema, body)
    except Unfit as unfit:
        path = unfit.path
    else:
        _check_model(oracle, expected, body, outcome)
        return
    assert (outcome.parsed, outcome.error.path) == (None, path)


def _check_model(oracle: Oracle, expected: Any, body: Any, outcome: Outcome) -> None:
    """Assert that a model has the right values and types and gives back the whole body; rows have no `to_dict`."""
    parsed = outcome.parsed
    assert outcome.error is None
    assert oracle.plain(parsed) == expected
    assert list(ill_typed(parsed, outcome.promised)) == []
    if isinstance(expected, Shape):
        assert oracle.plain(parsed.unexpected) == expected.unexpected()
        assert normal(parsed.to_dict()) == normal(body)
        assert type(parsed).from_dict(parsed.to_dict()) == parsed


def normal(value: Any) -> Any:
    """Return JSON data with its types made explicit; `Z` becomes `+00:00`, and a whole float becomes an integer."""
    if isinstance(value, dict):
        return {key: normal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [normal(item) for item in value]
    for read in (dt.datetime.fromisoformat, UUID) if isinstance(value, str) else ():
        with contextlib.suppress(ValueError):
            return read(value.upper())
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return type(value).__name__, value


def ill_typed(value: Any, hint: Any, path: str = "") -> Iterator[str]:
    """Yield each place in a value, and in its models and lists, that does not have its annotated type."""
    if not any(_is_a(value, each) for each in _alternatives(hint)):
        yield f"{path or 'the value'}: {value!r} is not {hint}"
    elif isinstance(value, list):
        items = [typing.get_args(each)[0] for each in _alternatives(hint) if typing.get_args(each)]
        for index, item in enumerate(value if items else ()):
            yield from ill_typed(item, typing.Union[tuple(items)], f"{path}[{index}]")  # noqa: UP007 - made of a tuple
    elif attrs.has(type(value)):
        hints = _hints(type(value))
        for attribute in attrs.fields(type(value)):
            yield from ill_typed(getattr(value, attribute.name), hints[attribute.name], f"{path}.{attribute.name}")


def parts_of(hint: Any) -> Iterator[Any]:
    """Yield the plain types in an annotation."""
    if not typing.get_args(hint):
        yield hint
    for part in typing.get_args(hint):
        yield from parts_of(part)


_hints: Callable[[Any], dict[str, Any]] = functools.cache(typing.get_type_hints)


def _alternatives(hint: Any) -> tuple[Any, ...]:
    is_union = isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union
    return typing.get_args(hint) if is_union else (hint,)


def _is_a(value: Any, hint: Any) -> bool:
    """Whether a value has exactly this type: a boolean is not an integer here, but an integer is a float."""
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        return any(type(value) is type(each) and value == each for each in typing.get_args(hint))
    if hint is float:
        return type(value) in {float, int}
    return hint is Any or type(value) is (origin or hint)
