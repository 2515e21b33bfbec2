"""A page's commands are run to the letter, and their output is compared."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from browser_sessions import PROVIDERS
from tests.recipes.runner.clone import PINS, ROOT, RecipeError, environment, follow, make_clone, unprinted
from tests.recipes.runner.page import Command, File

needs_bash = pytest.mark.skipif(os.name == "nt" or not shutil.which("bash"), reason="the pages are written for bash")


def type_in(folder: Path, command: Command, *, longest: float = 60) -> None:
    """Type a command in a folder."""
    follow(command, folder, environment(), longest=longest)


@pytest.mark.parametrize(
    ("shown", "printed", "missing"),
    [
        ("a\nb\n", "a\nb\n", None),
        ("a\nb\n", "a  \nb", None),
        ("a\n…\nd\n", "a\nb\nc\nd\n", None),
        ("a\n…\nd\n", "a\nd\n", None),
        ("…\nd\n", "a\nd\nc\nd\n", None),
        ("port …, pid … (a+b)\n", "port 1, pid 2 (a+b)\n", None),
        ("  {… 429, …}\n", "  {1, 429, 2}\n", None),
        ("a\nb\n", "b\na\n", "a"),
        ("a\nb\n", "a\nc\nb\n", "b"),
        ("a\n", "ab\n", "a"),
        (" a\n", "a\n", " a"),
        ("a\n", "a\nb\n", "(its end: more was printed)"),
        ("a\n…\nz\n", "a\nb\n", "z"),
        ("a…c\n", "a\nc\n", "a…c"),
        ("a\n", "", "a"),
    ],
)
def test_what_is_shown_is_all_that_is_printed(shown: str, printed: str, missing: str | None) -> None:
    """Except for what `…` leaves out, in a line or among lines."""
    assert unprinted(shown, printed) == missing


@needs_bash
def test_a_command_that_does_what_the_page_says(tmp_path: Path) -> None:
    """Its lines run in one shell in the clone, with both streams in the order in which they come."""
    follow(File("a.txt", "a\n"), tmp_path, {})
    type_in(tmp_path, Command("x=1\ncat a.txt\necho $x >&2\necho $PWD\n", 0, f"a\n1\n{tmp_path.resolve()}\n"))
    type_in(tmp_path, Command("echo no; exit 3\n", 3, "no\n"))


@needs_bash
@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (
            Command("echo a\nfalse\necho b\n"),
            "$ echo a\n$ false\n$ echo b\nexited with 1, expected 0. Printed:\na\n",
        ),
        (Command("false | true\n"), "$ false | true\nexited with 1, expected 0. Printed:\n"),
        (Command("true\n", 1), "$ true\nexited with 0, expected 1. Printed:\n"),
        (Command("echo b\n", 0, "a\n"), "$ echo b\ndid not print this line of the page:\na\nPrinted:\nb\n"),
        (Command("read x && echo $x\n"), "$ read x && echo $x\nexited with 1, expected 0. Printed:\n"),
    ],
)
def test_a_command_that_does_something_else(tmp_path: Path, command: Command, problem: str) -> None:
    """Its whole output is reported, and a failing line fails the block."""
    with pytest.raises(RecipeError) as caught:
        type_in(tmp_path, command)

    assert str(caught.value) == problem


@needs_bash
def test_a_command_that_does_not_end(tmp_path: Path) -> None:
    """It is killed, with the processes that it started and that keep its output open."""
    with pytest.raises(RecipeError, match=r"did not end within 2 s\. Printed:\nbegun"):
        type_in(tmp_path, Command("echo begun\n(sleep 600; touch late) &\n"), longest=2)


@needs_bash
def test_a_command_that_leaves_something_running(tmp_path: Path) -> None:
    """That is killed as well, even if it keeps nothing open: no page leaves a server behind."""
    type_in(tmp_path, Command("sleep 600 &> /dev/null &\necho $! > pid\n"))

    pid = int((tmp_path / "pid").read_text("ascii"))
    end = time.monotonic() + 20
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    """Return whether a process runs, and is not just waiting to be reaped."""
    command = ["ps", "-o", "stat=", "-p", str(pid)]
    state = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    return bool(state) and not state.startswith("Z")


def test_a_file_of_the_repositorys_own_is_not_overwritten(tmp_path: Path) -> None:
    """Otherwise a recipe could damage its reader's clone."""
    (tmp_path / "README.md").touch()
    with pytest.raises(RecipeError, match=r"'README\.md' is a file of the repository's own"):
        follow(File("README.md", "a"), tmp_path, {})


def test_no_key_and_pinned_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """No recipe sends a request to a provider."""
    names = {name for each in PROVIDERS.values() for name in (*each.key_variables, each.base_url_variable)}
    for name in names:
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("OTHER", "x")
    variables = environment()

    assert variables.keys() & names == set()
    assert variables["OTHER"] == "x"
    assert variables["PIP_CONSTRAINT"] == PINS.as_uri()
    assert PINS.is_file()


def test_a_clone_is_the_work_tree(tmp_path: Path) -> None:
    """What is edited and new is in it as it stands, and what git ignores is not."""
    make_clone(tmp_path)
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}

    assert {"facade/pyproject.toml", "tests/recipes/runner/test_clone.py", ".ci/run"} <= names
    assert [name for name in names if "__pycache__" in name or name.startswith((".git/", ".nox/", ".venv/"))] == []
    assert [name for name in names if (tmp_path / name).read_bytes() != (ROOT / name).read_bytes()] == []
    assert os.access(tmp_path / ".ci" / "run", os.X_OK) == os.access(ROOT / ".ci" / "run", os.X_OK)
