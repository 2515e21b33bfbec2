"""The commands of the command line."""

from __future__ import annotations

import contextlib
import json
import math
import sys
import time
from collections.abc import Iterable
from typing import Any, cast

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class
from rich.console import Console

import browser_sessions
from browser_sessions import PROVIDERS, BrowserSession
from browser_sessions.cli._clients import open_client, open_sandbox, run_beside, scenario_ref
from browser_sessions.cli._progress import live_table, progress
from browser_sessions.cli._results import as_json, exit_code, print_all, print_error, table_console
from browser_sessions.cli._tables import Outcome, fields_table, keys_table, line_of, sessions_table
from browser_sessions.errors import BrowserSessionsError
from browser_sessions.sandbox import SCENARIOS

MOST_AT_ONCE = 500
"""Sessions that are waited for at the same time: each takes a thread."""

_EXITS = """
\b
Exit codes: 0 success; 1 something failed; 2 invalid arguments or configuration, such as
a missing key; 3 a wait timed out, or its session ended before it was ready; 130 Ctrl-C.
"""
_MORE = (
    """
\b
A REF names a session: provider:id, such as skyvern:pbs_123; "-" reads more of them
from standard input, one a line.
"""
    + _EXITS
)


class _Seconds(click.FloatRange):
    """A time that can be waited: a finite number of seconds, at most some ten days."""

    name = "number of seconds"

    def __init__(self, least: float) -> None:
        super().__init__(least, 1e6)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a number of seconds."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(f"{slug}:") for slug in PROVIDERS if slug.startswith(incomplete)]


