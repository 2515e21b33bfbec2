"""Sessions that were left running: those that are ours by marker or ledger are found and stopped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from browser_sessions._ledger import fingerprint, host_of
from browser_sessions._masking import shown
from browser_sessions._options import checked_owner
from browser_sessions._providers import PROVIDERS
from browser_sessions._query import OPEN, SKEW, Query
from browser_sessions._reading import MARKER
from browser_sessions._reap_report import ReapReport
from browser_sessions._records import done, note, note_over
from browser_sessions._ref import SessionRef
from browser_sessions._session import BrowserSession, began_at
from browser_sessions._stopping import stop
from browser_sessions.errors import (
    BrowserSessionsError,
    ConfigurationError,
    InvalidOption,
    LedgerError,
    SessionNotFound,
    UnexpectedResponse,
)

if TYPE_CHECKING:
    from browser_sessions._bounds import Bounds
    from browser_sessions._call import Course
    from browser_sessions._calls import Calls
    from browser_sessions._ledger_entries import Contents, LedgerEntry

_STOP = 60.0
"""Seconds for the stop of one session."""

_CREATE = timedelta(minutes=10)
"""The time after which a create that was sent has created its session, or never will."""

_OVERTIME = timedelta(days=1)
"""How much longer than its longest lifetime a session may run: Skyvern extends one by hours."""


class Scope(NamedTuple):
    """Which sessions are to be stopped, as checked arguments.

    Attributes:
        older_than: Those that were created so long ago.
        owner: Those of this owner; None for all of the ledger.
        metadata: Those with all of these labels.
        dry_run: Whether none is stopped.

    """

    older_than: timedelta
    owner: str | None
    metadata: Mapping[str, str]
    dry_run: bool

    def is_owned(self, marker: str | None) -> bool:
        """Whether a marker is one of the owner's."""
        return self.owner is None or (marker or "").startswith(f"{self.owner}.")

    def has_labels(self, session: BrowserSession) -> bool:
        """Whether a session has the labels."""
        return all(session.metadata.get(name) == value for name, value in self.metadata.items())

    def is_old(self, session: BrowserSession) -> bool | None:
        """Whether a session is old enough; None if it has no age: no time, or one that is still to come."""
        began, now = began_at(session), datetime.now(UTC)
        return None if began is None or began > now + SKEW else now - began >= self.older_than


def checked_scope(
    calls: Calls, older_than: object, owner: str | None, metadata: Mapping[str, str] | None, *, dry_run: bool
) -> Scope:
    """Return the arguments of a client's `reap`, checked.

    Raises:
        ConfigurationError: Neither an owner nor a ledger was given.
        InvalidOption: `older_than` is not a timedelta or is negative, or the owner cannot be one.

    """
    if not isinstance(older_than, timedelta) or older_than < timedelta(0):
        raise InvalidOption(f"older_than must be a timedelta of zero or more, not {older_than!r}")
    owner = calls.owner if owner is None else checked_owner(owner)
    if owner is None and calls.ledger is None:
        raise ConfigurationError(
            "reap needs to know which sessions are yours: pass owner=…, or make a Client(ledger=…)"
        )
    return Scope(older_than, owner, dict(metadata or {}), dry_run)


