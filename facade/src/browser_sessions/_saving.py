"""How a file is written: whole, or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

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
        raise ValueError(f"max_size is a number of bytes, 1 or more, not {max_size!r}")
    target = Path(path)
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "the folder is missing: create it first", str(target.parent))
    if target.is_dir() and not target.is_symlink():  # a link would be replaced
        raise IsADirectoryError(errno.EISDIR, "it is a folder: name a file in it", str(target))
    _require_free(target, overwrite=overwrite)
    return target


def write_whole(target: Path, content: bytes, *, overwrite: bool) -> Path:
    """Write a file beside its place, and then put it there; return its path.

    Raises:
        FileExistsError: It is there by now, and may not be overwritten.
        OSError: It cannot be written.

    """
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _require_free(target, overwrite=overwrite)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return target


def _require_free(target: Path, *, overwrite: bool) -> None:
    if not overwrite and os.path.lexists(target):
        raise FileExistsError(
            errno.EEXIST, "there is such a file already: choose another name, or overwrite it", str(target)
        )
