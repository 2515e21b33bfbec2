from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import browser_sessions
from browser_sessions import PROVIDERS, BrowserSessionsError, InvalidSessionRef, SessionRef

KNOWN = f"There are: {', '.join(PROVIDERS)}"


@pytest.mark.parametrize(
    "text", ["skyvern:pbs_123", "browserbase:a:b", "browser_use:a b", "anchorbrowser:…/..", "brightdata:::"]
)
def test_a_reference_is_its_text(text: str) -> None:
    """What is parsed is given back; all but the provider and its colon is the id."""
    ref = SessionRef.parse(text)
    assert (str(ref), ref.provider, ref.id) == (text, *text.split(":", 1))
    assert ref == SessionRef(ref.provider, ref.id)
    assert {ref: 1}[copy.deepcopy(pickle.loads(pickle.dumps(ref)))] == 1  # noqa: S301 - our own


WRAPPED = "has white space, quotes or invisible characters around it: remove them"
AROUND = f"the id of a session {WRAPPED}"
AROUND_PROVIDER = f"the provider of a session {WRAPPED}"
FORM = "a session is named by a provider, a colon and an id, such as 'skyvern:pbs_123'"

URL = "this is a URL: write the provider, a colon and the id that is in the URL, such as 'skyvern:pbs_123'"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", InvalidSessionRef(FORM)),
        ("pbs_123", InvalidSessionRef(FORM)),
        (None, InvalidSessionRef(FORM)),
        ("skyvern:", InvalidSessionRef("'' is not an id of a session", provider="skyvern")),
        ("skyvern:.", InvalidSessionRef("'.' is not an id of a session", provider="skyvern")),
        ("skyvern:..", InvalidSessionRef("'..' is not an id of a session", provider="skyvern")),
        ("skyvern:\ud800", InvalidSessionRef("an id of a session must not have lone surrogates", provider="skyvern")),
        ("skyvern:pbs_1\n", InvalidSessionRef(AROUND, provider="skyvern")),
        ("skyvern: pbs_1", InvalidSessionRef(AROUND, provider="skyvern")),
        ("browser_use:3c90c3cc-0d44-4b50-8888-8dd25736052a\r\n", InvalidSessionRef(AROUND, provider="browser_use")),
        ("browserbase:\u3000a", InvalidSessionRef(AROUND, provider="browserbase")),
        # From the lines of a file, a spreadsheet, a shell's quotes within quotes.
        ("browserbase:x\xa0", InvalidSessionRef(AROUND, provider="browserbase")),
        ("browserbase:x\u200b", InvalidSessionRef(AROUND, provider="browserbase")),
        ("browserbase:\ufeffx", InvalidSessionRef(AROUND, provider="browserbase")),
        ("browserbase:x\x00", InvalidSessionRef(AROUND, provider="browserbase")),
        ("browserbase:'x'", InvalidSessionRef(AROUND, provider="browserbase")),
        ('browserbase:"x"', InvalidSessionRef(AROUND, provider="browserbase")),
        ("browserbase:x'", InvalidSessionRef(AROUND, provider="browserbase")),
        ('browserbase:"', InvalidSessionRef(AROUND, provider="browserbase")),
        (" browserbase:x", InvalidSessionRef(AROUND_PROVIDER)),
        ("browserbase :x", InvalidSessionRef(AROUND_PROVIDER)),
        ("\tbrowserbase:x", InvalidSessionRef(AROUND_PROVIDER)),
        ("\ufeffbrowserbase:x", InvalidSessionRef(AROUND_PROVIDER)),
        ('"browserbase:x"', InvalidSessionRef(AROUND_PROVIDER)),
        ("'browserbase:x'", InvalidSessionRef(AROUND_PROVIDER)),
        ("Skyvern:a", InvalidSessionRef(f"there is no provider 'Skyvern'. Did you mean skyvern? {KNOWN}")),
        ("browser-use:a", InvalidSessionRef(f"there is no provider 'browser-use'. Did you mean browser_use? {KNOWN}")),
        ("https://www.browserbase.com/sessions/3dff4c9c", InvalidSessionRef(URL)),
        ("browserbase:https://www.browserbase.com/sessions/3dff4c9c", InvalidSessionRef(URL)),
        ("wss://a.example?key=secret", InvalidSessionRef(URL)),
        (":a", InvalidSessionRef(f"there is no such provider. {KNOWN}")),
        ("secret/key:a", InvalidSessionRef(f"there is no such provider. {KNOWN}")),
    ],
)
def test_a_text_that_is_no_reference_is_refused(text: str, expected: InvalidSessionRef) -> None:
    """The error gives the reason, names the known providers, and does not repeat what may be a secret."""
    with pytest.raises(InvalidSessionRef) as caught:
        SessionRef.parse(text)
    assert caught.value == expected
    assert isinstance(caught.value, ValueError)


def test_a_reference_is_valid_however_it_is_made() -> None:
    """The constructor refuses what `parse` refuses, and what is not a string."""
    parts: list[Any] = [("skyvern", ".."), ("nobody", "a"), ("skyvern", None), ("skyvern", 5), (None, "a"), ([], "a")]
    for provider, session_id in parts:
        with pytest.raises(InvalidSessionRef):
            SessionRef(provider, session_id)


def test_a_provider_is_one_object() -> None:
    """It can be a key, and copies and pickles of it are itself."""
    for provider in PROVIDERS.values():
        assert {provider: 1}[copy.deepcopy(provider)] == 1
        assert pickle.loads(pickle.dumps(provider)) is provider  # noqa: S301 - our own


def test_errors_are_values() -> None:
    """Two with the same message and fields are equal; copies and pickles are, too."""
    ref = SessionRef("skyvern", "a")
    fields = {"ref": ref, "status_code": 429, "request_id": "r", "retry_after": 1.5, "headers": {"a": "b"}, "body": "c"}
    error = BrowserSessionsError("slow down", **fields)  # type: ignore[arg-type]
    assert (error.provider, str(error)) == ("skyvern", "slow down")
    for each in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 - our own
        assert (each, hash(each)) == (error, hash(error))
        assert vars(each) == vars(error)
    assert error != BrowserSessionsError("slow down")
    assert error != InvalidSessionRef("slow down", **fields)  # type: ignore[arg-type]
    assert error != ValueError("slow down")
    assert BrowserSessionsError("a", provider="skyvern").provider == "skyvern"


def test_the_package_offers_its_names() -> None:
    """Each public name is found, listed, and imported when it is used; any other is an AttributeError."""
    assert dir(browser_sessions) == sorted(browser_sessions.__all__)
    for name in browser_sessions.__all__:
        assert getattr(browser_sessions, name) is getattr(browser_sessions, name)
    with pytest.raises(AttributeError, match=r"^module 'browser_sessions' has no attribute 'nothing'$"):
        _ = browser_sessions.nothing
    assert list(PROVIDERS) == sorted(PROVIDERS)
