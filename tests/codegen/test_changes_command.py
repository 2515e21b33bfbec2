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

Capture = pytest.CaptureFixture[str]

CASES = [
    pytest.param(case, id=f"{path.stem}: {name}")
    for path in sorted((Path(__file__).parent / "cases" / "rehearsal").glob("*.yaml"))
    for name, case in load_document(path).items()
]
SPEC = "specs/browserbase.yaml"
GONE = ("        updatedAt:\n          type: string\n          format: date-time\n", "")
WORD = ("            - TIMED_OUT\n", "            - TIMED_OUT\n            - HIBERNATING\n")
UNCHANGED = "".join(
    f"{slug}: unchanged\n" for slug in ("anchorbrowser", "brightdata", "browser_use", "browserbase", "skyvern")
)


def git(root: Path, *arguments: str) -> str:
    """Run git as nobody in particular."""
    names = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    command = ["git", "-C", str(root), *names, *arguments]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout  # noqa: S603 - git itself


@pytest.fixture
def committed(tmp_path: Path) -> Path:
    """A repository that holds what `changes` reads, committed."""
    root = tmp_path / "repository"
    for folder in ("specs", "overlays"):
        shutil.copytree(ROOT / folder, root / folder)
    (root / TABLE).parent.mkdir(parents=True)
    shutil.copy2(ROOT / TABLE, root / TABLE)
    git(tmp_path, "init", "-q", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "First")
    return root


def edit(root: Path, file: str, *pairs: tuple[str, str]) -> None:
    """Replace texts that are in a file."""
    text = (root / file).read_text("utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    (root / file).write_text(text, "utf-8")


def run(capsys: Capture, root: Path, *arguments: str) -> tuple[int, str, str]:
    """Run `changes`, and return its exit code, its output and its complaints."""
    code = main(["changes", *arguments], root)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("case", CASES)
def test_edits_of_the_providers_files(case: dict[str, Any], committed: Path, capsys: Capture) -> None:
    """What a provider or we ourselves may change, not committed and not regenerated, is told whole."""
    for file, pairs in case["edits"].items():
        edit(committed, file, *((pair["old"], pair["new"]) for pair in pairs))
    before = git(committed, "status", "--porcelain")
    slugs = {Path(file).stem for file in case["edits"]}
    assert run(capsys, committed, *slugs) == (case["code"], case["output"], "")
    assert git(committed, "status", "--porcelain") == before


def test_nothing_changed(committed: Path, capsys: Capture) -> None:
    """Where nothing changed, all providers are named, and the exit code is 0."""
    assert run(capsys, committed) == (0, f"{UNCHANGED}Nothing is breaking, compared with HEAD\n", "")


def test_against_another_revision(committed: Path, capsys: Capture) -> None:
    """The comparison is with any revision that git knows, and one provider hides no other."""
    edit(committed, SPEC, GONE)
    git(committed, "commit", "-q", "-a", "-m", "Second")
    assert run(capsys, committed)[0] == 0
    code, said, _ = run(capsys, committed, "--against", "HEAD~1")
    assert (code, said.splitlines()[-1]) == (1, "1 change is breaking, compared with HEAD~1")
    assert run(capsys, committed, "--against", "HEAD~1", "skyvern")[0] == 0
    (committed / "folder").mkdir()
    code, said, _ = run(capsys, committed, "--against", git(committed, "rev-parse", "HEAD~1").strip(), "browserbase")
    assert (code, said.splitlines()[0]) == (1, "browserbase: 1 breaking")


def test_as_json(committed: Path, capsys: Capture) -> None:
    """Programs get every field of every change."""
    edit(committed, SPEC, GONE, WORD)
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
                        "text": "Session.updatedAt is gone",
                        "why": "whoever reads the attribute fails, and the value moves to additional_properties",
                        "view_fields": ["updated_at"],
                    },
                    {
                        "verdict": "additive",
                        "kind": "word-added",
                        "place": f"{place}/status",
                        "name": "browserbase_client.models.SessionStatus.HIBERNATING",
                        "text": "SessionStatus.HIBERNATING, 'HIBERNATING', is new",
                        "why": "enums are open: the word was read before, and now has a constant",
                        "view_fields": ["status", "raw_status"],
                    },
                ],
                "overlay": [],
                "python": [
                    {
                        "name": "browserbase_client.models.session.Session.updated_at",
                        "text": "public object was removed",
                    }
                ],
            }
        },
        "facade": [],
    }


