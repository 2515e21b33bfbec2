from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from browser_sessions import BrowserSession, SessionStatus
from codegen.__main__ import ROOT
from facade.demo import COLUMNS, aligned, main, row


def test_the_table_is_the_readmes(capsys: pytest.CaptureFixture[str]) -> None:
    """The demo prints, line for line, what the README says that it prints."""
    shown = (ROOT / "README.md").read_text("utf-8").partition("```text\n")[2].partition("```")[0]

    main()

    assert capsys.readouterr() == (shown, "")


def test_a_row_tells_absent_from_unsupported() -> None:
    """A dash is what an answer does not have, a blank what the provider never tells, a star what was computed."""
    session = BrowserSession(
        provider="brightdata",
        id="a" * 40,
        status=SessionStatus.COMPLETED,
        raw_status="finished",
        ended_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        duration=timedelta(minutes=1, microseconds=5),
        billable_bytes=1024 * 1024,
        derived=frozenset({"ended_at"}),
        raw=None,
    )
    assert dict(zip(("session", *COLUMNS), row(session), strict=True)) == {
        "session": "brightdata:aaaaaaaaaaaa…",
        "status": "completed",
        "their word": "finished",
        "started": "-",
        "ended": "01-02 03:04:05*",
        "ran for": "0:01:00",
        "cost": "",
        "proxied": "",
        "billed": "1.0 MiB",
        "connect": "",
        "recordings": "",
    }


def test_columns_line_up() -> None:
    """Each column is as wide as its widest cell, and no line ends in blanks."""
    assert aligned([("a", "bb", "c"), ("aaa", "b", ""), ("", "", "ccccc")]) == [
        "a    bb  c",
        "aaa  b",
        "         ccccc",
    ]
    assert aligned([]) == []
