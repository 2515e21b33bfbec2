"""The commands of the command line."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from datetime import timedelta
from typing import Any, cast

import click
from click.shell_completion import ShellComplete, get_completion_class
from rich.console import Console

import browser_sessions
from browser_sessions import BrowserSession
from browser_sessions.cli._accounts import account
from browser_sessions.cli._clients import open_client, open_sandbox, run_beside, scenario_ref
from browser_sessions.cli._creating import create, stop
from browser_sessions.cli._durations import Duration
from browser_sessions.cli._fleet import list_sessions
from browser_sessions.cli._keys import providers
from browser_sessions.cli._options import (
    EXITS,
    EXITS_WITH_REFS,
    plain_http_option,
    read_refs,
    refs_argument,
    sandbox_option,
)
from browser_sessions.cli._page import page
from browser_sessions.cli._progress import live_table, progress
from browser_sessions.cli._reaping import reap
from browser_sessions.cli._results import as_json, exit_code, print_all, print_error
from browser_sessions.cli._running import run_program
from browser_sessions.cli._tables import Outcome, line_of, sessions_table
from browser_sessions.errors import BrowserSessionsError

MOST_AT_ONCE = 500
"""Sessions that are waited for at the same time: each takes a thread."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXITS)
@click.version_option(browser_sessions.__version__, "-V", "--version", prog_name="browser-sessions")
def command() -> None:
    """List, read, start and stop cloud browser sessions of any provider.

    A REF names a session: provider:id, such as skyvern:pbs_123; "-" reads more of them from standard input, one a line.
    A TIME is 90s, 5m, 2h, 1h30m, 1d, or a number of seconds. Keys are read from the environment; `browser-sessions
    providers` lists the variables.
    """


@command.command(epilog=EXITS_WITH_REFS)
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
    """Show sessions, in one table.

    "ran for" counts until now while a session runs; "duration" in JSON is null until the provider reports it.
    """
    form = form or ("json" if raw else None)
    names = read_refs(refs)
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


@command.command(epilog=EXITS_WITH_REFS)
@refs_argument
@click.option(
    "--until", type=click.Choice(["ended", "ready"]), default="ended", show_default=True, help="What to wait for."
)
@click.option("--timeout", type=Duration("0.001s"), default="10m", show_default=True, help="How long to wait.")
@plain_http_option
@sandbox_option
def wait(*, refs: tuple[str, ...], until: Any, timeout: timedelta, plain_http: tuple[str, ...], sandbox: bool) -> None:
    """Wait for sessions, and print each once it has ended or is ready."""
    names = read_refs(refs)
    with (
        open_client(names, plain_http, sandbox=sandbox) as (client, by_ref),
        progress(f"waiting until {until}", len(names)) as shown,
    ):
        concurrency = min(len(names), MOST_AT_ONCE)
        results = client.wait_many(by_ref, until=until, timeout=timeout, concurrency=concurrency)
        found = shown.print_each(results, by_ref)
    sys.exit(exit_code(found))


@command.command(epilog=EXITS_WITH_REFS)
@refs_argument
@click.option(
    "--interval",
    type=Duration("0.1s"),
    default="2s",
    show_default=True,
    help="Time between two requests for a session.",
)
@plain_http_option
@sandbox_option
def watch(*, refs: tuple[str, ...], interval: timedelta, plain_http: tuple[str, ...], sandbox: bool) -> None:
    """Watch sessions until all have ended.

    Shows a live table on a terminal, and prints a line for each change elsewhere.
    """
    names = read_refs(refs)
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
                time.sleep(interval.total_seconds())
    sys.exit(exit_code(outcomes.values()))


command.add_command(list_sessions)
command.add_command(account)
command.add_command(providers)
command.add_command(create)
command.add_command(stop)
command.add_command(run_program)
command.add_command(page)
command.add_command(reap)


@command.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Port to serve on; any free one by default.")
@click.option("--fleet", is_flag=True, help="Begin with open sessions of each provider, to be listed.")
@click.option("--browser", metavar="URL", help="The http or WebSocket URL of a browser for the sessions.")
@click.argument("program", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND…]")
def sandbox(*, port: int, fleet: bool, browser: str | None, program: tuple[str, ...]) -> None:
    """Serve a stand-in for the five providers on this machine, until Ctrl-C or the end of a COMMAND.

    The COMMAND finds the sandbox in the providers' environment variables. Those of its arguments that are a provider
    and a scenario, as in skyvern:running, become the reference of that scenario's session. The exit code is its own.
    """
    with open_sandbox(port, with_fleet=fleet, browser=browser) as server:
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


def _is_over(outcome: Outcome) -> bool:
    """Whether another request cannot change it: the session has ended, or the error is not transient."""
    from browser_sessions._call import is_transient

    if isinstance(outcome, BrowserSession):
        return outcome.status.is_terminal
    return outcome is not None and not is_transient(outcome)
