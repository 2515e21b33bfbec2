"""Times as people write them, such as 90s or 1h30m, and the current time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    _ParamType = click.ParamType[timedelta]
else:
    _ParamType = click.ParamType  # which older versions of click cannot subscript

_NUMBER = r"([0-9]{1,8}(?:\.[0-9]{1,6})?)"
_SECONDS = re.compile(_NUMBER)
_PARTS = re.compile(rf"(?=.)(?:{_NUMBER}d)?(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s)?")
_UNITS = ("days", "hours", "minutes", "seconds")


class Duration(_ParamType):
    """The type of an option that takes a time, which is a `timedelta`.

    Args:
        least: The shortest time that is allowed, as people write it.
        most: The longest, by default what every system can wait for.

    """

    name = "time"

    def __init__(self, least: str, most: str = "10d") -> None:
        self._least, self._most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the time that was written."""
        try:
            time = _parse(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)
        if not _parse(self._least) <= time <= _parse(self._most):
            self.fail(f"{value!r} is not a time from {self._least} to {self._most}.", param, ctx)
        return time


def now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


def _parse(text: str) -> timedelta:
    if found := _SECONDS.fullmatch(text):
        return timedelta(seconds=float(found[1]))
    if found := _PARTS.fullmatch(text):
        parts = dict(zip(_UNITS, found.groups(), strict=True))
        return timedelta(**{unit: float(part) for unit, part in parts.items() if part})
    raise ValueError(f"{text!r} is not a time: write it as 90s, 5m, 2h, 1h30m, 1d, or as a number of seconds")
