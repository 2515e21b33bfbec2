"""Our source trees: the working copy, and checkouts of other revisions."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]


@contextlib.contextmanager
def worktree(revision: str) -> Iterator[Path]:
    """Check out a revision in a temporary folder, and remove it at the end."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "tree")
        _git("worktree", "add", "--quiet", "--detach", str(root), revision)
        try:
            yield root
        finally:
            _git("worktree", "remove", "--force", str(root))


def projects(root: Path) -> list[Path]:
    """Return the folders of the facade and of the clients."""
    return [root / "facade", *sorted(path.parent for path in root.glob("generated/*/pyproject.toml"))]


def search_path(root: Path) -> str:
    """Return a PYTHONPATH that imports a tree's facade and clients."""
    facade, *clients = projects(root)
    return os.pathsep.join(map(str, (facade / "src", *clients)))


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=ROOT, check=True)
