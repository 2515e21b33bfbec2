"""What is hidden of a text, a URL, JSON data and headers, and what is not."""

from __future__ import annotations

import copy
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser_sessions._masking import mask_end, mask_headers, mask_json, mask_text, mask_url
from tests.facade.masking import SECRET, WRITERS, keys, printable, words, writers

URLS = {
    "https://a.example/b": "https://a.example/b",
    "https://a.example:8080/b/../c%20d": "https://a.example:8080/b/../c%20d",
    "https://a.example/b?ticket=hunter2": "https://a.example/b?***",
    "https://a.example/b?ticket=hunter2#c": "https://a.example/b?***",
    "https://a.example/b#access_token=hunter2": "https://a.example/b#***",
    "https://a.example/b#c?ticket=hunter2": "https://a.example/b#***",
    "https://a.example?": "https://a.example?***",
    "wss://a.example?signingKey=hunter2": "wss://a.example?***",
    "wss://a.example/b?token=hunter2 hunter2\nhunter2": "wss://a.example/b?***",
    "https://user:hunter2@a.example/b": "https://***@a.example/b",
    "https://hunter2@a.example": "https://***@a.example",
    "https://user:hun@ter2@a.example/b@c": "https://***@a.example/b@c",
    "https://user:hunter2@a.example?hunter2": "https://***@a.example?***",
    "https://a.example/@b/c": "https://a.example/@b/c",
    r"https:\/\/user:hunter2@a.example\/b?hunter2": r"https:\/\/***@a.example\/b?***",
    "//user:hunter2@a.example/b?hunter2": "//***@a.example/b?***",
    "/b?a=b?c=hunter2": "/b?***",
    "?hunter2": "?***",
    "": "",
    "***": "***",
}


@pytest.mark.parametrize(("url", "shown"), URLS.items())
def test_a_url_loses_user_query_and_fragment(url: str, shown: str) -> None:
    """Absolute or relative; masking it again changes nothing."""
    assert mask_url(url) == shown
    assert mask_url(shown) == shown


TEXTS = {
    "GET https://a.example/b?c=hunter2 failed": "GET https://a.example/b?*** failed",
    "(see https://user:hunter2@a.example)": "(see https://***@a.example)",
    '{"url": "wss://a.example?hunter2", "b": 1}': '{"url": "wss://a.example?***", "b": 1}',
    r"{\"url\": \"wss:\/\/a.example?hunter2\"}": r"{\"url\": \"wss:\/\/a.example?***" + '"}',
    "<a href='https://a.example?hunter2'>": "<a href='https://a.example?***>",
    "https://a.example?it's=hunter2": "https://a.example?***",
    "a.ws+b-1://a.example#hunter2 and http://b.example?hunter2": "a.ws+b-1://a.example#*** and http://b.example?***",
    "1https://a.example?hunter2": "1https://a.example?***",
    "what? who@where.example: 5#6": "what? who@where.example: 5#6",
    "file:/a?b": "file:/a?b",
    "://": "://",
}


@pytest.mark.parametrize(("text", "shown"), TEXTS.items())
def test_the_urls_in_a_text_lose_user_query_and_fragment(text: str, shown: str) -> None:
    """Wherever they stand; all else stays."""
    assert mask_text(text) == shown


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_a_secret_in_a_text_is_hidden(write: Any) -> None:
    """However it is written, as often as it is there."""
    secret = write(SECRET)
    assert mask_text(f"bad key '{secret}', {secret}{secret}!", (SECRET,)) == "bad key '***', ******!"


@given(key=keys, write=writers, before=words, after=words)
def test_no_secret_is_shown(key: str, write: Any, before: str, after: str) -> None:
    """Any key, in any of the ways, anywhere in a text."""
    assert write(key) not in mask_text(before + write(key) + after, (key,))


@given(key=keys, data=st.data())
def test_a_secret_that_is_encoded_in_part_is_hidden(key: str, data: st.DataObject) -> None:
    """A secret is hidden whichever of its characters a server percent-encodes or escapes."""
    forms = [(each, f"%{ord(each):02X}", f"%{ord(each):02x}", f"\\u{ord(each):04x}", f"\\{each}") for each in key]
    written = "".join(data.draw(st.sampled_from(each)) for each in forms)
    assert mask_text(f"<{written}>", (key,)) == "<***>"


@pytest.mark.parametrize(
    ("secrets", "text", "shown"),
    [
        (("abcdef",), "an abcdef, no abcde", "an ***, no abcde"),
        (("abcde",), "abcde", "abcde"),
        (("abcdef", "abcdefghi"), "abcdefghi abcdef", "*** ***"),
        (("abcdefghi", "abcdef"), "abcdefghi abcdef", "*** ***"),
        (("pass word",), "pass word, pass+word, pass%20word", "***, ***, ***"),
        (("pässwörd",), "pässwörd p%C3%A4ssw%c3%b6rd p\\u00e4ssw\\u00F6rd", "*** *** ***"),
        (("\\\\\\\\\"'",), "a \\\\\\\\\"' b", "a *** b"),
    ],
)
def test_which_secrets_are_hidden(secrets: tuple[str, ...], text: str, shown: str) -> None:
    """Those of six characters and more, each as a whole; a shorter one would be in any text."""
    assert mask_text(text, secrets) == shown


