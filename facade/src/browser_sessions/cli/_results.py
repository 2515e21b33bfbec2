"""The results of a command: exit codes, lines of errors, JSON and the table."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO, cast

import click
from rich.console import Console
from rich.text import Text

from browser_sessions import BrowserSession, errors
from browser_sessions._masking import shown
from browser_sessions.cli._tables import Outcome, printable, sessions_table
from browser_sessions.errors import BrowserSessionsError

FAILED, INVALID, TIMED_OUT = 1, 2, 3
"""Exit codes, besides 0, and 130 for Ctrl-C; of several, the one that stands first here."""


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """Return the exit code of the worst of some outcomes."""
    codes = {_code_of(each) for each in outcomes}
    return next((code for code in (FAILED, INVALID, TIMED_OUT) if code in codes), 0)


def _code_of(outcome: Outcome) -> int:
    if isinstance(outcome, errors.WaitTimeout | errors.SessionEnded | errors.StopUnconfirmed):
        return TIMED_OUT
    if isinstance(
        outcome,
        errors.InvalidSessionRef
        | errors.InvalidOption
        | errors.Unsupported
        | errors.ConfigurationError
        | errors.LedgerError,
    ):
        return INVALID
    return FAILED if isinstance(outcome, BrowserSessionsError) else 0


def print_error(name: str, error: BrowserSessionsError, console: Console | None) -> None:
    """Print an error as one line, which names its session once, as it was typed."""
    said = printable(in_options(error))
    for known in (name, str(error.ref)):  # the message may begin with its session already
        said = said.removeprefix(shown(known)).lstrip(": ") or said
    line = f"browser-sessions: {printable(name)}: {said}"
    if console:
        console.print(Text(line), soft_wrap=True)
    else:
        click.echo(line, err=True)


def in_options(error: BrowserSessionsError) -> str:
    """Return an error's message, with the command's options and variables in place of Python's arguments."""
    if isinstance(error, errors.LedgerError):
        return f"{error}; --ledger PATH takes another, --no-ledger none"
    said = str(error)
    for argument, option in _OPTIONS.items():
        said = re.sub(argument, option, said)
    return said


_OPTIONS = {
    r", or pass api_keys(?:=\{[^}]*\})? in Python": "",
    r"plain_http=\['(\w+)'\] (?:in Python|to the client)": r"--plain-http \1",
    r"\((from )?base_urls or ": r"(\1",
}
"""What messages name in Python, and what the command names instead."""


def as_json(name: str, outcome: Outcome, *, raw: bool) -> dict[str, Any]:
    """Return a session, or the error in its place, as a JSON object."""
    if isinstance(outcome, BrowserSessionsError):
        return {"ref": str(outcome.ref or name)} | error_as_json(outcome)
    return cast(BrowserSession, outcome).to_dict(raw=raw)


def error_as_json(error: BrowserSessionsError) -> dict[str, str]:
    """Return an error as JSON has it."""
    return {"error": type(error).__name__, "message": str(error)}


def print_all(names: Iterable[str], found: Mapping[str, Outcome], form: str | None, *, raw: bool) -> None:
    """Print what was found in the order of the command line, unless each line was printed already."""
    in_order = [(name, found[name]) for name in names if name in found]
    sessions = [(name, outcome) for name, outcome in in_order if isinstance(outcome, BrowserSession)]
    if form == "json":
        click.echo(json.dumps([as_json(name, outcome, raw=raw) for name, outcome in in_order], indent=2))
    elif form is None and sessions:
        console = table_console()
        console.print(sessions_table(sessions, console.width))


def table_console() -> Console:
    """Return where tables are printed: as wide as the terminal; elsewhere as they need, and plain like the rest."""
    if is_terminal(sys.stdout):
        return Console()
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isascii() and columns.isdecimal() else 0
    return Console(width=width or 160, force_terminal=False)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal; it is None if it is closed."""
    return stream is not None and stream.isatty()
