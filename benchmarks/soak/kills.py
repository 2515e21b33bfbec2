"""Kill a program with a ledger at random moments, and reap; exits with 1 if `reap` misses or wrongly stops a session.

    python -m benchmarks.soak.kills [--seed N] [--rounds N] [--command]

The program creates and stops sessions of the sandbox in four threads; with --command, it is `browser-sessions run`.
`reap` must stop every session that the program leaves running, or list it as a candidate; other programs'
sessions must keep running. Needs Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from browser_sessions import Client, SessionRef
from browser_sessions.sandbox import Sandbox, serve

SLUGS = ("anchorbrowser", "browserbase", "browser_use", "skyvern")

RUNS = SLUGS[1:]
"""The providers that the command supports here: Anchor Browser's connect URLs are known only for its own hosts."""

PROGRAM = f"""
import json, random, sys, threading
from browser_sessions import Client

keys, urls, ledger, seed = json.loads(sys.argv[1])
client = Client(api_keys=keys, base_urls=urls, ledger=ledger)

def work(number):
    chance = random.Random(f"{{seed}} {{number}}")
    while True:
        session = client.create(chance.choice({SLUGS}))
        if chance.random() < 0.7:
            client.stop(session)

for slug in {SLUGS}:
    client.stop(client.create(slug))  # completes the imports
for number in range(4):
    threading.Thread(target=work, args=(number,)).start()
print("ready", flush=True)
"""

_LONGEST = 0.8
"""The latest time in seconds at which a program is killed."""

_LONGEST_RUN = 2.5
"""The latest time in seconds at which `browser-sessions run` is killed, while it starts, runs or stops."""

_SETTLED = 0.3
"""Seconds until the server has processed all requests of a killed program."""


def main() -> int:
    """Kill and reap, print the results for the sessions, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="the seed of the kill times")
    parser.add_argument("--rounds", type=int, default=50, help="the number of programs to kill")
    parser.add_argument("--command", action="store_true", help="kill `browser-sessions run`")
    options = parser.parse_args()
    kill = _kill_command if options.command else _kill_one
    faults = "; ".join(f"{slug} create_session delayed 0.05 times=all" for slug in SLUGS)
    counts: Counter[str] = Counter()
    problems: list[str] = []
    with serve(faults=faults) as sandbox, tempfile.TemporaryDirectory() as folder:
        for slug in SLUGS:
            sandbox.limit(slug)
        for number in range(options.rounds):
            problems += _round(sandbox, Path(folder, "ledger"), f"{options.seed} {number}", counts, kill)
    print(f"seed {options.seed}, {options.rounds} programs killed\n")
    print("".join(f"{count:8,} {name}\n" for name, count in counts.items()))
    print("\n".join(problems[:50]) or "no session was lost, and no other one stopped")
    return int(bool(problems))


def _round(
    sandbox: Sandbox, ledger: Path, seed: str, counts: Counter[str], kill: Callable[[Sandbox, Path, str], None]
) -> list[str]:
    """Kill a program, reap, and return the problems."""
    others = {sandbox.start(slug) for slug in SLUGS}
    kill(sandbox, ledger, seed)
    left = _open(sandbox)
    with Client(api_keys=sandbox.api_keys, base_urls=sandbox.base_urls, ledger=ledger) as client:
        report = client.reap(older_than=timedelta(), dry_run=False)
        running, candidates = _open(sandbox), {each.ref for each in report.candidates}
        counts += Counter(
            {
                "left running": len(left - others),
                "stopped": len(report.stopped),
                "left, and a candidate": len((running - others) & candidates),
                "creates of which nothing is found": len(report.missing),
            }
        )
        lost, ended = running - others - candidates, others - running
        client.stop_many([*running])
    return [
        *(f"{seed}: {ref} still runs, and reap does not list it as a candidate" for ref in lost),
        *(f"{seed}: {ref} was stopped, and is another's" for ref in ended),
        *(f"{seed}: {each!r}" for each in (*report.failed, *report.foreign, *report.unread)),
        *(f"{seed}: {each.provider}:{each.id} was not found" for each in report.missing if each.id),
    ]


def _kill_one(sandbox: Sandbox, ledger: Path, seed: str) -> None:
    arguments = json.dumps([sandbox.api_keys, sandbox.base_urls, str(ledger), seed])
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, arguments], stdout=subprocess.PIPE)
    with program:
        next(iter(program.stdout or ()))
        time.sleep(random.Random(seed).uniform(0, _LONGEST))
        program.kill()
    time.sleep(_SETTLED)


def _kill_command(sandbox: Sandbox, ledger: Path, seed: str) -> None:
    chance = random.Random(seed)
    run = ["-m", "browser_sessions", "run", chance.choice(RUNS), "--ledger", str(ledger), "--", "sleep", "0.5"]
    with subprocess.Popen([sys.executable, *run], env=os.environ | sandbox.environment) as program:
        time.sleep(chance.uniform(0, _LONGEST_RUN))
        program.kill()
    time.sleep(_SETTLED)


def _open(sandbox: Sandbox) -> set[SessionRef]:
    return {ref for slug in SLUGS for ref in sandbox.open_sessions(slug)}


if __name__ == "__main__":
    sys.exit(main())
