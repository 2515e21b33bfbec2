"""The commands: what is asked for on a command line, and what is printed."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class
from rich.console import Console
from rich.live import Live

import browser_sessions
from browser_sessions import PROVIDERS, BrowserSession, Client, errors
from browser_sessions.cli._tables import Outcome, line_of, printable, providers_table, sessions_table
from browser_sessions.errors import BrowserSessionsError

T = TypeVar("T")

FAILED, TIMED_OUT = 1, 3
"""Exit codes, besides 0 and click's own 2 for what cannot be asked, and 130 for Ctrl-C."""

_EXITS = """
\b
Exit codes: 0 all is well; 1 a session could not be fetched; 2 what was asked makes
no sense; 3 a wait was over before its session was ready or ended; 130 Ctrl-C.
"""


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(f"{slug}:") for slug in PROVIDERS if slug.startswith(incomplete)]


refs_argument = click.argument("refs", nargs=-1, required=True, metavar="REF…", shell_complete=_complete)
sandbox_option = click.option(
    "--sandbox",
    is_flag=True,
    help="Ask a sandbox on this machine, without keys or network; an id may then be a scenario, as in skyvern:running.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EXITS)
@click.version_option(browser_sessions.__version__, "-V", "--version", prog_name="browser-sessions")
def command() -> None:
    """Look at cloud browser sessions, whoever runs them.

    A REF names a session: provider:id, such as skyvern:pbs_123; "-" reads more of them from standard input, one a line.
    Keys are read from the environment; `browser-sessions providers` lists the variables.
    """


@command.command(epilog=_EXITS)
@refs_argument
@click.option("--json", "form", flag_value="json", help="Print an array of JSON objects.")
@click.option("--jsonl", "form", flag_value="jsonl", help="Print a JSON object a line, as each session comes.")
@click.option("--raw", is_flag=True, help="With the provider's whole answer in the JSON, but for its secrets.")
@click.option("--concurrency", type=click.IntRange(1), default=20, show_default=True, help="How many at once.")
@sandbox_option
def get(refs: tuple[str, ...], form: str | None, raw: bool, concurrency: int, sandbox: bool) -> None:  # noqa: FBT001
    """Show sessions, in one table."""
    form = form or ("json" if raw else None)
    names, failed, found = _read(refs), False, []
    with _client(sandbox) as (client, named), _progress("fetching", len(names)) as count:
        for ref, outcome in count(client.get_many(map(named, names), concurrency=concurrency)):
            failed |= _report(ref, outcome)
            if form == "jsonl":
                click.echo(json.dumps(_as_json(ref, outcome, raw=raw)))
            else:
                found.append((str(ref), outcome))
    if form == "json":
        click.echo(json.dumps([_as_json(ref, outcome, raw=raw) for ref, outcome in found], indent=2))
    elif form is None:
        _print_sessions(found)
    sys.exit(FAILED if failed else 0)


@command.command(epilog=_EXITS)
@refs_argument
@click.option("--until", type=click.Choice(["ended", "ready"]), default="ended", show_default=True, help="What for.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=600.0, show_default=True, help="Seconds.")
@sandbox_option
def wait(refs: tuple[str, ...], until: Any, timeout: float, sandbox: bool) -> None:  # noqa: FBT001
    """Wait for sessions, and print each when it is over, or ready to be connected to."""
    names, code = _read(refs), 0
    with _client(sandbox) as (client, named), _progress(f"waiting until {until}", len(names)) as count:
        results = client.wait_many(map(named, names), until=until, timeout=timeout, concurrency=len(names))
        for ref, outcome in count(results):
            if isinstance(outcome, errors.WaitTimeout | errors.SessionEnded):
                code = code or TIMED_OUT
            elif isinstance(outcome, BrowserSessionsError):
                code = FAILED
            if not _report(ref, outcome):
                click.echo(line_of(str(ref), outcome))
    sys.exit(code)


@command.command(epilog=_EXITS)
@refs_argument
@click.option("--interval", type=click.FloatRange(0.1), default=2.0, show_default=True, help="Seconds between looks.")
@sandbox_option
def watch(refs: tuple[str, ...], interval: float, sandbox: bool) -> None:  # noqa: FBT001
    """Watch sessions until all are over: as a live table, or in a pipe a line for each change."""
    names = _read(refs)
    outcomes: dict[str, Outcome] = dict.fromkeys(names)
    console = Console()
    with _client(sandbox) as (client, named), _live(console, outcomes) as live:
        while True:
            by_ref = {str(named(name)): name for name in names if not _is_over(outcomes[name])}
            for ref, outcome in client.get_many(by_ref, concurrency=20):
                name = by_ref[str(ref)]
                if live is None and line_of(name, outcome) != line_of(name, outcomes[name]):
                    click.echo(line_of(name, outcome))
                outcomes[name] = outcome
                if live:
                    live.update(sessions_table(outcomes.items(), console.width), refresh=True)
            if all(map(_is_over, outcomes.values())):
                break
            time.sleep(interval)
    failed = [name for name, outcome in outcomes.items() if _report(name, outcome)]
    sys.exit(FAILED if failed else 0)


@command.command()
def providers() -> None:
    """Show what each provider can tell, and where its key is read from."""
    console = _console()
    console.print(providers_table(console.width))


@command.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Where; any that is free, unless it is said.")
def sandbox(port: int) -> None:
    """Stand in for the five providers on this machine, until Ctrl-C."""
    with _sandbox(port) as server:
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
    """Print what makes a shell complete this command: eval "$(browser-sessions completion bash)"."""
    kind = cast(type[ShellComplete], get_completion_class(shell))
    click.echo(kind(command, {}, "browser-sessions", "_BROWSER_SESSIONS_COMPLETE").source())


def _read(refs: Iterable[str]) -> list[str]:
    """Return the references, each once, with those from standard input in the place of "-"."""
    names: list[str] = []
    for ref in refs:
        names += [line.strip() for line in sys.stdin if line.strip()] if ref == "-" else [ref]
    return list(dict.fromkeys(names))


@contextlib.contextmanager
def _client(sandbox: bool) -> Iterator[tuple[Client, Callable[[str], str]]]:  # noqa: FBT001
    """Give a client, and what makes a reference of what was typed."""
    if not sandbox:
        with Client() as client:
            yield client, str
        return
    with _sandbox(0) as server, Client(api_keys=server.api_keys, base_urls=server.base_urls) as client:
        yield client, lambda name: _scenario(server, name)


@contextlib.contextmanager
def _sandbox(port: int) -> Iterator[Any]:
    from browser_sessions import sandbox

    try:
        with sandbox.serve(port) as server:
            yield server
    except (ImportError, OSError) as error:
        raise click.ClickException(str(error)) from None


def _scenario(server: Any, name: str) -> str:
    provider, _, scenario = name.partition(":")
    return str(server.ref(provider, scenario)) if scenario in server.scenarios and provider in PROVIDERS else name


def _report(name: object, outcome: Outcome) -> bool:
    """Print an error as one line, which names its session, and return whether it is one."""
    if not isinstance(outcome, BrowserSessionsError):
        return False
    said = str(outcome) if str(outcome).startswith(f"{name}") else f"{name}: {outcome}"
    click.echo(printable(f"browser-sessions: {said}"), err=True)
    return True


def _as_json(ref: object, outcome: Outcome, *, raw: bool) -> dict[str, Any]:
    if isinstance(outcome, BrowserSession):
        return outcome.to_dict(raw=raw)
    return {"ref": str(ref), "error": type(outcome).__name__, "message": str(outcome)}


def _print_sessions(found: Sequence[tuple[str, Outcome]]) -> None:
    sessions = [(name, outcome) for name, outcome in sorted(found, key=lambda each: each[0]) if _is_session(outcome)]
    if sessions:
        console = _console()
        console.print(sessions_table(sessions, console.width))


def _is_session(outcome: Outcome) -> bool:
    return isinstance(outcome, BrowserSession)


def _is_over(outcome: Outcome) -> bool:
    """Whether another look will not change it: over, or an error that will not pass."""
    if isinstance(outcome, BrowserSession):
        return outcome.status.is_terminal
    return outcome is not None and not isinstance(outcome, errors.PASSING)


def _console() -> Console:
    """Return where tables are printed: as wide as the terminal, and in a pipe as wide as they need."""
    return Console() if sys.stdout.isatty() or "COLUMNS" in os.environ else Console(width=160)


@contextlib.contextmanager
def _progress(doing: str, total: int) -> Iterator[Callable[[Iterable[T]], Iterable[T]]]:
    """Say on a terminal what takes time, and how far it is; give what counts the results as they pass."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda results: results
        return
    with console.status(f"{doing}…") as status:

        def count(results: Iterable[T]) -> Iterator[T]:
            for number, result in enumerate(results, 1):
                status.update(f"{doing}… {number:,} of {total:,}")
                yield result

        yield count


@contextlib.contextmanager
def _live(console: Console, outcomes: dict[str, Outcome]) -> Iterator[Live | None]:
    if not console.is_terminal:
        yield None
        return
    with Live(sessions_table(outcomes.items(), console.width), console=console, auto_refresh=False) as live:
        yield live