def test_as_markdown(committed: Path, capsys: Capture) -> None:
    """A pull request shows what comes from a spec as code, whatever it holds, and folds what is cosmetic."""
    edit(committed, SPEC, GONE, ("summary: Get a Session", 'summary: "``<b>@all\\e"'))
    edit(
        committed,
        SPEC,
        ("      operationId: Sessions_get\n", "      operationId: get_session\n      tags: [sessions]\n"),
    )
    edit(
        committed,
        "specs/browser_use.yaml",
        ("            format: uuid\n            title: Session Id", "            title: Session Id"),
    )
    code, said, _ = run(capsys, committed, "--markdown", "browser_use", "browserbase", "skyvern")
    assert code == 1
    assert said == (
        "## 1 change is breaking, compared with HEAD;"
        " before you regenerate, mend the overlays of browser_use, browserbase\n"
        "\n"
        "### browser_use: 1 cosmetic, 1 of the overlay's actions to mend\n"
        "\n"
        "- **overlay** `` actions[10] $.paths.*.get.parameters[?@.name == 'session_id'].schema.format: matches nothing,"
        " and the nearest place that exists is $.paths['/browsers/{session_id}'].get.parameters[0].schema: if the"
        " provider has mended this, remove the action; if the place has moved, correct the target; if it may be so at"
        " times, say `x-allow-empty: true` ``\n"
        "\n"
        "<details><summary>Cosmetic</summary>\n"
        "\n"
        "- `specs/browser_use.yaml has changed` at `#`\n"
        "\n"
        "</details>\n"
        "\n"
        "### browserbase: 1 breaking, 1 cosmetic, 1 of the overlay's actions to mend\n"
        "\n"
        "- **breaking** `Session.updatedAt is gone`: whoever reads the attribute fails, and the value moves to"
        " additional_properties\n"
        "  - at `#/components/schemas/Session/properties/updatedAt`, in"
        " `browserbase_client.models.Session.updated_at`; view fields: `updated_at`\n"
        "- **overlay** `` actions[1] $.paths.*.get: adds to #/paths/~1v1~1sessions~1{id}/get/tags what it already"
        ' holds, "sessions": if the provider has mended this, remove the action; if the place has moved, correct the'
        " target; if it may be so at times, say `x-allow-empty: true` ``\n"
        '  - the provider itself now says `"sessions"`\n'
        "- **python** `browserbase_client.models.session.Session.updated_at: public object was removed`\n"
        "\n"
        "<details><summary>Cosmetic</summary>\n"
        "\n"
        '- ``` summary is "``<b>@all\\u001b", and no longer "Get a Session" ``` at'
        " `#/paths/~1v1~1sessions~1{id}/get/summary`\n"
        "\n"
        "</details>\n"
        "\n"
        "### skyvern: unchanged\n"
    )


def test_providers_that_come_and_go(committed: Path, capsys: Capture) -> None:
    """A provider that only one side has is told, and may be named."""
    sources = committed / "specs" / "sources.toml"
    rows = sources.read_text("utf-8")
    sources.write_text(
        rows[: rows.index("[skyvern]")] + '[zeta]\ninfo = ""\noperation = ""\ndialect = "openapi"\nsha256 = ""\n'
    )
    code, said, _ = run(capsys, committed, "skyvern", "zeta")
    assert code == 1
    assert said == (
        "skyvern: 1 breaking\n"
        "  breaking   the provider is gone\n"
        "             there is no client any more\n"
        "             at #, in skyvern_client; view fields: all\n"
        "zeta: 1 breaking, 1 additive\n"
        "  breaking   specs/zeta.yaml: cannot be read: No such file or directory\n"
        "             no client can be made of it\n"
        "             at specs/zeta.yaml, in zeta_client; view fields: all\n"
        "  additive   the provider is new\n"
        "             there was no client before\n"
        "             at #, in zeta_client; view fields: none\n"
        "2 changes are breaking, compared with HEAD\n"
    )


def test_a_spec_that_could_not_be_read_before(committed: Path, capsys: Capture) -> None:
    """What is mended is no worse than before, and what is still broken is not told as new."""
    edit(committed, SPEC, ("info:", "info: ["))
    git(committed, "commit", "-q", "-a", "-m", "Broken")
    edit(committed, SPEC, ("servers:", "servers :"))
    problem = "specs/browserbase.yaml:4:14: while parsing a flow sequence: did not find expected ',' or ']'"
    told = f"  cosmetic   {problem}\n             at specs/browserbase.yaml\n"
    concluded = "Nothing is breaking, compared with HEAD\n"
    assert run(capsys, committed, "browserbase") == (0, f"browserbase: 1 cosmetic\n{told}{concluded}", "")
    edit(committed, SPEC, ("info: [", "info:"))
    told = (
        f"  additive   {problem}\n             no client could be made of it before\n"
        "             at specs/browserbase.yaml, in browserbase_client; view fields: none\n"
    )
    assert run(capsys, committed, "browserbase") == (0, f"browserbase: 1 additive\n{told}{concluded}", "")


