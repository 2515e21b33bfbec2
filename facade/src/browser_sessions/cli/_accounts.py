"""The command that shows accounts: running sessions, limits, and money."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table
from rich.text import Text

from browser_sessions import PROVIDERS, Client
from browser_sessions.cli._clients import chosen, open_client
from browser_sessions.cli._options import (
    EXITS_WITH_PROVIDERS,
    fleet_sandbox_option,
    plain_http_option,
    providers_argument,
)
from browser_sessions.cli._progress import progress
from browser_sessions.cli._results import error_as_json, exit_code, print_error, table_console
from browser_sessions.cli._tables import NEVER_REPORTED, NOT_REPORTED, plain_table
from browser_sessions.errors import BrowserSessionsError, Unsupported

if TYPE_CHECKING:
    from browser_sessions import Account

    AccountResult = Account | BrowserSessionsError


@click.command(epilog=EXITS_WITH_PROVIDERS)
@providers_argument
@click.option("--json", "as_json", is_flag=True, help="Print an array of JSON objects.")
@plain_http_option
@fleet_sandbox_option
def account(*, providers: tuple[str, ...], as_json: bool, plain_http: tuple[str, ...], sandbox: bool) -> None:
    """Show limits, load and money of the account at each PROVIDER; without one, at each whose key is set."""
    slugs = chosen(providers, sandbox=sandbox)
    if not providers:
        slugs = [slug for slug in slugs if PROVIDERS[slug].operations["account"].is_available]
    with open_client((), plain_http, sandbox=sandbox, with_fleet=True) as (client, _), progress("asking"):
        results = read_accounts(client, slugs)
    failed = {slug: each for slug, each in results.items() if isinstance(each, BrowserSessionsError)}
    for slug, error in failed.items():
        print_error(slug, error, None)
    if as_json:
        click.echo(json.dumps([{"provider": slug} | _as_json(each) for slug, each in results.items()], indent=2))
    else:
        table_console().print(_accounts_table(results))
    sys.exit(exit_code(failed.values()))


def read_accounts(client: Client, slugs: Iterable[str]) -> dict[str, AccountResult]:
    """Return the account at each provider, or the error in its place."""
    results: dict[str, AccountResult] = {}
    for slug in slugs:
        try:
            results[slug] = client.account(slug)
        except BrowserSessionsError as error:
            results[slug] = error
    return results


def limit_text(slug: str, result: AccountResult) -> str:
    """Return how many sessions an account may have open at once."""
    return "unlimited" if getattr(result, "is_unlimited", False) else _text(slug, result, "concurrency_limit")


def _accounts_table(results: Mapping[str, AccountResult]) -> Table:
    """Return a table with a row for each account."""
    table = plain_table("provider", "running", "limit", "spent", "balance", "unit", "period")
    for slug, result in results.items():
        if isinstance(result, BrowserSessionsError):
            table.add_row(slug, Text(type(result).__name__, style="red"))
            continue
        spent, balance, unit, period = (
            _text(slug, result, name) for name in ("spent", "balance", "unit", "period_start")
        )
        table.add_row(slug, _text(slug, result, "running"), limit_text(slug, result), spent, balance, unit, period)
    return table


def _text(slug: str, result: AccountResult, name: str) -> str:
    """Return one field of an account, as text."""
    if isinstance(result, Unsupported):
        return NEVER_REPORTED
    if isinstance(result, BrowserSessionsError):
        return type(result).__name__
    value = getattr(result, name)
    if value is None:
        return NOT_REPORTED if name in PROVIDERS[slug].operations["account"].fields else NEVER_REPORTED
    if isinstance(value, datetime):
        return f"since {value:%Y-%m-%d}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _as_json(result: AccountResult) -> dict[str, Any]:
    if isinstance(result, BrowserSessionsError):
        return error_as_json(result)
    return {name: _plain(value) for name, value in asdict(result).items()}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: a time as ISO, an amount as text."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, Decimal) else value
