"""The ledger: a file with a line for each step in the life of the sessions that a client creates.

The first line holds a random salt, and every other line an entry. Several processes and threads may write to one file:
a line is one `write` at its end, and a writer holds a lock on the file meanwhile.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import httpx

from browser_sessions._ledger_entries import Contents, LedgerEntry, contents_of
from browser_sessions.errors import LedgerError

if TYPE_CHECKING:
    from browser_sessions._access import Access
    from browser_sessions._session import BrowserSession

_SALT = re.compile(rb'\{"salt": "([0-9a-f]{32})"\}\n')
_SALT_LENGTH = 45

_MAX_LINE = 65_536
"""Bytes that are read of a line; one of ours has about 300."""

_PATIENCE, _PAUSE = 10.0, 0.01
"""Seconds to wait for the lock, and between two attempts to get it: it is held for the length of a write."""


class Ledger:
    """A file of entries.

    Every method raises `LedgerError` if the file cannot be used, or others could have written it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def write(self, event: str, access: Access, marker: str | None, session: BrowserSession | None = None) -> None:
        """Write a line, and return once it is on the disk; the file and its folder are made if they are missing."""
        with self._explained():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked(os.O_RDWR | os.O_APPEND | os.O_CREAT) as file:
                entry = LedgerEntry(
                    datetime.now(UTC),
                    event,
                    access.provider.slug,
                    host_of(access),
                    session.id if session else None,
                    marker,
                    session.account_id if session else None,
                    fingerprint(self._salt(file), access.key),
                )
                self._append(file, entry.to_line())
                # The lock ends before the disk has the line: a process that replaces the file meanwhile syncs it.
                _unlock(file)
                os.fsync(file)

    def read(self) -> Contents:
        """Return what is in the file; nothing, if it is missing."""
        with self._explained():
            try:
                with self._locked(os.O_RDONLY) as file:
                    return self._contents(file)
            except FileNotFoundError:
                return contents_of(None, ())

    def compact(self) -> None:
        """Remove the lines of sessions that have ended; no line that is written meanwhile is lost."""
        with self._explained(), contextlib.suppress(FileNotFoundError), self._locked(os.O_RDONLY) as file:
            contents = self._contents(file)
            kept = [line for line, entry in contents.lines if entry is None or not contents.is_settled(entry)]
            if contents.salt is None or len(kept) == len(contents.lines):
                return
            beside = self.path.with_name(f"{self.path.name}.new")
            beside.unlink(missing_ok=True)  # of a process that was killed
            try:
                made = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
                with os.fdopen(made, "wb") as copy:
                    copy.write(_salt_line(contents.salt) + b"".join(kept))
                    copy.flush()
                    os.fsync(made)
                beside.rename(self.path)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
            self._sync_folder()

    @contextlib.contextmanager
    def _locked(self, flags: int) -> Iterator[int]:
        """Open the file, checked, with its lock, which ends when it is closed."""
        while True:
            file = os.open(self.path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
            try:
                self._check(file)
                self._lock(file)
                if self._is_current(file):
                    yield file
                    return
            finally:
                _unlock(file)  # closing it does not, if another thread has forked this process meanwhile
                os.close(file)

    def _check(self, file: int) -> None:
        """Refuse a file that others can write, or could have written."""
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise self._error("it is not a regular file")
        if status.st_uid != os.geteuid():
            raise self._error("it belongs to another user")
        if status.st_mode & 0o022:
            raise self._error("others can write it: chmod 600")

    def _lock(self, file: int) -> None:
        import fcntl

        end = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise self._error(f"another process has held its lock for {_PATIENCE:g} s") from None
                time.sleep(_PAUSE)
            else:
                return

    def _is_current(self, file: int) -> bool:
        """Whether a file was not replaced before its lock was there."""
        try:
            return os.path.samestat(os.fstat(file), self.path.lstat())
        except FileNotFoundError:
            return False

    def _salt(self, file: int) -> bytes:
        """Return the salt in the first line, which is written if the file is empty."""
        if not os.fstat(file).st_size:
            salt = secrets.token_hex(16).encode()
            self._append(file, _salt_line(salt))
            self._sync_folder()
            return salt
        if found := _SALT.fullmatch(os.pread(file, _SALT_LENGTH, 0)):
            return found[1]
        raise self._error("it is not a ledger: its first line has no salt; name a new file")

    def _append(self, file: int, line: bytes) -> None:
        size = os.fstat(file).st_size
        if size and os.pread(file, 1, size - 1) != b"\n":  # the last line was torn off; this one must not be
            line = b"\n" + line
        if os.write(file, line) < len(line):
            raise self._error("a line was not written whole: the disk may be full")

    def _contents(self, file: int) -> Contents:
        with os.fdopen(os.dup(file), "rb") as lines:
            first = lines.read(_SALT_LENGTH)
            found = _SALT.fullmatch(first)
            lines.seek(len(first) if found else 0)
            return contents_of(found[1] if found else None, _lines(lines))

    def _sync_folder(self) -> None:
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Raise errors of the system as our own."""
        if not hasattr(os, "O_NOFOLLOW"):
            raise self._error("this system lacks the file locks and owners that it needs")
        try:
            yield
        except OSError as error:
            is_link = error.errno == errno.ELOOP
            raise self._error("it is a symbolic link" if is_link else f"{error.strerror}") from error

    def _error(self, problem: str) -> LedgerError:
        return LedgerError(f"the ledger {str(self.path)!r} cannot be used: {problem}")


def host_of(access: Access) -> str:
    """Return the host of the base URL, with its port if it is not the usual one."""
    return httpx.URL(access.base_url).netloc.decode()


def fingerprint(salt: bytes, key: str) -> str:
    """Return a fingerprint of a key, from which it cannot be computed."""
    return hmac.new(salt, key.encode(), hashlib.sha256).hexdigest()[:8]


def _salt_line(salt: bytes) -> bytes:
    return b"%s\n" % json.dumps({"salt": salt.decode()}).encode()


def _unlock(file: int) -> None:
    import fcntl

    fcntl.flock(file, fcntl.LOCK_UN)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file; of one that is too long, the beginning."""
    while line := file.readline(_MAX_LINE):
        yield line
        while not line.endswith(b"\n") and (line := file.readline(_MAX_LINE)):
            pass
