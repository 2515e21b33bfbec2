"""The audit does not pass if its database could not be queried."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from codegen.__main__ import ROOT
from tests.packaging.audit import main, pinned

FINE = {"name": "attrs", "version": "1.0", "vulns": []}
VULNERABLE = FINE | {
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}, {"id": "PYSEC-2", "fix_versions": []}]
}
SKIPPED = {"name": "httpx", "skip_reason": "Dependency not found"}


def run(tmp_path: Path, stdout: str, stderr: str = "", code: int = 0) -> int:
    """Return the exit code of an audit in which pip-audit prints this output and exits with this code."""
    script = tmp_path / "pip_audit.py"
    script.write_text(
        f"import sys; assert sys.argv[-1] == 'dev.txt'; print({stdout!r}); print({stderr!r}, file=sys.stderr); "
        f"sys.exit({code})",
        "utf-8",
    )
    return main(["dev.txt"], [sys.executable, str(script)])


def report(*dependencies: dict[str, Any]) -> str:
    """Return pip-audit's report for some dependencies."""
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_all_that_is_pinned_is_looked_up() -> None:
    """Pins in every folder are looked up, including those for separate environments."""
    vendors = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["workspace"]["vendors"]
    names = {Path(path).relative_to(ROOT / "constraints").as_posix() for path in pinned()}

    assert names >= {
        "dev.txt",
        "honesty.txt",
        "lowest.txt",
        "recipes.txt",
        *(f"vendors/{name}.txt" for name in vendors),
    }


def test_without_a_vulnerability_the_audit_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The audit passes if all versions were looked up and none has a vulnerability."""
    assert run(tmp_path, report(FINE)) == 0
    assert capsys.readouterr().out == "1 files of pinned versions: no known vulnerability\n"


def test_a_vulnerability(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A vulnerability is named with the fixed version, and takes precedence over an unknown result."""
    assert run(tmp_path, report(VULNERABLE, SKIPPED), code=1) == 1
    assert capsys.readouterr().out.splitlines() == [
        "dev.txt: 1 of 2 could not be looked up, httpx for one: Dependency not found",
        "dev.txt: attrs 1.0 has PYSEC-1, fixed in 1.1, 2.0",
        "dev.txt: attrs 1.0 has PYSEC-2, fixed in no version yet",
        "NOT AUDITED: 1 of 1 files could not be fully looked up",
        "VULNERABLE: 2",
    ]


@pytest.mark.parametrize(
    ("stdout", "stderr", "said"),
    [
        ("", "Traceback …\nConnectionError: no route", "the database could not be asked: ConnectionError: no route"),
        ("", "", "the database could not be asked: pip-audit says nothing"),
        ("{}", "", "the database could not be asked: pip-audit says nothing"),
        (report(), "", "the file is empty"),
        (report(FINE, SKIPPED), "", "1 of 2 could not be looked up, httpx for one: Dependency not found"),
    ],
    ids=["unreachable", "silent", "no report", "empty", "skipped"],
)
def test_what_could_not_be_looked_up(
    stdout: str, stderr: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failed look-up is reported as unknown, whatever pip-audit's own exit code is."""
    assert run(tmp_path, stdout, stderr) == 3
    assert capsys.readouterr().out.splitlines() == [
        f"dev.txt: {said}",
        "NOT AUDITED: 1 of 1 files could not be fully looked up",
    ]
