from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from codegen.__main__ import ROOT, main
from codegen.changes.report import Report, Section, as_markdown
from codegen.document import load_document
from codegen.providers import load_providers

Capture = pytest.CaptureFixture[str]

CASES = [
    pytest.param(case, id=name)
    for name, case in load_document(Path(__file__).parent / "cases" / "changes" / "edits.yaml").items()
]
SPEC = "specs/browserbase.yaml"
PACKAGE = "facade/src/browser_sessions"
GONE = ("        updatedAt:\n          type: string\n          format: date-time\n", "")
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
    (root / PACKAGE).mkdir(parents=True)
    (root / PACKAGE / "__init__.py").touch()
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
def test_each_edit_of_the_inputs_is_reported(case: dict[str, Any], committed: Path, capsys: Capture) -> None:
    """Changes by a provider or by us are reported in full, before they are committed or regenerated."""
    for file, pairs in case["edits"].items():
        edit(committed, file, *((pair["old"], pair["new"]) for pair in pairs))
    before = git(committed, "status", "--porcelain")
    slugs = {Path(file).name.partition(".")[0] for file in case["edits"]} - {"sources"}
    assert run(capsys, committed, *slugs) == (case["code"], case["output"], "")
    assert git(committed, "status", "--porcelain") == before


def test_no_change_exits_with_0(committed: Path, capsys: Capture) -> None:
    """All providers are listed as unchanged."""
    assert run(capsys, committed) == (0, f"{UNCHANGED}Nothing is breaking, compared with HEAD\n", "")


def test_any_revision_can_be_compared_with(committed: Path, capsys: Capture) -> None:
    """The command compares with any Git revision, and reports the changes of all providers."""
    edit(committed, SPEC, GONE)
    commit(committed)
    assert run(capsys, committed)[0] == 0
    code, said, _ = run(capsys, committed, "--against", "HEAD~1")
    assert (code, said.splitlines()[-1]) == (1, "1 change is breaking, compared with HEAD~1")
    assert run(capsys, committed, "--against", "HEAD~1", "skyvern")[0] == 0


def test_a_block_of_code_has_three_marks() -> None:
    """It has more if the report itself has marks."""
    text = "## Nothing is breaking, compared with HEAD\n\n```text\nacme: unchanged\n```"
    assert as_markdown(Report("HEAD", (Section("acme", ()),))) == text


def test_markdown_shows_the_report_as_code(committed: Path, capsys: Capture) -> None:
    """No text of a spec closes the fence, and no invisible character is hidden."""
    edit(committed, SPEC, ("            - TIMED_OUT\n", '            - TIMED_OUT\n            - "a ```` b"\n'))
    place = "#/components/schemas/Session/properties/status"
    said = [
        "## Nothing is breaking, compared with HEAD",
        "",
        "`````text",
        "browserbase: 1 additive",
        "  additive   SessionStatus.A_B is new: 'a ```` b'",
        f"             at {place}",
        "skyvern: unchanged",
        "`````",
    ]
    code, printed, _ = run(capsys, committed, "--markdown", "browserbase", "skyvern")
    assert (code, printed.splitlines()) == (0, said)


def test_an_added_or_removed_provider_is_reported(committed: Path, capsys: Capture) -> None:
    """A provider that only one side has can also be named on the command line."""
    sources = committed / "specs" / "sources.toml"
    rows = sources.read_text("utf-8")
    added = '[zeta]\ninfo = ""\ndialect = "openapi"\nsha256 = ""\noperations = {get_session = "get /{id}"}\n'
    sources.write_text(rows[: rows.index("[skyvern]")] + added)
    said = (
        "skyvern: 1 breaking\n"
        "  breaking   the provider was removed\n"
        "zeta: 1 additive\n"
        "  additive   the provider was added\n"
        "1 change is breaking, compared with HEAD\n"
    )
    assert run(capsys, committed, "skyvern", "zeta") == (1, said, "")


def test_an_invalid_spec_is_reported_until_it_is_corrected(committed: Path, capsys: Capture) -> None:
    """The correction is additive."""
    edit(committed, SPEC, ("info:", "info: ["))
    commit(committed)
    edit(committed, SPEC, ("servers:", "servers :"))
    problem = (
        "browserbase: specs/browserbase.yaml:4:14: while parsing a flow sequence: did not find expected ',' or ']'"
    )
    said = f"browserbase: 1 breaking\n  breaking   no client can be made: {problem}\n"
    assert run(capsys, committed, "browserbase")[:2] == (1, f"{said}1 change is breaking, compared with HEAD\n")
    edit(committed, SPEC, ("info: [", "info:"))
    said = f"browserbase: 1 additive\n  additive   a client can be made again: {problem}\n"
    assert run(capsys, committed, "browserbase")[:2] == (0, f"{said}Nothing is breaking, compared with HEAD\n")


def test_a_removal_from_the_facade_is_breaking(committed: Path, capsys: Capture) -> None:
    """It is reported under the name that people import."""
    package = committed / PACKAGE
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
        (["skyvem"], "unknown provider 'skyvem', here and at HEAD: known are anchorbrowser, brightdata, "),
    ],
)
def test_misuse_exits_with_2(arguments: list[str], complaint: str, committed: Path, capsys: Capture) -> None:
    """Exit code 1 means only that something is breaking."""
    code, said, complained = run(capsys, committed, *arguments)
    assert (code, said) == (2, "")
    assert complaint in complained


def test_unknown_arguments_exit_with_2(committed: Path) -> None:
    """An unknown option is misuse."""
    with pytest.raises(SystemExit) as caught:
        main(["changes", "--yaml"], committed)
    assert caught.value.code == 2


def test_a_missing_repository_or_git_exits_with_2(
    committed: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no revision to compare with."""
    shutil.rmtree(committed / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(committed.parent))
    code, said, complained = run(capsys, committed)
    assert (code, said) == (2, "")
    assert complained.startswith("HEAD: git rev-parse failed: fatal: not a git repository")
    monkeypatch.setenv("PATH", "")
    assert run(capsys, committed) == (2, "", "[Errno 2] No such file or directory: 'git'\n")


def test_an_unusable_revision_exits_with_2(committed: Path, capsys: Capture) -> None:
    """A link to another place, an invalid list, an empty archive and missing specs are reported with the revision."""
    (committed / "specs" / "link").symlink_to("/etc/hostname")
    commit(committed)
    code, said, complained = run(capsys, committed)
    assert (code, said) == (2, "")
    assert complained.startswith("HEAD: cannot be unpacked: ")
    (committed / "specs" / "link").unlink()
    sources = (committed / "specs" / "sources.toml").read_bytes()
    (committed / "specs" / "sources.toml").write_bytes(b"")
    commit(committed)
    (committed / "specs" / "sources.toml").write_bytes(sources)
    assert run(capsys, committed) == (2, "", "HEAD: specs/sources.toml: #: {} should be non-empty\n")
    commit(committed)
    (committed / ".git" / "info" / "attributes").write_text("* export-ignore\n", "utf-8")
    code, said, complained = run(capsys, committed)
    assert (code, said) == (2, "")
    assert complained.startswith("HEAD: cannot be unpacked: ")
    git(committed, "rm", "-q", "-r", "specs")
    commit(committed)
    assert run(capsys, committed) == (2, "", "HEAD: has no specs/\n")


def test_a_full_disk_exits_with_2(committed: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict is not given without the report."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patched:
        patched.setattr("codegen.__main__._say", full)
        assert run(capsys, committed, "skyvern") == (2, "", "[Errno 28] No space left on device\n")
