"""The commands: what is asked for on a command line, and what is printed."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class
from rich.console import Console
from rich.live import Live
from rich.status import Status
from rich.text import Text

import browser_sessions
from browser_sessions import PROVIDERS, BrowserSession, Client, _failures, errors
from browser_sessions.cli._tables import Outcome, fields_table, keys_table, line_of, printable, sessions_table
from browser_sessions.errors import BrowserSessionsError
from browser_sessions.sandbox import SCENARIOS

FAILED, NONSENSE, TIMED_OUT = 1, 2, 3
"""Exit codes, besides 0, and 130 for Ctrl-C; of several, the one that stands first here."""

MOST_AT_ONCE = 500
"""How many sessions are waited for at once: each takes a thread."""

_EXITS = """
\b
Exit codes: 0 all is well; 1 something failed; 2 what was asked makes no sense, or a
key is missing; 3 a wait was over before its session was ready or ended; 130 Ctrl-C.
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
    """A time that can be waited: neither infinite nor no number, and at most some ten days."""

    name = "seconds"

    def __init__(self, least: float) -> None:
        super().__init__(least, 1e6)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a number of seconds."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is no number.", param, ctx)
        return number


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(f"{slug}:") for slug in PROVIDERS if slug.startswith(incomplete)]


refs_argument = click.argument("refs", nargs=-1, required=True, metavar="REF…", shell_complete=_complete)
sandbox_option = click.option(
    "--sandbox",
    is_flag=True,
    help="Ask a sandbox on this machine, without keys or network; an id may then be one of its scenarios, as in "
    f"skyvern:running: {', '.join(SCENARIOS)}.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EXITS)
@click.version_option(browser_sessions.__version__, "-V", "--version", prog_name="browser-sessions")
def command() -> None:
    """Look at cloud browser sessions, whoever runs them.

    A REF names a session: provider:id, such as skyvern:pbs_123; "-" reads more of them from standard input, one a line.
    Keys are read from the environment; `browser-sessions providers` lists the variables.
    """


@command.command(epilog=_MORE)
@refs_argument
@click.option("--json", "form", flag_value="json", help="Print an array of JSON objects.")
@click.option("--jsonl", "form", flag_value="jsonl", help="Print a JSON object a line, as each session comes.")
@click.option("--raw", is_flag=True, help="With the provider's whole answer in the JSON, but for its secrets.")
@click.option("--concurrency", type=click.IntRange(1), default=20, show_default=True, help="How many at once.")
@sandbox_option
def get(refs: tuple[str, ...], form: str | None, raw: bool, concurrency: int, sandbox: bool) -> None:  # noqa: FBT001
    """Show sessions, in one table."""
    form = form or ("json" if raw else None)
    names = _read(refs)
    found: dict[str, Outcome] = {}
    try:
        with _client(names, sandbox) as (client, by_ref), _progress("fetching", len(names)) as progress:
            for ref, outcome in client.get_many(by_ref, concurrency=concurrency):
                name = by_ref[str(ref)]
                found[name] = outcome
                if form == "jsonl":
                    progress.say(json.dumps(_as_json(name, outcome, raw=raw)))
                progress.count(name, outcome)
    except KeyboardInterrupt:  # what was fetched before is not lost
        _print_all(names, found, form, raw=raw)
        raise
    _print_all(names, found, form, raw=raw)
    sys.exit(_code(found.values()))


@command.command(epilog=_MORE)
@refs_argument
@click.option("--until", type=click.Choice(["ended", "ready"]), default="ended", show_default=True, help="What for.")
@click.option("--timeout", type=_Seconds(0.001), default=600.0, show_default=True, help="How long, in seconds.")
@sandbox_option
def wait(refs: tuple[str, ...], until: Any, timeout: float, sandbox: bool) -> None:  # noqa: FBT001
    """Print each session when it is over, or ready."""
    names = _read(refs)
    found: list[Outcome] = []
    with _client(names, sandbox) as (client, by_ref), _progress(f"waiting until {until}", len(names)) as progress:
        concurrency = min(len(names), MOST_AT_ONCE)
        for ref, outcome in client.wait_many(by_ref, until=until, timeout=timeout, concurrency=concurrency):
            name = by_ref[str(ref)]
            found.append(outcome)
            if isinstance(outcome, BrowserSession):
                progress.say(line_of(name, outcome))
            progress.count(name, outcome)
    sys.exit(_code(found))


@command.command(epilog=_MORE)
@refs_argument
@click.option("--interval", type=_Seconds(0.1), default=2.0, show_default=True, help="Seconds between looks.")
@sandbox_option
def watch(refs: tuple[str, ...], interval: float, sandbox: bool) -> None:  # noqa: FBT001
    """Watch sessions until all are over.

    On a terminal as a live table, in a pipe as a line for each change.
    """
    names = _read(refs)
    outcomes: dict[str, Outcome] = dict.fromkeys(names)
    console = Console()
    with _client(names, sandbox) as (client, by_ref), _live(console, outcomes) as live:
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
                    _complain(name, outcome, live.console if live else None)
            if not all(map(_is_over, outcomes.values())):
                time.sleep(interval)
    sys.exit(_code(outcomes.values()))


@command.command()
def providers() -> None:
    """Show what each provider can tell, and its key's variable."""
    console = _console()
    console.print(keys_table(), fields_table(), sep="\n\n")


@command.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Where; without it, any that is free.")
@click.argument("program", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND…]")
def sandbox(port: int, program: tuple[str, ...]) -> None:
    """Stand in for the five providers on this machine, until Ctrl-C or the end of a COMMAND.

    A COMMAND finds the sandbox in the providers' environment variables. A word of it that is a provider and a scenario,
    as in skyvern:running, becomes the reference of that scenario's session. Its exit code is the result.
    """
    with _sandbox(port) as server:
        if program:
            sys.exit(_run_beside(server, [_scenario(server, word) for word in program]))
        for name, value in server.environment.items():
            click.echo(f"export {name}={value}")
        click.echo(f"# scenarios: {', '.join(server.scenarios)}; for example", err=True)
        click.echo(f"#   browser-sessions get {server.ref('skyvern', 'running')}", err=True)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


def _run_beside(server: Any, program: list[str]) -> int:
    """Return the exit code of a program that is given the sandbox, as a shell would say it."""
    try:
        process = subprocess.Popen(program, env=os.environ | server.environment)  # noqa: S603 - what was asked for
    except OSError as error:
        raise click.UsageError(f"{printable(program[0])} cannot be run: {error.strerror}") from None
    # Ctrl-C is the program's: what it does then is done while the sandbox still answers.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        with process:
            code = process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code


@command.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes a shell complete it.

    eval "$(browser-sessions completion bash)"
    """
    kind = cast(type[ShellComplete], get_completion_class(shell))
    click.echo(kind(command, {}, "browser-sessions", "_BROWSER_SESSIONS_COMPLETE").source())


def _read(refs: Iterable[str]) -> list[str]:
    """Return the references, each once, with those from standard input in the place of "-"."""
    names: list[str] = []
    for ref in refs:
        # Files from elsewhere begin with a byte order mark.
        lines = [line.strip("\ufeff \t\r\n") for line in sys.stdin] if ref == "-" else [ref]
        names += [line for line in lines if line or ref != "-"]
    if not names:
        raise click.UsageError("Standard input holds no REF.", click.get_current_context())
    return list(dict.fromkeys(names))


@contextlib.contextmanager
def _client(names: Iterable[str], sandbox: bool) -> Iterator[tuple[Client, dict[str, str]]]:  # noqa: FBT001
    """Give a client, and what was typed for each reference."""
    if not sandbox:
        with Client() as client:
            yield client, {name: name for name in names}
        return
    with _sandbox(0) as server, Client(api_keys=server.api_keys, base_urls=server.base_urls) as client:
        yield client, {_scenario(server, name): name for name in names}


@contextlib.contextmanager
def _sandbox(port: int) -> Iterator[Any]:
    from browser_sessions import sandbox

    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(sandbox.serve(port))
        except ImportError as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            advice = f"port {port} cannot be had: leave out --port for one that is free ({error.strerror})"
            raise click.ClickException(advice) from None
        yield server


def _scenario(server: Any, name: str) -> str:
    provider, _, scenario = name.partition(":")
    return str(server.ref(provider, scenario)) if scenario in server.scenarios and provider in PROVIDERS else name


def _code(outcomes: Iterable[Outcome]) -> int:
    """Return the exit code that says the worst of some outcomes."""
    codes = {_code_of(each) for each in outcomes}
    return next((code for code in (FAILED, NONSENSE, TIMED_OUT) if code in codes), 0)


def _code_of(outcome: Outcome) -> int:
    if isinstance(outcome, errors.WaitTimeout | errors.SessionEnded):
        return TIMED_OUT
    if isinstance(outcome, errors.InvalidSessionRef | errors.ConfigurationError):
        return NONSENSE
    return FAILED if isinstance(outcome, BrowserSessionsError) else 0


def _complain(name: str, error: BrowserSessionsError, console: Console | None) -> None:
    """Print an error as one line, which names its session as it was typed."""
    said = printable(str(error))
    for known in (name, str(error.ref)):  # it may begin with its session already, as far as that is a line
        said = said.removeprefix(_failures.line_of(known)).lstrip(": ") or said
    line = f"browser-sessions: {printable(name)}: {said}"
    if console:
        console.print(Text(line), soft_wrap=True)
    else:
        click.echo(line, err=True)


def _as_json(name: str, outcome: Outcome, *, raw: bool) -> dict[str, Any]:
    if isinstance(outcome, BrowserSessionsError):
        return {"ref": str(outcome.ref or name), "error": type(outcome).__name__, "message": str(outcome)}
    return cast(BrowserSession, outcome).to_dict(raw=raw)


def _print_all(names: Iterable[str], found: Mapping[str, Outcome], form: str | None, *, raw: bool) -> None:
    """Print what was found in the order in which it was asked for, unless it is printed already."""
    in_order = [(name, found[name]) for name in names if name in found]
    sessions = [(name, outcome) for name, outcome in in_order if isinstance(outcome, BrowserSession)]
    if form == "json":
        click.echo(json.dumps([_as_json(name, outcome, raw=raw) for name, outcome in in_order], indent=2))
    elif form is None and sessions:
        console = _console()
        console.print(sessions_table(sessions, console.width))


def _is_over(outcome: Outcome) -> bool:
    """Whether another look will not change it: over, or an error that will not pass."""
    if isinstance(outcome, BrowserSession):
        return outcome.status.is_terminal
    return outcome is not None and not isinstance(outcome, errors.PASSING)


def _console() -> Console:
    """Return where tables are printed: as wide as the terminal, and in a pipe as wide as they need."""
    return Console() if sys.stdout.isatty() or "COLUMNS" in os.environ else Console(width=160)


class _Progress:
    """Prints results and errors, and on a terminal, between them, how far it is."""

    def __init__(self, doing: str, total: int, status: Status | None) -> None:
        self._doing, self._total, self._status, self._done = doing, total, status, 0

    def say(self, line: str) -> None:
        """Print a line of the result, which may be on the terminal that the status is on."""
        shared = self._status if sys.stdout.isatty() else None
        if shared:
            shared.stop()
        click.echo(line)
        if shared:
            shared.start()

    def count(self, name: str, outcome: Outcome) -> None:
        """Count an outcome; print it if it is an error."""
        self._done += 1
        if self._status:
            self._status.update(f"{self._doing}… {self._done:,} of {self._total:,}")
        if isinstance(outcome, BrowserSessionsError):
            _complain(name, outcome, self._status.console if self._status else None)


@contextlib.contextmanager
def _progress(doing: str, total: int) -> Iterator[_Progress]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Progress(doing, total, None)
        return
    with Status(f"{doing}…", console=console) as status:
        yield _Progress(doing, total, status)


@contextlib.contextmanager
def _live(console: Console, outcomes: dict[str, Outcome]) -> Iterator[Live | None]:
    if not console.is_terminal:
        yield None
        return
    with Live(sessions_table(outcomes.items(), console.width), console=console, auto_refresh=False) as live:
        yield live
