"""Limits of a call: how long it may take, and how often it may be tried."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

Seconds = float | timedelta

_THREE_YEARS = 1e8


class Bounds(NamedTuple):
    """How long a call may take, and how often it may be tried.

    Attributes:
        timeout: Seconds for one attempt.
        max_retries: Attempts after the first one.
        deadline: Seconds for all attempts, with the pauses between them.

    """

    timeout: float
    max_retries: int
    deadline: float


def checked_bounds(timeout: Seconds, max_retries: int, deadline: Seconds) -> Bounds:
    """Return the limits that were given as arguments, checked.

    Raises:
        ValueError: A number is out of range.

    """
    if not is_whole(max_retries, least=0):
        raise ValueError(f"max_retries must be a whole number of at least 0, not {max_retries!r}")
    return Bounds(checked_seconds("timeout", timeout), max_retries, checked_seconds("deadline", deadline))


def checked_seconds(name: str, given: Seconds) -> float:
    """Return an argument that limits a time, in seconds.

    Raises:
        ValueError: It is not above zero, or not a number of seconds that a clock can count.

    """
    seconds = given.total_seconds() if isinstance(given, timedelta) else given
    if not _is_number(seconds) or not 0 < seconds <= _THREE_YEARS:  # NaN is neither
        raise ValueError(f"{name} must be a number of seconds above zero, or a timedelta, not {given!r}")
    return seconds


def is_whole(number: object, *, least: int) -> bool:
    """Whether an argument is a whole number that is not too small."""
    return isinstance(number, int) and not isinstance(number, bool) and number >= least


def _is_number(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool)
