"""Skyvern: no account, but open sessions that can be counted."""

from __future__ import annotations

from skyvern_client.api.sessions import list_sessions

from browser_sessions._account import Account
from browser_sessions._call import Course
from browser_sessions._calls import MAX_LIST
from browser_sessions._inquiry import Inquiry
from browser_sessions._providers.skyvern import view
from browser_sessions._status import SessionStatus


def account(inquiry: Inquiry) -> Course[Account]:
    """Return how many sessions run."""
    rows = yield from inquiry._replace(max_body=MAX_LIST).ask(list_sessions)
    return Account(running=sum(view(row).status is SessionStatus.RUNNING for row in rows))
