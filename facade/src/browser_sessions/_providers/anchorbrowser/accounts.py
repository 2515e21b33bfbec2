"""Anchor Browser: credits, and a limit that may be none."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from anchorbrowser_client.api.account import get_account
from anchorbrowser_client.api.sessions import list_sessions

from browser_sessions._account import Account
from browser_sessions._call import Course
from browser_sessions._inquiry import Inquiry
from browser_sessions._reading import amount_of, count_of

_UNLIMITED = -1
_LEAST_PAGE = 10


def account(inquiry: Inquiry) -> Course[Account]:
    """Return the account; the sessions that run are those of the team."""
    found = (yield from inquiry.ask(get_account)).data
    running = yield from inquiry.ask(list_sessions, status="running", limit=_LEAST_PAGE)
    is_unlimited = found.max_concurrent_browsers == _UNLIMITED
    limit = None if is_unlimited else count_of(found.max_concurrent_browsers)
    return Account(
        concurrency_limit=limit,
        is_unlimited=None if limit is None and not is_unlimited else is_unlimited,
        running=count_of(running.data.total),
        spent=amount_of(found.credits_used, "credits_used", []),
        balance=amount_of(found.credits_, "credits", []),
        unit="credits",
        period_start=_month(found.billing_period),
    )


def _month(period: object) -> datetime | None:
    """Return the beginning of a month, such as "2026-03"."""
    if not isinstance(period, str) or not re.fullmatch(r"20\d\d-(?:0[1-9]|1[0-2])", period, re.ASCII):
        return None
    return datetime(int(period[:4]), int(period[5:]), 1, tzinfo=UTC)
