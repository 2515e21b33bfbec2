from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from codegen.__main__ import ROOT, main
from codegen.document import load_document
from codegen.fields import TABLE
from codegen.providers import load_providers

Capture = pytest.CaptureFixture[str]

CASES = [
    pytest.param(case, id=f"{path.stem}: {name}")
    for path in sorted((Path(__file__).parent / "cases" / "changes" / "edits").glob("*.yaml"))
    for name, case in load_document(path).items()
]
SPEC = "specs/browserbase.yaml"
GONE = ("        updatedAt:\n          type: string\n          format: date-time\n", "")
ADDED = ("            - TIMED_OUT\n", "            - TIMED_OUT\n            - HIBERNATING\n")
UNCHANGED = "".join(f"{provider.slug}: unchanged\n" for provider in load_providers(ROOT))


def git(root: Path, *arguments: str) -> str:
    """Run git as a user of its own: the machine's may have no name."""
    names = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    command = ["git", "-C", str(root), *names, *arguments]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout  # noqa: S603 - git itself


@pytest.fixture
def committed(one_operation: Path, tmp_path: Path) -> Path:
    """A repository that holds what `changes` reads, committed."""
    root = tmp_path / "repository"
    for folder in ("specs", "overlays"):
        shutil.copytree(one_operation / folder, root / folder)
    (root / TABLE).parent.mkdir(parents=True)
    shutil.copy2(ROOT / TABLE, root / TABLE)
    git(tmp_path, "init", "-q", str(root))
    commit(root)
    return root


def commit(root: Path) -> None:
    """Commit all that there is."""
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "State")


def edit(root: Path, file: str, *pairs: tuple[str, str]) -> None:
    """Replace texts that are in a file, which may be new."""
    path = root / file
    text = path.read_text("utf-8") if path.exists() else ""
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")


def run(capsys: Capture, root: Path, *arguments: str) -> tuple[int, str, str]:
    """Run `changes`, and return its exit code, its output and its complaints."""
    code = main(["changes", *arguments], root)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("case", CASES)
def test_edits_of_the_inputs(case: dict[str, Any], committed: Path, capsys: Capture) -> None:
    """What a provider or we ourselves may change, not committed and not regenerated, is reported whole."""
    for file, pairs in case["edits"].items():
        edit(committed, file, *((pair["old"], pair["new"]) for pair in pairs))
    before = git(committed, "status", "--porcelain")
    slugs = {Path(file).name.partition(".")[0] for file in case["edits"]} - {"sources"}
    assert run(capsys, committed, *slugs) == (case["code"], case["output"], "")
    assert git(committed, "status", "--porcelain") == before


def test_nothing_changed(committed: Path, capsys: Capture) -> None:
    """Where nothing changed, all providers are named, and the exit code is 0."""
    assert run(capsys, committed) == (0, f"{UNCHANGED}Nothing is breaking, compared with HEAD\n", "")


def test_against_another_revision(committed: Path, capsys: Capture) -> None:
    """The comparison is with any revision that git knows, and one provider hides no other."""
    edit(committed, SPEC, GONE)
    commit(committed)
    assert run(capsys, committed)[0] == 0
    code, said, _ = run(capsys, committed, "--against", "HEAD~1")
    assert (code, said.splitlines()[-1]) == (1, "1 change is breaking, compared with HEAD~1")
    assert run(capsys, committed, "--against", "HEAD~1", "skyvern")[0] == 0


def test_as_json(committed: Path, capsys: Capture) -> None:
    """Programs get every field of every change."""
    edit(committed, SPEC, GONE, ADDED)
    code, said, _ = run(capsys, committed, "--json", "browserbase")
    place = "#/components/schemas/Session/properties"
    assert code == 1
    assert json.loads(said) == {
        "against": "HEAD",
        "breaking": True,
        "providers": {
            "browserbase": {
                "breaking": 1,
                "additive": 1,
                "cosmetic": 0,
                "changes": [
                    {
                        "verdict": "breaking",
                        "kind": "property-removed",
                        "place": f"{place}/updatedAt",
                        "name": "browserbase_client.models.Session.updated_at",
                        "text": "Session.updatedAt is gone (datetime.datetime)",
                        "view_fields": ["updated_at"],
                    },
                    {
                        "verdict": "additive",
                        "kind": "constant-added",
                        "place": f"{place}/status",
                        "name": "browserbase_client.models.SessionStatus.HIBERNATING",
                        "text": "SessionStatus.HIBERNATING is new ('HIBERNATING')",
                        "view_fields": ["status", "raw_status"],
                    },
                ],
                "overlay": [],
            }
        },
        "facade": [],
    }


