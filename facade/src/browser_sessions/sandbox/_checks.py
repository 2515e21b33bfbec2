"""Rules for what a request may hold, and what is wrong with one, in the form of pydantic, which two providers send."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from browser_sessions.sandbox._life import UUID_FORM


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one value of a request.

    Attributes:
        place: Where it is: "body", "query" or "path", and the names from there on.
        kind: Pydantic's name of the problem.
        message: Pydantic's sentence.
        value: The value.
        context: What the sentence was made with.

    """

    place: tuple[str | int, ...]
    kind: str
    message: str
    value: Any = None
    context: Mapping[str, Any] = field(default_factory=dict)


Wrong = tuple[str, str, dict[str, Any]] | tuple[str, str, dict[str, Any], int, Any]
"""What is wrong with a value: kind, message and context, and the index and the value of an item if that is wrong."""

Rule = Callable[[Any], Wrong | None]
"""Says what is wrong with a value."""

NO_OBJECT = ("model_attributes_type", "Input should be a valid dictionary or object to extract fields from")
MISSING = ("missing", "Field required")


def check(values: Mapping[str, Any], rules: Mapping[str, Rule], place: str) -> list[Problem]:
    """Return what is wrong with those of some values for which there are rules."""
    found = ((name, rules[name](values[name])) for name in rules if name in values)
    return [_problem((place, name), values[name], wrong) for name, wrong in found if wrong]


def _problem(place: tuple[str, str], value: Any, wrong: Wrong) -> Problem:
    kind, message, context = wrong[:3]
    index, value = wrong[3:] or (None, value)
    return Problem(place if index is None else (*place, index), kind, message, value, context)


def no_json(error: json.JSONDecodeError) -> Problem:
    """Return what is wrong with a body that is not JSON."""
    return Problem(("body", error.pos), "json_invalid", "JSON decode error", {}, {"error": error.msg})


def integer(least: int | None = None, most: int | None = None) -> Rule:
    """Return a rule for whole numbers, also as texts, which all are in a query."""

    def wrong(value: Any) -> Wrong | None:
        if isinstance(value, str) and not re.fullmatch(r"[+-]?[0-9]{1,18}", value):
            message = "Input should be a valid integer, unable to parse string as an integer"
            return "int_parsing", message, {}
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return "int_type", "Input should be a valid integer", {}
        if isinstance(value, float) and value % 1:
            return "int_from_float", "Input should be a valid integer, got a number with a fractional part", {}
        if least is not None and int(value) < least:
            return "greater_than_equal", f"Input should be greater than or equal to {least}", {"ge": least}
        if most is not None and int(value) > most:
            return "less_than_equal", f"Input should be less than or equal to {most}", {"le": most}
        return None

    return wrong


def choice(*values: Any) -> Rule:
    """Return a rule for one of some values."""
    *others, last = map(repr, values)
    expected = f"{', '.join(others)} or {last}" if others else last
    fault = ("enum", f"Input should be {expected}", {"expected": expected})
    return lambda value: None if value in values else fault


def each(rule: Rule) -> Rule:
    """Return a rule for arrays, which says what is wrong with the first item that does not fit."""

    def wrong(value: Any) -> Wrong | None:
        if not isinstance(value, list):
            return "list_type", "Input should be a valid list", {}
        found = ((index, item, rule(item)) for index, item in enumerate(value))
        return next(((*fault[:3], index, item) for index, item, fault in found if fault), None)

    return wrong


def matching(pattern: str) -> Rule:
    """Return a rule for texts of a form."""
    fault = ("string_pattern_mismatch", f"String should match pattern '{pattern}'", {"pattern": pattern})
    return lambda value: None if isinstance(value, str) and re.search(pattern, value) else fault


def pairs(most: int) -> Rule:
    """Return a rule for objects of texts, at most so many."""
    too_long = ("too_long", f"Dictionary should have at most {most} items", {"max_length": most})
    no_texts: Wrong = ("string_type", "Input should be a valid string", {})

    def wrong(value: Any) -> Wrong | None:
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            return no_texts
        return too_long if len(value) > most else None

    return wrong


def or_null(rule: Rule) -> Rule:
    """Return a rule that takes null as well."""
    return lambda value: None if value is None else rule(value)


def uuid(value: Any) -> Wrong | None:
    """Say what is wrong with a value that is not a UUID."""
    is_one = isinstance(value, str) and UUID_FORM.fullmatch(value)
    return None if is_one else ("uuid_parsing", "Input should be a valid UUID", {})


def boolean(value: Any) -> Wrong | None:
    """Say what is wrong with a value that is not a boolean, also as a text, which all are in a query."""
    is_one = isinstance(value, bool) or value in ("true", "false")
    return None if is_one else ("bool_parsing", "Input should be a valid boolean, unable to interpret input", {})


def moment(value: Any) -> Wrong | None:
    """Say what is wrong with a text that is not a time."""
    try:
        as_time(value)
    except ValueError:
        return "datetime_parsing", "Input should be a valid datetime", {}
    return None


def as_time(text: str) -> datetime:
    """Return the time that a text is, in UTC if it has no offset; raises `ValueError` if it is not one."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
