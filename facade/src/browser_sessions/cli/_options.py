"""The arguments and options that several commands have."""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from browser_sessions import PROVIDERS
from browser_sessions.sandbox import SCENARIOS

F = TypeVar("F", bound=Callable[..., Any])

EXITS = """
\b
Exit codes: 0 success; 1 something failed; 2 invalid arguments or configuration, such as
a missing key; 3 a wait timed out, its session ended before it was ready, or a stop was not
confirmed; 130 Ctrl-C.
"""
EXITS_WITH_REFS = (
    """
\b
A REF names a session: provider:id, such as skyvern:pbs_123; "-" reads more of them
from standard input, one a line.
"""
    + EXITS
)
EXITS_WITH_PROVIDERS = f"""
\b
A PROVIDER is one of {", ".join(PROVIDERS)}.
{EXITS}"""


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(f"{slug}:") for slug in PROVIDERS if slug.startswith(incomplete)]


refs_argument = click.argument("refs", nargs=-1, required=True, metavar="REF…", shell_complete=_complete)
providers_argument = click.argument("providers", nargs=-1, type=click.Choice(list(PROVIDERS)), metavar="[PROVIDER…]")
sandbox_option = click.option(
    "--sandbox",
    is_flag=True,
    help="Use a sandbox on this machine, which needs neither keys nor network; an id may then be one of its scenarios, "
    f"as in skyvern:running: {', '.join(SCENARIOS)}.",
)
fleet_sandbox_option = click.option(
    "--sandbox",
    is_flag=True,
    help="Use a sandbox on this machine, which has sessions of each provider and needs neither keys nor network.",
)
plain_http_option = click.option(
    "--plain-http",
    type=click.Choice(list(PROVIDERS)),
    multiple=True,
    help="A provider whose server is in your own network, and may get its key over plain http.",
)


def ledger_options(function: F) -> F:
    """Give a command the options of the ledger; its argument `ledger` is a path, or None for no ledger."""

    @click.option(
        "--ledger",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The file that records sessions for `reap`; by default $XDG_STATE_HOME/browser-sessions/ledger.jsonl.",
    )
    @click.option("--no-ledger", is_flag=True, help="Write and read no ledger.")
    @functools.wraps(function)
    def command(*, ledger: Path | None, no_ledger: bool, **named: Any) -> Any:
        return function(ledger=None if no_ledger else ledger or default_ledger(), **named)

    return command  # type: ignore[return-value] # with the options, it is called as before


def default_ledger() -> Path | None:
    """Return where the ledger of the command line is; None on Windows, which has none."""
    if not hasattr(os, "O_NOFOLLOW"):
        return None
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    try:
        folder = state if state.is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError:
        raise click.UsageError("There is no home directory for the ledger: give --ledger or --no-ledger.") from None
    return folder / "browser-sessions" / "ledger.jsonl"


def labels(_ctx: click.Context, _param: click.Parameter, values: Iterable[str]) -> dict[str, str]:
    """Return labels that were written as name=value."""
    pairs = {value: value.partition("=") for value in values}
    for value, (name, sign, _) in pairs.items():
        if not (name and sign):
            raise click.BadParameter(f"{value!r} is not a label: write it as name=value, such as job=nightly.")
    return {name: label for name, _, label in pairs.values()}


def read_refs(refs: Iterable[str]) -> list[str]:
    """Return the references, each once, with those of standard input in the place of "-"."""
    names: list[str] = []
    for ref in refs:
        names += _lines() if ref == "-" else [ref]
    if not names:
        raise click.UsageError("Standard input has no REF.", click.get_current_context())
    return list(dict.fromkeys(names))


def _lines() -> list[str]:
    """Return the lines of standard input, without comments and blank lines."""
    if sys.stdin is None:  # closed
        return []
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    # Files from elsewhere begin with a byte order mark.
    lines = (re.sub(r"(?:^|[ \t])#.*", "", each.strip("\ufeff \t\r")).rstrip() for each in text.split("\n"))
    return [each for each in lines if each]
