"""The plan for each create, which depends only on a seed and the create's name."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random
from typing import Any, NamedTuple

from browser_sessions import PROVIDERS, Proxy
from browser_sessions.sandbox._faults import Kind

CREATORS = tuple(slug for slug, each in PROVIDERS.items() if each.operations["create"].is_available)
WITH_MARKER = tuple(slug for slug in CREATORS if "metadata" in PROVIDERS[slug].operations["create"].options)

LOST = ("reset", "half a body", "closed", "500", "503", "502 page", "stuck", "unreadable")
"""Fates of creates that start a session without a response that names it."""

UNSTARTED = ("reset unread", "reset in the request", "503, not started")
"""Fates of creates that start no session, which a client cannot distinguish from those that do."""

FATES = {"": 45, "slow": 6, "429": 5, "400": 2, **dict.fromkeys(LOST, 4), **dict.fromkeys(UNSTARTED, 3)}
"""The fates of a create, and their weights."""

_CUT, _IN_A_BLOCK, _FAILING = 0.4, 0.7, 0.2
"""The shares of lives that are interrupted, that use a block, and that raise an exception in it."""

STOPS: dict[Kind | None, int] = {
    None: 80,
    "lost": 5,
    "failed": 4,
    "refused": 4,
    "lingering": 4,
    "delayed": 2,
    "ignored": 1,
}
"""The fates of a stop, and their weights."""

INTERRUPTIONS: dict[str, tuple[str, ...]] = {
    "threads": (),
    "asyncio": ("cancel", "cancel twice", "asyncio.timeout", "fail_after", "move_on_after"),
    "trio": ("fail_after", "move_on_after"),
    "main": ("Ctrl-C", "Ctrl-C twice"),
}
"""The ways in which each driver interrupts a life."""

FOUND_IN_TIME = 5.0
"""The longest delay in seconds before the listing of a session that must be found."""

_NAME = re.compile(rb"life-[a-z]+-[0-9]+-[0-9]+")


class Life(NamedTuple):
    """A session that is created and stopped.

    Attributes:
        name: Identifies the create for the server; sent as metadata, or else as the city of its proxy.
        slug: Its provider.
        fate: What happens to the request that creates the session.
        delay: Seconds before the response, if it is slow.
        late: Seconds until the session is listed.
        hidden: Seconds until the session can be fetched by its id.
        stop: What happens to the first request that stops the session.
        is_block: Whether a `with` block creates the session; otherwise `create` and `stop` do.
        fails: Whether the block raises an exception.
        cut: How the life is interrupted, or "".
        moment: Seconds from the life's beginning to its interruption.
        gap: Seconds between two cancellations.

    """

    name: str
    slug: str
    fate: str
    delay: float
    late: float
    hidden: float
    stop: Kind | None
    is_block: bool
    fails: bool
    cut: str
    moment: float
    gap: float

    @property
    def options(self) -> dict[str, Any]:
        """The options that create the session."""
        label = (
            {"metadata": {"life": self.name}}
            if self.slug in WITH_MARKER
            else {"proxy": Proxy(country="de", city=self.name)}
        )
        return {"lifetime": timedelta(minutes=30), **label}


def name_of(driver: str, part: int, number: int) -> str:
    """Return the name of a driver's session in one part of its run."""
    return f"life-{driver}-{part}-{number}"


def name_in(request: bytes) -> str:
    """Return the name in the body of a request, or ""."""
    found = _NAME.search(request)
    return found[0].decode() if found else ""


def make_life(seed: int, name: str) -> Life:
    """Return the plan for a session; the same arguments give the same plan in every process."""
    random = Random(f"{seed} {name}")
    driver = name.split("-")[1]
    slug = random.choice(CREATORS)
    if driver == "idle":
        return Life(name, slug, "", 0.0, 0.0, 0.0, None, is_block=False, fails=False, cut="", moment=0.0, gap=0.0)
    fate = random.choices([*FATES], [*FATES.values()])[0]
    stop = random.choices([*STOPS], [*STOPS.values()])[0]
    late = random.choices((0.0, random.uniform(0, FOUND_IN_TIME), random.uniform(8.5, 12)), (50, 45, 5))[0]
    hidden = random.choices((0.0, random.uniform(0, 2)), (9, 1))[0]
    cuts = INTERRUPTIONS[driver]
    cut = random.choice(cuts) if cuts and (driver == "main" or random.random() < _CUT) else ""
    moment = random.choice((random.uniform(0, 0.05), random.uniform(0, 0.5), random.uniform(0, 5)))
    return Life(
        name,
        slug,
        fate,
        delay=random.uniform(0.1, 2),
        late=late,
        hidden=hidden,
        stop=stop,
        is_block=random.random() < _IN_A_BLOCK,
        fails=random.random() < _FAILING,
        cut=cut,
        moment=moment,
        gap=random.choice((0.0, random.uniform(0, 2))),
    )
