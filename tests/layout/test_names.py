"""Names that say nothing, and addresses that must not be here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

Git = Callable[..., list[str]]

REGISTRY = r"""https?://(registry\.|[^ "]*/simple/?["' ])"""


def test_modules_are_named_after_what_they_hold(git: Git) -> None:
    """No module and no folder that we write is a place for whatever fits nowhere else."""
    paths = git("ls-files", "--cached", "--others", "--exclude-standard", "*.py", ":!generated")
    names = {part for path in paths for part in PurePosixPath(path).with_suffix("").parts}

    assert {"codegen", "noxfile"} <= names
    assert names & {"base", "common", "helpers", "manager", "utils"} == set()


def test_no_file_names_a_package_registry(git: Git) -> None:
    """Where packages come from is for whoever installs to decide."""
    assert git("grep", "--untracked", "-IlE", REGISTRY) == []
