"""What `reap` returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from browser_sessions._ledger_entries import LedgerEntry
    from browser_sessions._session import BrowserSession
    from browser_sessions.errors import BrowserSessionsError


@dataclass(frozen=True, slots=True, kw_only=True)
class ReapReport:
    """What became of the sessions that were left running.

    Attributes:
        dry_run: Whether nothing was stopped, and `stopped` are the sessions that would be.
        stopped: The sessions that were stopped, ended.
        failed: Why a session or a provider's list could not be read, or a session could not be stopped, so that
            something may be running: the error has the `ref`, or at least the `provider`. Last, why the ledger could
            not be compacted.
        missing: Entries of the ledger whose session its provider does not find, which does not prove that it has ended.
        expired: Entries of the ledger for creates whose session was not found, and which are older than any session of
            the provider can be: they are dropped from the ledger.
        foreign: Entries of the ledger with another host or another key than this client's: nothing was sent for them.
        candidates: Sessions that interrupted creates may have created, where the provider keeps no marker. They are
            never stopped: others may have created them.
        ageless: Sessions of yours with neither a time of creation nor of their start, or with one that is still to come
            by the clock of this machine; they are not stopped.
        unread: Which lines of the ledger cannot be used, and why.

    """

    dry_run: bool
    stopped: tuple[BrowserSession, ...] = ()
    failed: tuple[BrowserSessionsError, ...] = ()
    missing: tuple[LedgerEntry, ...] = ()
    expired: tuple[LedgerEntry, ...] = ()
    foreign: tuple[LedgerEntry, ...] = ()
    candidates: tuple[BrowserSession, ...] = ()
    ageless: tuple[BrowserSession, ...] = ()
    unread: tuple[str, ...] = ()