refs_argument = click.argument("refs", nargs=-1, required=True, metavar="REF…", shell_complete=_complete)
sandbox_option = click.option(
    "--sandbox",
    is_flag=True,
    help="Ask a sandbox on this machine, which needs neither keys nor network; an id may then be one of its scenarios, "
    f"as in skyvern:running: {', '.join(SCENARIOS)}.",
)
plain_http_option = click.option(
    "--plain-http",
    type=click.Choice(list(PROVIDERS)),
    multiple=True,
    help="A provider whose server is in a network of your own, and may get its key over plain http.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EXITS)
@click.version_option(browser_sessions.__version__, "-V", "--version", prog_name="browser-sessions")
def command() -> None:
    """Look at cloud browser sessions of any provider.

    A REF names a session: provider:id, such as skyvern:pbs_123; "-" reads more of them from standard input, one a line.
    Keys are read from the environment; `browser-sessions providers` lists the variables.
    """


@command.command(epilog=_MORE)
@refs_argument
@click.option("--json", "form", flag_value="json", help="Print an array of JSON objects.")
@click.option("--jsonl", "form", flag_value="jsonl", help="Print a JSON object on a line as each session comes.")
@click.option("--raw", is_flag=True, help="Add the provider's whole response to the JSON, without its secrets.")
@click.option("--concurrency", type=click.IntRange(1), default=20, show_default=True, help="Sessions at the same time.")
@plain_http_option
@sandbox_option
def get(  # noqa: PLR0913 - one for each option
    *, refs: tuple[str, ...], form: str | None, raw: bool, concurrency: int, plain_http: tuple[str, ...], sandbox: bool
) -> None:
    """Show sessions, in one table."""
    form = form or ("json" if raw else None)
    names = _read(refs)
    found: dict[str, Outcome] = {}
    try:
        with (
            open_client(names, plain_http, sandbox=sandbox) as (client, by_ref),
            progress("fetching", len(names)) as shown,
        ):
            for ref, outcome in client.get_many(by_ref, concurrency=concurrency):
                name = by_ref[str(ref)]
                found[name] = outcome
                if form == "jsonl":
                    shown.print_line(json.dumps(as_json(name, outcome, raw=raw)))
                shown.count(name, outcome)
    except KeyboardInterrupt:  # what was fetched before is not lost
        print_all(names, found, form, raw=raw)
        raise
    print_all(names, found, form, raw=raw)
    sys.exit(exit_code(found.values()))


@command.command(epilog=_MORE)
@refs_argument
@click.option(
    "--until", type=click.Choice(["ended", "ready"]), default="ended", show_default=True, help="What to wait for."
)
@click.option(
    "--timeout", type=_Seconds(0.001), metavar="SECONDS", default=600.0, show_default=True, help="How long to wait."
)
@plain_http_option
@sandbox_option
def wait(*, refs: tuple[str, ...], until: Any, timeout: float, plain_http: tuple[str, ...], sandbox: bool) -> None:
    """Wait for sessions, and print each when it is over or ready."""
    names = _read(refs)
    found: list[Outcome] = []
    with (
        open_client(names, plain_http, sandbox=sandbox) as (client, by_ref),
        progress(f"waiting until {until}", len(names)) as shown,
    ):
        concurrency = min(len(names), MOST_AT_ONCE)
        for ref, outcome in client.wait_many(by_ref, until=until, timeout=timeout, concurrency=concurrency):
            name = by_ref[str(ref)]
            found.append(outcome)
            if isinstance(outcome, BrowserSession):
                shown.print_line(line_of(name, outcome))
            shown.count(name, outcome)
    sys.exit(exit_code(found))


@command.command(epilog=_MORE)
@refs_argument
@click.option(
    "--interval", type=_Seconds(0.1), metavar="SECONDS", default=2.0, show_default=True, help="Time between two looks."
)
@plain_http_option
@sandbox_option
def watch(*, refs: tuple[str, ...], interval: float, plain_http: tuple[str, ...], sandbox: bool) -> None:
    """Watch sessions until all are over.

    Shows a live table on a terminal, and prints a line for each change elsewhere.
    """
    names = _read(refs)
    outcomes: dict[str, Outcome] = dict.fromkeys(names)
    console = Console()
    with open_client(names, plain_http, sandbox=sandbox) as (client, by_ref), live_table(console, outcomes) as live:
        while left := [ref for ref, name in by_ref.items() if not _is_over(outcomes[name])]:
            for ref, outcome in client.get_many(left, concurrency=20):
                name = by_ref[str(ref)]
                is_news = line_of(name, outcome) != line_of(name, outcomes[name])
                outcomes[name] = outcome
                if live:
                    live.update(sessions_table(outcomes.items(), console.width), refresh=True)
                elif is_news:
                    click.echo(line_of(name, outcome))
                if is_news and isinstance(outcome, BrowserSessionsError):
                    print_error(name, outcome, live.console if live else None)
            if not all(map(_is_over, outcomes.values())):
                time.sleep(interval)
    sys.exit(exit_code(outcomes.values()))


@command.command()
def providers() -> None:
    """Show where each provider's key is read from, and which fields it fills."""
    console = table_console()
    console.print(keys_table(), fields_table(), sep="\n\n")


@command.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Port to serve on; any free one by default.")
@click.option("--browser", metavar="URL", help="Address of a browser for the sessions, http://… or ws://….")
@click.argument("program", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND…]")
def sandbox(*, port: int, browser: str | None, program: tuple[str, ...]) -> None:
    """Serve a stand-in for the five providers on this machine, until Ctrl-C or the end of a COMMAND.

    The COMMAND finds the sandbox in the providers' environment variables. Those of its arguments that are a provider
    and a scenario, as in skyvern:running, become the reference of that scenario's session. The exit code is its own.
    """
    with open_sandbox(port, browser=browser) as server:
        if program:
            sys.exit(run_beside(server, [scenario_ref(server, word) for word in program]))
        for name, value in server.environment.items():
            click.echo(f"export {name}={value}")
        click.echo(f"# scenarios: {', '.join(server.scenarios)}; for example", err=True)
        click.echo(f"#   browser-sessions get {server.ref('skyvern', 'running')}", err=True)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


@command.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a shell's completion script.

    eval "$(browser-sessions completion bash)"
    """
    kind = cast(type[ShellComplete], get_completion_class(shell))
    click.echo(kind(command, {}, "browser-sessions", "_BROWSER_SESSIONS_COMPLETE").source())


def _read(refs: Iterable[str]) -> list[str]:
    """Return the references, each once, with those of standard input in the place of "-"."""
    names: list[str] = []
    for ref in refs:
        names += _lines() if ref == "-" else [ref]
    if not names:
        raise click.UsageError("Standard input has no REF.", click.get_current_context())
    return list(dict.fromkeys(names))


def _lines() -> list[str]:
    """Return the lines of standard input, without those that are blank."""
    if sys.stdin is None:  # closed
        return []
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    # Files from elsewhere begin with a byte order mark.
    return [line for each in text.split("\n") if (line := each.strip("\ufeff \t\r"))]


def _is_over(outcome: Outcome) -> bool:
    """Whether another look will not change it: the session is over, or the error is not a passing one."""
    from browser_sessions._call import is_transient

    if isinstance(outcome, BrowserSession):
        return outcome.status.is_terminal
    return outcome is not None and not is_transient(outcome)
