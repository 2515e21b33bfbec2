"""From what a generated model holds to what a view holds: units, zones, and what no view can hold."""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

from browser_sessions._status import SessionStatus

T = TypeVar("T")
U = TypeVar("U")

_NUMBER = (int, float)
_NUMBER_OR_TEXT = (int, float, str)

_MEBIBYTE = Decimal(1024 * 1024)
_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1

_NO_NUMBER = Decimal("NaN")

_MAX_DIGITS = 1000

# Enough for sums of numbers of that size to be exact; and the caller's own decimal context does not matter.
_EXACT = decimal.Context(prec=4 * _MAX_DIGITS, rounding=decimal.ROUND_HALF_EVEN, traps=[])


class Answer(Protocol):
    """What every generated model can say of itself."""

    @property
    def unexpected(self) -> dict[str, Any]: ...


class Reading(Generic[U]):
    """How one answer is read: what no view can hold becomes None, and its path is noted.

    What was `derived` and what is `unexpected` is known once all else has been read.

    Args:
        raw: The model that is viewed.
        unset: The class of what was not sent, which each client has of its own.
        within: What leads from `raw` to the session in it, such as "data."; empty where `raw` is the session.

    """

    def __init__(self, raw: Answer, unset: type[U], within: str = "") -> None:
        self.raw = raw
        self._unset = unset
        self._within = within
        self._derived: list[str] = []
        self._unheld: list[str] = []

    @property
    def derived(self) -> frozenset[str]:
        """The fields that were derived until now."""
        return frozenset(self._derived)

    @property
    def unexpected(self) -> tuple[str, ...]:
        """The paths of what the description does not allow, and of what no view could hold until now."""
        return (*self.raw.unexpected, *self._unheld)

    def known(self, value: T | U | None) -> T | None:
        """Return what was sent, or None."""
        return None if isinstance(value, self._unset) else value  # type: ignore[return-value]  # it is no U

    def word(self, value: str | U | None) -> str | None:
        """Return a word that was sent, as plain text: an enum's member too."""
        return str(value) if isinstance(value, str) else None

    def derive(self, field: str, value: T) -> T:
        """Return a value that was computed from other fields, and note that it was."""
        if value is not None:
            self._derived.append(field)
        return value

    def time(self, value: datetime | U | None, path: str) -> datetime | None:
        """Return a time in UTC, which one without an offset is already."""
        if not isinstance(value, datetime):
            return None
        if value.tzinfo is UTC:
            return value
        try:
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        except (OverflowError, ValueError):  # in the first or the last hours that there are
            self.not_held(path)
            return None

    def seconds(self, value: float | U | None, path: str) -> timedelta | None:
        """Return a number of seconds as a duration."""
        if not isinstance(value, _NUMBER):
            return None
        try:
            return timedelta(0, value)
        except OverflowError:
            self.not_held(path)
            return None

    def minutes(self, value: int | U | None, path: str) -> timedelta | None:
        """Return a number of minutes as a duration."""
        return self.seconds(60 * value if isinstance(value, int) else None, path)

    def whole(self, value: int | U | None, path: str) -> int | None:
        """Return a number of 64 bits."""
        if not isinstance(value, int):
            return None
        if _INT_MIN <= value <= _INT_MAX:
            return value
        self.not_held(path)
        return None

    def amount(self, value: float | str | U | None, path: str) -> Decimal | None:
        """Return a number, or a text that is one, as it was written; one of a thousand digits is no amount."""
        if not isinstance(value, _NUMBER_OR_TEXT):
            return None
        number = str(value) if isinstance(value, float) else value
        try:
            amount = Decimal(number)
        except decimal.InvalidOperation:  # no number, such as "N/A"
            amount = _NO_NUMBER
        # `1_0` and the digits of other scripts are numbers in Python's eyes alone.
        is_odd = isinstance(number, str) and ("_" in number or not number.isascii() or len(number) > _MAX_DIGITS)
        if amount.is_finite() and not is_odd and -_MAX_DIGITS < amount.adjusted() < _MAX_DIGITS:
            return amount
        self.not_held(path)
        return None

    def total(self, first: Decimal | None, second: Decimal | None) -> Decimal | None:
        """Return the sum of two amounts, once both are known."""
        return None if first is None or second is None else _EXACT.add(first, second)

    def mebibytes(self, value: float | str | U | None, path: str) -> int | None:
        """Return a number of MiB, or a text that is one, as whole bytes."""
        amount = self.amount(value, path)
        if amount is None:
            return None
        return self.whole(int(_EXACT.to_integral_value(_EXACT.multiply(amount, _MEBIBYTE))), path)

    def after(self, start: datetime | None, duration: timedelta | None, path: str) -> datetime | None:
        """Return the time at the end of a duration, once both are known; the path is the duration's."""
        if start is None or duration is None:
            return None
        try:
            return start + duration
        except OverflowError:  # after the last day that there is
            self.not_held(path)
            return None

    def not_held(self, path: str) -> None:
        """Note the path of something that no view can hold."""
        self._unheld.append(self._within + path)


def status_of(word: str | None, statuses: Mapping[str, SessionStatus]) -> SessionStatus:
    """Return what a provider's word means; words are compared without case."""
    return SessionStatus.UNKNOWN if word is None else statuses.get(word.lower(), SessionStatus.UNKNOWN)


def between(start: datetime | None, end: datetime | None) -> timedelta | None:
    """Return how long it was from one time to another, once both are known."""
    return None if start is None or end is None else end - start
