"""No vague names, and no URLs of registries."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import PurePosixPath

from codegen.__main__ import ROOT

Git = Callable[..., list[str]]

REGISTRY = r"""https?://(registry\.|[^ "]*/simple/?["' ])"""


def test_modules_are_named_after_what_they_hold(git: Git) -> None:
    """No module or folder of ours has a name that fits anything."""
    paths = git("ls-files", "--cached", "--others", "--exclude-standard", "*.py", ":!generated")
    names = {part for path in paths for part in PurePosixPath(path).with_suffix("").parts}

    assert {"codegen", "noxfile"} <= names
    assert names & {"base", "common", "helpers", "manager", "utils"} == set()


def test_no_file_names_a_package_registry(git: Git) -> None:
    """The user decides where packages come from."""
    assert git("grep", "--untracked", "-IlE", REGISTRY) == []


def test_a_lock_file_says_what_and_not_where_from(git: Git) -> None:
    """Each package has its version and its hash, and no URL, whichever host it would be."""
    locks = git("ls-files", "*package-lock.json")
    assert locks == ["constraints/axe/package-lock.json", "constraints/prism/package-lock.json"]
    for lock in locks:
        text = (ROOT / lock).read_text("utf-8")
        packages = json.loads(text)["packages"]
        named = json.loads((ROOT / lock).with_name("package.json").read_text("utf-8"))["dependencies"]

        assert "://" not in text
        assert packages.pop("")["dependencies"] == named
        assert packages.keys() >= {f"node_modules/{name}" for name in named}
        for each in packages.values():
            assert "resolved" not in each
            assert each.keys() >= {"version", "integrity"}
