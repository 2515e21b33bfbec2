"""The operations of each provider, as data that is made when it is first used."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from browser_sessions._providers._table import ROWS
from browser_sessions.errors import Unsupported

OPERATIONS = ("get", "list", "create", "stop", "live_view", "recordings", "account")
"""All operations, by the names of `Client`'s methods."""


class Option(NamedTuple):
    """An option of an operation.

    Attributes:
        unit: The unit of its number in the request, such as "minutes"; None if it is not a number.
        least: Its least value, in that unit; None if the provider states none.
        most: Its largest value, in that unit; None if the provider states none.

    """

    unit: str | None = None
    least: int | None = None
    most: int | None = None


class Operation(NamedTuple):
    """An operation of a provider.

    Attributes:
        is_available: Whether the provider offers it.
        options: Its options, by the name of the argument here.
        fields: The fields of the result that it can ever fill; for `get`, those in the provider's own `fields`.
        order: Of a list: "newest" first, "open-first", or "unknown".
        window: Of a list: how far back it reaches; None where it has no known end.

    """

    is_available: bool
    options: Mapping[str, Option] = MappingProxyType({})
    fields: frozenset[str] = frozenset()
    order: Literal["newest", "open-first", "unknown"] | None = None
    window: timedelta | None = None


def require(slug: str, operation: str, *, option: str | None = None) -> None:
    """Refuse an operation or option that a provider does not offer, before anything is sent.

    Args:
        slug: The provider.
        operation: One of `OPERATIONS`.
        option: One of the operation's options, by the name of the argument here.

    Raises:
        Unsupported: The provider has no such operation, or the operation no such option; the message names the
            providers that have.

    """
    able = [each for each in ROWS if _has(each, operation, option)]
    if slug not in able:
        name, subject = ROWS[slug]["name"], f"`{option}` of `{operation}`" if option else f"`{operation}`"
        others = ", ".join(ROWS[each]["name"] for each in able)
        raise Unsupported(f"{name} does not offer {subject}; these do: {others}", provider=slug)


def _has(slug: str, operation: str, option: str | None) -> bool:
    offered = operations_of(slug)[operation]
    return offered.is_available and (option is None or option in offered.options)


@functools.cache
def operations_of(slug: str) -> Mapping[str, Operation]:
    """Return a provider's operations, by their names in `OPERATIONS`."""
    return MappingProxyType({name: _operation(name, ROWS[slug]) for name in OPERATIONS})


def _operation(name: str, row: dict[str, Any]) -> Operation:
    if name not in row["operations"]:
        return Operation(is_available=False)
    described = row["operations"][name]
    return Operation(
        is_available=True,
        options=MappingProxyType({each: Option(**option) for each, option in described.get("options", {}).items()}),
        fields=frozenset(described.get("fields", row["fields"])) - {*described.get("lacks", ())},
        order=described.get("order"),
        window=timedelta(days=described["window_days"]) if "window_days" in described else None,
    )
