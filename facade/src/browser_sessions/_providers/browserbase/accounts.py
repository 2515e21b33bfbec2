"""Browserbase: minutes of a browser, by project; a key may know several."""

from __future__ import annotations

from decimal import Decimal

from browserbase_client.api.account import get_usage, list_projects
from browserbase_client.api.sessions import list_sessions
from browserbase_client.models import SessionStatus as Word

from browser_sessions._account import Account
from browser_sessions._call import Course
from browser_sessions._calls import MAX_LIST
from browser_sessions._inquiry import Inquiry
from browser_sessions._providers.browserbase import view
from browser_sessions._reading import count_of
from browser_sessions._status import SessionStatus


def account(inquiry: Inquiry) -> Course[Account]:
    """Return the account: minutes of all projects, and the largest of their limits, which is the organisation's."""
    projects = yield from inquiry.ask(list_projects)
    minutes = Decimal(0)
    for each in projects:
        minutes += (yield from inquiry.ask(get_usage, id=each.id)).browser_minutes
    running = yield from inquiry.within(inquiry.bounds, MAX_LIST).ask(list_sessions, status=Word("RUNNING"))
    limits = [limit for each in projects if (limit := count_of(each.concurrency)) is not None]
    return Account(
        concurrency_limit=max(limits, default=None),
        is_unlimited=False if limits else None,
        running=sum(view(row).status is SessionStatus.RUNNING for row in running),
        spent=minutes if 0 < len(projects) == projects.sent else None,  # a part of a sum is no sum
        unit="minutes",
    )