def test_as_markdown(committed: Path, capsys: Capture) -> None:
    """A pull request shows the report as code, in a fence that no text of a spec closes, and hides no character."""
    edit(committed, SPEC, ("            - TIMED_OUT\n", '            - TIMED_OUT\n            - "a ```` b"\n'))
    summary, place = "      summary: Get single browser session\n", "#/components/schemas/Session/properties/status"
    edit(committed, "specs/brightdata.yaml", (summary, f'      "x-\\u202e": 1\n{summary}'))
    said = [
        "## Nothing is breaking, compared with HEAD",
        "",
        "`````text",
        "brightdata: 1 cosmetic",
        r"  cosmetic   another text or spelling at #/paths/~1browser_sessions~1{session_id}/get/x-\u202e",
        "browserbase: 1 additive",
        "  additive   SessionStatus.A_B is new ('a ```` b')",
        f"             at {place}, in browserbase_client.models.SessionStatus.A_B; view fields: status, raw_status",
        "skyvern: unchanged",
        "`````",
    ]
    code, printed, _ = run(capsys, committed, "--markdown", "brightdata", "browserbase", "skyvern")
    assert (code, printed.splitlines()) == (0, said)


def test_a_provider_that_comes_or_goes(committed: Path, capsys: Capture) -> None:
    """A provider that only one side has is reported, and may be named."""
    sources = committed / "specs" / "sources.toml"
    rows = sources.read_text("utf-8")
    added = '[zeta]\ninfo = ""\ndialect = "openapi"\nsha256 = ""\noperations = {get_session = "get /{id}"}\n'
    sources.write_text(rows[: rows.index("[skyvern]")] + added)
    said = (
        "skyvern: 1 breaking\n"
        "  breaking   the provider was removed\n"
        "             at #, in skyvern_client; view fields: all\n"
        "zeta: 1 additive\n"
        "  additive   the provider was added\n"
        "             at #, in zeta_client; view fields: none\n"
        "1 change is breaking, compared with HEAD\n"
    )
    assert run(capsys, committed, "skyvern", "zeta") == (1, said, "")


def test_a_spec_that_could_not_be_read_before(committed: Path, capsys: Capture) -> None:
    """A correction is not breaking, and what was wrong before is not reported as new."""
    edit(committed, SPEC, ("info:", "info: ["))
    commit(committed)
    edit(committed, SPEC, ("servers:", "servers :"))
    said = "  cosmetic   the files differ, and the document is the same\n"
    concluded = "Nothing is breaking, compared with HEAD\n"
    assert run(capsys, committed, "browserbase") == (0, f"browserbase: 1 cosmetic\n{said}{concluded}", "")
    edit(committed, SPEC, ("info: [", "info:"))
    problem = "specs/browserbase.yaml:4:14: while parsing a flow sequence: did not find expected ',' or ']'"
    said = (
        f"  additive   a client can be made again: {problem}\n"
        "             at specs/browserbase.yaml, in browserbase_client; view fields: none\n"
    )
    assert run(capsys, committed, "browserbase") == (0, f"browserbase: 1 additive\n{said}{concluded}", "")


def test_the_facade(committed: Path, capsys: Capture) -> None:
    """What is gone from the facade's Python API is breaking, under the name by which people import it."""
    package = committed / "facade" / "src" / "browser_sessions"
    (package / "__init__.py").write_text('from ._client import Client\n\n__all__ = ["Client"]\n', "utf-8")
    (package / "_client.py").write_text(
        "class Client:\n    def get(self, ref): ...\n    def wait(self): ...\n", "utf-8"
    )
    commit(committed)
    (package / "_client.py").write_text("class Client:\n    def get(self, ref, key): ...\n", "utf-8")
    said = (
        "facade: 2 breaking\n"
        "  breaking   browser_sessions.Client.get: parameter was added as required (key)\n"
        "  breaking   browser_sessions.Client.wait: public object was removed\n"
    )
    assert run(capsys, committed) == (1, f"{UNCHANGED}{said}2 changes are breaking, compared with HEAD\n", "")
    assert [each["name"] for each in json.loads(run(capsys, committed, "--json")[1])["facade"]] == [
        "browser_sessions.Client.get",
        "browser_sessions.Client.wait",
    ]
    assert run(capsys, committed, "skyvern")[0] == 0
    (package / "_client.py").write_text(
        'class Client:\n    """New."""\n    def get(self, ref): ...\n    def wait(self): ...\n'
    )
    assert run(capsys, committed)[0] == 0
    shutil.rmtree(committed / "facade")
    assert run(capsys, committed)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--against", "v9"], "v9: unknown revision\n"),
        (["--against=--help"], "--help: unknown revision\n"),
        (["skyvem"], "unknown provider 'skyvem', here and at HEAD: there are anchorbrowser, brightdata, "),
    ],
)
def test_misuse(arguments: list[str], complaint: str, committed: Path, capsys: Capture) -> None:
    """Misuse, and what git does not know, is an exit code of its own: 1 means that something is breaking."""
    code, said, complained = run(capsys, committed, *arguments)
    assert (code, said) == (2, "")
    assert complaint in complained


