"""What the sandbox answers: a scenario is an id of each provider, and what comes of asking for it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from browser_sessions._providers import PROVIDERS
from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._life import age, live

SLOW = 2.0
"""Seconds after which the slow session answers."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent.

    Attributes:
        status: The HTTP status.
        body: What is sent as JSON.
        headers: What is sent with it.
        delay: Seconds to wait before.
        is_lost: Whether the connection breaks off in the middle of it.

    """

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0
    is_lost: bool = False


class Wire:
    """A provider's side of the sandbox: its sessions, and how often each was asked for.

    Args:
        slug: The provider.
        key: The key that it takes.

    """

    def __init__(self, slug: str, key: str) -> None:
        self._wire: Any = import_module(f"browser_sessions.sandbox._wire.{slug}")
        self._key = key
        self._asked: Counter[str] = Counter()
        self._born: dict[str, float] = {}
        self._own: dict[str, Sequence[Mapping[str, Any] | int]] = {}
        self._names = {self._wire.id_of(name): name for name in SCENARIOS}

    @property
    def header(self) -> str:
        """The header that carries the key."""
        return str(self._wire.HEADER)

    @property
    def prefix(self) -> str:
        """What stands before the key in it."""
        return str(self._wire.PREFIX)

    @property
    def path(self) -> str:
        """Its path, below its own folder, with `{id}`."""
        return str(self._wire.PATH)

    def id_of(self, scenario: str) -> str:
        """Return the id that stands for a scenario."""
        return str(self._wire.id_of(scenario))

    def add(self, session_id: str, answers: Sequence[Mapping[str, Any] | int]) -> None:
        """Let an id be answered with one body or status after the other, the last one for ever."""
        self._own[session_id] = answers
        self._asked[session_id] = 0

    def reply(self, session_id: str, headers: Mapping[str, str]) -> Reply:
        """Return what a request is answered with."""
        name = self._names.get(session_id, "")
        if headers.get(self.header) != self.prefix + self._key or (name == "bad_key" and session_id not in self._own):
            return self.failure(self._wire.BAD_KEY, session_id)
        self._asked[session_id] += 1
        if session_id in self._own:
            answers = self._own[session_id]
            answer = answers[min(self._asked[session_id], len(answers)) - 1]
            return self.failure(answer, session_id) if isinstance(answer, int) else Reply(200, answer)
        return SCENARIOS[name](self, session_id) if name else self.failure(self._wire.absent(session_id), session_id)

    def failure(self, status: int, session_id: str) -> Reply:
        """Return an error in the provider's own form."""
        headers = self._wire.LIMIT if status == 429 else {}  # noqa: PLR2004 - HTTP's own
        return Reply(status, self._wire.failure(status, session_id), headers)

    def session(self, session_id: str, status: SessionStatus) -> Reply:
        """Return a session that has a status now."""
        return Reply(200, self._wire.answer(live(session_id, status, datetime.now(UTC))))

    def living(self, session_id: str) -> Reply:
        """Return a session that was created when it was asked for the first time."""
        now = time.time()
        born = self._born.setdefault(session_id, now)
        return Reply(200, self._wire.answer(age(session_id, now - born, datetime.fromtimestamp(born, UTC))))

    def drifted(self, session_id: str) -> Reply:
        """Return a session of tomorrow's API."""
        return Reply(200, self._wire.drifted(self.session(session_id, SessionStatus.RUNNING).body))

    def turn(self, session_id: str, of: int) -> int:
        """Return which turn of some a request has: 1, 2, …, and then 1 again."""
        return (self._asked[session_id] - 1) % of + 1


def _status(status: SessionStatus) -> Callable[[Wire, str], Reply]:
    return lambda wire, session_id: wire.session(session_id, status)


def _rate_limited(wire: Wire, session_id: str) -> Reply:
    if wire.turn(session_id, 3) < 3:  # noqa: PLR2004 - twice, and then it is fine
        return wire.failure(429, session_id)
    return wire.session(session_id, SessionStatus.RUNNING)


def _flaky(wire: Wire, session_id: str) -> Reply:
    found = wire.session(session_id, SessionStatus.RUNNING)
    turns = {1: wire.failure(503, session_id), 2: Reply(200, found.body, is_lost=True)}
    return turns.get(wire.turn(session_id, 3), found)


def _slow(wire: Wire, session_id: str) -> Reply:
    return Reply(200, wire.session(session_id, SessionStatus.RUNNING).body, delay=SLOW)


def _flat(wire: Wire, session_id: str) -> Reply:
    """Return the session without what it is in, which Anchor Browser's older answers do not have."""
    body = wire.session(session_id, SessionStatus.COMPLETED).body
    return Reply(200, body.get("data", body))


SCENARIOS: dict[str, Callable[[Wire, str], Reply]] = {
    "pending": _status(SessionStatus.PENDING),
    "running": _status(SessionStatus.RUNNING),
    "completed": _status(SessionStatus.COMPLETED),
    "failed": _status(SessionStatus.FAILED),
    "timed_out": _status(SessionStatus.TIMED_OUT),
    "life": Wire.living,
    "missing": lambda wire, session_id: wire.failure(404, session_id),
    "bad_key": lambda wire, session_id: wire.failure(401, session_id),
    "rate_limited": _rate_limited,
    "flaky": _flaky,
    "slow": _slow,
    "drifted": Wire.drifted,
    "enveloped": _status(SessionStatus.COMPLETED),
    "flat": _flat,
}
"""By name; each has an id of every provider, of its own form."""


def open_wires(key: str) -> dict[str, Wire]:
    """Return all providers' sides."""
    return {slug: Wire(slug, key) for slug in PROVIDERS}
