"""From what a generated model holds to what a view holds: units, zones, and what no view can hold.

Each function takes a value as a model has it, which may be the client's `UNSET`, and returns None for it. A value that
no view can hold becomes None too, and its path is added to `notes`.
"""

from __future__ import annotations

import decimal
import functools
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from browser_sessions._status import SessionStatus

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

_MEBIBYTE = Decimal(1024 * 1024)
_INT_MAX = 2**63 - 1

_FIRST_YEAR = 2000
"""Before it, no session ran."""

_MAX_DIGITS = 1000

MARKER = "browser-sessions"
"""The label of the sessions that this package creates."""

# What nearly all addresses are, in half the time of what they may be.
_usual_address = re.compile(r"(?:https?|wss?)://[A-Za-z0-9.-]+(?:[/?][!-~]*)?").fullmatch

# A text, which is compiled with the first address. No white space, no control character, no backslash before the path:
# what one parser drops there, another does not.
_REST = r"[^\x00-\x20\x7f\s]*"
_HOST = r"(?:\[[0-9a-fA-F:.]+\]|[^\x00-\x20\x7f\s/?#@:\[\]\\]+)"
_ADDRESS = rf"(?i:https?|wss?)://(?:[^\x00-\x20\x7f\s/?#@\\]*@)?{_HOST}(?::[0-9]{{1,5}})?(?:[/?#]{_REST})?"

_SHORT = 40
"""Characters of an amount that needs no other check."""

# Enough for sums of numbers of that size to be exact; and the caller's own decimal context does not matter.
_EXACT = decimal.Context(prec=4 * _MAX_DIGITS, rounding=decimal.ROUND_HALF_EVEN, traps=[])


class Model(Protocol):
    """What every generated model has."""

    @property
    def unexpected(self) -> dict[str, Any]: ...


def text_of(value: object) -> str | None:
    """Return a text that was sent, as plain text: an enum's member too."""
    if type(value) is str:
        return value
    text = getattr(value, "_value_", value)  # `value.value` is three times as slow
    return text if isinstance(text, str) else None


def status_of(raw_status: str | None, statuses: Mapping[str, SessionStatus]) -> SessionStatus:
    """Return what a provider's own status means, in upper or lower case."""
    if raw_status is None:
        return SessionStatus.UNKNOWN
    return statuses.get(raw_status) or statuses.get(raw_status.lower(), SessionStatus.UNKNOWN)


def address_of(value: object, path: str, notes: list[str]) -> str | None:
    """Return an absolute http or WebSocket URL with a host: a driver takes other texts for a browser of this machine.

    A URL in which parsers disagree about the host is not one.
    """
    if not isinstance(value, str):
        return None
    if _usual_address(value) or re.fullmatch(_ADDRESS, value):
        return value
    notes.append(path)
    return None


def time_of(value: object, path: str, notes: list[str]) -> datetime | None:
    """Return a time in UTC, which one without an offset is already."""
    if not isinstance(value, datetime):
        return None
    if value.year < _FIRST_YEAR:  # a zero of Go or Unix, which stands for no time
        notes.append(path)
        return None
    zone = value.tzinfo
    if zone is UTC:
        return value
    if zone is None:
        return datetime.combine(value, value.time(), UTC)  # three times as fast as `replace`
    try:
        return value.astimezone(UTC)
    except (OverflowError, ValueError):  # in the first or the last hours that there are
        notes.append(path)
        return None


def duration_of(value: object, unit: timedelta, path: str, notes: list[str]) -> timedelta | None:
    """Return a number of some unit as a duration, which is not negative."""
    if not isinstance(value, int) and not isinstance(value, float):
        return None
    try:
        if value >= 0:
            return unit * value
    except OverflowError:
        pass
    notes.append(path)
    return None


def whole_of(value: object, path: str, notes: list[str]) -> int | None:
    """Return a number of bytes: of 64 bits, and not negative."""
    if not isinstance(value, int):
        return None
    if 0 <= value <= _INT_MAX:
        return value
    notes.append(path)
    return None


def count_of(value: object) -> int | None:
    """Return a number of things, which is whole, of 64 bits, and not negative."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return whole_of(value, "", [])


def amount_of(value: object, path: str, notes: list[str]) -> Decimal | None:
    """Return a number, or a text that is one, as it was written; not one of a thousand digits."""
    if isinstance(value, float):
        value = str(value)
    if isinstance(value, str):
        # Digits and perhaps a point, which is what nearly all are: there is nothing else to check then.
        if len(value) <= _SHORT and value.isascii() and value.replace(".", "", 1).isdecimal():
            return Decimal(value)
    elif not isinstance(value, int):
        return None
    elif -_INT_MAX < value < _INT_MAX:
        return Decimal(value)
    return _unusual_amount(value, path, notes)


def _unusual_amount(value: str | int, path: str, notes: list[str]) -> Decimal | None:
    """Return an amount in any other form; `1_0` and digits of other scripts are numbers in Python's eyes alone."""
    is_odd = isinstance(value, str) and (not value.isascii() or len(value) > _MAX_DIGITS)
    # NaN where it is not a number, such as "N/A", which would be an error in most contexts; it takes no "_".
    amount = _EXACT.create_decimal(value.strip() if isinstance(value, str) else value)
    if amount.is_finite() and not is_odd and -_MAX_DIGITS < amount.adjusted() < _MAX_DIGITS:
        return amount
    notes.append(path)
    return None


def mebibytes_of(value: object, path: str, notes: list[str]) -> int | None:
    """Return a number of MiB, or a text that is one, as whole bytes."""
    amount = amount_of(value, path, notes)
    if not amount:
        return None if amount is None else 0
    return whole_of(round(_EXACT.multiply(amount, _MEBIBYTE)), path, notes)


def sum_of(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    """Return the sum of two amounts, once both are known."""
    return None if first is None or second is None else _EXACT.add(first, second)


def take_marker(labels: dict[str, Any]) -> str | None:
    """Take our own label out of a session's labels, and return it; one that is not a text is someone else's."""
    if not isinstance(labels.get(MARKER), str):
        return None
    marker: str = labels.pop(MARKER)
    return marker


def between(start: datetime | None, end: datetime | None, path: str, notes: list[str]) -> timedelta | None:
    """Return how long it was from one time to a later one, once both are known; the path is the later one's."""
    if start is None or end is None:
        return None
    if end >= start:
        return end - start
    notes.append(path)
    return None


def after(start: datetime | None, duration: timedelta | None, path: str, notes: list[str]) -> datetime | None:
    """Return the time at the end of a duration, once both are known; the path is the duration's."""
    if start is None or duration is None:
        return None
    try:
        return start + duration
    except OverflowError:  # after the last day that there is
        notes.append(path)
        return None


@functools.cache
def derived_of(*names: str | None) -> frozenset[str]:
    """Return the names of derived fields, without None, as one set that all views with the same names share."""
    return frozenset(name for name in names if name is not None)


def unexpected_in(raw: Model, notes: list[str], within: str = "") -> tuple[str, ...]:
    """Return the paths of what the description does not allow, and of what no view can hold.

    Args:
        raw: The model that is viewed.
        notes: Paths within the session.
        within: What leads from `raw` to the session in it, such as "data.".

    """
    found = raw.unexpected
    return (*found, *[within + path for path in notes]) if found or notes else ()
