"""What is to happen to each session, decided by a seed and its reference alone, whatever else is under way."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from random import Random

from browser_sessions import PROVIDERS, BrowserSession, SessionRef, SessionStatus, errors
from tests.facade.statuses import DRIFTED, STATES, STATUSES

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
"""What goes wrong and may pass, and what it is if it does not."""

HARMLESS = ("slow", "drifted")
"""What is not as usual, and has to make no difference."""

ENDS: dict[str, type[errors.BrowserSessionsError]] = {
    "404": errors.SessionNotFound,
    "401": errors.AuthenticationFailed,
    "not JSON": errors.UnexpectedResponse,
    "no id": errors.UnexpectedResponse,
}
"""What goes wrong for good."""

KINDS = (*FAULTS, *HARMLESS, *ENDS)

_LATE = ("stuck", "dripping")
"""What takes an attempt all its time."""

_LATE_WEIGHT = 0.1
"""How often they are, next to the others."""

_SPARE = 2
"""Attempts that are left over where an attempt has little time, which a slow machine may need."""

_HAS_BROWSER_WHEN_PENDING = {"brightdata"}
"""Whose word for what is not there yet is that for what is."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one request is answered with.

    Attributes:
        kind: One of `KINDS`; empty where nothing is wrong.
        state: The state that the session is in.

    """

    kind: str
    state: SessionStatus


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to a session, and what has to come of it.

    Attributes:
        ref: The session.
        task: What it is asked for: one of `TASKS`.
        steps: What each request is answered with; the last one for ever.
        outcome: The class of what is yielded for it.
        status: What the session says, where there is one.

    """

    ref: SessionRef
    task: str
    steps: tuple[Step, ...]
    outcome: type[BrowserSession | errors.BrowserSessionsError]
    status: SessionStatus | None

    @property
    def has_time(self) -> bool:
        """Whether every attempt has all the time that it needs, so that each answer reaches who asked."""
        return self.task == "fetch"

    @property
    def is_counted(self) -> bool:
        """Whether it is known how often the session is asked for at least: not if the time runs out."""
        return self.outcome not in {errors.WaitTimeout, errors.RequestTimeout}

    def taken(self, count: int) -> tuple[Step, ...]:
        """Return what so many requests were answered with."""
        return self.steps[:count] + self.steps[-1:] * (count - len(self.steps))


def make_plan(seed: int, task: str, number: str) -> Plan:
    """Return the plan for a session: for the same arguments the same one, everywhere and always.

    Args:
        seed: That of the run.
        task: What the session is asked for: one of `TASKS`.
        number: Which session of these it is, by a name.

    """
    random = Random(f"{seed} {task} {number}")  # noqa: S311 - no secret; a text is seeded with by its hash
    slug = random.choice([*PROVIDERS])
    ref = SessionRef(slug, str(uuid.UUID(int=random.getrandbits(128), version=4)))
    steps, outcome, status = TASKS[task](random, slug)
    return Plan(ref, task, tuple(steps), outcome, status)


_Course = tuple[list[Step], type[BrowserSession | errors.BrowserSessionsError], SessionStatus | None]


def _fetch(random: Random, slug: str) -> _Course:
    """Return a few faults, and what comes after them unless they were too many; all attempts have time enough."""
    state = random.choice(STATES)
    faults = [each for each in _faults(random, state) if each.kind not in _LATE]
    if len(faults) > MAX_RETRIES:
        faults = faults[: MAX_RETRIES + 1]
        return faults, FAULTS[faults[-1].kind], None
    return _with_end(random, slug, faults, state)


def _fetch_late(random: Random, slug: str) -> _Course:
    """Return answers that are too late, and then one that is not, or none."""
    state = random.choice(STATES)
    if random.random() < 0.15:
        return [Step(random.choice(_LATE), state)] * (MAX_RETRIES + 1), errors.RequestTimeout, None
    late = [Step(random.choice(_LATE), state) for _ in range(random.randrange(MAX_RETRIES - _SPARE + 1))]
    return _with_end(random, slug, late, state)


def _wait_for_end(random: Random, slug: str) -> _Course:
    """Return a life until it is over, with faults in it; looks fail as often as they like."""
    life: list[Step] = []
    for state in STATES[:2]:
        for _ in range(random.randrange(3)):
            life += [*_faults(random, state), Step(random.choice(("", "", *HARMLESS)), state)]
    state = random.choice(STATES[2:])
    return _with_end(random, slug, [*life, *_faults(random, state)], state, drifts=False)


def _wait_until_ready(random: Random, slug: str) -> _Course:
    """Return a start, with faults in it, that may come to nothing."""
    is_shown = slug not in _HAS_BROWSER_WHEN_PENDING
    pending = [Step(random.choice(("", "slow")), STATES[0]) for _ in range(random.randrange(3) * is_shown)]
    state = random.choice(STATES[1:])
    steps, outcome, status = _with_end(random, slug, [*pending, *_faults(random, state)], state, drifts=False)
    if status is not None and status.is_terminal:
        return steps, errors.SessionEnded, status
    return steps, outcome, status


def _wait_in_vain(random: Random, slug: str) -> _Course:  # noqa: ARG001 - the other tasks look at it
    """Return a session that is never over, and fails to be seen at times; it is not known how often it is looked at."""
    running = STATES[1]
    steps = [each for each in _faults(random, running) if each.kind not in _LATE]
    return [*steps, Step(random.choice(("", "drifted")), running)], errors.WaitTimeout, None


TASKS = {
    "fetch": _fetch,
    "late": _fetch_late,
    "ended": _wait_for_end,
    "ready": _wait_until_ready,
    "in vain": _wait_in_vain,
}


def _faults(random: Random, state: SessionStatus) -> list[Step]:
    weights = [_LATE_WEIGHT if kind in _LATE else 1 for kind in FAULTS]
    count = random.choices((0, 1, 2, MAX_RETRIES, MAX_RETRIES + 2), (8, 6, 3, 2, 1))[0]
    return [Step(kind, state) for kind in random.choices([*FAULTS], weights, k=count)]


def _with_end(random: Random, slug: str, steps: list[Step], state: SessionStatus, *, drifts: bool = True) -> _Course:
    if random.random() < 0.2:
        kind = random.choice([*ENDS])
        return [*steps, Step(kind, state)], ENDS[kind], None
    kind = random.choice(("", "", *(HARMLESS if drifts else HARMLESS[:1])))
    status = DRIFTED[slug] if kind == "drifted" else STATUSES[slug][STATES.index(state)]
    return [*steps, Step(kind, state)], BrowserSession, status
