"""The client of a command, for the providers or a sandbox on this machine."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from browser_sessions import PROVIDERS, Client
from browser_sessions._providers import Provider
from browser_sessions.cli._results import exit_code, in_options
from browser_sessions.cli._tables import printable
from browser_sessions.errors import BrowserSessionsError

AGES = [timedelta(minutes=minutes) for minutes in (50, 12, 1)]
"""Of the sessions that a sandbox can begin with; at one provider the oldest has already ended."""


def chosen(slugs: Iterable[str], *, sandbox: bool) -> list[str]:
    """Return the providers that were named, each once, or else all whose key is set."""
    found = list(dict.fromkeys(slugs)) or (list(PROVIDERS) if sandbox else with_key())
    if not found:
        raise click.UsageError("No provider's key is set: `browser-sessions providers` lists the variables.")
    return found


def with_key() -> list[str]:
    """Return the providers whose key is in the environment."""
    return [slug for slug, provider in PROVIDERS.items() if key_variable(provider)]


def key_variable(provider: Provider) -> str | None:
    """Return the environment variable that a provider's key is read from; None if it is not set."""
    return next((name for name in provider.key_variables if os.environ.get(name)), None)


@contextlib.contextmanager
def open_client(  # noqa: PLR0913 - one for each option
    names: Iterable[str],
    plain_http: Collection[str],
    *,
    sandbox: bool,
    with_fleet: bool = False,
    ledger: Path | None = None,
    owner: str | None = None,
) -> Iterator[tuple[Client, dict[str, str]]]:
    """Open a client, with what was typed for each reference; an error of the whole run ends the command.

    With a sandbox, whose sessions end with the command, no ledger is kept.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_printed_log())
        try:
            if sandbox:
                server = stack.enter_context(open_sandbox(0, with_fleet=with_fleet))
                client = stack.enter_context(Client(api_keys=server.api_keys, base_urls=server.base_urls, owner=owner))
                yield client, {known_ref(server, name): name for name in names}
            else:
                client = stack.enter_context(Client(plain_http=plain_http, ledger=ledger, owner=owner))
                yield client, {name: name for name in names}
        except BrowserSessionsError as error:
            click.echo(f"browser-sessions: {printable(in_options(error))}", err=True)
            sys.exit(exit_code([error]))


@contextlib.contextmanager
def _printed_log() -> Iterator[None]:
    """Print errors that are logged because another exception is being raised: what may still be running."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.ERROR)
    handler.setFormatter(_Line())
    log = logging.getLogger("browser_sessions")
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


class _Line(logging.Formatter):
    """Formats a record as one line, like an error."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return f"browser-sessions: {printable(record.getMessage())}"


@contextlib.contextmanager
def open_sandbox(port: int, *, with_fleet: bool, browser: str | None = None) -> Iterator[Any]:
    """Open a sandbox on a port, or on any free one if it is 0.

    It may begin with sessions to list, and its sessions may have a browser, by the address of one.
    """
    from browser_sessions import sandbox

    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(sandbox.serve(port, browser=browser))
        except (ImportError, ValueError) as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            advice = f"port {port} is not available: leave out --port to take any free one ({error.strerror})"
            raise click.ClickException(advice) from None
        for slug, age in itertools.product(PROVIDERS if with_fleet else (), AGES):
            server.start(slug, age=age)
        yield server


def scenario_ref(server: Any, name: str) -> str:
    """Return the reference of a scenario's session, or what was typed if it names no scenario."""
    provider, _, scenario = name.partition(":")
    return str(server.ref(provider, scenario)) if scenario in server.scenarios and provider in PROVIDERS else name


def known_ref(server: Any, name: str) -> str:
    """Return the reference of a scenario's session, named by scenario or id; an invalid one as it was typed."""
    found = scenario_ref(server, name)
    provider, _, scenario = name.partition(":")
    if provider in PROVIDERS and found not in {str(server.ref(provider, each)) for each in server.scenarios}:
        scenarios = ", ".join(server.scenarios)
        raise click.UsageError(f"The sandbox has no scenario {printable(scenario)!r}. There are: {scenarios}.")
    return found


def run_beside(server: Any, program: list[str]) -> int:
    """Run a program with the sandbox in its environment, and return its exit code, as a shell would."""
    # Ctrl-C is for the program: while it handles one, the sandbox still serves. One may come as soon as the program has
    # started, so this process stops heeding it first. If this process was started to ignore Ctrl-C, so is the program.
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: None)
    try:
        with subprocess.Popen(program, env=os.environ | server.environment) as process:  # noqa: S603 - what was asked for
            code = process.wait()
    except OSError as error:
        raise click.UsageError(f"{printable(program[0])} cannot be run: {error.strerror}") from None
    finally:
        signal.signal(signal.SIGINT, before)
    return exit_code_of(code)


def exit_code_of(returned: int) -> int:
    """Return the exit code of a program, as a shell has it: one that a signal ended has 128 and its number."""
    return returned if returned >= 0 else 128 - returned