NAMES = frozenset({"signingKey", "cdpUrl"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('upstream said {"a": 1, "signingKey": "hunter2"}', 'upstream said {"a": 1, "signingKey":***'),
        ("upstream said {'cdpUrl': 'hunter2'}", "upstream said {'cdpUrl':***"),
        (r"{\"a\": \"signingKey\", \"signingKey\" : \"hunter2\"}", r"{\"a\": \"signingKey\", \"signingKey\" :***"),
        ("'signingKey' is not known, nor is signingKey: a", "'signingKey' is not known, nor is signingKey: a"),
    ],
)
def test_json_in_a_text_ends_at_a_sensitive_name(text: str, shown: str) -> None:
    """A text is cut at a sensitive name in JSON's or Python's form; a name alone cuts nothing."""
    assert mask_text(text, sensitive=NAMES) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"bad key {SECRET[:6]}", "bad key ***"),
        (f"bad key {SECRET[:-1]}", "bad key ***"),
        ("bad key sk-live_Ab%2", "bad key ***"),
        (f"bad key {SECRET[:9].upper()}", "bad key ***"),
        (f"bad key {SECRET[:5]}", f"bad key {SECRET[:5]}"),
        (f"{SECRET[:6]} is no key", f"{SECRET[:6]} is no key"),
    ],
)
def test_a_secret_that_is_cut_off_is_hidden(text: str, shown: str) -> None:
    """At the end alone, where a connection was lost, and from six characters on."""
    assert mask_end(text, (SECRET,)) == shown


def test_json_data_is_masked_in_all_its_places() -> None:
    """Texts and names, however deep; what has a sensitive name is hidden as a whole, unless it is null."""
    data: dict[str, Any] = {
        "a": ["x", {"b": "x", "signingKey": ["x"]}],
        "cdpUrl": None,
        "x": 5,
        "c": True,
        "": {},
        "d": [],
    }
    before = copy.deepcopy(data)
    seen: list[tuple[str, str]] = []

    def mask(name: str, text: str) -> str:
        seen.append((name, text))
        return text.replace("x", "y")

    masked = mask_json(data, mask, NAMES)

    assert masked == {"a": ["y", {"b": "y", "signingKey": "***"}], "cdpUrl": None, "y": 5, "c": True, "": {}, "d": []}
    assert {("a", "x"), ("b", "x"), ("", "x"), ("", "signingKey")} <= {*seen}
    assert (data, mask_json("x", mask)) == (before, "y")
    masked["a"][1]["b"] = masked["d"].append("z")
    assert data == before


def test_json_data_may_be_deeper_than_the_stack() -> None:
    """JSON data of any depth is masked."""
    deep: Any = "x"
    for _ in range(5000):
        deep = [{"a": deep}]
    masked = mask_json(deep, lambda name, text: f"{text}y" if name else text)
    while not isinstance(masked, str):
        masked = masked[0]["a"]
    assert masked == "xy"


PRIVATE = [
    *("Set-Cookie", "Set-Cookie2", "Cookie", "Authorization", "Proxy-Authorization", "X-Amzn-Remapped-Authorization"),
    *("X-Api-Key", "X-ApiKey", "X_Api_Key", "anchor-api-key", "X-BB-API-Key", "X-Browser-Use-API-Key", "X-Auth-Key"),
    *("X-Access-Token", "X-Auth-Token", "X-CSRF-Token", "X-Amz-Security-Token", "X-Client-Secret", "X-Amz-Signature"),
    *("X-Signing-Key", "X-Password", "X-Amz-Credential"),
]


def test_which_headers_are_hidden() -> None:
    """Those that are named like a secret, however often they are sent; of others the secrets, and parts of URLs."""
    sent = [(name, value) for name in PRIVATE for value in ("hunter2", "hunter2; Path=/")]
    sent += [
        ("Location", "/b?hunter2"),
        ("Content-Location", "?hunter2"),
        ("Refresh", "0; url=/a?hunter2"),
        ("Link", "</a?hunter2>; rel=next"),
        ("Report-To", '{"endpoints": [{"url": "https://a.example/r?s=hunter2"}]}'),
        ("Server", f"a/1 ({SECRET})"),
        (f"X-{SECRET.replace('/', '')}", "a"),
        ("RateLimit", '"default";r=0;t=58'),
        ("X-Plain", "what? 5#6"),
    ]
    shown = {name.lower(): "***" for name in PRIVATE} | {
        "location": "/b?***",
        "content-location": "?***",
        "refresh": "0; url=/a?***",
        "link": "</a?***",
        "report-to": '{"endpoints": [{"url": "https://a.example/r?***"}]}',
        "server": "a/1 (***)",
        "x-***": "a",
        "ratelimit": '"default";r=0;t=58',
        "x-plain": "what? 5#6",
    }
    assert mask_headers(httpx.Headers(sent), (SECRET, SECRET.replace("/", ""))) == shown


@given(st.lists(st.text(printable, min_size=1, max_size=12), max_size=4))
def test_masking_a_text_again_changes_nothing(parts: list[str]) -> None:
    """What is masked may be a part of what is masked as a whole."""
    once = mask_text("https://a.example/".join(parts))
    assert mask_text(once) == once
