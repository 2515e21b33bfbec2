"""Run a command beside a sandbox with a day of sessions, and write their references to its standard input."""

import os
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from browser_sessions import SessionRef, sandbox

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
STATUSES = {
    "anchorbrowser": ("running", "completed", "failed", "completed"),
    "brightdata": ("running", "finished", "failed", "failed"),
    "browser_use": ("active", "stopped", "stopped", "stopped"),
    "browserbase": ("RUNNING", "COMPLETED", "ERROR", "TIMED_OUT"),
    "skyvern": ("running", "completed", "failed", "timeout"),
}
"""Each provider's statuses of a session that runs, has completed, has failed, and has timed out."""


def response(ref: SessionRef, chance: random.Random) -> dict[str, Any] | int:
    """Return a provider's body for a session of the last day, or the status of an error."""
    if chance.random() < 0.03:
        return chance.choice([404, 404, 500])
    started = NOW - chance.betavariate(1.1, 1.4) * 24 * HOUR
    outcome = chance.choices([1, 2, 3], weights=[85, 9, 6])[0]
    ran = HOUR if outcome == 3 else chance.lognormvariate(-0.4, 0.8) * HOUR / 4
    outcome, ran = (outcome, min(ran, HOUR)) if started + min(ran, HOUR) < NOW else (0, NOW - started)
    ended = (started + ran).isoformat() if outcome else None
    status = STATUSES[ref.provider][outcome] if chance.random() > 0.01 else "hibernating"
    minutes, traffic = ran / timedelta(minutes=1), int(chance.expovariate(1 / 20) * 2**20)
    times = {"started_at": started.isoformat(), "completed_at": ended, "created_at": started.isoformat()}
    bodies: dict[str, dict[str, Any]] = {
        "anchorbrowser": {
            "data": {
                "session_id": ref.id,
                "status": status,
                "created_at": started.isoformat(),
                "duration": int(ran.total_seconds()),
                "credits_used": round(1 + minutes / 6, 1),
                "proxy_bytes": traffic,
                "tags": {"customer": chance.choice(["acme", "globex"])},
            }
        },
        "brightdata": {
            "session": {
                "session_id": ref.id,
                "status": status,
                "timestamp": started.isoformat(),
                "duration": ran.total_seconds() if outcome else None,
                "bandwidth": traffic,
                "error": {"code": "timeout" if outcome == 3 else "unknown"} if outcome > 1 else None,
            }
        },
        "browser_use": {
            "id": ref.id,
            "status": status,
            "startedAt": started.isoformat(),
            "timeoutAt": (started + HOUR).isoformat(),
            "finishedAt": ended,
            "browserCost": f"{minutes / 1000:.4f}",
            "proxyCost": f"{traffic / 2**30 * 5:.4f}",
            "proxyUsedMb": f"{traffic / 2**20:.2f}",
        },
        "browserbase": {
            "id": ref.id,
            "status": status,
            "createdAt": started.isoformat(),
            "startedAt": started.isoformat(),
            "endedAt": ended,
            "expiresAt": (started + HOUR).isoformat(),
            "proxyBytes": traffic,
            "region": chance.choice(["us-west-2", "eu-central-1"]),
        },
        "skyvern": {"browser_session_id": ref.id, "status": status, "timeout": 60, **times},
    }
    return bodies[ref.provider]


def main() -> int:
    """Serve the given number of sessions, run the command, and return its exit code."""
    number, *command = sys.argv[1:]
    chance = random.Random(1)
    with sandbox.serve() as server:
        refs = []
        for index in range(int(number)):
            slug = [*STATUSES][index % len(STATUSES)]
            identity = str(UUID(int=chance.getrandbits(128), version=4))
            ref = SessionRef(slug, f"pbs_{identity[:8]}" if slug == "skyvern" else identity)
            refs.append(server.add(ref, response(ref, chance)))
        lines = "".join(f"{ref}\n" for ref in refs)
        signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the command
        return subprocess.run(
            command, input=lines, text=True, env=os.environ | server.environment, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