def test_unknown_arguments_are_misuse(committed: Path) -> None:
    """So are unknown arguments."""
    with pytest.raises(SystemExit) as caught:
        main(["changes", "--yaml"], committed)
    assert caught.value.code == 2


def test_no_repository(committed: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a repository, and without git, there is nothing to compare with."""
    shutil.rmtree(committed / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(committed.parent))
    code, said, complained = run(capsys, committed)
    assert (code, said) == (2, "")
    assert complained.startswith("HEAD: git rev-parse failed: fatal: not a git repository")
    monkeypatch.setenv("PATH", "")
    assert run(capsys, committed) == (2, "", "[Errno 2] No such file or directory: 'git'\n")


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("ROWS: dict = {", "has no literal called ROWS: '{' was never closed"),
        ("ROWS: dict = {'a': 1}", "does not say of every field"),
    ],
)
def test_invalid_tables(table: str, problem: str, committed: Path, capsys: Capture) -> None:
    """An invalid table of fields is reported with its file."""
    (committed / TABLE).write_text(table, "utf-8")
    code, said, complained = run(capsys, committed)
    assert (code, said) == (2, "")
    assert f"_table.py: {problem}" in complained


def test_revisions_that_cannot_be_had(committed: Path, capsys: Capture) -> None:
    """What links to elsewhere, what git archives nothing of, and what has no specs is reported with its revision."""
    (committed / "specs" / "link").symlink_to("/etc/hostname")
    commit(committed)
    code, said, complained = run(capsys, committed)
    assert (code, said) == (2, "")
    assert complained.startswith("HEAD: cannot be unpacked: ")
    (committed / ".git" / "info" / "attributes").write_text("* export-ignore\n", "utf-8")
    code, said, complained = run(capsys, committed)
    assert (code, said) == (2, "")
    assert complained.startswith("HEAD: cannot be unpacked: ")
    git(committed, "rm", "-q", "-r", "specs")
    commit(committed)
    assert run(capsys, committed) == (2, "", "HEAD: has no specs/\n")


def test_a_fault_of_ours(committed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """A fault of ours is seen whole, and not reported as a breaking change."""

    def fail(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("codegen.changes.compare_with", fail)
    code, said, complained = run(capsys, committed)
    assert (code, said) == (2, "")
    assert complained.startswith("Traceback (most recent call last):\n")
    assert complained.endswith("\nRuntimeError: a fault\n")


def test_a_reader_that_has_seen_enough(committed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is the report's, also where the report is not read to its end."""
    reader, writer = os.pipe()
    os.close(reader)
    edit(committed, SPEC, ("summary: Get a Session", "summary: Other"))
    with os.fdopen(writer, "w") as closed_pipe:
        monkeypatch.setattr(sys, "stdout", closed_pipe)
        assert main(["changes", "browserbase"], committed) == 0


def test_a_report_that_cannot_be_written(committed: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the report cannot be written, its exit code is not given either."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patched:
        patched.setattr("codegen.__main__._say", full)
        assert run(capsys, committed, "skyvern") == (2, "", "[Errno 28] No space left on device\n")


def test_unmapped_properties(committed: Path, capsys: Capture) -> None:
    """The properties of a session that no field of a view is read from are listed, also nested ones, and new ones.

    Those of what other operations return are not listed: a view is made of a session.
    """
    queued = "        queued:\n          type: object\n          properties: {at: {type: string}}\n        updatedAt:\n"
    edit(committed, SPEC, ("        updatedAt:\n", queued))
    case = next(case.values[0] for case in CASES if case.id == "edits: a new operation of ours")
    for file, pairs in case["edits"].items():  # type: ignore[index]
        edit(committed, file, *((pair["old"], pair["new"]) for pair in pairs))
    assert main(["show", "--unmapped", "browserbase", "skyvern"], committed) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:8] == [
        "browserbase: queued.at",
        "browserbase: keepAlive",
        "browserbase: contextId",
        "browserbase: seleniumRemoteUrl",
        "browserbase: signingKey",
        "browserbase: avgCpuUsage",
        "browserbase: memoryUsage",
        "skyvern: runnable_type",
    ]
    assert "skyvern: recordings[].artifact_id" in said
    assert "skyvern: recordings[].url" not in said
