"""The workflows do what they say: their steps are run here, on a repository of their own, with nothing behind `gh`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codegen.__main__ import ROOT
from codegen.document import load_document

WORKFLOWS = {path.name: load_document(path) for path in sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))}
JOBS = [
    pytest.param(workflow, job, id=f"{name}: {title}")
    for name, workflow in WORKFLOWS.items()
    for title, job in workflow["jobs"].items()
]
BASH, GIT = shutil.which("bash"), shutil.which("git")
needs_bash = pytest.mark.skipif(os.name == "nt" or not BASH, reason="the steps are written for bash")


def texts(value: Any) -> Iterator[str]:
    """Give every text in plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)


@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_actions_are_the_platforms_own(workflow: dict[str, Any], job: dict[str, Any]) -> None:
    """Each is pinned to a major version, and no other party's action runs."""
    used = [step["uses"] for step in job["steps"] if "uses" in step]

    assert "permissions" in workflow
    assert [each for each in used if not re.fullmatch(r"actions/[a-z-]+@v[0-9]+", each)] == []


@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_a_job_that_may_write_runs_nothing_of_ours(workflow: dict[str, Any], job: dict[str, Any]) -> None:
    """No job with a token that can write runs code made from another party's text."""
    assert "write" not in {*texts(workflow["permissions"])}
    if "write" in {*texts(job.get("permissions", {}))}:
        assert [each for each in texts(job["steps"]) if re.search(r"\b(nox|python|pip)\b", each)] == []


@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_what_is_referred_to_is_there(workflow: dict[str, Any], job: dict[str, Any]) -> None:
    """Each step that is referred to exists earlier in the job."""
    known: set[str] = set()
    for step in job["steps"]:
        assert {name for text in texts(step) for name in re.findall(r"\bsteps\.(\w+)", text)} - known == set()
        known |= {step["id"]} if "id" in step else set()
    assert {name for text in texts(job.get("outputs", {})) for name in re.findall(r"\bsteps\.(\w+)", text)} <= known
    needed = re.findall(r"\bneeds\.(\w+)\.outputs\.(\w+)", " ".join(texts(job)))
    assert [name for name, output in needed if output not in workflow["jobs"][name]["outputs"]] == []


@needs_bash
@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_scripts_can_be_read(workflow: dict[str, Any], job: dict[str, Any], tmp_path: Path) -> None:
    """Each step is a script without a mistake in its grammar."""
    scripts = [step["run"] for step in job["steps"] if "run" in step]
    assert workflow["name"]
    assert scripts or all("uses" in step for step in job["steps"])
    for script in scripts:
        bash(re.sub(r"\$\{\{.*?\}\}", "x", script), tmp_path, "-n")


def bash(script: str, folder: Path, *options: str, **environment: str) -> str:
    """Run a script as the platform does, and return what it prints."""
    assert BASH is not None
    command = [BASH, "--noprofile", "--norc", "-eo", "pipefail", *options, "-c", script]
    variables = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, **environment}
    result = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)  # noqa: S603
    assert result.returncode == 0, result.stderr
    return result.stdout


def step(name: str) -> str:
    """Return the script of a step of the providers' workflow."""
    jobs = WORKFLOWS["providers.yml"]["jobs"].values()
    (script,) = [each["run"] for job in jobs for each in job["steps"] if each.get("id") == name]
    return str(script)


SET_UP = """
git init --quiet --bare --initial-branch=main origin
git clone --quiet origin work
cd work
mkdir specs generated
printf '[acme]\nsha256 = "1"\n' > specs/sources.toml
echo 'a: 1' > specs/acme.yaml
touch generated/old.py
printf 'fetched.txt\nchanges.md\nreport.md\nproposal\n' > .gitignore
git switch --quiet --create main
git add --all
git -c user.name=a -c user.email=a@example.org commit --quiet --message a
git push --quiet origin main
"""

