"""Bright Data: a balance in US dollars; the cost of a zone has an operation of its own, which is not called."""

from __future__ import annotations

from brightdata_client.api.account import get_balance
from brightdata_client.api.sessions import list_sessions

from browser_sessions._account import Account
from browser_sessions._call import Course
from browser_sessions._inquiry import Inquiry
from browser_sessions._reading import amount_of, count_of


def account(inquiry: Inquiry) -> Course[Account]:
    """Return the account."""
    found = yield from inquiry.ask(get_balance)
    running = yield from inquiry.ask(list_sessions, status="running", limit=1)
    return Account(balance=amount_of(found.balance, "balance", []), unit="USD", running=count_of(running.total))
