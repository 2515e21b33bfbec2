"""The command that runs a program with a browser of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Self

import click

from browser_sessions import PROVIDERS, BrowserSession, Client
from browser_sessions.cli._clients import exit_code_of, open_client
from browser_sessions.cli._creating import CREATORS, create_options, given
from browser_sessions.cli._durations import Duration
from browser_sessions.cli._options import EXITS, ledger_options, plain_http_option
from browser_sessions.cli._results import TIMED_OUT, exit_code, print_error
from browser_sessions.cli._tables import printable
from browser_sessions.errors import BrowserSessionsError, StopUnconfirmed

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@click.command("run", epilog=EXITS)
@create_options
@click.option(
    "--ready-timeout",
    type=Duration("1s"),
    default="2m",
    show_default=True,
    help="How long the browser may take to start.",
)
@click.option("--keep-keys", is_flag=True, help="Leave the providers' API keys in the program's environment.")
@ledger_options
@plain_http_option
@click.argument("provider", type=click.Choice(CREATORS))
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND…")
def run_program(  # noqa: PLR0913 - one for each option
    *,
    provider: str,
    program: tuple[str, ...],
    owner: str | None,
    keep_keys: bool,
    ledger: Path | None,
    plain_http: tuple[str, ...],
    **options: Any,
) -> None:
    """Run a COMMAND with a browser of its own, which is stopped however the COMMAND ends.

    The COMMAND finds the browser's address in CDP_URL, the headers for it as JSON in CDP_HEADERS, and the session in
    BROWSER_SESSION. The variables of the providers' API keys are not in its environment; a key in a variable of your
    own is. With Anchor Browser the address, and with Skyvern the headers, hold the account's key all the same.

    Ctrl-C, SIGTERM and SIGHUP go to the COMMAND, and a second one kills it. The browser is stopped once the COMMAND has
    ended, even if that left something running in the background. The exit code is the COMMAND's, or 3 if that is 0 and
    the stop is not confirmed. After SIGKILL or a power failure, `browser-sessions reap` or the session's lifetime stops
    it: 30 minutes unless --lifetime is given.
    """
    if shutil.which(program[0]) is None:
        raise click.UsageError(f"{program[0]} cannot be run: there is no such command. No session was created.")
    code: int | None = None
    with open_client((), plain_http, sandbox=False, ledger=ledger, owner=owner) as (client, _), _Signals() as signals:
        try:
            with client.session(provider, **given(options)) as session:  # type: ignore[call-overload] # any provider
                code = signals.run(list(program), _environment(client, session, keep_keys=keep_keys))
        except BrowserSessionsError as error:
            print_error(provider, error, None)
            sys.exit(code or (TIMED_OUT if isinstance(error, StopUnconfirmed) else exit_code([error])))
    sys.exit(code)


class _Signals:
    """Handles the signals that end a program: they end this one, or go to the command while it runs.

    Those that this program was started to ignore, as by `nohup`, stay ignored.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._is_running = False
        self._came: list[int] = []
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        heeded = [each for each in _SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
        self._before = {each: signal.signal(each, self._handle) for each in heeded}
        return self

    def __exit__(self, *_: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def run(self, program: list[str], environment: dict[str, str]) -> int:
        """Run a command, and return its exit code, as a shell would: the first signal goes to it, a second kills it."""
        self._is_running = True
        try:
            with subprocess.Popen(program, env=environment) as process:  # noqa: S603 - what was asked for
                self._process = process
                for number in self._came:  # while it was started
                    process.send_signal(number)
                return exit_code_of(process.wait())
        except OSError as error:
            name = printable(program[0])
            raise click.UsageError(f"{name} cannot be run: {error.strerror}.") from None
        finally:
            self._is_running = False

    def _handle(self, number: int, _: FrameType | None) -> None:
        if not self._is_running:
            # The block of the session ends with it: the session is stopped.
            raise SystemExit(128 + number)
        self._came.append(number)
        if self._process is None:
            return
        if len(self._came) > 1:
            self._process.kill()
        elif not (number == signal.SIGINT and _is_in_foreground()):  # where the terminal sends it to both
            self._process.send_signal(number)


def _is_in_foreground() -> bool:
    """Whether the terminal sends a Ctrl-C to this program's group, which is the command's, too."""
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno()) == os.getpgrp()  # type: ignore[union-attr] # an AttributeError then
    except (AttributeError, OSError, ValueError):
        return False


def _environment(client: Client, session: BrowserSession, *, keep_keys: bool) -> dict[str, str]:
    """Return the environment of the command."""
    info = client.connect_info(session)
    keys = {name for provider in PROVIDERS.values() for name in provider.key_variables}
    kept = {name: value for name, value in os.environ.items() if keep_keys or name not in keys}
    own = {"CDP_URL": info.url, "CDP_HEADERS": json.dumps(dict(info.headers)), "BROWSER_SESSION": str(session.ref)}
    return kept | own
