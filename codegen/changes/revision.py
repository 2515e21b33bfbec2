"""The inputs as they stand at a git revision, in a folder of their own: the work tree is only read."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from codegen.errors import RevisionError

FACADE = Path("facade/src")

_INPUTS = ("specs", "overlays", FACADE.as_posix())


@contextlib.contextmanager
def inputs_at(root: Path, revision: str) -> Iterator[Path]:
    """Give a folder with the specs, the overlays and the facade of a revision, where they stand in the repository.

    Args:
        root: The repository, or a folder in it that has `specs/` and `overlays/`.
        revision: Whatever git takes for a commit.

    Raises:
        RevisionError: git is not there, `root` is in no repository, or there is no such revision, or no spec in it.

    """
    commit = _commit(root, revision)
    listed = (
        _git(root, revision, "ls-tree", "-z", "--name-only", commit, "--", *_INPUTS)
        .decode(errors="replace")
        .split("\0")
    )
    found = [name for name in _INPUTS if name in listed]
    if "specs" not in found:
        raise RevisionError(revision, "has no specs/")
    archive = _git(root, revision, "archive", "--format=tar", commit, "--", *found)
    with tempfile.TemporaryDirectory() as folder:
        _extract(archive, folder, revision)
        yield Path(folder)


def _extract(archive: bytes, folder: str, revision: str) -> None:
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
    except tarfile.FilterError as error:  # a link to somewhere else
        raise RevisionError(revision, f"has a file that is not its own: {error}") from error
    except tarfile.TarError as error:  # nothing at all, where the attributes of git say so
        raise RevisionError(revision, "cannot be unpacked: git archives none of its files") from error


def _commit(root: Path, revision: str) -> str:
    _git(root, revision, "rev-parse", "--git-dir")  # which tells what is no repository from what is no revision
    found = _run(root, revision, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found.returncode:
        raise RevisionError(revision, "is no revision of this repository")
    return found.stdout.decode().strip()


def _git(root: Path, revision: str, *arguments: str) -> bytes:
    result = _run(root, revision, *arguments)
    if result.returncode:
        raise RevisionError(
            revision, f"git {arguments[0]} failed: {' '.join(result.stderr.decode(errors='replace').split())}"
        )
    return result.stdout


def _run(root: Path, revision: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", os.fspath(root), *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - a fixed command of git's
    except FileNotFoundError as error:
        raise RevisionError(revision, "git is not installed") from error
