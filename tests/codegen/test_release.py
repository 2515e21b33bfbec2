from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codegen.__main__ import ROOT, main
from codegen.errors import SourcesError
from codegen.release import read_version, write_version

FACADE = ("facade/pyproject.toml", "facade/src/browser_sessions/_version.py")
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def root(pair: Path) -> Path:
    """Return a copy of two providers and of what the facade says of its version, all of version 1.10.0."""
    for name in FACADE:
        (pair / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, pair / name)
    for path in (pair / "pyproject.toml", *(pair / name for name in FACADE), *pair.glob("generated/*/pyproject.toml")):
        path.write_text(path.read_text("utf-8").replace(f'{read_version(ROOT)}"', '1.10.0"'), "utf-8")
    return pair


def files(root: Path) -> dict[str, str]:
    """Return the text of every file of a folder."""
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in root.rglob("*") if path.is_file()}


def test_a_release_changes_every_version(root: Path, capsys: Capture) -> None:
    """A release changes the version in its three files and in the clients, and nothing else."""
    before = files(root)
    assert read_version(root) == "1.10.0"
    assert main(["release", "1.11.0"], root) == 0
    assert capsys.readouterr() == (
        "brightdata: 1 file written or removed\nbrowserbase: 1 file written or removed\n",
        "",
    )
    after = files(root)
    assert read_version(root) == "1.11.0"
    assert after == {name: text.replace('1.10.0"', '1.11.0"') for name, text in before.items()}
    changed = {name: after[name].count("1.11.0") for name in before if before[name] != after[name]}
    clients = {"generated/brightdata/pyproject.toml": 1, "generated/browserbase/pyproject.toml": 1}
    assert changed == {"pyproject.toml": 1, FACADE[0]: 6, FACADE[1]: 1} | clients


def test_the_largest_version(root: Path) -> None:
    """Its numbers have nine digits, which fit into 32 bits everywhere."""
    version = ".".join(["9" * 9] * 3)
    write_version(root, version)
    assert read_version(root) == version


@pytest.mark.parametrize(
    "version",
    [
        "",
        "1.2",
        "1.2.3.4",
        "v1.2.3",
        "1.2.3rc1",
        "01.2.3",
        "1.2.3\n",
        "1.2.\u0663",
        f"{10**9}.2.3",
        f"1.{10**9}.3",
        f"1.2.{10**9}",
    ],
)
def test_an_invalid_version_writes_nothing(root: Path, capsys: Capture, version: str) -> None:
    """A version is three numbers."""
    before = files(root)
    assert main(["release", version], root) == 1
    assert capsys.readouterr() == ("", f"{version!r}: is not a version: expected X.Y.Z\n")
    assert files(root) == before


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("pyproject.toml", 'version = "1.10.0"'),
        (FACADE[0], 'version = "1.10.0"'),
        (FACADE[0], '-client==1.10.0"'),
        (FACADE[1], '__version__ = "1.10.0"'),
    ],
)
def test_a_file_without_the_current_version_is_an_error(root: Path, name: str, line: str) -> None:
    """The error names the file, and nothing is written."""
    path = root / name
    path.write_text(path.read_text("utf-8").replace(line, line.replace("=", " =", 1)), "utf-8")
    before = files(root)
    with pytest.raises(SourcesError) as caught:
        write_version(root, "2.0.0")
    assert caught.value == SourcesError(path, f"expected {line}")
    assert files(root) == before


def test_a_failed_regeneration_names_the_next_command(root: Path, capsys: Capture) -> None:
    """The version is written all the same."""
    (root / "specs" / "browserbase.yaml").unlink()
    assert main(["release", "2.0.0"], root) == 1
    assert capsys.readouterr().err == (
        "browserbase: specs/browserbase.yaml: cannot be read: No such file or directory\nNothing was written.\n"
        "The clients still have the former version: correct this, then run nox -s regenerate\n"
    )
    assert read_version(root) == "2.0.0"


@pytest.mark.parametrize(
    "text",
    ["", "[project]\n", "project = 1\n", *(f"[project]\nversion = {v}\n" for v in ('"1.2"', "1.2", "[1, 2, 3]"))],
)
def test_settings_without_a_version_are_an_error(tmp_path: Path, text: str) -> None:
    """The current version must be X.Y.Z too."""
    path = tmp_path / "pyproject.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SourcesError) as caught:
        read_version(tmp_path)
    assert caught.value == SourcesError(path, "has no version: expected X.Y.Z in [project]")


@pytest.mark.parametrize("name", ["pyproject.toml", *FACADE])
def test_an_unreadable_file_is_named(root: Path, name: str) -> None:
    """The error names the file, and nothing is written."""
    (root / name).write_bytes(b"\xff")
    with pytest.raises(SourcesError) as caught:
        write_version(root, "2.0.0")
    assert caught.value == SourcesError(root / name, "is not UTF-8")
