"""The output of git commands in the repository."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

import pytest

from codegen.__main__ import ROOT

Git = Callable[..., list[str]]


@pytest.fixture(scope="session")
def git() -> Git:
    """Run a git command and return the lines of its output; exit code 1, nothing found, is not an error."""
    executable = shutil.which("git")
    assert executable is not None

    def run(*arguments: str) -> list[str]:
        result = subprocess.run(  # noqa: S603 - git, with arguments from the tests
            [executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert result.returncode <= 1, result.stderr
        return result.stdout.splitlines()

    return run
