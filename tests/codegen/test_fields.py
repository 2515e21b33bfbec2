"""The README's tables and docs/fields.md."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from browser_sessions import PROVIDERS, BrowserSession
from browser_sessions._providers._operations import OPERATIONS
from codegen.__main__ import ROOT, main
from codegen.errors import SourcesError
from codegen.fields import PAGE, README, TABLE, VIEW, pages, read_table

SOURCES = (TABLE, VIEW, README)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with the files that the pages are made of."""
    for name in SOURCES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_pages_are_current() -> None:
    """The committed pages match what `nox -s docs` writes."""
    assert {path: path.read_text("utf-8") for path in pages(ROOT)} == pages(ROOT)


def test_every_field_is_described() -> None:
    """The pages show every field of the view that a provider fills, in the view's order."""
    unread = {"provider", "derived", "unexpected", "origin", "raw"}
    shown = [name for name in BrowserSession.__slots__ if name not in unread]
    overview = pages(ROOT)[ROOT / PAGE].partition("\n## ")[0]
    rows = [line.split(" | ") for line in overview.splitlines() if line.startswith("| `")]
    assert [row[0] for row in rows] == [f"| `{name}`" for name in shown]
    assert all(row[1] for row in rows)
    assert {name for provider in PROVIDERS.values() for name in provider.fields} == {*shown}


def test_every_operation_is_shown() -> None:
    """The README has each operation, and the options that some providers lack, with the facade's data."""
    text = (ROOT / README).read_text("utf-8").partition("<!-- operations,")[2].partition("<!-- end of operations")[0]
    cells = {
        row[0]: row[1:]
        for row in ([cell.strip() for cell in line.split("|")[1:-1]] for line in text.split("\n"))
        if row
    }
    shown = {name: [each.operations[name].is_available for each in PROVIDERS.values()] for name in OPERATIONS}
    assert {name: [cell == "yes" for cell in cells[f"`{name}`"]] for name in OPERATIONS} == shown
    assert cells["`create`, `lifetime`"][2] == "1 to 240 minutes"
    assert cells["`create`, `metadata`"][2] == "at most 10 pairs"
    assert cells["`create`, `viewport`"][2:4] == ["at least 320 pixels", "pixels"]
    assert "`list`, `status`" not in cells


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that a file has."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_docs_writes_only_what_changed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rest of the README stays."""
    assert main(["docs"], root) == 0
    assert main(["docs"], root) == 0
    assert (root / README).read_bytes() == (ROOT / README).read_bytes()
    assert (root / PAGE).read_bytes() == (ROOT / PAGE).read_bytes()
    edit(root / TABLE, '"region": {"from": ["region"]', '"region": {"from": ["place.city"]')
    assert main(["docs"], root) == 0
    edit(root / VIEW, "        region: Where it runs", "        region: Where\n            it is")
    assert main(["docs"], root) == 0
    out = capsys.readouterr().out
    assert out == (
        "docs/fields.md: written\nREADME.md, docs/: unchanged\nREADME.md: written\ndocs/fields.md: written\n"
        "docs/fields.md: written\n"
    )
    before, after = ((each / README).read_text("utf-8").splitlines() for each in (ROOT, root))
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [("| `region` | – | – | – | `region` | – |", "| `region` | – | – | – | `place` | – |")]  # noqa: RUF001
    page = (root / PAGE).read_text("utf-8")
    assert "\n| `region` | Where it is, as the provider names it. | Browserbase |\n" in page
    assert "\n| `region` | `place.city` | as it is | spec |\n" in page


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ROWS: dict = {", "is not Python: '{' was never closed"),
        ("ROWS: dict = {}\0", "is not Python: source code string cannot contain null bytes"),
        ("ROWS: dict = print()", "has no literal called ROWS: malformed node"),
        ("ROW: dict = {}", "has no literal called ROWS: not enough values"),
        ("ROWS: list = []", "has no dictionary called ROWS"),
    ],
)
def test_an_invalid_table_is_an_error(tmp_path: Path, text: str, problem: str) -> None:
    """A table that is not a dictionary literal called ROWS is reported with its file."""
    path = tmp_path / "table.py"
    path.write_text(text, "utf-8")
    with pytest.raises(SourcesError, match=problem) as caught:
        read_table(path)
    assert caught.value.place == path


@pytest.mark.parametrize("path", [TABLE, VIEW, README])
def test_an_unreadable_file_is_named(root: Path, path: Path) -> None:
    """The error is one line, and nothing is written."""
    (root / path).write_bytes(b"\xff")
    with pytest.raises(SourcesError) as caught:
        pages(root)
    assert caught.value == SourcesError(root / path, "is not UTF-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [("class BrowserSession:", "class Session:"), ("Attributes:", "Fields:"), ("region: ", "place: ")],
)
def test_a_field_without_description_is_an_error(root: Path, old: str, new: str) -> None:
    """A field that some provider fills must be in the docstring of the view."""
    edit(root / VIEW, old, new)
    with pytest.raises(SourcesError, match=r"the docstring of BrowserSession does not describe .*\bregion\b") as caught:
        pages(root)
    assert caught.value.place == root / VIEW


@pytest.mark.parametrize("name", ["fields", "operations"])
@pytest.mark.parametrize("line", ["<!-- {}, written by `nox -s docs` -->\n", "<!-- end of {} -->\n"])
def test_a_readme_without_a_place_for_a_table_is_an_error(
    root: Path, capsys: pytest.CaptureFixture[str], name: str, line: str
) -> None:
    """Nothing is written, and the error names the missing lines."""
    line = line.format(name)
    edit(root / README, line, "")
    before = (root / README).read_bytes()
    assert main(["docs"], root) == 1
    assert f"has no place for a table: expected <!-- {name}" in capsys.readouterr().err
    assert (root / README).read_bytes() == before
    assert not (root / PAGE).exists()
