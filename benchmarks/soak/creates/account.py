"""Creates thousands of sessions on a server that loses responses, interrupts some, and accounts for each session."""

from __future__ import annotations

import gc
import sys
import time
from collections import Counter

from benchmarks.figures import print_machine, print_table
from benchmarks.soak.creates.idle import play_idle
from benchmarks.soak.creates.rounds import play
from benchmarks.soak.leaks import growth_in, held, unraisable

_ROUND = 2_000
_IDLE = 0.03
"""The share of additional creates whose client keeps a connection that the server has reset."""

_MOST_UNCERTAIN = 0.01
"""The share of lost sessions that may remain unfound although they were listed in time."""


def create(seed: int, creates: int) -> int:
    """Create sessions, print the account, and return the exit code.

    The exit code is 1 if a create was sent twice, if a running session is not named anywhere, if too many sessions
    with a lost response were not found, or if anything is left behind.
    """
    start = time.monotonic()
    leaks = unraisable()
    parts = max(creates // _ROUND, 2)
    rounds = [play(seed, 0, creates // parts)]
    gc.collect()
    before, blocks = held(), sys.getallocatedblocks()
    rounds += [play(seed, part, creates // parts) for part in range(1, parts)]
    gc.collect()
    leaks += sorted((held() - before).elements())
    leaks += growth_in(sys.getallocatedblocks() - blocks, sum(each.counts["creates"] for each in rounds[1:]))
    rounds.append(play_idle(seed, int(creates * _IDLE)))
    counts = sum((each.counts for each in rounds), Counter())
    problems = [problem for each in rounds for problem in each.problems] + leaks
    lost, most = counts["lost, listed in time"], counts["lost, listed in time"] * _MOST_UNCERTAIN
    if counts["uncertain, listed in time"] > most or lost - counts["taken over or stopped, listed in time"] > most:
        problems.append("too many sessions were not found that were listed in time")
    print_machine()
    print_table(f"seed {seed}, {time.monotonic() - start:.0f} s", ("what", "how often"), sorted(counts.items()))
    print("\n" + ("\n".join(problems[:50]) or "nothing was sent twice, nothing runs unnamed, and nothing is left"))
    return int(bool(problems))
