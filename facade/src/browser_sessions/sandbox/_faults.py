"""What goes wrong on request: faults of an operation, each for some of its calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

Kind = Literal[
    "refused",
    "failed",
    "unauthorized",
    "lost",
    "slow",
    "delayed",
    "late",
    "hidden",
    "ignored",
    "lingering",
    "shifted",
    "unreadable",
    "drifted",
    "flat",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

_WITH_STATUS = ("refused", "failed")
_WITH_SECONDS = ("slow", "delayed", "late", "hidden", "lingering")

_OF: dict[Kind, tuple[str, ...]] = {
    "late": ("create_session",),
    "hidden": ("create_session",),
    "ignored": ("stop_session",),
    "lingering": ("stop_session",),
    "shifted": ("list_sessions", "list_past_sessions"),
    "unreadable": ("list_sessions", "list_past_sessions"),
    "drifted": ("get_session",),
    "flat": ("get_session",),
}
"""The operations of those that are not for all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, and for which calls of its operation.

    Attributes:
        operation: The operation's name, as the generated clients have it: "create_session".
        kind: What goes wrong.
        amount: A status, seconds, or sessions, by its kind.
        skip: Calls that go well before.
        times: Calls that go wrong then; None for all.

    """

    operation: str
    kind: Kind
    amount: float
    skip: int
    times: int | None


def make_fault(
    operation: str, kind: Kind, amount: float | None = None, *, skip: int = 0, times: int | None = 1
) -> Fault:
    """Return a fault.

    Raises:
        ValueError: There is no such fault, not of this operation, or not without an amount or with this one.

    """
    if kind not in KINDS:
        raise ValueError(f"unknown fault {kind!r}: expected one of {', '.join(KINDS)}")
    if operation not in _OF.get(kind, (operation,)):
        raise ValueError(f"the fault {kind!r} is of {' or '.join(_OF[kind])}, not of {operation}")
    given = 1 if amount is None and kind not in (*_WITH_STATUS, *_WITH_SECONDS) else amount
    if given is None or given < 0 or (kind in _WITH_STATUS and given not in range(400, 600)):
        expected = "a status from 400 to 599" if kind in _WITH_STATUS else "0 or more"
        raise ValueError(f"the fault {kind!r} has the amount {amount!r}: expected {expected}")
    if skip < 0 or (times is not None and times < 1):
        raise ValueError(f"skip={skip}, times={times}: expected skip of 0 or more, and times of 1 or more, or None")
    return Fault(operation, kind, given, skip, times)


def parse_faults(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield providers, and the arguments of `make_fault`, from "skyvern stop_session slow 17; …".

    Raises:
        ValueError: A fault is not written like this.

    """
    for part in filter(None, map(str.strip, text.split(";"))):
        try:
            yield _parse_fault(part.split())
        except (KeyError, ValueError):
            form = "PROVIDER OPERATION FAULT [AMOUNT] [skip=N] [times=N or all]"
            raise ValueError(f"{part!r} is not a fault: expected {form}, and ; between faults") from None


def _parse_fault(words: list[str]) -> tuple[str, dict[str, Any]]:
    counts = {"skip": "0", "times": "1"}
    for word in words:
        name, is_count, count = word.partition("=")
        if is_count:
            counts[{"skip": "skip", "times": "times"}[name]] = count
    provider, operation, kind, *amounts = [word for word in words if "=" not in word]
    (amount,) = map(float, amounts) if amounts else (None,)
    arguments = {"operation": operation, "kind": kind, "amount": amount}
    times = None if counts["times"] == "all" else int(counts["times"])
    return provider, arguments | {"skip": int(counts["skip"]), "times": times}


class Faults:
    """The faults of one provider that are still to come."""

    def __init__(self) -> None:
        self._coming: Sequence[Fault] = ()

    def add(self, fault: Fault) -> None:
        """Let an operation go wrong from its next call on."""
        self._coming = [*self._coming, fault]

    def take(self, operation: str) -> dict[Kind, float]:
        """Return what goes wrong in the next call of an operation: amounts by fault."""
        due = [each for each in self._coming if each.operation == operation and not each.skip]
        self._coming = [left for each in self._coming for left in _after(each, operation)]
        return {each.kind: each.amount for each in due}


def _after(fault: Fault, operation: str) -> list[Fault]:
    """Return what is left of a fault after a call of an operation."""
    if fault.operation != operation:
        return [fault]
    if fault.skip:
        return [replace(fault, skip=fault.skip - 1)]
    if fault.times is None:
        return [fault]
    return [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
