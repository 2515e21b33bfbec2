"""The command that stops what was left running."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from browser_sessions import BrowserSession, ReapReport
from browser_sessions._session import began_at
from browser_sessions.cli import _durations
from browser_sessions.cli._clients import open_client
from browser_sessions.cli._durations import Duration
from browser_sessions.cli._options import labels, ledger_options, plain_http_option
from browser_sessions.cli._progress import progress
from browser_sessions.cli._results import FAILED, error_as_json, print_error
from browser_sessions.cli._tables import NOT_REPORTED, in_seconds, printable

if TYPE_CHECKING:
    from browser_sessions._ledger_entries import LedgerEntry

_EXITS = """
\b
Exit codes: 0 nothing of yours is left, or all of it was stopped; 1 something failed, or
may still be running: what --yes would stop, a candidate, an ageless session, or one of an
unreadable line of the ledger; 2 invalid arguments or configuration, or a ledger
that cannot be used; 130 Ctrl-C.
"""


@click.command(epilog=_EXITS)
@click.option(
    "--older-than", type=Duration("0s", "3000d"), required=True, help="Only sessions created longer ago, such as 4h."
)
@click.option("--owner", metavar="NAME", help="Only sessions of this owner, also those that are not in the ledger.")
@click.option("--metadata", multiple=True, metavar="NAME=VALUE", callback=labels, help="Only sessions with this label.")
@click.option("--yes", is_flag=True, help="Stop them; without it, they are only shown.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@ledger_options
@plain_http_option
def reap(  # noqa: PLR0913 - one for each option
    *,
    older_than: timedelta,
    owner: str | None,
    metadata: dict[str, str],
    yes: bool,
    as_json: bool,
    ledger: Path | None,
    plain_http: tuple[str, ...],
) -> None:
    """Show your sessions that were left running, and stop them with --yes.

    Yours are those in the ledger, which `create` and `run` write. With --owner they are that owner's alone, from all
    machines: their marker has the owner. Skyvern keeps no marker.

    Reported and never stopped are: candidates, which interrupted creates or others may have created; ageless sessions,
    without a time; lines of the ledger whose session is missing at its provider; expired creates, of which no session
    can still run; and foreign lines, of another key or host, for which nothing is sent.
    """
    if ledger is None and owner is None:
        raise click.UsageError("Without a ledger, --owner must name whose sessions to stop.")
    with open_client((), plain_http, sandbox=False, ledger=ledger) as (client, _), progress("reaping"):
        report = client.reap(older_than=older_than, owner=owner, metadata=metadata, dry_run=not yes)
    for error in report.failed:
        print_error(str(error.ref or error.provider or "ledger"), error, None)
    for problem in report.unread:
        click.echo(f"browser-sessions: {printable(f'{ledger}: {problem}')}", err=True)
    if as_json:
        click.echo(json.dumps(_as_json(report), indent=2))
    else:
        _print(report)
    is_left = (
        report.failed or report.unread or report.candidates or report.ageless or (report.dry_run and report.stopped)
    )
    sys.exit(FAILED if is_left else 0)


def _print(report: ReapReport) -> None:
    """Print what becomes of each session and why, how many there are of each kind, and how to stop them."""
    if rows := [*_rows(report)]:
        # Not a table of rich's: that breaks references in a narrow terminal, and people copy them to stop a session.
        lines = [("", "age", "session"), *[row[:3] for row in rows]]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for kind, age, name in lines:
            click.echo(printable(f"{kind:<{widths[0]}}  {age:<{widths[1]}}  {name}"))
        click.echo()
        for kind, why in dict.fromkeys((kind, why) for kind, _, _, why in rows if why):
            click.echo(printable(f"{kind}: {why}"))
    click.echo(_totals(report))
    if report.dry_run and report.stopped:
        click.echo("Nothing was stopped: add --yes to stop them.")


def _totals(report: ReapReport) -> str:
    counts = {
        "would be stopped" if report.dry_run else "stopped": report.stopped,
        "failed": report.failed,
        "missing": report.missing,
        "expired": report.expired,
        "foreign": report.foreign,
        "candidate" if len(report.candidates) == 1 else "candidates": report.candidates,
        "ageless": report.ageless,
        "unread": report.unread,
    }
    return (
        ", ".join(f"{len(each):,} {name}" for name, each in counts.items() if each)
        or "no session of yours was left running for so long"
    )


def _rows(report: ReapReport) -> Iterator[tuple[str, str, str, str]]:
    """Yield what becomes of each session, its age, its reference, and why."""
    kinds = {
        "would be stopped" if report.dry_run else "stopped": (report.stopped, ""),
        "candidate": (report.candidates, "an interrupted create may have created it: stop it if it is yours"),
        "ageless": (report.ageless, "its time is unknown, or still to come by this clock: stop it by hand"),
    }
    for kind, (sessions, why) in kinds.items():
        for each in sessions:
            yield kind, _age(began_at(each)), str(each.ref), why
    for entry in report.missing:
        yield "missing", _age(entry.time), str(entry), "its provider does not find it"
    for entry in report.expired:
        yield "expired", _age(entry.time), str(entry), "no session of that time can still run: the ledger drops it"
    for entry in report.foreign:
        yield "foreign", _age(entry.time), str(entry), f"another key or host: {entry.host}"


def _age(since: datetime | None) -> str:
    return NOT_REPORTED if since is None else in_seconds(_durations.now() - since)


def _as_json(report: ReapReport) -> dict[str, Any]:
    return {
        "dry_run": report.dry_run,
        "stopped": _sessions_as_json(report.stopped),
        "failed": [
            {"ref": error.ref and str(error.ref), "provider": error.provider} | error_as_json(error)
            for error in report.failed
        ],
        "missing": _entries_as_json(report.missing),
        "expired": _entries_as_json(report.expired),
        "foreign": _entries_as_json(report.foreign),
        "candidates": _sessions_as_json(report.candidates),
        "ageless": _sessions_as_json(report.ageless),
        "unread": list(report.unread),
    }


def _sessions_as_json(sessions: tuple[BrowserSession, ...]) -> list[dict[str, Any]]:
    return [each.to_dict() for each in sessions]


def _entries_as_json(entries: tuple[LedgerEntry, ...]) -> list[dict[str, Any]]:
    return [json.loads(each.to_line()) for each in entries]
