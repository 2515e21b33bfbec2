"""Folders: compared file by file, and replaced all at once or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path, PurePosixPath

import attrs

from codegen.errors import TreeError

CHANGED, MISSING, EXTRA = "changed", "missing", "extra"

STAGING = ".staging-"
"""The prefix of a temporary folder in the repository, which git ignores: folders are moved only in one file system."""

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
                committed.parent.mkdir(exist_ok=True)
                if os.path.lexists(committed):  # unlike `exists`, this sees a link into nowhere
                    buried = committed.rename(graveyard / str(index))
                    undo.callback(buried.rename, committed)
                if fresh is not None:
                    fresh.rename(committed)
                    undo.callback(committed.rename, fresh)
            except OSError as error:
                raise TreeError(committed, f"cannot be replaced: {error.strerror}") from error
        undo.pop_all()
