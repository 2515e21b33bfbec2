"""Poll and create thousands of sessions despite faults, and account for each; exits with 1 if anything is lost.

    python -m benchmarks.soak [--seed N] [--sessions N] [--creates N] [--fast]

Works in rounds until all sessions are covered. Whatever a round leaves behind is a leak, and so is memory that grows
with the sessions after the first round has filled the caches. Needs Linux.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings

from benchmarks.soak.creates.account import create
from benchmarks.soak.leaks import growth_in, held, unraisable
from benchmarks.soak.plans import KINDS
from benchmarks.soak.rounds import Account, play, total
from benchmarks.soak.server import load_bodies


def main() -> int:
    """Run the soak, print the accounts, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="the seed that decides all faults")
    parser.add_argument("--sessions", type=int, default=20_000, help="the least number of sessions to poll; 0 for none")
    parser.add_argument("--creates", type=int, default=10_000, help="the number of sessions to create; 0 for none")
    parser.add_argument("--fast", action="store_true", help="run small rounds as a check")
    options = parser.parse_args()
    warnings.simplefilter("error")
    each, sessions, creates = (20, 1, 100) if options.fast else (1_000, options.sessions, options.creates)
    codes = [_poll(options.seed, each, sessions)] if sessions else []
    return max([*codes, create(options.seed, creates) if creates else 0])


def _poll(seed: int, each: int, sessions: int) -> int:
    start = time.monotonic()
    leaks = unraisable()
    bodies, statuses = load_bodies()
    rounds = [play(f"{seed} 0", each, bodies, statuses)]
    before, blocks = held(), sys.getallocatedblocks()
    while len(rounds) == 1 or total(rounds).sessions < sessions:
        rounds.append(play(f"{seed} {len(rounds)}", each, bodies, statuses))
    leaks += sorted((held() - before).elements())
    leaks += growth_in(sys.getallocatedblocks() - blocks, total(rounds[1:]).sessions)
    print(f"seed {seed}, {len(rounds)} rounds in {time.monotonic() - start:.0f} s\n")
    return _report(total(rounds), leaks)


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
