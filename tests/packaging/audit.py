"""Look up all pins in constraints/ and in other requirement files in a database of known vulnerabilities.

Exits with 0 if all pins were looked up and none is vulnerable, with 1 if one is vulnerable, and with 3 if a look-up
failed: pip-audit itself accepts versions that its database does not know, and uses one exit code for both failures.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

CONSTRAINTS = Path(__file__).resolve().parents[2] / "constraints"

FINE, VULNERABLE, UNKNOWN = 0, 1, 3

PIP_AUDIT = (sys.executable, "-m", "pip_audit")
_OPTIONS = ("--disable-pip", "--no-deps", "--format=json", "--progress-spinner=off", "--requirement")


class Finding(NamedTuple):
    """A vulnerable version, or a failed look-up.

    Attributes:
        code: VULNERABLE or UNKNOWN.
        text: A description in one line.

    """

    code: int
    text: str


def pinned() -> list[str]:
    """Return the files, in any folder, that pin versions of Python packages."""
    return sorted(str(path) for path in CONSTRAINTS.rglob("*.txt"))


def findings(path: str, stdout: str, stderr: str) -> Iterable[Finding]:
    """Yield the findings in pip-audit's output for a requirements file."""
    try:
        dependencies: list[dict[str, Any]] = json.loads(stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (stderr.strip().splitlines() or ["pip-audit says nothing"])[-1]
        yield Finding(UNKNOWN, f"{path}: the database could not be asked: {last}")
        return
    if not dependencies:
        yield Finding(UNKNOWN, f"{path}: the file is empty")
    if skipped := [each for each in dependencies if "skip_reason" in each]:
        first = f"{skipped[0]['name']} for one: {skipped[0]['skip_reason']}"
        yield Finding(UNKNOWN, f"{path}: {len(skipped)} of {len(dependencies)} could not be looked up, {first}")
    for each in dependencies:
        for vulnerability in each.get("vulns", ()):
            fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
            named = f"{each['name']} {each['version']} has {vulnerability['id']}"
            yield Finding(VULNERABLE, f"{path}: {named}, fixed in {fixed}")


def audit(paths: Iterable[str], command: Sequence[str]) -> list[Finding]:
    """Return the findings for some requirements files."""
    found: list[Finding] = []
    for path in paths:
        done = subprocess.run([*command, *_OPTIONS, path], capture_output=True, text=True, check=False)  # noqa: S603 - ours
        found += findings(path, done.stdout, done.stderr)
    return found


def main(paths: Sequence[str], command: Sequence[str] = PIP_AUDIT) -> int:
    """Audit requirements files, print the findings, and return the exit code."""
    found = audit(paths, command)
    for each in found:
        print(each.text)
    unknown = sum(each.code == UNKNOWN for each in found)
    vulnerable = len(found) - unknown
    if unknown:
        print(f"NOT AUDITED: {unknown} of {len(paths)} files could not be fully looked up")
    if vulnerable:
        print(f"VULNERABLE: {vulnerable}")
        return VULNERABLE
    if not unknown:
        print(f"{len(paths)} files of pinned versions: no known vulnerability")
    return UNKNOWN if unknown else FINE


if __name__ == "__main__":
    sys.exit(main([*pinned(), *sys.argv[1:]]))
