"""What each provider offers of each operation, as data that is made when it is first asked for."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from browser_sessions._providers._table import ROWS

OPERATIONS = ("get", "list", "create", "stop", "live_view", "recordings", "account")
"""What can be asked of a provider, by the names of `Client`'s methods."""


class Option(NamedTuple):
    """An option of an operation.

    Attributes:
        unit: What its number counts on the wire, such as "minutes"; None where it is no number.
        least: Its least value, in that unit; None where the provider says none.
        most: Its largest value, in that unit; None where the provider says none.

    """

    unit: str | None = None
    least: int | None = None
    most: int | None = None


class Operation(NamedTuple):
    """What a provider offers of an operation.

    Attributes:
        is_available: Whether it offers it at all.
        options: What can be asked for, by the name of the argument here.
        fields: The fields of the result that it can ever fill; for `get`, those in the provider's own `fields`.
        order: Of a list: "newest" first, "open-first", or "unknown".
        window: Of a list: how far back it reaches; None where it has no known end.

    """

    is_available: bool
    options: Mapping[str, Option] = MappingProxyType({})
    fields: frozenset[str] = frozenset()
    order: Literal["newest", "open-first", "unknown"] | None = None
    window: timedelta | None = None


@functools.cache
def operations_of(slug: str) -> Mapping[str, Operation]:
    """Return what a provider offers of each operation in `OPERATIONS`."""
    return MappingProxyType({name: _operation(name, ROWS[slug]) for name in OPERATIONS})


def require(slug: str, name: str) -> None:
    """Refuse an operation that a provider does not offer.

    Raises:
        Unsupported: It does not; the message names those that do.

    """
    from browser_sessions._providers import PROVIDERS
    from browser_sessions.errors import Unsupported

    if not PROVIDERS[slug].operations[name].is_available:
        able = ", ".join(each.name for each in PROVIDERS.values() if each.operations[name].is_available)
        lack, have = _LACKS[name]
        raise Unsupported(f"{PROVIDERS[slug].name}: its API {lack}; {have} {able}", provider=slug)


_LACKS = {
    "create": ("creates no sessions", "create them with"),
    "stop": ("stops no sessions", "they can be stopped with"),
    "live_view": ("has no live view", "there is one with"),
    "recordings": ("has no recordings", "there are some with"),
    "account": ("has no account", "there is one with"),
}
"""What a provider without an operation lacks, and how to go on to those that have it."""


def _operation(name: str, row: dict[str, Any]) -> Operation:
    if name not in row["operations"]:
        return Operation(is_available=False)
    described = row["operations"][name]
    return Operation(
        is_available=True,
        options=MappingProxyType({each: Option(**option) for each, option in described.get("options", {}).items()}),
        fields=frozenset(described.get("fields", row["fields"])),
        order=described.get("order"),
        window=timedelta(days=described["window_days"]) if "window_days" in described else None,
    )
