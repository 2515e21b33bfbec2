"""The command that lists the sessions of several providers."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import click

from browser_sessions import BrowserSession, Client, SessionStatus
from browser_sessions.cli import _durations
from browser_sessions.cli._accounts import read_accounts
from browser_sessions.cli._clients import chosen, open_client
from browser_sessions.cli._durations import Duration
from browser_sessions.cli._options import (
    EXITS_WITH_PROVIDERS,
    fleet_sandbox_option,
    labels,
    plain_http_option,
    providers_argument,
)
from browser_sessions.cli._progress import Progress, progress
from browser_sessions.cli._results import FAILED, error_as_json, exit_code, table_console
from browser_sessions.cli._tables import listed_table, printable
from browser_sessions.cli._totals import totals_table
from browser_sessions.errors import BrowserSessionsError

# What it warns of, rows that cannot be read, is printed here as errors are.
logging.getLogger("browser_sessions").addHandler(logging.NullHandler())

_LONGEST = "3000d"


class _Listed(NamedTuple):
    """The lists by provider: the sessions, the error that ended it, and the number of rows that cannot be read."""

    sessions: dict[str, list[BrowserSession]]
    errors: dict[str, BrowserSessionsError]
    unread: dict[str, int]


@click.command("list", epilog=EXITS_WITH_PROVIDERS)
@providers_argument
@click.option(
    "--status",
    "statuses",
    type=click.Choice(["open", *map(str, SessionStatus), "any"]),
    multiple=True,
    default=["open"],
    show_default=True,
    help="Only sessions of this status, or of one of several; open: those that have not ended.",
)
@click.option("--older-than", type=Duration("0s", _LONGEST), help="Only sessions created longer ago, such as 2h.")
@click.option("--newer-than", type=Duration("0s", _LONGEST), help="Only sessions created since, such as 1d.")
@click.option("--metadata", multiple=True, metavar="NAME=VALUE", callback=labels, help="Only sessions with this label.")
@click.option("--limit", type=click.IntRange(1), help="Sessions of each provider, at most.")
@click.option("--json", "form", flag_value="json", help="Print an array of JSON objects.")
@click.option("--jsonl", "form", flag_value="jsonl", help="Print a JSON object on a line as each session comes.")
@click.option("--ids", "form", flag_value="ids", help="Print a reference on a line as each session comes.")
@plain_http_option
@fleet_sandbox_option
def list_sessions(  # noqa: PLR0913 - one for each option
    *,
    providers: tuple[str, ...],
    statuses: tuple[str, ...],
    older_than: timedelta | None,
    newer_than: timedelta | None,
    metadata: dict[str, str],
    limit: int | None,
    form: str | None,
    plain_http: tuple[str, ...],
    sandbox: bool,
) -> None:
    """List open sessions, or others, of each PROVIDER; without one, of each whose key is set.

    Below the table are the totals of each provider: how many are open, how many the account allows, what they cost.
    """
    query = {
        "status": None if "any" in statuses else statuses,
        "metadata": metadata,
        "created_after": _ago(newer_than),
        "created_before": _ago(older_than),
        "limit": limit,
    }
    slugs = chosen(providers, sandbox=sandbox)
    with open_client((), plain_http, sandbox=sandbox, with_fleet=True) as (client, _):
        with progress("listing") as shown:
            listed = _read(client, slugs, query, form, shown)
        if form is None:
            _print_tables(client, listed)
    if form == "json":
        outcomes = [(slug, each) for slug in slugs for each in _outcomes(listed, slug)]
        click.echo(json.dumps([_as_json(slug, outcome) for slug, outcome in outcomes], indent=2))
    for slug, number in listed.unread.items():
        rows = "1 session" if number == 1 else f"{number:,} sessions"
        click.echo(f"browser-sessions: {slug}: {rows} in the list cannot be read", err=True)
    sys.exit(exit_code(listed.errors.values()) or (FAILED if listed.unread else 0))


def _ago(time: timedelta | None) -> datetime | None:
    return None if time is None else _durations.now() - time


def _read(client: Client, slugs: list[str], query: dict[str, Any], form: str | None, shown: Progress) -> _Listed:
    """Read the lists; print errors and, in a form of lines, each session as it comes, without keeping it."""
    listed = _Listed({slug: [] for slug in slugs}, {}, {})
    listing = client.list_many(slugs, **query)
    for slug, outcome in listing:
        if isinstance(outcome, BrowserSessionsError):
            listed.errors[slug] = outcome
        elif form == "ids":
            shown.print_line(printable(str(outcome.ref)))
        elif form != "jsonl":
            listed.sessions[slug].append(outcome)
        if form == "jsonl":
            shown.print_line(json.dumps(_as_json(slug, outcome)))
        shown.count(slug, outcome)
    listed.unread.update({slug: len(rows) for slug, rows in listing.skipped.items() if rows})
    return listed


def _outcomes(listed: _Listed, slug: str) -> list[BrowserSession | BrowserSessionsError]:
    return [*listed.sessions[slug], *([listed.errors[slug]] if slug in listed.errors else [])]


def _as_json(slug: str, outcome: BrowserSession | BrowserSessionsError) -> dict[str, Any]:
    """Return a session, or the error that ended a provider's list, as a JSON object."""
    if isinstance(outcome, BrowserSession):
        return outcome.to_dict()
    return {"provider": slug} | error_as_json(outcome)


def _print_tables(client: Client, listed: _Listed) -> None:
    """Print the sessions of all providers, and the totals of each whose list could be read."""
    console = table_console()
    if sessions := [each for found in listed.sessions.values() for each in found]:
        console.print(listed_table(sessions, console.width), "")
    if summed := {slug: found for slug, found in listed.sessions.items() if slug not in listed.errors}:
        console.print(totals_table(summed, read_accounts(client, summed)))
