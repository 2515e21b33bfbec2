from __future__ import annotations

import pytest

from codegen.__main__ import ROOT
from facade.demo import Example, aligned, main, row


def test_the_table_is_the_readmes(capsys: pytest.CaptureFixture[str]) -> None:
    """The demo prints, line for line, what the README says that it prints."""
    shown = (ROOT / "README.md").read_text("utf-8").partition("```text\n")[2].partition("```")[0]

    main()

    assert capsys.readouterr() == (shown, "")


def test_a_row_names_the_attributes_it_is_read_from() -> None:
    """The cells are the session's own attributes as text, in the provider's words."""

    class Session:
        id, status, started_at = "s-1", "RUNNING", None

    assert row(Example("browserbase", "running", Session())) == (
        "browserbase",
        "running",
        "s-1",
        "RUNNING",
        "None",
        "id, status, started_at",
    )


def test_columns_line_up() -> None:
    """Each column is as wide as its widest cell, and no line ends in blanks."""
    assert aligned([("a", "bb", "c"), ("aaa", "b", ""), ("", "", "ccccc")]) == [
        "a    bb  c",
        "aaa  b",
        "         ccccc",
    ]
    assert aligned([]) == []
