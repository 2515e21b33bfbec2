"""The inputs as they are at a git revision, in a temporary folder: the work tree is only read."""

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
    """Create a folder with the specs, the overlays and the facade of a revision, laid out as in the repository.

    Args:
        root: The repository, or a folder in it that has `specs/` and `overlays/`.
        revision: Any name of a commit that git accepts.

    Raises:
        RevisionError: `root` is not in a repository, or the revision is unknown or has no specs.
        OSError: git is not installed.

    """
    name = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    commit = _git(root, revision, *name).decode().strip()
    listed = _git(root, revision, "ls-tree", "-z", "--name-only", commit, "--", *_INPUTS).decode(errors="replace")
    found = [name for name in _INPUTS if name in listed.split("\0")]
    if "specs" not in found:
        raise RevisionError(revision, "has no specs/")
    archive = _git(root, revision, "archive", "--format=tar", commit, "--", *found)
    with tempfile.TemporaryDirectory() as folder:
        try:
            with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                tar.extractall(folder, filter="data")
        except (
            tarfile.TarError
        ) as error:  # a link to another place, or nothing at all, if git's attributes exclude everything
            raise RevisionError(revision, f"cannot be unpacked: {error}") from error
        yield Path(folder)


def _git(root: Path, revision: str, *arguments: str) -> bytes:
    command = ["git", "-C", os.fspath(root), *arguments]
    result = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - a fixed command of git's
    if result.returncode:
        said = " ".join(result.stderr.decode(errors="replace").split())
        raise RevisionError(revision, f"git {arguments[0]} failed: {said}" if said else "unknown revision")
    return result.stdout
