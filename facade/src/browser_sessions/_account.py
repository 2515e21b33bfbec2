"""What a provider reports about the account of a key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Limits, load and money of the account of a key; None means that the provider does not report it.

    Attributes:
        concurrency_limit: How many sessions may run at once.
        is_unlimited: Whether any number of sessions may run at once.
        running: How many sessions run now.
        spent: How much was used since `period_start`.
        balance: How much is left to be used.
        unit: The unit of `spent` and `balance`: "USD", the provider's own "credits", or "minutes" of a browser.
        period_start: Since when `spent` counts, UTC; None if it counts all that was ever used.

    """

    concurrency_limit: int | None = None
    is_unlimited: bool | None = None
    running: int | None = None
    spent: Decimal | None = None
    balance: Decimal | None = None
    unit: Literal["USD", "credits", "minutes"] | None = None
    period_start: datetime | None = None
