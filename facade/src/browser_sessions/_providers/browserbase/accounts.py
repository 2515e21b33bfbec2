"""Browserbase: minutes of a browser, by project; a key may know several."""

from __future__ import annotations

import httpx
from browserbase_client.api.account import get_usage, list_projects
from browserbase_client.api.sessions import list_sessions
from browserbase_client.models import SessionStatus as Word

from browser_sessions._account import Account
from browser_sessions._call import Course
from browser_sessions._calls import MAX_LIST
from browser_sessions._inquiry import Inquiry
from browser_sessions._providers.browserbase import view
from browser_sessions._reading import amount_of, count_of
from browser_sessions._status import SessionStatus
from browser_sessions.errors import UnexpectedResponse


def account(inquiry: Inquiry) -> Course[Account]:
    """Return the account: minutes of all projects, and the largest of their limits, which is the organisation's."""
    projects = yield from inquiry.ask(list_projects)
    minutes: list[int] = []
    for each in projects:
        found = yield from _minutes(inquiry, each.id)
        minutes += [found] if isinstance(found, int) else []
    running = yield from inquiry._replace(max_body=MAX_LIST).ask(list_sessions, status=Word("RUNNING"))
    limits = [limit for each in projects if (limit := count_of(each.concurrency)) is not None]
    return Account(
        concurrency_limit=max(limits, default=None),
        is_unlimited=False if limits else None,
        running=sum(view(row).status is SessionStatus.RUNNING for row in running),
        # A part of a sum is no sum.
        spent=amount_of(sum(minutes), "browserMinutes", []) if 0 < len(minutes) == projects.sent else None,
        unit="minutes",
    )


def _minutes(inquiry: Inquiry, project: str) -> Course[object]:
    try:
        return (yield from inquiry.ask(get_usage, id=project)).browser_minutes
    except (ValueError, httpx.InvalidURL) as error:
        raise UnexpectedResponse(
            f"browserbase: no request can name a project of this account: {error}", provider="browserbase"
        ) from None
