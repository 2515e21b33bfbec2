"""Poll thousands of sessions through whatever goes wrong, and account for each; exits with 1 if anything is lost.

    python -m benchmarks.soak [--seed N] [--sessions N] [--fast]

Works in rounds until there were so many sessions. What a round leaves behind is a leak, and so is memory that grows
with the sessions once the first round has filled the caches. Needs Linux.
"""

from __future__ import annotations

import argparse
import gc
import sys
import threading
import time
import warnings
from collections import Counter
from pathlib import Path

from benchmarks.soak.plans import KINDS
from benchmarks.soak.rounds import Account, play, total
from benchmarks.soak.server import load_bodies

_BLOCKS = 0.5
"""Blocks of memory for each session that growth may be: what is kept for one session is one, at least."""

_SLACK = 2_000
"""Blocks by which memory is larger at one time or another, however long it runs."""


def main() -> int:
    """Soak, print the account, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="decides on all faults")
    parser.add_argument("--sessions", type=int, default=20_000, help="how many at least")
    parser.add_argument("--fast", action="store_true", help="two small rounds, to see that all works")
    options = parser.parse_args()
    each, sessions = (20, 1) if options.fast else (1_000, options.sessions)
    start, leaks = time.monotonic(), list[str]()
    # What is left open is noticed when it is collected, where nothing can catch it.
    warnings.simplefilter("error")
    sys.unraisablehook = lambda what: leaks.append(f"{what.exc_value!r} in {what.object!r}")
    bodies, statuses = load_bodies()
    rounds = [play(f"{options.seed} 0", each, bodies, statuses)]
    held, blocks = _held(), sys.getallocatedblocks()
    while len(rounds) == 1 or total(rounds).sessions < sessions:
        rounds.append(play(f"{options.seed} {len(rounds)}", each, bodies, statuses))
    leaks += sorted((_held() - held).elements())
    growth = (sys.getallocatedblocks() - blocks - _SLACK) / total(rounds[1:]).sessions
    if growth > _BLOCKS:
        leaks.append(f"{growth:.2f} blocks of memory for each session")
    print(f"seed {options.seed}, {len(rounds)} rounds in {time.monotonic() - start:.0f} s\n")
    return _report(total(rounds), leaks)


def _held() -> Counter[str]:
    """Return the files, sockets and threads that this process holds, but for what is garbage."""
    gc.collect()
    files = [path for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    return Counter([*(f"file {path.readlink()}" for path in files), *(str(each) for each in threading.enumerate())])


def _report(account: Account, leaks: list[str]) -> int:
    print(f"{account.sessions:8,} sessions")
    print("".join(f"{count:8,} {name}\n" for name, count in sorted(account.outcomes.items())))
    print("faults")
    print("".join(f"{account.served[kind]:8,} {kind}\n" for kind in KINDS))
    problems = [*account.problems, *leaks]
    print("\n".join(problems[:50]) or "nothing was lost, and nothing is left")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
