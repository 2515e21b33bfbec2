from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import ReleaseError
from codegen.release import read_version, write_version

BEFORE = """\
# version = "0.0.0"
[build-system]
requires = []

[project]
name = "x"
version = "1.2.3"

[tool.x]
version = "9"
"""


def write(root: Path, text: str) -> Path:
    """Write the root's settings."""
    path = root / "pyproject.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_version_is_the_projects(tmp_path: Path) -> None:
    """Other versions in the file are not taken for it."""
    write(tmp_path, BEFORE)
    assert read_version(tmp_path) == "1.2.3"


def test_a_new_version_changes_one_line_and_can_be_taken_back(tmp_path: Path) -> None:
    """Nothing else in the file moves, and the former file is kept until all has succeeded."""
    path = write(tmp_path, BEFORE)
    undo = write_version(tmp_path, "1.10.0")
    assert path.read_text("utf-8") == BEFORE.replace("1.2.3", "1.10.0")
    assert read_version(tmp_path) == "1.10.0"
    undo()
    assert path.read_text("utf-8") == BEFORE


def test_the_facade_gets_the_version_too(tmp_path: Path) -> None:
    """Its own version, which its module says too, and that of the clients it needs, of the same release."""
    write(tmp_path, BEFORE)
    module = tmp_path / "facade" / "src" / "browser_sessions" / "_version.py"
    module.parent.mkdir(parents=True)
    module.write_text('"""Of 1.2.3."""\n\n__version__ = "1.2.3"\n', "utf-8")
    facade = tmp_path / "facade" / "pyproject.toml"
    before = '[project]\nversion = "1.2.3"\ndependencies = [\n    "a-b-client==1.2.3",\n    "other==1.2.3",\n]\n'
    facade.write_text(before, "utf-8")
    undo = write_version(tmp_path, "2.0.0")
    assert facade.read_text("utf-8") == before.replace("1.2.3", "2.0.0").replace("other==2.0.0", "other==1.2.3")
    assert module.read_text("utf-8") == '"""Of 1.2.3."""\n\n__version__ = "2.0.0"\n'
    undo()
    assert facade.read_text("utf-8") == before
    assert module.read_text("utf-8") == '"""Of 1.2.3."""\n\n__version__ = "1.2.3"\n'


@pytest.mark.parametrize(
    "version",
    [
        "",
        "1",
        "1.3",
        "1.3.0.0",
        "v1.3.0",
        "01.3.0",
        "1.3.0rc1",
        "1.3.0\n",
        " 1.3.0",
        "1.3.-1",
        "1.3.٣",
        '1.3.0"',
        "9" * 5000,
    ],
)
def test_what_is_no_version_is_refused(version: str, tmp_path: Path) -> None:
    """Three plain numbers make a version, and nothing else does."""
    path = write(tmp_path, BEFORE)
    with pytest.raises(ReleaseError) as caught:
        write_version(tmp_path, version)
    assert caught.value == ReleaseError(f"{version!r} is no version: expected X.Y.Z")
    assert path.read_text("utf-8") == BEFORE


@pytest.mark.parametrize("version", ["1.2.3", "1.2.2", "1.1.9", "0.9.9"])
def test_a_version_that_is_not_newer_is_refused(version: str, tmp_path: Path) -> None:
    """A version that was released is not released again."""
    path = write(tmp_path, BEFORE)
    with pytest.raises(ReleaseError) as caught:
        write_version(tmp_path, version)
    assert caught.value == ReleaseError(f"{version} is not newer than 1.2.3")
    assert path.read_text("utf-8") == BEFORE


NUMBERS = st.tuples(*[st.integers(0, 999_999_999)] * 3)


@given(NUMBERS, NUMBERS)
def test_versions_are_compared_as_numbers(
    tmp_path_factory: pytest.TempPathFactory, first: tuple[int, int, int], second: tuple[int, int, int]
) -> None:
    """1.10.0 is newer than 1.9.0, and so it is for all of them."""
    root = tmp_path_factory.mktemp("root")
    older, newer = (".".join(map(str, each)) for each in (first, second))
    write(root, BEFORE.replace("1.2.3", older))
    try:
        write_version(root, newer)
    except ReleaseError:
        assert first >= second
    else:
        assert first < second
        assert read_version(root) == newer


@pytest.mark.parametrize(
    "text",
    ["", "[project]\n", "project = 1\n", "[project\n", "version = '1.2.3'\n", "a = " + "[" * 10_000],
)
def test_settings_without_a_version_are_told(text: str, tmp_path: Path) -> None:
    """Whatever the file lacks, the error names the file and what was looked for."""
    path = write(tmp_path, text)
    with pytest.raises(ReleaseError) as caught:
        read_version(tmp_path)
    assert caught.value == ReleaseError(f"{path}: no [project] version can be read")


@pytest.mark.parametrize("data", [None, b"\xff"])
def test_settings_that_cannot_be_read_are_told(data: bytes | None, tmp_path: Path) -> None:
    """No file, and one that is no text, are the same error."""
    path = tmp_path / "pyproject.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ReleaseError) as caught:
        read_version(tmp_path)
    assert caught.value == ReleaseError(f"{path}: no [project] version can be read")


@pytest.mark.parametrize(("value", "shown"), [('"1.2"', "'1.2'"), ("1.2", "1.2"), ("[1, 2, 3]", "[1, 2, 3]")])
def test_a_version_of_another_form_is_told(value: str, shown: str, tmp_path: Path) -> None:
    """What stands in the file is held to the same form as what is released."""
    path = write(tmp_path, f"[project]\nversion = {value}\n")
    with pytest.raises(ReleaseError) as caught:
        read_version(tmp_path)
    assert caught.value == ReleaseError(f"{path}: {shown} is no version: expected X.Y.Z")


@pytest.mark.parametrize(
    "text",
    [
        "[project]\nversion = '1.2.3'\n",
        '[tool.x]\nversion = "0"\n[project]\nversion = "1.2.3"\n',
        'project.version = "1.2.3"\n',
    ],
)
def test_a_line_that_cannot_be_found_is_told(text: str, tmp_path: Path) -> None:
    """A file in which another line would be changed, or none, stays as it is."""
    path = write(tmp_path, text)
    with pytest.raises(ReleaseError) as caught:
        write_version(tmp_path, "2.0.0")
    assert caught.value == ReleaseError(f'{path}: the first line that reads version = "X.Y.Z" is not that of [project]')
    assert path.read_text("utf-8") == text