class Reaping:
    """The search for sessions that were left running, and their stops."""

    def __init__(self, calls: Calls, scope: Scope, bounds: Bounds) -> None:
        self._calls = calls
        self._scope = scope
        self._bounds = bounds
        self._old: dict[SessionRef, BrowserSession] = {}
        self._ageless: dict[SessionRef, BrowserSession] = {}
        self._stopped: list[BrowserSession] = []
        self._failed: list[BrowserSessionsError] = []
        self._missing: list[LedgerEntry] = []
        self._expired: list[LedgerEntry] = []
        self._foreign: list[LedgerEntry] = []
        self._candidates: dict[SessionRef, BrowserSession] = {}
        self._unread: tuple[str, ...] = ()

    def steps(self) -> Course[ReapReport]:
        """Find the sessions, and stop them, one after the other.

        Raises:
            LedgerError: The ledger cannot be read; nothing was stopped.

        """
        if self._calls.ledger:
            yield from self._by_ledger((yield from done(self._calls.ledger.read)))
        if self._scope.owner:
            keyed = [slug for slug in self._calls.keyed() if slug in _MARKING]
            # Without a key for any of them nothing is read, which must be an error.
            for slug in keyed or ([] if self._calls.ledger else _MARKING):
                yield from self._by_owner(slug)
        if self._scope.dry_run:
            self._stopped += self._old.values()
        else:
            yield from self._stop_all()
        return ReapReport(
            dry_run=self._scope.dry_run,
            stopped=tuple(self._stopped),
            failed=tuple(self._failed),
            missing=tuple(self._missing),
            expired=tuple(self._expired),
            foreign=tuple(self._foreign),
            candidates=tuple(self._candidates.values()),
            ageless=tuple(self._ageless.values()),
            unread=self._unread,
        )

    def _by_ledger(self, contents: Contents) -> Course[None]:
        self._unread = contents.problems
        wanted = [each for each in contents.unsettled() if self._scope.is_owned(each.marker)]
        for slug in dict.fromkeys(each.provider for each in wanted):
            entries = [each for each in wanted if each.provider == slug]
            try:
                access = self._calls.open(slug).access
            except ConfigurationError as error:
                self._failed.append(error.with_traceback(None))
                continue
            key = fingerprint(contents.salt or b"", access.key)
            own = (host_of(access), key) if contents.salt else None
            ours = [each for each in entries if (each.host, each.key) == own]
            self._foreign += [each for each in entries if (each.host, each.key) != own]
            for entry in ours:
                if entry.id is not None:
                    yield from self._ask(entry, SessionRef(slug, entry.id))
                elif slug in _MARKING:
                    yield from self._look_for(entry)
            if slug not in _MARKING:
                yield from self._guess(slug, contents, {each for each in ours if each.id is None})

    def _ask(self, entry: LedgerEntry, ref: SessionRef) -> Course[None]:
        """Fetch a session by the id in the ledger."""
        try:
            session = yield from self._calls.get(ref, self._bounds)
            if session.id != ref.id:
                text = f"{shown(ref)}: the provider sent another session for this id"
                raise UnexpectedResponse(text, ref=ref)
        except SessionNotFound:
            self._missing.append(entry)
        except BrowserSessionsError as error:
            self._failed.append(error.with_traceback(None))
        else:
            yield from self._judge(session)

    def _look_for(self, entry: LedgerEntry) -> Course[None]:
        """List the session of a create whose response is not in the ledger, by its marker."""
        searched = import_module(f"browser_sessions._providers.{entry.provider}.creates").SEARCHED
        found = yield from self._list(entry.provider, Query(searched, {MARKER: str(entry.marker)}))
        if found == []:
            yield from self._miss(entry)
        for session in found or ():
            if not self._scope.dry_run:
                access = self._calls.open(entry.provider).access
                yield from note(self._calls, "created", access, entry.marker, session)
            yield from self._judge(session)

    def _miss(self, entry: LedgerEntry) -> Course[None]:
        """Note that no session of a create is found; if none can still run, drop it from the ledger."""
        if not _is_expired(entry):
            self._missing.append(entry)
            return
        self._expired.append(entry)
        if not self._scope.dry_run:
            access = self._calls.open(entry.provider).access
            yield from note(self._calls, "failed", access, entry.marker)

    def _guess(self, slug: str, contents: Contents, intents: Collection[LedgerEntry]) -> Course[None]:
        """List the sessions that may be those of creates whose responses are not in the ledger."""
        if not intents:
            return
        listed = yield from self._list(slug, Query(OPEN))
        known = {each.id for each in contents.entries if each.provider == slug}
        unknown = [each for each in listed or () if each.id not in known]
        for entry, following in zip_longest(contents.entries, contents.entries[1:]):
            if entry not in intents or listed is None:
                continue
            found = [each for each in unknown if _is_between(each, entry.time, following and following.time)]
            if not found:
                yield from self._miss(entry)
            self._candidates |= {
                each.ref: each
                for each in found
                if self._scope.has_labels(each) and self._scope.is_old(each) is not False
            }

    def _by_owner(self, slug: str) -> Course[None]:
        """List the sessions with a marker of the owner's."""
        for session in (yield from self._list(slug, Query(OPEN, self._scope.metadata))) or ():
            if session.marker and self._scope.is_owned(session.marker):
                yield from self._judge(session)

    def _list(self, slug: str, query: Query) -> Course[list[BrowserSession] | None]:
        """Return the sessions of a list; None if it cannot be read."""
        try:
            reading = self._calls.list(slug, query, self._bounds)
            found = yield from reading.all_pages()
        except BrowserSessionsError as error:
            self._failed.append(error.with_traceback(None))
            return None
        if reading.complete:
            return found
        text = f"{slug}: not all rows of the list of sessions can be read; sessions of yours may be among them"
        self._failed.append(UnexpectedResponse(text, provider=slug))
        return found or None

    def _judge(self, session: BrowserSession) -> Course[None]:
        """Decide what to do with a session of ours."""
        if session.status.is_terminal:
            if not self._scope.dry_run:
                yield from note_over(self._calls, session)
            return
        is_old = self._scope.is_old(session)
        if self._scope.has_labels(session) and is_old is not False:
            (self._old if is_old else self._ageless)[session.ref] = session

    def _stop_all(self) -> Course[None]:
        for ref in self._old:
            try:
                self._stopped.append((yield from stop(self._calls, ref, _STOP, self._bounds)))
            except BrowserSessionsError as error:
                self._failed.append(error.with_traceback(None))
        if self._calls.ledger:
            try:
                yield from done(self._calls.ledger.compact)
            except LedgerError as error:
                self._failed.append(error.with_traceback(None))


_MARKING = tuple(slug for slug, each in PROVIDERS.items() if "metadata" in each.operations["create"].options)
"""The providers whose sessions have a marker."""


def _is_expired(entry: LedgerEntry) -> bool:
    """Whether no session of a create can still run; without a longest lifetime, one always can."""
    lifetime = PROVIDERS[entry.provider].operations["create"].options.get("lifetime")
    if lifetime is None or lifetime.most is None:
        return False
    longest = timedelta(**{str(lifetime.unit): lifetime.most}) + _OVERTIME
    return datetime.now(UTC) - entry.time > longest


def _is_between(session: BrowserSession, start: datetime, end: datetime | None) -> bool:
    """Whether a session was created between a create and the next line, or shortly after the create.

    The next line may be another process's, and come before the session.
    """
    began = began_at(session)
    return began is None or (start - SKEW <= began and (end is None or began <= max(end, start + _CREATE) + SKEW))
