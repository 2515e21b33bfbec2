"""The command that shows providers: where their keys are, whether the keys work, and which fields they fill."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from browser_sessions import PROVIDERS, Client
from browser_sessions.cli._clients import key_variable, open_client, with_key
from browser_sessions.cli._options import EXITS, plain_http_option
from browser_sessions.cli._progress import Progress, progress
from browser_sessions.cli._results import FAILED, table_console
from browser_sessions.cli._tables import plain_table
from browser_sessions.errors import BrowserSessionsError

WORKS = "works"


@click.command(epilog=EXITS)
@click.option(
    "--check", is_flag=True, help="List a session of each provider whose key is set, to see whether the key works."
)
@plain_http_option
def providers(*, check: bool, plain_http: tuple[str, ...]) -> None:
    """Show where each provider's key is read from, and which fields it fills; or whether the keys work."""
    console = table_console()
    if not check:
        console.print(_keys_table(), _fields_table(), sep="\n\n")
        return
    slugs = with_key()
    with open_client((), plain_http, sandbox=False) as (client, _), progress("asking", len(slugs)) as shown:
        verdicts = _check(client, slugs, shown)
    console.print(_keys_table(verdicts))
    sys.exit(0 if {*verdicts.values()} <= {WORKS} else FAILED)


def _check(client: Client, slugs: list[str], shown: Progress) -> dict[str, str]:
    """Return the result for each key: that it works, or the class of the error, which is printed."""
    verdicts = dict.fromkeys(slugs, WORKS)
    for slug, outcome in client.list_many(slugs, status=None, limit=1):
        if isinstance(outcome, BrowserSessionsError):
            verdicts[slug] = type(outcome).__name__
        shown.count(slug, outcome)
    return verdicts


def _keys_table(verdicts: Mapping[str, str] | None = None) -> Table:
    """Return a table of where each provider's key is read from, never the key; and of the result for each."""
    table = plain_table("provider", "name", "key in", *(["check"] if verdicts is not None else []))
    for slug, provider in PROVIDERS.items():
        found = key_variable(provider)
        key = Text(found, style="green") if found else Text(f"{provider.key_variables[0]}, not set", style="yellow")
        row: list[str | Text] = [slug, provider.name, key]
        if verdicts is not None:
            verdict = verdicts.get(slug, "")
            row.append(Text(verdict, style="green" if verdict == WORKS else "red"))
        table.add_row(*row)
    return table


def _fields_table() -> Table:
    """Return a table of the fields that each provider fills."""
    table = plain_table("", *PROVIDERS)
    table.add_row("connect", *("yes" if provider.connect_url else "-" for provider in PROVIDERS.values()))
    fields: dict[str, Any] = {name: None for provider in PROVIDERS.values() for name in provider.fields}
    for field in fields:
        table.add_row(field, *("yes" if field in provider.fields else "-" for provider in PROVIDERS.values()))
    return table
