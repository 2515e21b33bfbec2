"""When a provider accepts another request, and what was too much."""

from __future__ import annotations

from email.utils import formatdate
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from browser_sessions._rate_limits import kind_of_limit, retry_after


def after(headers: Any) -> float | None:
    """Return the seconds after which to come back."""
    return retry_after(httpx.Headers(headers))


NOW = 1_772_615_700  # 09:15 of 4 March 2026, a Wednesday, in GMT
DATE = formatdate(NOW, usegmt=True)


def dates(seconds: int) -> list[str]:
    """Return a time after `DATE`, in the three forms that HTTP has for it."""
    minute, second = divmod(15 * 60 + seconds, 60)
    clock = f"09:{minute:02}:{second:02}"
    return [
        f"Wed, 04 Mar 2026 {clock} GMT",
        f"Wednesday, 04-Mar-26 {clock} GMT",
        f"Wed Mar  4 {clock} 2026",
    ]


@pytest.mark.parametrize("seconds", [-900, -1, 0, 1, 58, 1800])
def test_a_time_is_so_many_seconds_away(seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A date, or as gateways have it a Unix time: by the server's clock if it shows it, else by ours; never below 0."""
    for then in [*dates(seconds), str(NOW + seconds), f"{NOW + seconds}.0"]:
        monkeypatch.setattr("browser_sessions._rate_limits.time", SimpleNamespace(time=lambda: NOW + 5000.0))
        assert after({"Retry-After": then, "Date": DATE}) == float(max(seconds, 0))
        monkeypatch.setattr("browser_sessions._rate_limits.time", SimpleNamespace(time=lambda: NOW + 0.0))
        for sent in ({}, {"Date": ""}, {"Date": "today"}, {"Date": "9" * 5000}):
            assert after({"Retry-After": then} | sent) == float(max(seconds, 0))


SECONDS: dict[str, float | None] = {
    "0": 0.0,
    "00": 0.0,
    "0.0": 0.0,
    "1": 1.0,
    "007": 7.0,
    " 58 ": 58.0,
    "58.25": 58.25,
    "86400": 86400.0,
    "999999999": 999999999.0,
    "999999999.9": 999999999.9,
    "1000000000": 0.0,
    "99999999999": 99999999999.0 - NOW,
    "999999999999999": 999999999999999.0 - NOW,
    "5, 30": None,
    "5s": None,
    "2026-03-04T09:15:45Z": None,
    "s": None,
    "m5s": None,
    "-0": None,
    "-1": None,
    "-1.5": None,
    "+5": None,
    ".5": None,
    "5.": None,
    "1,5": None,
    "1e9": None,
    "0x10": None,
    "1_000": None,
    "inf": None,
    "-inf": None,
    "Infinity": None,
    "nan": None,
    "soon": None,
    "None": None,
    "5 seconds": None,
    "PT5S": None,
    "": None,
    " ": None,
    "9" * 400: None,
    "9" * 5000: None,
    "0." + "0" * 5000: None,
    "٣": None,
    "²": None,
    "Wed": None,
    ",": None,
    ", ,": None,
    "GMT": None,
    "Wed, 04 Mar 2026 10:15:01 +0100": 1.0,
    "Mon, 01 Jan 0001 00:00:00 +2359": 0.0,
    "Wed, 35 Mar 2026 09:00:00 GMT": None,
    "Wed, 04 Mar 2026 25:61:61 GMT": None,
    "Wed, 04 Mar 2026 09:15:00 +99999999999999999999": None,
    "Wed, 04 Mar 99999999999999999999 09:15:00 GMT": None,
    f"Wed, 04 Mar {'9' * 5000} 09:15:00 GMT": None,
}


@pytest.mark.parametrize(("text", "expected"), SECONDS.items(), ids=lambda value: repr(value)[:40])
def test_seconds_to_come_back_after(text: str, expected: float | None) -> None:
    """Anything but a number of seconds and a date is ignored, however long it is."""
    sent = [(b"Retry-After", text.encode()), (b"Date", DATE.encode())]
    assert after(sent) == expected


LIMITS: dict[str, float | None] = {
    '"default";r=0;t=58': 58.0,
    '"default";t=58;r=0': 58.0,
    '"default" ; r=0 ; t=58': 58.0,
    "default;r=0;t=58;pk=:cHJvamVjdA==:": 58.0,
    '"default";q=60;r=0;w=60;t=58': 58.0,
    '"default";r=0;t=0': 0.0,
    '"default";r=5;t=58': None,
    '"default";t=58;r=5': None,
    '"default";r=00;t=058': 58.0,
    '"default";r=10;t=58': None,
    '"default";r=0': None,
    '"minute";r=0;t=58, "day";r=9;t=80000': 58.0,
    '"minute";r=3;t=58, "day";r=0;t=80000': 80000.0,
    '"minute";r=0;t=58, "day";r=0;t=80000': 80000.0,
    '"day";r=0;t=80000,"minute";r=0;t=58': 80000.0,
    '"minute";r=1;t=58, "day";r=1;t=80000': None,
    '"a;r=0;t=99";r=3;t=8': None,
    '"default";r=-1;t=58': None,
    '"default";r=0;t=-58': None,
    '"default";r=0;t=soon': None,
    "": None,
    ";": None,
    ",,,": None,
    ";r=;t=": None,
    "r;t;r;t": None,
    "60": None,
    "nonsense": None,
    "9" * 5000: None,
}


@pytest.mark.parametrize(("text", "expected"), LIMITS.items(), ids=lambda value: repr(value)[:50])
def test_a_limit_of_which_nothing_is_left(text: str, expected: float | None) -> None:
    """It has the time of the reset; the last of several counts, and garbage is ignored."""
    assert after({"RateLimit": text}) == expected


HEADERS: list[tuple[dict[str, str], float | None]] = [
    ({"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "58"}, 58.0),
    ({"X-RateLimit-Remaining": " 0 ", "X-RateLimit-Reset": str(NOW + 58)}, 58.0),
    ({"X-RateLimit-Remaining": "5", "X-RateLimit-Reset": "58"}, None),
    ({"X-RateLimit-Remaining": "-1", "X-RateLimit-Reset": "58"}, None),
    ({"X-RateLimit-Reset": "58"}, None),
    ({"X-RateLimit-Remaining": "0"}, None),
    ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}, None),
]


@pytest.mark.parametrize(("headers", "expected"), HEADERS, ids=str)
def test_a_limit_in_headers_of_its_own(headers: dict[str, str], expected: float | None) -> None:
    """The limit means a pause only if it is used up."""
    assert after(headers | {"Date": DATE}) == expected


@pytest.mark.parametrize(("headers", "kind"), [(HEADERS[0][0], "rate"), (HEADERS[2][0], None)])
def test_a_limit_of_requests_by_its_headers(headers: dict[str, str], kind: str | None) -> None:
    """It is one if nothing is left of it."""
    assert kind_of_limit("Slow down", httpx.Headers(headers)) == kind


@pytest.mark.parametrize("text", ["0", "3", "99.5", *dates(7), *dates(-7)])
def test_retry_after_wins_over_a_limit(text: str) -> None:
    """A readable Retry-After wins over the limit's reset, whichever is longer."""
    alone = after({"Retry-After": text, "Date": DATE})
    assert alone is not None
    for limit in ('"default";r=0;t=0', '"default";r=0;t=58', '"default";r=5;t=58', "nonsense"):
        sent = {"RateLimit": limit, "Retry-After": text, "Date": DATE}
        assert after(sent) == alone
        assert after(sent | {"Retry-After": f"in {text} or so"}) == after({"RateLimit": limit})


KINDS: dict[str | None, list[str]] = {
    "concurrency": [
        "You've exceeded your max concurrent sessions limit (in your 3 projects). Please upgrade",
        "Too many concurrent active sessions. Please wait for existing sessions to complete, or kill them.",
        "Concurrent session limit of 5 reached",
        "Maximum concurrency of 25 reached",
        "You have 3 browsers running in parallel, and no more may",
        "Only 10 browsers may run at once",
        "Too many open browser sessions",
        "Too many simultaneous sessions for this account",
        "Active session limit exceeded: stop a session first",
        "Your plan allows 3 parallel sessions",
        "Your limit of 100 sessions is reached",
        "max_concurrent_sessions",
        "CONCURRENCY_LIMIT_EXCEEDED",
        "The number of sessions at the same time is limited",
        "Maximum number of simultaneous browsers",
        "Limit of 25 browsers exceeded",
        "This plan runs 1 session, and 1 session is running: the limit is met",
        "All 7 browsers of the plan are in use at the same time",
    ],
    "rate": [
        "Rate limit exceeded. Try again in 58 seconds",
        "Rate limited",
        "rate_limit_exceeded",
        "RATE_LIMITED",
        "Too many requests, please slow down",
        "TooManyRequests",
        "Session creation rate limit exceeded",
        "You have exceeded 60 requests per minute",
        "Request was throttled. Expected available in 9 seconds.",
        "Throttling: try again later",
        "The rate at which sessions are created is limited",
        "You may start 5 browsers per minute",
        "Max 10 session creations per second",
        "API rate limit reached for this key",
        "ratelimited",
        "The session creation limit of this plan, 7 new ones in 60 seconds, was met",
    ],
    None: [
        "",
        " ",
        "429",
        "Slow down",
        "Try again later",
        "Please wait",
        "Enhance your calm",
        "Quota exceeded",
        "Limit reached",
        "Not at the moment",
        "Corporate policy",
        "Cannot generate a separate, elaborate answer",
        "Moderate your use",
    ],
}


@pytest.mark.parametrize(("kind", "sentence"), [(kind, each) for kind, many in KINDS.items() for each in many])
def test_what_was_too_much(kind: str | None, sentence: str) -> None:
    """The sentence names the exceeded limit; otherwise a header about requests may name it."""
    assert kind_of_limit(sentence, httpx.Headers()) == kind
    assert kind_of_limit(sentence, httpx.Headers({"RateLimit": '"default";r=0;t=58'})) == (kind or "rate")
