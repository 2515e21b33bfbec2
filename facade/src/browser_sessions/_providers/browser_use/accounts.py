"""Browser Use: limit, load and balance in one response; nothing about what was spent."""

from __future__ import annotations

from browser_use_client.api.account import get_account
from browser_use_client.types import Unset

from browser_sessions._account import Account
from browser_sessions._call import Course
from browser_sessions._inquiry import Inquiry
from browser_sessions._reading import amount_of, count_of


def account(inquiry: Inquiry) -> Course[Account]:
    """Return the account."""
    found = yield from inquiry.ask(get_account)
    named = found.concurrent_session_limit
    limit = count_of(found.rate_limit if isinstance(named, Unset) else named)  # its older name
    return Account(
        concurrency_limit=limit,
        is_unlimited=None if limit is None else False,
        running=count_of(found.active_session_count),
        balance=amount_of(found.total_credits_balance_usd, "totalCreditsBalanceUsd", []),
        unit="USD",
    )
