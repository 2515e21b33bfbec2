"""The content of a ledger: its entries, the lines that cannot be read, and the sessions that may be running."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from browser_sessions._ref import SessionRef

_WITHOUT_ID = ("create", "failed")
_WITH_ID = ("created", "over")

_SHOWN = 200
"""Characters of the problem with a line, which may quote some of it."""

_FIRST_YEAR, _LAST_YEAR = 2000, 9000
"""Years in which a time can be moved by minutes, in any zone."""

_MARKER = re.compile(r"(?:[A-Za-z0-9_ -]+)\.[a-z0-9]{20}")


class LedgerEntry(NamedTuple):
    """A line of a ledger.

    Attributes:
        time: When it was written, by the clock of the machine, UTC.
        event: "create": a request that creates a session is about to be sent. "created": the session has this id.
            "failed": none was created, or none can still run. "over": the session was seen to end.
        provider: Whose session.
        host: The host of the base URL, with its port if it is not the usual one.
        id: The session's id; None for "create" and "failed".
        marker: The session's metadata `browser-sessions`; of a provider without metadata, what joins its lines. None
            for "over" if it was not seen then.
        account_id: The account, if the provider reports it.
        key: A fingerprint of the API key, of eight hexadecimal digits.

    """

    time: datetime
    event: str
    provider: str
    host: str
    id: str | None
    marker: str | None
    account_id: str | None
    key: str

    def __str__(self) -> str:
        """Return the reference of the session; of one without an id, its provider and marker."""
        return f"{self.provider}:{self.id}" if self.id else f"{self.provider}, created as {self.marker}"

    @property
    def session(self) -> tuple[str, str, str | None]:
        """The session's identity, with the host, since two hosts may have the same ids."""
        return self.provider, self.host, self.id

    def to_line(self) -> bytes:
        """Return the line of the file."""
        return b"%s\n" % json.dumps(self._asdict() | {"time": self.time.isoformat()}).encode()


class Contents(NamedTuple):
    """The content of a ledger.

    Attributes:
        salt: The salt of the fingerprints; None if the first line has none.
        lines: Each line but the first one, with its entry; None if it cannot be read.
        problems: Which lines cannot be read, and why.
        over: The sessions that have ended.
        settled: The markers of sessions that have ended, or were not created.

    """

    salt: bytes | None
    lines: tuple[tuple[bytes, LedgerEntry | None], ...]
    problems: tuple[str, ...]
    over: frozenset[tuple[str, str, str | None]]
    settled: frozenset[str | None]

    @property
    def entries(self) -> list[LedgerEntry]:
        """The entries, in their order."""
        return [entry for _, entry in self.lines if entry]

    def is_settled(self, entry: LedgerEntry) -> bool:
        """Whether an entry is about a session that has ended, or was not created."""
        return entry.session in self.over or entry.marker in self.settled

    def unsettled(self) -> list[LedgerEntry]:
        """Return an entry for each session that may be running: with its id, or else that of its create."""
        created = [each for each in self.entries if each.event == "created"]
        known = {each.marker for each in created}
        intents = [each for each in self.entries if each.event == "create" and each.marker not in known]
        return [each for each in {each.session: each for each in created}.values() if not self.is_settled(each)] + [
            each for each in intents if not self.is_settled(each)
        ]


def contents_of(salt: bytes | None, lines: Iterable[bytes]) -> Contents:
    """Return what is in the lines behind the one with the salt."""
    read: list[tuple[bytes, LedgerEntry | None]] = []
    problems: list[str] = []
    for number, line in enumerate(lines, 1 if salt is None else 2):
        entry = None
        try:
            entry = _entry_of(line)
        except (ValueError, TypeError, RecursionError) as error:
            problems.append(f"line {number} cannot be used: {str(error)[:_SHOWN]}")
        read.append((line.removesuffix(b"\n") + b"\n", entry))
    if read and salt is None:
        problems.insert(0, "line 1 has no salt: the keys of the lines are unknown")
    entries = [entry for _, entry in read if entry]
    over = frozenset(each.session for each in entries if each.event == "over")
    settled = {each.marker for each in entries if each.event == "failed" or each.session in over}
    return Contents(salt, tuple(read), tuple(problems), over, frozenset(settled - {None}))


def is_marker(text: str | None) -> bool:
    """Whether a text is a marker that this package made."""
    return text is not None and _MARKER.fullmatch(text) is not None


def _entry_of(line: bytes) -> LedgerEntry:
    if not line.endswith(b"\n"):
        raise ValueError("it is torn off, or too long")
    try:
        data: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(data, dict) or data.keys() != {*LedgerEntry._fields}:
        raise ValueError("it has other names than an entry")
    fields: dict[str, Any] = {**data, "time": _time_of(data["time"])}
    entry = LedgerEntry(**fields)
    if entry.event not in (*_WITHOUT_ID, *_WITH_ID):
        raise ValueError("its event is unknown")
    if (entry.id is None) != (entry.event in _WITHOUT_ID):
        raise ValueError("it has no id, or one too many")
    SessionRef(entry.provider, "-" if entry.id is None else entry.id)
    if not (is_marker(entry.marker) or (entry.marker is None and entry.event == "over")):
        raise ValueError("its marker is invalid")
    is_text = isinstance(data["host"], str) and isinstance(data["account_id"], str | None)
    if not re.fullmatch("[0-9a-f]{8}", entry.key) or not is_text:
        raise ValueError("its host, its account or its key is invalid")
    return entry


def _time_of(value: str) -> datetime:
    time = datetime.fromisoformat(value)
    if time.utcoffset() is None:
        raise ValueError("its time has no offset")
    if not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        raise ValueError("its time is not one of a session")
    return time
