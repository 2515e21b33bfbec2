"""Requests and replies, and what a provider's module defines of both."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from browser_sessions.sandbox import _checks
from browser_sessions.sandbox._checks import Problem, Rule
from browser_sessions.sandbox._faults import Kind
from browser_sessions.sandbox._fleet import Fleet, Limits
from browser_sessions.sandbox._life import Life, Session


@dataclass(frozen=True, slots=True)
class Request:
    """A request.

    Attributes:
        method: Its method, in upper case.
        path: Its path, decoded, below the provider's own folder.
        headers: Its headers, by names in lower case.
        query: The values of its query, by name.
        content: Its body.

    """

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent.

    Attributes:
        status: The HTTP status.
        body: What is sent as JSON; bytes are sent as a video.
        headers: What is sent with it.
        is_lost: Whether the connection breaks off in the middle of it.

    """

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    is_lost: bool = False


class Refused(Exception):  # noqa: N818 - a reply, not an error of the sandbox
    """A request is replied to with an error.

    Attributes:
        reply: The reply.

    """

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Call:
    """A request for an operation.

    Attributes:
        wire: The provider.
        fleet: Its sessions.
        request: The request.
        id: The id in its path, if there is one there.
        faults: What goes wrong, as `Faults.take` returns it.

    """

    wire: Wire
    fleet: Fleet
    request: Request
    id: str
    faults: Mapping[Kind, float]

    @property
    def now(self) -> datetime:
        """The time."""
        return self.fleet.now

    def refusal(self, status: int, says: Any = None, headers: Mapping[str, str] | None = None) -> Refused:
        """Return an error in the provider's own form."""
        return Refused(Reply(status, self.wire.failure(status, self.id, says), headers or {}))

    def session(self) -> Session:
        """Return the session with the id in the path.

        Raises:
            Refused: There is no such session.

        """
        found = self.fleet.find(self.id)
        if not found:
            raise Refused(self.wire.absent(self.id))
        return found

    def life(self) -> Life:
        """Return what the session with the id in the path is now; raises as `session` does."""
        return self.session().at(self.now)

    def query(self, name: str, default: str = "") -> str:
        """Return the last value of a name in the query."""
        return [default, *self.request.query.get(name, ())][-1]

    def number(self, name: str, default: int) -> int:
        """Return the number of a name in the query, which was checked."""
        return int(self.query(name, str(default)))

    def check_query(self, rules: Mapping[str, Rule]) -> None:
        """Raise `Refused` if a value of the query is against a rule."""
        self._refuse(_checks.check({name: self.query(name) for name in self.request.query}, rules, "query"))

    def body(self, rules: Mapping[str, Rule], *, is_required: bool = False) -> dict[str, Any]:
        """Return the object that was sent, {} for nothing.

        Raises:
            Refused: It is missing and required, not JSON, not an object, or against a rule.

        """
        if not self.request.content and is_required:
            self._refuse([Problem(("body",), *_checks.MISSING)])
        try:
            body = json.loads(self.request.content.decode(errors="replace") or "{}")
        except json.JSONDecodeError as error:
            raise self.rejection([_checks.no_json(error)]) from None
        body = {} if body is None and not is_required else body
        if not isinstance(body, dict):
            raise self.rejection([Problem(("body",), *_checks.NO_OBJECT, body)])
        self._refuse(_checks.check(body, rules, "body"))
        return body

    def rejection(self, problems: list[Problem]) -> Refused:
        """Return the provider's reply to a request with problems."""
        return Refused(self.wire.malformed(problems))

    def _refuse(self, problems: list[Problem]) -> None:
        if problems:
            raise self.rejection(problems)

    def start(self, options: Mapping[str, Any], too_many: Callable[[Limits, int], Reply]) -> Session:
        """Start a session, which the faults of this call may keep from being found.

        Args:
            options: The body of the request.
            too_many: Returns the reply when a limit is reached, with the seconds to wait where it is of a minute, or 0.

        Raises:
            Refused: The account's limits do not allow it.

        """
        seconds = self.fleet.seconds_to_wait()
        if seconds or self.fleet.is_full():
            raise Refused(too_many(self.fleet.limits, seconds))
        self.fleet.count_creation()
        session = self.wire.new_session(self.fleet, options, self.now)
        if "late" in self.faults:
            session.listed_from = self.now + timedelta(seconds=self.faults["late"])
        if "hidden" in self.faults:
            session.listed_from = session.found_from = self.now + timedelta(seconds=self.faults["hidden"])
        self.fleet.add(session)
        return session

    def stop(self) -> Session:
        """End the session with the id in the path, if the faults of this call let that be; raises as `session` does."""
        session = self.session()
        if "ignored" not in self.faults:
            self.fleet.end(session, timedelta(seconds=self.faults.get("lingering", 0)))
        return session


@dataclass(frozen=True, slots=True)
class Route:
    """An operation of a provider.

    Attributes:
        method: Its method, in upper case.
        path: Its path, with `{id}`, below the provider's own folder.
        reply: What it sends.
        rows: The names below which the rows of a list are in its body.

    """

    method: str
    path: str
    reply: Callable[[Call], Reply]
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wire:
    """What a provider's module defines.

    Attributes:
        header: The header that carries the key.
        prefix: What stands before the key in it.
        routes: Its operations, by the names that the generated clients have for them, in the order they are looked for.
        id_of: The id of a session, in the provider's own form, from a name.
        example: The body of a request for such sessions as the scenarios are.
        limits: What an account allows, unless it is set.
        new_session: Returns a session that is created now with options.
        failure: The body of an error, by status and id, and with an explanation other than the usual.
        absent: The reply for an id of which there is no session.
        malformed: The reply for a request with problems.
        unauthorized: The reply for a request's headers without the right key.
        limited: The headers of a 429 that no limit of the sandbox is behind.
        drifted: Makes a future API's body of a session from today's.
        seeds: Sessions that are there from the start.
        takes_final_slash: Whether a path may end in a slash.

    """

    header: str
    prefix: str
    routes: Mapping[str, Route]
    id_of: Callable[[str], str]
    example: Mapping[str, Any]
    limits: Limits
    new_session: Callable[[Fleet, Mapping[str, Any], datetime], Session]
    failure: Callable[[int, str, Any], Any]
    absent: Callable[[str], Reply]
    malformed: Callable[[list[Problem]], Reply]
    unauthorized: Callable[[Mapping[str, str]], Reply]
    limited: Mapping[str, str]
    drifted: Callable[[Any], Any]
    seeds: Callable[[datetime], Sequence[Session]] = lambda now: ()  # noqa: ARG005
    takes_final_slash: bool = False


def without_id(body: Any, rows: tuple[str, ...]) -> Any:
    """Return the body of a list with a first row that cannot be read: all that it holds is null."""
    if not rows:
        return [dict.fromkeys(body[0] if body else ()), *body[1:]]
    return body | {rows[0]: without_id(body[rows[0]], rows[1:])}