GH = """#!/bin/sh
echo "$@" >> "$SAID"
if [ "$2" = list ]; then cat "$OPEN"; fi
"""


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A clone of a repository that has one provider, and a `gh` that does nothing but write down what it is asked."""
    bash(SET_UP, tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(GH, "utf-8")
    (tmp_path / "bin" / "gh").chmod(0o755)
    (tmp_path / "open").write_text("", "utf-8")
    return tmp_path / "work"


@needs_bash
@pytest.mark.parametrize(
    ("path", "text", "changed"),
    [
        ("specs/sources.toml", '[acme]\nsha256 = "1"\n', "false"),
        ("specs/sources.toml", '[acme]\nsha256 = "2"\n', "true"),
        ("specs/acme.yaml", "a: 2\n", "true"),
    ],
)
def test_only_changes_are_proposed(work: Path, path: str, text: str, changed: str) -> None:
    """A change of a spec or of the list is proposed."""
    (work / path).write_text(text, "utf-8")
    bash(step("compare"), work, GITHUB_OUTPUT=str(work.parent / "output"))
    assert (work.parent / "output").read_text("utf-8") == f"changed={changed}\n"


@needs_bash
def test_what_changed_is_proposed_once(work: Path) -> None:
    """New, changed and removed files are in it, the report is its text, and the next run brings it up to date."""
    change(work, "a: 2\n")
    report = bash(
        step("report") + "cat report.md", work, FETCH="success", REGENERATE="success", TESTS="success", RUN="r"
    )
    assert report.startswith("[The commands' output](r)\n\n# Breaking\n\n## Fetched\n\n    acme: changed\n\n")

    bash("git stash --quiet", work)
    assert propose(work) == ["pr list", "pr create"]
    names = bash("git diff --name-status main providers", work).splitlines()
    assert names == ["A\tgenerated/new.py", "D\tgenerated/old.py", "M\tspecs/acme.yaml"]

    (work.parent / "open").write_text("7\n", "utf-8")
    bash("git switch --quiet main && rm -r proposal && mkdir -p generated", work)
    change(work, "a: 3\n")
    bash(step("report"), work, FETCH="success", REGENERATE="success", TESTS="success", RUN="r")
    bash("git stash --quiet", work)
    assert propose(work) == ["pr list", "pr edit"]
    assert bash(
        "git show providers:specs/acme.yaml && git rev-list --count main..providers", work.parent / "origin"
    ) == ("a: 3\n1\n")


@needs_bash
def test_failures_stand_at_the_top(work: Path) -> None:
    """A proposal that cannot be merged as it is says so before anything else; and one without a report, too."""
    change(work, "a: 2\n")
    (work / "changes.md").write_text("", "utf-8")
    report = bash(
        step("report") + "cat report.md", work, FETCH="failure", REGENERATE="failure", TESTS="failure", RUN="r"
    )
    assert report.splitlines()[:6] == [
        "**`nox -s regenerate` fails: the clients are as they were.**",
        "**`nox -s tests` fails.**",
        "**`nox -s fetch` fails for some provider.**",
        "[The commands' output](r)",
        "",
        "**`nox -s changes` printed nothing.**",
    ]


@needs_bash
def test_nothing_else_is_proposed(work: Path) -> None:
    """What the steps changed outside of specs/ and generated/ does not reach the job that may write."""
    change(work, "a: 2\n")
    bash(step("report"), work, FETCH="success", REGENERATE="success", TESTS="success", RUN="r")
    patch = work / "proposal" / "changes.patch"
    assert "README" not in patch.read_text("utf-8")
    patch.write_text(
        patch.read_text("utf-8")
        + "diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+x\n"
    )
    bash("git stash --quiet && rm README", work)
    propose(work)
    assert bash("git ls-tree --name-only -r providers", work).split() == [
        ".gitignore",
        "generated/new.py",
        "specs/acme.yaml",
        "specs/sources.toml",
    ]


def change(work: Path, spec: str) -> None:
    """Leave behind what the steps before the report do."""
    (work / "specs" / "acme.yaml").write_text(spec, "utf-8")
    (work / "generated" / "old.py").unlink(missing_ok=True)
    (work / "generated" / "new.py").write_text("a\n", "utf-8")
    (work / "README").write_text("a\n", "utf-8")
    (work / "changes.md").write_text("# Breaking\n", "utf-8")
    (work / "fetched.txt").write_text("nox > Running\nacme: changed\n", "utf-8")


def propose(work: Path) -> list[str]:
    """Run the step that opens a pull request, and return what it asks of `gh`."""
    said = work.parent / "said"
    said.unlink(missing_ok=True)
    path = os.pathsep.join([str(work.parent / "bin"), os.environ["PATH"]])
    proposal = str(work / "proposal")
    bash(step("propose"), work, PATH=path, SAID=str(said), OPEN=str(work.parent / "open"), PROPOSAL=proposal)
    return [" ".join(line.split()[:2]) for line in said.read_text("utf-8").splitlines()]
