"""What a terminal shows while a command runs; elsewhere nothing is shown."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.live import Live
from rich.status import Status

from browser_sessions import BrowserSession
from browser_sessions.cli._results import is_terminal, print_error
from browser_sessions.cli._tables import Outcome, line_of, sessions_table
from browser_sessions.errors import BrowserSessionsError

if TYPE_CHECKING:
    from browser_sessions._many import Result


class Progress:
    """Prints results and errors and, on a terminal, how many there are."""

    def __init__(self, doing: str, total: int | None, status: Status | None) -> None:
        self._doing, self._total, self._status, self._done = doing, total, status, 0

    def print_line(self, line: str) -> None:
        """Print a line of the result, perhaps on the terminal that shows the status."""
        shared = self._status if is_terminal(sys.stdout) else None
        if shared:
            shared.stop()
        click.echo(line)
        if shared:
            shared.start()

    def print_each(self, results: Iterable[Result], by_ref: Mapping[str, str]) -> list[Outcome]:
        """Print each session, or the error in its place, as it comes, and return all."""
        outcomes: list[Outcome] = []
        for ref, outcome in results:
            name = by_ref[str(ref)]
            outcomes.append(outcome)
            if isinstance(outcome, BrowserSession):
                self.print_line(line_of(name, outcome))
            self.count(name, outcome)
        return outcomes

    def count(self, name: str, outcome: Outcome) -> None:
        """Count an outcome; print it if it is an error."""
        self._done += 1
        if self._status:
            self._status.update(f"{self._doing}… {self._done:,}" + (f" of {self._total:,}" if self._total else ""))
        if isinstance(outcome, BrowserSessionsError):
            print_error(name, outcome, self._status.console if self._status else None)


@contextlib.contextmanager
def progress(doing: str, total: int | None = None) -> Iterator[Progress]:
    """Show a spinner on standard error, if that is a terminal; the total may not be known."""
    if not is_terminal(sys.stderr):  # rich takes a pipe for one under FORCE_COLOR
        yield Progress(doing, total, None)
        return
    with Status(f"{doing}…", console=Console(stderr=True)) as status:
        yield Progress(doing, total, status)


@contextlib.contextmanager
def live_table(console: Console, outcomes: dict[str, Outcome]) -> Iterator[Live | None]:
    """Show a table that can be updated, if standard output is a terminal."""
    if not is_terminal(sys.stdout):
        yield None
        return
    with Live(sessions_table(outcomes.items(), console.width), console=console, auto_refresh=False) as live:
        yield live
