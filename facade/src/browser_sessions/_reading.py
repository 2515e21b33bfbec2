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
_MAX_DIGITS = 20
_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1

_NO_NUMBER = Decimal("NaN")

# Exact or not at all: an amount is never rounded, and the caller's own decimal context does not matter.
_EXACT = decimal.Context(prec=1000, traps=[decimal.Inexact, decimal.InvalidOperation, decimal.Overflow])
_ROUNDING = decimal.Context(prec=1000, rounding=decimal.ROUND_HALF_EVEN, traps=[decimal.InvalidOperation])


class Answer(Protocol):
    """What every generated model can say of itself."""

    @property
    def unexpected(self) -> dict[str, Any]: ...


class Reading(Generic[U]):
    """How one answer is read: what no view can hold becomes None, and its path is noted.

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
        """Return a number, or a text that is one, as it was written."""
        if not isinstance(value, _NUMBER_OR_TEXT):
            return None
        try:
            amount = Decimal(str(value) if isinstance(value, float) else value)
        except decimal.InvalidOperation:  # no number, such as "N/A"
            amount = _NO_NUMBER
        if amount.is_finite() and not (isinstance(value, str) and _is_pythons(value)):
            return amount
        self.not_held(path)
        return None

    def total(self, first: Decimal | None, second: Decimal | None, path: str) -> Decimal | None:
        """Return the sum of two amounts, once both are known; the path is that of the second."""
        if first is None or second is None:
            return None
        try:
            return _EXACT.add(first, second)
        except decimal.DecimalException:  # 1e900 and 1e-900
            self.not_held(path)
            return None

    def mebibytes(self, value: float | str | U | None, path: str) -> int | None:
        """Return a number of MiB, or a text that is one, as whole bytes."""
        amount = self.amount(value, path)
        if amount is None:
            return None
        if amount.adjusted() > _MAX_DIGITS:  # before it is made an integer of as many digits
            self.not_held(path)
            return None
        return self.whole(int(_ROUNDING.to_integral_value(_ROUNDING.multiply(amount, _MEBIBYTE))), path)

    def not_held(self, path: str) -> None:
        """Note the path of something that no view can hold."""
        self._unheld.append(self._within + path)


def _is_pythons(number: str) -> bool:
    """Whether a text is a number in Python's eyes alone: `1_0`, and digits of other scripts."""
    return "_" in number or not number.isascii()


def status_of(word: str | None, statuses: Mapping[str, SessionStatus]) -> SessionStatus:
    """Return what a provider's word means; words are compared without case."""
    return SessionStatus.UNKNOWN if word is None else statuses.get(word.lower(), SessionStatus.UNKNOWN)


def between(start: datetime | None, end: datetime | None) -> timedelta | None:
    """Return how long it was from one time to another, once both are known."""
    return None if start is None or end is None else end - start


def after(start: datetime | None, duration: timedelta | None) -> datetime | None:
    """Return the time at the end of a duration, once both are known and there is such a time."""
    if start is None or duration is None:
        return None
    try:
        return start + duration
    except OverflowError:
        return None
