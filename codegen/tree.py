"""Folders: compared file by file, and replaced all at once or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import attrs

from codegen.errors import TreeError

CHANGED, MISSING, EXTRA = "changed", "missing", "extra"

_STAGING_PREFIX = ".staging-"
_ABANDONED = 60 * 60  # seconds since a run wrote to its folder; a whole run takes less than a minute
_IGNORED = {"__pycache__"}


@attrs.frozen(order=True)
class Difference:
    """One file that differs between a committed tree and a fresh one; `kind` is changed, missing or extra."""

    path: PurePosixPath
    kind: str

    def __str__(self) -> str:
        return f"{self.kind:<8}{self.path}"


def compare_trees(committed: Path, fresh: Path) -> list[Difference]:
    """Return all files that differ, sorted by path; either folder may be missing.

    Content, kind (file or link) and the executable bit are compared. A tree that is itself a link counts as empty, and
    `__pycache__` is ignored, since Python creates it on import.
    """
    old, new = _files(committed), _files(fresh)
    kinds = {path: MISSING if path not in old else EXTRA for path in old.keys() ^ new.keys()}
    kinds |= {path: CHANGED for path in old.keys() & new.keys() if not _are_equal(old[path], new[path])}
    return sorted(Difference(path, kind) for path, kind in kinds.items())


def _files(tree: Path) -> dict[PurePosixPath, Path]:
    found = () if tree.is_symlink() else tree.rglob("*")
    files = {PurePosixPath(path.relative_to(tree)): path for path in found if path.is_symlink() or path.is_file()}
    return {name: path for name, path in files.items() if _IGNORED.isdisjoint(name.parts)}


def _are_equal(old: Path, new: Path) -> bool:
    if old.is_symlink() or new.is_symlink():
        return old.is_symlink() and new.is_symlink() and old.readlink() == new.readlink()
    runs = [bool(path.stat().st_mode & 0o100) for path in (old, new)]
    return runs[0] == runs[1] and old.read_bytes() == new.read_bytes()


@contextlib.contextmanager
def staging(beside: Path) -> Iterator[Path]:
    """Create a hidden folder on the file system of the trees to replace, and remove it afterwards.

    Raises:
        TreeError: The folder cannot be created.

    """
    try:
        beside.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=beside))
    except OSError as error:
        raise TreeError(beside, f"cannot be written: {error.strerror}") from error
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def is_staging(path: Path) -> bool:
    """Whether a folder was created by `staging`, perhaps in a run that was killed."""
    return path.name.startswith(_STAGING_PREFIX)


def remove_abandoned(beside: Path) -> None:
    """Remove the folders of runs that were killed: those older than an hour, as another run may use a younger one."""
    for path in beside.glob(f"{_STAGING_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):  # another run has just removed it
            if time.time() - path.lstat().st_mtime > _ABANDONED:
                shutil.rmtree(path, ignore_errors=True)


def replace_trees(replacements: dict[Path, Path | None], graveyard: Path) -> None:
    """Replace each committed tree by a fresh one, or remove it where that is None; all of them or none.

    Args:
        replacements: From the committed folder, which may be missing, to the fresh one that replaces it.
        graveyard: An empty folder on the same file system, to which the old trees are moved.

    Raises:
        TreeError: A folder could not be moved; those moved before it have been moved back.

    """
    with contextlib.ExitStack() as undo:
        for index, (committed, fresh) in enumerate(replacements.items()):
            try:
                if os.path.lexists(committed):  # unlike `exists`, this sees a link into nowhere
                    buried = committed.rename(graveyard / str(index))
                    undo.callback(_move_back, buried, committed)
                if fresh is not None:
                    fresh.rename(committed)
                    undo.callback(committed.rename, fresh)
            except OSError as error:
                raise TreeError(committed, f"cannot be replaced: {error.strerror}") from error
        undo.pop_all()


def _move_back(buried: Path, committed: Path) -> None:
    buried.rename(committed)
