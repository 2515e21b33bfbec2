"""Print the sessions that still run although they should have ended; without such sessions, print nothing.

Exit codes: 0 nothing to look at; 1 zombies; 2 no zombie is known, but some sessions could not be checked.
"""

import argparse
import logging
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from browser_sessions import PROVIDERS, BrowserSession, Client, SessionStatus
from browser_sessions.errors import BrowserSessionsError, ConfigurationError

GRACE = timedelta(minutes=2)
"""How long after its expiry a session is not yet a zombie: providers take a moment, and clocks differ."""

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
ZOMBIE, UNCLEAR = "zombie", "unclear"


def judge(session: BrowserSession, now: datetime, older_than: timedelta) -> tuple[str, str] | None:
    """Return what a session is, and why; None if it has ended, or is neither too old nor past its expiry."""
    is_unknown = session.status is SessionStatus.UNKNOWN  # which may mean that it has ended
    since = session.started_at or session.created_at
    is_expired = session.expires_at is not None and now > session.expires_at + GRACE
    is_old = since is not None and now - since > older_than
    if session.status.is_terminal or (is_unknown and session.ended_at) or (since and not is_expired and not is_old):
        return None
    is_certain = not is_unknown and (is_expired or is_old)
    start = "started" if session.started_at else "created"
    parts = [
        f"status {session.raw_status!r}" if is_unknown else str(session.status),
        f"{start} {since:%Y-%m-%d %H:%M} UTC, {age(now - since)} ago" if since else "age unknown",
        f"expired {age(now - session.expires_at)} ago" if session.expires_at and is_expired else "",
        cost_of(session),
    ]
    return ZOMBIE if is_certain else UNCLEAR, "; ".join(filter(None, parts))


def age(time: timedelta) -> str:
    """Return a time in hours and minutes."""
    return f"{time // timedelta(hours=1)} h {time // timedelta(minutes=1) % 60:02} min"


def cost_of(session: BrowserSession) -> str:
    """Return what a session has cost so far, if its provider reports it."""
    cost = session.cost
    return f"{cost.amount:f} {cost.unit}{'' if cost.final else ' so far'}" if cost else "cost not reported"


def look_at(providers: list[str] | None, older_than: timedelta) -> Iterator[tuple[str, str]]:
    """Yield what there is to look at, and a line about it."""
    with Client() as client:
        sessions: list[BrowserSession] = []
        listed = client.list_many(providers)  # the open ones of each provider whose key is set
        for provider, outcome in listed:
            if isinstance(outcome, BrowserSession):
                sessions.append(outcome)
            else:
                yield UNCLEAR, f"{provider}  {type(outcome).__name__}: {outcome}"
        for provider, rows in listed.skipped.items():
            if rows:
                yield UNCLEAR, f"{provider}  sessions in the list that cannot be read: {len(rows)}"
        suspects = [each for each in sessions if judge(each, datetime.now(UTC), older_than)]
        for ref, outcome in client.get_many(suspects):  # a list may lag behind, and has fewer fields
            if isinstance(outcome, BrowserSessionsError):
                yield UNCLEAR, f"{ref}  {type(outcome).__name__}: {str(outcome).removeprefix(f'{ref}: ')}"
            elif judged := judge(outcome, datetime.now(UTC), older_than):
                yield judged[0], f"{ref}  {judged[1]}"


def duration(text: str) -> timedelta:
    """Read a time such as 90m, 6h or 2d."""
    if not (found := re.fullmatch(r"(\d{1,5})([mhd])", text)):
        raise argparse.ArgumentTypeError("give minutes, hours or days, such as 90m, 6h or 2d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def main() -> int:
    """Print a line for each session to look at, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--provider", action="append", choices=[*PROVIDERS], help="by default, all whose key is set")
    parser.add_argument("--older-than", type=duration, default="6h", help="such as 90m, 6h (the default) or 2d")
    options = parser.parse_args()
    logging.getLogger("browser_sessions").setLevel(logging.ERROR)  # its warnings are printed here
    try:
        found = sorted(look_at(options.provider, options.older_than), key=lambda each: (each[0] != ZOMBIE, each[1]))
    except ConfigurationError as error:  # no provider has a key
        parser.error(str(error))
    for kind, line in found:
        print(f"{kind:7}  {line}")
    return 0 if not found else 1 if found[0][0] == ZOMBIE else 2


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
