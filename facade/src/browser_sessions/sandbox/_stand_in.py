"""What stands in for one provider: it finds the operation of a request, and carries it out, or lets it go wrong."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

from browser_sessions._providers import PROVIDERS
from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._browser import Browser
from browser_sessions.sandbox._faults import Faults, Kind
from browser_sessions.sandbox._fleet import Clock, Fleet
from browser_sessions.sandbox._life import Session, phrase, session_in, short_session
from browser_sessions.sandbox._messages import Call, Refused, Reply, Request, Route, Wire, without_id
from browser_sessions.sandbox._scenarios import SCENARIOS, WITHOUT_SESSION

Own = Mapping[str, Any] | int
"""The body of a response, or the status of an error."""


class StandIn:
    """A provider in the sandbox.

    Args:
        slug: The provider.
        key: The key that it takes.
        clock: The time.

    Attributes:
        wire: What its module defines.
        fleet: Its sessions.
        faults: What is to go wrong.
        browser: What stands in for the browsers of the sessions that come, if anything does.

    """

    fleet: Fleet
    faults: Faults

    def __init__(self, slug: str, key: str, clock: Clock) -> None:
        self.wire: Wire = import_module(f"browser_sessions.sandbox._wire.{slug}").WIRE
        self.browser: Browser | None = None
        self._header = PROVIDERS[slug].connect_header
        self._key, self._clock = key, clock
        self._names = {self.wire.id_of(name): name for name in SCENARIOS}
        self._patterns = {name: _pattern_of(route, self.wire) for name, route in self.wire.routes.items()}
        self.reset()

    def reset(self) -> None:
        """Begin anew: with the sessions that are there from the start, and with nothing that goes wrong."""
        self.fleet = Fleet(self._clock, self.wire.limits, self._named, self.browser)
        self.faults = Faults()
        self._asked: Counter[str] = Counter()
        self._own: dict[str, Sequence[Own]] = {}
        for session in self.wire.seeds(self._clock.now()):
            self.fleet.add(session)

    def add(self, session_id: str, replies: Sequence[Own]) -> None:
        """Let an id be responded to with one body or status after the other, the last one for ever."""
        self._own[session_id] = replies
        self._asked[session_id] = 0

    async def respond(self, request: Request) -> Reply:
        """Return what a request is replied to with, when it is time for it."""
        matches = {name: found for name, each in self._patterns.items() if (found := each.fullmatch(request.path))}
        methods = {self.wire.routes[name].method: name for name in reversed(matches)}
        if request.method not in methods:
            status, headers = (405, {"allow": ", ".join(methods)}) if methods else (404, {})
            return Reply(status, self.wire.failure(status, "", phrase(status)), headers)
        name = methods[request.method]
        session_id = matches[name].groupdict().get("id", "")
        if request.headers.get(self.wire.header) != self.wire.prefix + self._key:
            return self.wire.unauthorized(request.headers)
        faults = self.faults.take(name) | (self._turn(session_id) if name == "get_session" else {})
        call = Call(self.wire, self.fleet, request, session_id, faults)
        if name == "get_session" and session_id in self._own:
            return self._added(call)
        return await self._carry_out(self.wire.routes[name], call)

    def discover(self, session_id: str, headers: Mapping[str, str]) -> Reply:
        """Return the WebSocket address of a session's browser, as a browser gives its own, while the session runs."""
        if self._header and headers.get(self._header) != self._key:
            return self.wire.unauthorized(headers)
        session = self.fleet.find(session_id)
        if session and session.browser and session.at(self.fleet.now).status is SessionStatus.RUNNING:
            return Reply(200, {"webSocketDebuggerUrl": session.browser.websocket})
        return self.wire.absent(session_id)

    async def _carry_out(self, route: Route, call: Call) -> Reply:
        faults = call.faults
        await asyncio.sleep(faults.get("slow", 0))
        if "unauthorized" in faults:
            return self.wire.unauthorized({})
        if "refused" in faults:
            return self._failure(faults["refused"], call)
        for _ in range(int(faults.get("shifted", 0))):
            self.fleet.add(self.wire.new_session(self.fleet, {}, call.now))
        reply = self._reply(route, call)
        await asyncio.sleep(faults.get("delayed", 0))
        if "failed" in faults:
            return self._failure(faults["failed"], call)
        return replace(reply, is_lost="lost" in faults)

    def _reply(self, route: Route, call: Call) -> Reply:
        """Return what an operation sends, and what its faults make of that."""
        try:
            reply = route.reply(call)
        except Refused as refused:
            return refused.reply
        if "unreadable" in call.faults:
            return replace(reply, body=without_id(reply.body, route.rows))
        if "drifted" in call.faults:
            return replace(reply, body=self.wire.drifted(reply.body))
        if "flat" in call.faults:
            return replace(reply, body=reply.body.get("data", reply.body))
        return reply

    def _added(self, call: Call) -> Reply:
        """Return what was added for an id."""
        replies = self._own[call.id]
        reply = replies[min(self._asked[call.id], len(replies)) - 1]
        return self._failure(reply, call) if isinstance(reply, int) else Reply(200, reply)

    def _failure(self, status: float, call: Call) -> Reply:
        headers = self.wire.limited if status == 429 else {}  # noqa: PLR2004 - HTTP's own
        return Reply(int(status), self.wire.failure(int(status), call.id, None), headers)

    def _turn(self, session_id: str) -> dict[Kind, float]:
        """Return what goes wrong in this request of all that get a session."""
        turns = SCENARIOS[self._names[session_id]].turns if session_id in self._names else ({},)
        self._asked[session_id] += 1
        return turns[(self._asked[session_id] - 1) % len(turns)]

    def _named(self, session_id: str) -> Session | None:
        """Return the session of a scenario as it is now; it is in no list."""
        name = self._names.get(session_id)
        if name is None or name in WITHOUT_SESSION:
            return None
        status, now = SCENARIOS[name].status, self.fleet.now
        if status:
            session = session_in(session_id, status, now, self.wire.example)
        else:
            session = short_session(session_id, now, self.wire.example)
        session.listed_from, session.browser = None, self.browser
        if not status:
            self.fleet.add(session)
        return session


def _pattern_of(route: Route, wire: Wire) -> re.Pattern[str]:
    """Return what the paths of a route match."""
    path = re.escape(route.path).replace(r"\{id\}", "(?P<id>[^/]+)")
    return re.compile(path + ("/?" if wire.takes_final_slash else ""))


def open_stand_ins(key: str, clock: Clock) -> dict[str, StandIn]:
    """Return what stands in for each provider."""
    return {slug: StandIn(slug, key, clock) for slug in PROVIDERS}
