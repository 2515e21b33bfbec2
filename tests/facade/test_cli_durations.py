"""Times on the command line, as people write them."""

from __future__ import annotations

from datetime import timedelta

import click
import pytest

from browser_sessions.cli._durations import Duration


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        ("2h", timedelta(hours=2)),
        ("1h30m", timedelta(hours=1, minutes=30)),
        ("1d", timedelta(days=1)),
        ("1d2h3m4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("1.5h", timedelta(minutes=90)),
        ("90", timedelta(seconds=90)),
        ("0.25", timedelta(milliseconds=250)),
        ("0.100001", timedelta(microseconds=100_001)),
        ("00000090", timedelta(seconds=90)),
        ("10d", timedelta(days=10)),
    ],
)
def test_forms_of_a_time(text: str, time: timedelta) -> None:
    """Units in their order, each at most once; a plain number is seconds."""
    assert Duration("0.1s").convert(text, None, None) == time


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h",
        "2w",
        "30m1h",
        "1h30",
        "1h 30m",
        "2H",
        "-5m",
        "1e3",
        "nan",
        "inf",
        "٣s",
        "1h1h",
        "9" * 9,
        "0.1000001",
        "5m\n",
    ],
)
def test_what_is_not_a_time(text: str) -> None:
    """The error names the forms that there are."""
    with pytest.raises(click.BadParameter) as caught:
        Duration("0.1s").convert(text, None, None)
    forms = "write it as 90s, 5m, 2h, 1h30m, 1d, or as a number of seconds"
    assert caught.value.message == f"{text!r} is not a time: {forms}."


@pytest.mark.parametrize("text", ["0", "0.09", "99d", "10d1s", "99999999d"])
def test_a_time_that_is_too_short_or_too_long(text: str) -> None:
    """The error names the bounds, in the same forms."""
    with pytest.raises(click.BadParameter) as caught:
        Duration("0.1s").convert(text, None, None)
    assert caught.value.message == f"{text!r} is not a time from 0.1s to 10d."
