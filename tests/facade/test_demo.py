from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from browser_sessions import PROVIDERS
from codegen.__main__ import ROOT
from facade.demo import main

PICTURE = ROOT / "docs" / "quickstart.svg"


def lines_of(text: str) -> list[str]:
    """Return the lines of a table without what the time changes, and without blanks."""
    still = re.sub(r"\d\d-\d\d \d\d:\d\d:\d\d|\d:\d\d:\d\d", "TIME", text)
    return [re.sub(r"\s+", "", line) for line in still.splitlines() if line.strip()]


def text_in(picture: str) -> str:
    """Return what a picture of a terminal shows, line by line."""
    lines: dict[str, list[str]] = {}
    for element in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text"):  # noqa: S314 - ours
        if "clip-path" in element.attrib:
            lines.setdefault(element.attrib["y"], []).append("".join(element.itertext()).replace("\xa0", " "))
    return "\n".join("".join(parts) for parts in lines.values())


def test_the_picture_is_what_is_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The README's picture shows what the demo prints, except for the times."""
    main(["--svg", str(tmp_path / "now.svg")])

    printed, complaints = capsys.readouterr()
    assert complaints == ""
    shown = PICTURE.read_text("utf-8")
    assert lines_of(text_in(shown)) == lines_of(text_in((tmp_path / "now.svg").read_text("utf-8"))) == lines_of(printed)
    assert [sum(line.startswith(f"{slug}:") for line in printed.splitlines()) for slug in PROVIDERS] == [4] * len(
        PROVIDERS
    )
    assert f"]({PICTURE.relative_to(ROOT).as_posix()})" in (ROOT / "README.md").read_text("utf-8")


def test_the_picture_is_a_file_alone(tmp_path: Path) -> None:
    """It loads no font from the network, and its lines end alike on every system."""
    main(["--svg", str(tmp_path / "now.svg")])

    for picture in (PICTURE, tmp_path / "now.svg"):
        text = picture.read_text("utf-8")
        assert set(re.findall(r"https?://[\w./-]+", text)) <= {
            "http://www.w3.org/2000/svg",
            "https://www.textualize.io",
        }
        assert "@font-face" not in text
        assert "\r" not in text


def test_without_a_picture(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written, and no column is cut off."""
    monkeypatch.chdir(tmp_path)

    main([])

    assert list(tmp_path.iterdir()) == []
    printed = capsys.readouterr().out
    assert "hibernating" in printed
    assert "USD so far" in printed


def test_the_table_fits_the_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """At 80 columns it has fewer columns, and still a line for each session."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")

    main([])

    lines = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out).splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert [sum(line.startswith(f"{slug}:") for line in lines) for slug in PROVIDERS] == [4] * len(PROVIDERS)
    assert lines[1 + 4 * len(PROVIDERS)].startswith("In a wider terminal: ")
