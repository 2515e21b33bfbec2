"""Poll thousands of sessions through whatever goes wrong, and account for each; exits with 1 if anything is lost.

Works in rounds, each with a sandbox of its own, for so many sessions or minutes, whichever comes later. What a round
leaves behind is a leak, and so is memory that grows with the sessions once the first one has filled the caches.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from browser_sessions import PROVIDERS
from tests.soak.ledger import Ledger
from tests.soak.remains import Held, hold, hold_after
from tests.soak.rounds import DRIVERS, HASTE, hurried, play

_BLOCKS = 0.5
"""Blocks of memory for each session that growth may be: what is kept for one session is one, at least."""

_SLACK = 2_000
"""Blocks by which memory is larger at one time or another, however long it runs."""


class Report(NamedTuple):
    """What a run came to.

    Attributes:
        seed: What it can be repeated with.
        rounds: How many there were.
        seconds: How long it took.
        ledger: The account of the sessions.
        warm: What was held after the first round, in which what is kept for good is made, and the sessions of it.
        end: What was held at the end.

    """

    seed: int
    rounds: int
    seconds: float
    ledger: Ledger
    warm: tuple[Held, int]
    end: Held

    @property
    def leaks(self) -> list[str]:
        """What was left behind, a line each; tasks and connections are among the ledger's problems."""
        return self.end.leaked_since(self.warm[0])

    @property
    def growth(self) -> float:
        """Blocks of memory that were kept for each session after the first round, but for the slack."""
        held, before = self.warm
        sessions = self.ledger.sessions - before
        return max(self.end.blocks - held.blocks - _SLACK, 0) / sessions

    @property
    def is_fine(self) -> bool:
        """Whether nothing was lost and nothing left behind."""
        return not self.ledger.problems and not self.leaks and self.growth < _BLOCKS

    def lines(self) -> Iterator[str]:
        """Yield the report."""
        mebibytes = [held.memory / 2**20 for held in (self.warm[0], self.end)]
        yield f"seed        {self.seed}"
        yield f"rounds      {self.rounds}, of {', '.join(DRIVERS)}, {len(PROVIDERS)} providers, in {self.seconds:.0f} s"
        yield f"            pauses are {HASTE} times shorter than they are"
        yield from self.ledger.lines()
        yield f"leaks       {len(self.leaks)} files, sockets and threads"
        yield from (f"            {leak}" for leak in self.leaks)
        yield f"memory      {mebibytes[0]:.1f} MiB after the first round, {mebibytes[1]:.1f} MiB at the end"
        blocks = (self.warm[0].blocks, self.end.blocks)
        yield f"            {blocks[0]:,} blocks, {blocks[1]:,} blocks: {self.growth:.3f} more for each session"
        yield from (f"problem     {problem}" for problem in self.ledger.problems[:50])
        yield "nothing was lost" if self.is_fine else f"NOT as it should be; again with --seed {self.seed}"


def soak(seed: int, sessions: int, seconds: float = 0, each: int = 400) -> Report:
    """Poll until there were so many sessions, and so many seconds are over, and two rounds at least.

    Args:
        seed: What decides on all faults.
        sessions: How many at least.
        seconds: How long at least.
        each: How many sessions a round has for each driver.

    """
    start = time.monotonic()
    noticed: list[str] = []
    with hurried(), _noticing(noticed):
        ledger = play(seed, 0, each)
        warm, number = (hold(), ledger.sessions), 1
        while number == 1 or ledger.sessions < sessions or time.monotonic() - start < seconds:
            ledger.add(play(seed, number, each))
            number += 1
        end = hold_after(warm[0])
    ledger.problems += noticed
    return Report(seed, number, time.monotonic() - start, ledger, warm, end)


@contextlib.contextmanager
def _noticing(noticed: list[str]) -> Iterator[None]:
    """Note what nobody can catch: warnings of what was left open, which come when it is collected."""
    before = sys.unraisablehook
    sys.unraisablehook = lambda what: noticed.append(f"{what.exc_value!r} in {what.object!r}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            yield
        finally:
            sys.unraisablehook = before


def main(arguments: list[str]) -> int:
    """Soak, and print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="decides on all faults")
    parser.add_argument("--sessions", type=int, default=20_000, help="how many at least")
    parser.add_argument("--minutes", type=float, default=0, help="for how long at least")
    parser.add_argument("--round", type=int, default=400, help="how many a round has for each driver")
    given = parser.parse_args(arguments)
    report = soak(given.seed, given.sessions, given.minutes * 60, given.round)
    print("\n".join(report.lines()))
    return 0 if report.is_fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
