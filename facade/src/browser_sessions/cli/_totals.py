"""The totals of each provider's sessions, as a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.table import Table

from browser_sessions import BrowserSession
from browser_sessions.cli._accounts import limit_text
from browser_sessions.cli._tables import plain_table, unreported

if TYPE_CHECKING:
    from browser_sessions.cli._accounts import AccountResult


def totals_table(sessions: Mapping[str, Sequence[BrowserSession]], accounts: Mapping[str, AccountResult]) -> Table:
    """Return a table with a row for each provider: how many sessions, how many may be open, what they cost.

    Args:
        sessions: The sessions by provider.
        accounts: The account at each provider, or the error in its place.

    """
    table = plain_table("provider", "sessions", "open", "limit", "cost")
    for slug, found in sessions.items():
        number_open = sum(not each.status.is_terminal for each in found)
        cost = ", ".join(_costs(found)) or (unreported(slug, "cost") if found else "")
        table.add_row(slug, str(len(found)), str(number_open), limit_text(slug, accounts[slug]), cost)
    return table


def _costs(sessions: Sequence[BrowserSession]) -> Iterator[str]:
    """Yield the cost of sessions in each unit, and how many of them have none if others have."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    costs = [each.cost for each in sessions if each.cost]
    for cost in costs:
        sums[cost.unit] += cost.amount
    for unit, amount in sums.items():
        is_final = all(cost.final for cost in costs if cost.unit == unit)
        yield f"{amount:f} {unit}{'' if is_final else ' so far'}"
    if costs and len(costs) < len(sessions):
        yield f"{len(sessions) - len(costs)} not reported"
