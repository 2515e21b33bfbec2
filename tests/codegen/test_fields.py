"""What the README and docs/ say of the providers' fields."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from browser_sessions import PROVIDERS, BrowserSession
from codegen.__main__ import ROOT, main
from codegen.fields import MEANINGS, PAGE, README, TABLE, pages


def test_the_pages_say_what_the_table_says() -> None:
    """They are what `nox -s docs` writes."""
    assert {path: path.read_text("utf-8") for path in pages(ROOT)} == pages(ROOT)


def test_every_field_that_can_be_told_is_explained() -> None:
    """The fields are those of a view, in its order, but for those that are there whatever a provider tells."""
    told = [name for name in BrowserSession.__slots__ if name not in {"provider", "derived", "unexpected", "raw"}]
    assert [*MEANINGS] == told
    assert {name for provider in PROVIDERS.values() for name in provider.fields} == {*told}


def test_the_pages_are_written_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A change of the table changes them, and what stands around the README's table stays."""
    for name in (TABLE, README):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    assert main(["docs"], tmp_path) == 0
    assert main(["docs"], tmp_path) == 0
    assert (tmp_path / README).read_bytes() == (ROOT / README).read_bytes()
    assert (tmp_path / PAGE).read_bytes() == (ROOT / PAGE).read_bytes()
    table = (tmp_path / TABLE).read_text("utf-8")
    (tmp_path / TABLE).write_text(
        table.replace('"region": {"from": ["region"]', '"region": {"from": ["place"]'), "utf-8"
    )
    assert main(["docs"], tmp_path) == 0
    before, after = ((root / README).read_text("utf-8").splitlines() for root in (ROOT, tmp_path))
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [new.replace("`place`", "`region`") for _, new in changed] == [old for old, _ in changed]
    assert len(changed) == 1
    out = capsys.readouterr().out
    assert out == "docs/fields.md: written\nREADME.md, docs/: unchanged\nREADME.md: written\ndocs/fields.md: written\n"


@pytest.mark.parametrize("line", ["<!-- fields, written by `nox -s docs` -->\n", "<!-- end of fields -->\n"])
def test_a_readme_without_a_place_for_the_table_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    """Nothing is written, and the lines that are missing are told."""
    (tmp_path / TABLE).parent.mkdir(parents=True)
    shutil.copy(ROOT / TABLE, tmp_path / TABLE)
    text = (ROOT / README).read_text("utf-8").replace(line, "")
    (tmp_path / README).write_text(text, "utf-8")
    assert main(["docs"], tmp_path) == 1
    assert "has no place for the table, <!-- fields" in capsys.readouterr().err
    assert (tmp_path / README).read_text("utf-8") == text
    assert not (tmp_path / PAGE).exists()
