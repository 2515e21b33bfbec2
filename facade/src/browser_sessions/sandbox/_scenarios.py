"""Sessions that have a name: what each is, and what becomes of the requests for it, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._faults import Kind


@dataclass(frozen=True, slots=True)
class Scenario:
    """A session that has a name.

    Attributes:
        status: Where it is in its life; None for one that moves.
        turns: The faults of the requests that get it, one after the other, and then from the first one on.

    """

    status: SessionStatus | None = SessionStatus.RUNNING
    turns: Sequence[dict[Kind, float]] = ({},)


SCENARIOS: Mapping[str, Scenario] = {
    "pending": Scenario(SessionStatus.PENDING),
    "running": Scenario(SessionStatus.RUNNING),
    "completed": Scenario(SessionStatus.COMPLETED),
    "failed": Scenario(SessionStatus.FAILED),
    "timed_out": Scenario(SessionStatus.TIMED_OUT),
    "life": Scenario(None),
    "missing": Scenario(turns=({"refused": 404},)),
    "bad_key": Scenario(turns=({"unauthorized": 1},)),
    "rate_limited": Scenario(turns=({"refused": 429}, {"refused": 429}, {})),
    "flaky": Scenario(turns=({"refused": 503}, {"lost": 1}, {})),
    "slow": Scenario(turns=({"delayed": 2},)),
    "drifted": Scenario(turns=({"drifted": 1},)),
    "enveloped": Scenario(SessionStatus.COMPLETED),
    "flat": Scenario(SessionStatus.COMPLETED, turns=({"flat": 1},)),
}
"""By name; each has an id of every provider, of its own form."""

WITHOUT_SESSION = ("missing", "bad_key")
"""Those of which there is no session."""
