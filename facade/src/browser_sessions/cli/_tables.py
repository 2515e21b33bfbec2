"""Sessions as tables, for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from rich.table import Table
from rich.text import Text

from browser_sessions._masking import mask_text
from browser_sessions._providers import PROVIDERS
from browser_sessions._session import BrowserSession, Cost, began_at
from browser_sessions._status import SessionStatus
from browser_sessions.cli import _durations
from browser_sessions.errors import BrowserSessionsError

Outcome = BrowserSession | BrowserSessionsError | None

_COLOURS = {
    SessionStatus.PENDING: "yellow",
    SessionStatus.RUNNING: "green",
    SessionStatus.COMPLETED: "blue",
    SessionStatus.FAILED: "red",
    SessionStatus.TIMED_OUT: "red",
    SessionStatus.ENDED: "blue",
    SessionStatus.UNKNOWN: "magenta",
}
_ABSENT, _UNSUPPORTED = "-", ""
NOT_REPORTED, NEVER_REPORTED = "not reported", "–"  # noqa: RUF001 - as in the tables of the README


def elapsed(session: BrowserSession) -> timedelta | None:
    """Return for how long a session ran, or has been running until now."""
    start = session.started_at or session.created_at
    if session.duration is not None or start is None or session.status is not SessionStatus.RUNNING:
        return session.duration
    return max(_durations.now() - start, timedelta())  # clocks differ


def _time(session: BrowserSession, name: str) -> str:
    value = getattr(session, name)
    return f"{value:%m-%d %H:%M:%S}" if value else _missing(session, name)


def _elapsed(session: BrowserSession) -> str:
    ran = elapsed(session)
    return _missing(session, "duration") if ran is None else in_seconds(ran)


def _age(session: BrowserSession) -> str:
    since = began_at(session)
    return NOT_REPORTED if since is None else in_seconds(_durations.now() - since)


def in_seconds(time: timedelta) -> str:
    """Return a time as text; one below zero is zero, since clocks differ."""
    return str(timedelta(seconds=max(int(time.total_seconds()), 0)))


def _cost(session: BrowserSession) -> str:
    return _cost_text(session.cost) if session.cost else _missing(session, "cost")


def _listed_cost(session: BrowserSession) -> str:
    return _cost_text(session.cost) if session.cost else unreported(session.provider, "cost")


def _cost_text(cost: Cost) -> str:
    return f"{cost.amount:f} {cost.unit}{'' if cost.final else ' so far'}"


def unreported(slug: str, field: str) -> str:
    """Return what stands for a field that a provider has not reported yet, or never reports."""
    return NOT_REPORTED if field in PROVIDERS[slug].fields else NEVER_REPORTED


def _traffic(session: BrowserSession) -> str:
    sizes = [size for size in (session.proxy_bytes, session.billable_bytes) if size is not None]
    return f"{sum(sizes) / 1024**2:.1f} MiB" if sizes else _missing(session, "proxy_bytes")


def _missing(session: BrowserSession, name: str) -> str:
    """Return what stands for a missing value; it differs if the provider never fills the field."""
    return _ABSENT if name in PROVIDERS[session.provider].fields else _UNSUPPORTED


# Heading, least width of the terminal in which it is shown, and what it shows of a session.
_Column = tuple[str, int, Callable[[BrowserSession], str]]
_COLUMNS: tuple[_Column, ...] = (
    ("ran for", 0, _elapsed),
    ("cost", 50, _cost),
    ("raw status", 90, lambda session: session.raw_status or _ABSENT),
    ("started", 90, lambda session: _time(session, "started_at")),
    ("ended", 110, lambda session: _time(session, "ended_at")),
    ("traffic", 110, _traffic),
)


_LISTED: tuple[_Column, ...] = (
    ("age", 0, _age),
    ("cost", 50, _listed_cost),
    ("ran for", 90, _elapsed),
    *_COLUMNS[2:],
)


def listed_table(sessions: Iterable[BrowserSession], width: int) -> Table:
    """Return a table of sessions from lists, with their age."""
    return sessions_table(((str(each.ref), each) for each in sessions), width, _LISTED)


def sessions_table(outcomes: Iterable[tuple[str, Outcome]], width: int, shown: tuple[_Column, ...] = _COLUMNS) -> Table:
    """Return a table of sessions, and of the errors in the place of others; None is not known yet."""
    columns = [(heading, show) for heading, least, show in shown if width >= least]
    hidden = [heading for heading, least, _ in shown if width < least]
    table = plain_table()
    if hidden:
        table.caption, table.caption_justify = f"In a wider terminal: {', '.join(hidden)}", "left"
    # Where there is too little room, rich narrows the columns that may be wrapped, which is this one alone; a
    # reference has no blank at which it could be.
    table.add_column("session", overflow="ellipsis", min_width=16)
    table.add_column("status", no_wrap=True)
    for heading, _ in columns:
        table.add_column(heading, no_wrap=True, overflow="ellipsis")
    for name, outcome in outcomes:
        if isinstance(outcome, BrowserSession):
            status = Text(str(outcome.status), style=_COLOURS[outcome.status])
            table.add_row(Text(printable(name)), status, *(Text(printable(show(outcome))) for _, show in columns))
        else:
            table.add_row(
                Text(printable(name)),
                Text(type(outcome).__name__ if outcome else "…", style="red" if outcome else "dim"),
            )
    return table


def line_of(name: str, outcome: Outcome) -> str:
    """Return a session, or the error in its place, as one line of a log."""
    if isinstance(outcome, BrowserSession):
        parts = [name, str(outcome.status), _elapsed(outcome), _cost(outcome)]
        return printable("  ".join(part for part in parts if part not in {_ABSENT, _UNSUPPORTED}))
    return printable(f"{name}  {type(outcome).__name__}")


def printable(text: str) -> str:
    """Return a text without secrets of its URLs, and without anything that a terminal would take for a command."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in mask_text(text))


def plain_table(*headings: str) -> Table:
    """Return a table without lines, whose cells are not cut off."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, no_wrap=heading in ("", "provider"), overflow="fold")
    return table
