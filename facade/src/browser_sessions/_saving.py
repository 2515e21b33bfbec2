"""How a file is written: beside its place first, so that it is there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path
from typing import Self

from browser_sessions._bounds import is_whole


def checked_target(path: str | os.PathLike[str], *, overwrite: bool, max_size: int) -> Path:
    """Return where a file is to be written, before anything is fetched for it.

    Raises:
        FileExistsError: It is there already, and may not be overwritten.
        FileNotFoundError: Its folder is missing.
        IsADirectoryError: It is a folder.
        ValueError: `max_size` is out of range.

    """
    if not is_whole(max_size, least=1):
        raise ValueError(f"max_size must be a whole number of bytes, at least 1, not {max_size!r}")
    target = Path(path)
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "the folder is missing: create it first", str(target.parent))
    if target.is_dir() and not target.is_symlink():  # a link would be replaced
        raise IsADirectoryError(errno.EISDIR, "it is a folder: name a file in it", str(target))
    if not overwrite and os.path.lexists(target):
        raise _exists(target)
    return target


class FileDraft:
    """A file while its content arrives, under another name beside its place; without `publish`, it is removed.

    Raises:
        OSError: It cannot be created.

    """

    def __init__(self, target: Path) -> None:
        self._target = target
        handle, name = tempfile.mkstemp(prefix=".recording.", dir=target.parent)
        self._path = Path(name)
        self._file = os.fdopen(handle, "wb")
        self._error: OSError | None = None

    def write(self, content: bytes, *, is_first: bool) -> bool:
        """Write a part of the content, and return whether that was possible; if not, leaving the block raises why.

        Args:
            content: The part.
            is_first: Whether it is the first of all, so that what was written before is dropped.

        """
        try:
            if is_first:
                self._file.seek(0)
                self._file.truncate()
            self._file.write(content)
        except OSError as error:
            self._error = error
        return self._error is None

    def publish(self, *, overwrite: bool) -> Path:
        """Put the file in its place, and return its path.

        Raises:
            FileExistsError: There is a file by now, and it may not be overwritten.
            OSError: It cannot be written.

        """
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()  # Windows moves no file that is open
        if not overwrite:
            self._claim()
        self._path.replace(self._target)
        return self._target

    def _claim(self) -> None:
        """Create the file empty, which fails if there is one: it is never another program's that is replaced."""
        try:
            self._target.touch(exist_ok=False)
        except FileExistsError:
            raise _exists(self._target) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # what could not be written before cannot be now
            self._file.close()
        self._path.unlink(missing_ok=True)
        if self._error:
            raise self._error


def _exists(target: Path) -> FileExistsError:
    return FileExistsError(
        errno.EEXIST, "there is such a file already: choose another name, or overwrite it", str(target)
    )
