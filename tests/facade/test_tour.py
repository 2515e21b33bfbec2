"""What the first pages of the documentation show is what happens, in one Python beside a sandbox."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from browser_sessions.sandbox import Sandbox
from codegen.__main__ import ROOT

PAGES = [ROOT / "docs" / name for name in ("index.md", "tour.md")]
BLOCK = re.compile(
    r"^```(?P<kind>python|console)\n(?P<code>.*?)^```\n(?:\n```text\n(?P<out>.*?)^```\n)?", re.DOTALL | re.MULTILINE
)


def blocks(page: Path, kind: str) -> list[tuple[str, str]]:
    """Return a page's blocks of a kind, with what is said to be printed by each."""
    found = BLOCK.finditer(page.read_text("utf-8"))
    return [(each["code"], each["out"] or "") for each in found if each["kind"] == kind]


def lines(text: str) -> list[str]:
    """Return lines without their order, the times of day in them, and blanks at their ends."""
    return sorted(re.sub(r"\d\d-\d\d \d\d:\d\d:\d\d", "TIME", line).rstrip() for line in text.splitlines())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_python_prints_what_is_shown(
    page: Path, browser_sessions_sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """Block after block, but for the order of sessions that are fetched at once; what is defined as a test passes."""
    names: dict[str, Any] = {"__name__": page.stem}
    shown = blocks(page, "python")
    printed = []
    try:
        for code, _ in shown:
            exec(compile(code, page, "exec"), names)  # noqa: S102 - it is what is written there
            printed.append(capsys.readouterr().out)
    finally:
        if "skyvern" in names:
            names["client"].close()
            names["skyvern"].get_httpx_client().close()
    for test in [value for name, value in names.items() if name.startswith("test_")]:
        test(browser_sessions_sandbox)

    assert shown
    assert [lines(out) for out in printed] == [lines(out) for _, out in shown]


def test_a_command_prints_what_is_shown() -> None:
    """The last line of a block, which the others have set up, but for the times."""
    shown = [(code.splitlines()[-1], out) for page in PAGES for code, out in blocks(page, "console") if out]
    for command, out in shown:
        name, *arguments = shlex.split(command)
        assert name == "browser-sessions"
        python = [sys.executable, "-m", "browser_sessions", *arguments]
        wide = os.environ | {"COLUMNS": "120"}
        result = subprocess.run(python, env=wide, capture_output=True, text=True, check=True)  # noqa: S603 - as above
        assert lines(result.stdout) == lines(out)

    assert shown


def test_all_is_installed_in_one_way() -> None:
    """The pages install what the README does."""
    installed = re.compile(r"^python3 -m pip install .*cli,sandbox.*$", re.MULTILINE)
    (command,) = set(installed.findall((ROOT / "README.md").read_text("utf-8")))

    assert [installed.findall(page.read_text("utf-8")) for page in PAGES] == [[command]] * len(PAGES)
