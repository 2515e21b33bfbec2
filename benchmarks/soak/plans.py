"""The plan for each session, which depends only on a seed and the session's number."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from browser_sessions import PROVIDERS, BrowserSession, SessionRef, SessionStatus, errors

MAX_RETRIES = 3

FAULTS: dict[str, type[errors.BrowserSessionsError]] = {
    "reset before": errors.TransportError,
    "reset in head": errors.TransportError,
    "reset in body": errors.TransportError,
    "half a body": errors.TransportError,
    "stuck": errors.RequestTimeout,
    "dripping": errors.RequestTimeout,
    "500": errors.ProviderUnavailable,
    "503": errors.ProviderUnavailable,
    "502 page": errors.ProviderUnavailable,
    "520 page": errors.ProviderUnavailable,
    "429": errors.RateLimited,
}
"""Transient faults, and the error of a fault that persists."""

LATE = ("stuck", "dripping")
"""Faults that use up an attempt's timeout; only polls have a short one, so that a busy machine makes no difference."""

ENDS: dict[str, type[errors.BrowserSessionsError]] = {
    "404": errors.SessionNotFound,
    "401": errors.AuthenticationFailed,
    "not JSON": errors.UnexpectedResponse,
    "no id": errors.UnexpectedResponse,
}
"""Permanent faults, and their errors."""

KINDS = (*FAULTS, "slow", "drifted", *ENDS)
"""All deviations; slow and drifted responses must not change the result."""

PENDING, RUNNING, *OVER = STATES = ("pending", "running", "completed", "failed", "timed_out")
"""The sandbox's scenarios for a session's states."""

DRIFTED = "drifted"

Statuses = dict[str, SessionStatus]
"""The status of a provider's session without faults, by scenario."""


class Step(NamedTuple):
    """The response to one request: one of `KINDS` or "", and the state that the session is in."""

    kind: str
    state: str


class Plan(NamedTuple):
    """A session's task, the response to each request (the last one repeats), and the expected result."""

    ref: SessionRef
    task: str
    steps: list[Step]
    outcome: type[BrowserSession | errors.BrowserSessionsError]
    status: SessionStatus | None


_Course = tuple[list[Step], type[BrowserSession | errors.BrowserSessionsError], SessionStatus | None]


def make_plan(task: str, name: str, statuses: dict[str, Statuses]) -> Plan:
    """Return the plan for the session with this name; the same arguments give the same plan."""
    random = Random(f"{task} {name}")
    slug = random.choice([*PROVIDERS])
    ref = SessionRef(slug, str(uuid.UUID(int=random.getrandbits(128), version=4)))
    return Plan(ref, task, *TASKS[task](random, statuses[slug]))


def _fetch(random: Random, statuses: Statuses) -> _Course:
    """Return a few faults, and the result after them unless there are too many faults."""
    state = random.choice(STATES)
    count = random.choices((0, 1, 2, MAX_RETRIES, MAX_RETRIES + 1), (8, 6, 3, 2, 1))[0]
    faults = [Step(random.choice([kind for kind in FAULTS if kind not in LATE]), state) for _ in range(count)]
    if count > MAX_RETRIES:
        return faults, FAULTS[faults[-1].kind], None
    return _with_end(random, statuses, faults, state, ("", "slow", "drifted"))


def _wait_for_end(random: Random, statuses: Statuses) -> _Course:
    """Return a life until its end, with faults: polls may fail any number of times."""
    steps: list[Step] = []
    for state in (PENDING, RUNNING):
        steps += [*_failed_polls(random, state), Step(random.choice(("", "slow", "drifted")), state)]
    return _with_end(random, statuses, steps, random.choice(OVER), ("", "slow"))


def _wait_until_ready(random: Random, statuses: Statuses) -> _Course:
    """Return a start with faults that may fail."""
    is_told = statuses[PENDING] == SessionStatus.PENDING  # some providers report a pending session as running
    steps = [Step("", PENDING)] * (random.randrange(3) if is_told else 0)
    state = random.choice((RUNNING, *OVER))
    steps += _failed_polls(random, state)
    steps, outcome, status = _with_end(random, statuses, steps, state, ("", "slow"))
    return steps, errors.SessionEnded if status is not None and status.is_terminal else outcome, status


TASKS: dict[str, Callable[[Random, Statuses], _Course]] = {
    "fetch": _fetch,
    "ended": _wait_for_end,
    "ready": _wait_until_ready,
}


def _failed_polls(random: Random, state: str) -> list[Step]:
    return [Step(kind, state) for kind in random.choices([*FAULTS], k=random.randrange(3))]


def _with_end(random: Random, statuses: Statuses, steps: list[Step], state: str, kinds: tuple[str, ...]) -> _Course:
    """Return a course that ends with a session or, sometimes, with a permanent failure."""
    if not random.randrange(5):
        kind = random.choice([*ENDS])
        return [*steps, Step(kind, state)], ENDS[kind], None
    kind = random.choice(kinds)
    return [*steps, Step(kind, state)], BrowserSession, statuses[DRIFTED if kind == "drifted" else state]
