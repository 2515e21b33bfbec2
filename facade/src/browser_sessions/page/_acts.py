"""What the page asks for beyond a look: URLs of a session, and the end of some."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from browser_sessions import AsyncClient, BrowserSession
from browser_sessions.errors import BrowserSessionsError
from browser_sessions.page._fleet import Fleet, row_of

LONGEST_BODY = 1 << 20
"""Bytes of a request: the references of some thousand sessions."""

Act = tuple[Callable[[Any], Any], Callable[[Any], Awaitable[Any]]]
"""What reads the body of a request, and what acts on it."""


class Acts:
    """Acts on sessions for the page.

    Args:
        client: What acts; `reap` goes by its owner and its ledger.
        fleet: What is read again once a session was stopped.

    Attributes:
        routes: Where each act is asked for.

    """

    def __init__(self, client: AsyncClient, fleet: Fleet) -> None:
        self._client, self._fleet = client, fleet
        acts: dict[str, Act] = {
            "/live-view": (_ref, self._live_view),
            "/recordings": (_ref, self._recordings),
            "/reapable": (_age, self._reapable),
            "/stop": (_refs, self._stop),
        }
        self.routes = [Route(path, partial(_respond, *act), methods=["POST"]) for path, act in acts.items()]

    async def _live_view(self, ref: str) -> Any:
        view = await self._client.live_view(ref)
        return {"links": [{"name": "Live view", "url": view.url}]}

    async def _recordings(self, ref: str) -> Any:
        found = await self._client.recordings(ref)
        return {"links": [{"name": each.filename or "Recording", "url": each.url} for each in found]}

    async def _reapable(self, age: timedelta) -> Any:
        """Return the sessions that `reap` would stop, and what else it reports; nothing is stopped."""
        report = await self._client.reap(older_than=age)
        kept: dict[str, Iterable[object]] = {
            "may come from an interrupted create, or belong to another program": [
                each.ref for each in report.candidates
            ],
            "has no time of creation or of its start that has passed": [each.ref for each in report.ageless],
            "is not found by its provider": report.missing,
            "belongs to another key or host, so its provider was not asked": report.foreign,
        }
        return {
            "sessions": [row_of(each) for each in report.stopped],
            "notes": [
                *(str(each) for each in report.failed),
                *report.unread,
                *(f"{name} {why}: it is not stopped" for why, names in kept.items() for name in names),
            ],
        }

    async def _stop(self, refs: list[str]) -> Any:
        outcomes = await self._client.stop_many(refs)
        for slug in {each.partition(":")[0] for each in refs}:
            self._fleet.hurry(slug)
        return {"results": {str(ref): _result(outcome) for ref, outcome in outcomes}}


def _ref(body: Any) -> str:
    return str(body["ref"])


def _refs(body: Any) -> list[str]:
    return [str(each) for each in body["refs"]]


def _age(body: Any) -> timedelta:
    return timedelta(minutes=body["minutes"])


def _result(outcome: BrowserSession | BrowserSessionsError) -> str:
    return outcome.status if isinstance(outcome, BrowserSession) else str(outcome)


async def _respond(read: Callable[[Any], Any], act: Callable[[Any], Awaitable[Any]], request: Request) -> Response:
    """Respond with what came of an act, or with the sentence of its error."""
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > LONGEST_BODY:
            return _as_json({"error": "The body of the request is too long."}, 413)
    try:
        argument = read(json.loads(content))
    except (KeyError, OverflowError, RecursionError, TypeError, ValueError):
        return _as_json({"error": "The body of the request is invalid."}, 400)
    try:
        return _as_json(await act(argument))
    except BrowserSessionsError as error:
        return _as_json({"error": str(error)}, 502)


def _as_json(content: Any, status: int = 200) -> Response:
    """Return a response whose texts may have any character: what is not ASCII is escaped."""
    return Response(json.dumps(content), status, media_type="application/json")