def test_the_facade(committed: Path, capsys: Capture) -> None:
    """What is gone from the facade's Python API is breaking, under the name by which people import it."""
    package = committed / "facade" / "src" / "browser_sessions"
    (package / "__init__.py").write_text('from ._client import Client\n\n__all__ = ["Client"]\n', "utf-8")
    (package / "_client.py").write_text(
        "class Client:\n    def get(self, ref): ...\n    def wait(self): ...\n", "utf-8"
    )
    git(committed, "add", "-A")
    git(committed, "commit", "-q", "-m", "Facade")
    (package / "_client.py").write_text("class Client:\n    def get(self, ref, key): ...\n", "utf-8")
    said = (
        "facade: breaking\n"
        "  breaking   browser_sessions.Client.get: parameter was added as required (key)\n"
        "  breaking   browser_sessions.Client.wait: public object was removed\n"
    )
    assert run(capsys, committed) == (1, f"{UNCHANGED}{said}2 changes are breaking, compared with HEAD\n", "")
    code, markdown, _ = run(capsys, committed, "--markdown")
    assert code == 1
    assert markdown.endswith(
        "### The facade's Python API\n"
        "\n"
        "- **breaking** `browser_sessions.Client.get: parameter was added as required (key)`\n"
        "- **breaking** `browser_sessions.Client.wait: public object was removed`\n"
    )
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
        (["--against", "v9"], "v9: is no revision of this repository\n"),
        (["--against=--help"], "--help: is no revision of this repository\n"),
        (["skyvem"], "there is no provider 'skyvem', here or at HEAD: there are anchorbrowser, brightdata, "),
    ],
)
def test_what_cannot_be_told(arguments: list[str], complaint: str, committed: Path, capsys: Capture) -> None:
    """Misuse, and what git does not know, is an exit code of its own: 1 means that something is breaking."""
    code, said, complained = run(capsys, committed, *arguments)
    assert (code, said) == (2, "")
    assert complaint in complained


def test_unknown_arguments_are_misuse(committed: Path) -> None:
    """So are arguments that there are not."""
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
    assert run(capsys, committed) == (2, "", "HEAD: git is not installed\n")


def test_unreadable_lists(committed: Path, capsys: Capture) -> None:
    """A list of providers or a table of fields that is none, here or there, is told with its file."""
    table = committed / TABLE
    for text, problem in (
        ("ROWS: dict = {", "has no literal called ROWS: '{' was never closed"),
        ("ROWS: dict = print()", "has no literal called ROWS: malformed node"),
        ("ROW: dict = {}", "has no literal called ROWS: not enough values"),
        ("ROWS: list = []", "has no dictionary called ROWS"),
        ("ROWS: dict = {'a': 1}", "does not say of every field"),
    ):
        table.write_text(text, "utf-8")
        code, said, complained = run(capsys, committed)
        assert (code, said) == (2, "")
        assert f"_table.py: {problem}" in complained
    git(committed, "checkout", "-q", ".")
    (committed / "specs" / "link").symlink_to("/etc/hostname")
    git(committed, "add", "-A")
    git(committed, "commit", "-q", "-m", "Link")
    code, said, complained = run(capsys, committed)
    assert (code, said) == (2, "")
    assert complained.startswith("HEAD: has a file that is not its own: ")
    (committed / ".git" / "info" / "attributes").write_text("* export-ignore\n", "utf-8")
    assert run(capsys, committed) == (2, "", "HEAD: cannot be unpacked: git archives none of its files\n")
    git(committed, "rm", "-q", "-r", "specs")
    git(committed, "commit", "-q", "-m", "None")
    assert run(capsys, committed) == (2, "", "HEAD: has no specs/\n")


def test_a_fault_of_ours(committed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Is seen whole, and not told as a change that is breaking."""

    def fail(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("codegen.changes.compare_with", fail)
    code, said, complained = run(capsys, committed)
    assert (code, said) == (2, "")
    assert complained.startswith("Traceback (most recent call last):\n")
    assert complained.endswith("\nRuntimeError: a fault\n")


def test_a_reader_that_has_seen_enough(committed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is the report's, also where nobody reads the report to its end."""
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
    """The properties of answers that no field of a view is read from are listed, also nested ones, and new ones."""
    edit(
        committed,
        SPEC,
        (
            "        updatedAt:\n",
            "        queued:\n          type: object\n          properties: {at: {type: string}}\n        updatedAt:\n",
        ),
    )
    assert main(["show", "--unmapped", "browserbase", "skyvern"], committed) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:7] == [
        "browserbase: queued.at",
        "browserbase: keepAlive",
        "browserbase: contextId",
        "browserbase: seleniumRemoteUrl",
        "browserbase: signingKey",
        "browserbase: avgCpuUsage",
        "browserbase: memoryUsage",
    ]
    assert "skyvern: recordings[].artifact_id" in said
    assert "skyvern: recordings[].url" not in said
