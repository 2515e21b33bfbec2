"""What an error tells of an answer, in all its fields, and what it never tells."""

from __future__ import annotations

import copy
import html
import importlib
import inspect
import itertools
import json
import logging
import pickle
import re
from collections.abc import Callable, Iterator
from email.utils import formatdate
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest
import yaml

from browser_sessions import PROVIDERS, Client, SessionRef, errors, view
from browser_sessions.errors import BrowserSessionsError
from tests.facade.fetching import KEY, async_client, run, running, sync_client
from tests.facade.test_errors import Case
from tests.facade.viewing import decode

each_provider = pytest.mark.parametrize("slug", PROVIDERS)

CASES = [
    Case(path.stem, name, **case)
    for path in sorted((Path(__file__).parent / "failures" / "answers").glob("*.yaml"))
    for name, case in yaml.safe_load(path.read_text("utf-8")).items()
]


def answering(response: httpx.Response, **arguments: Any) -> Client:
    """Return a client whose requests all have the same response."""
    return sync_client(lambda _: response, **({"max_retries": 0} | arguments))


def caught_from(slug: str, response: httpx.Response, *, key: str = KEY) -> BrowserSessionsError:
    """Return the error for a response."""
    with pytest.raises(BrowserSessionsError) as caught, answering(response, api_keys={slug: key}) as client:
        client.get(f"{slug}:an-id")
    return caught.value


def failing(slug: str, *args: Any, key: str = KEY, **kwargs: Any) -> BrowserSessionsError:
    """Return the error for what a response is made of."""
    return caught_from(slug, httpx.Response(*args, **kwargs), key=key)


class Broken(httpx.SyncByteStream):
    """A body of which only the beginning arrives."""

    def __init__(self, beginning: bytes) -> None:
        self._beginning = beginning

    def __iter__(self) -> Iterator[bytes]:
        yield self._beginning
        raise httpx.ReadError("lost")


# Answers


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer_is_one_whole_error(case: Case) -> None:
    """Its class, its sentence, and every field of it."""
    error = failing(case.slug, case.status, content=case.content, headers=case.headers)

    assert type(error) is type(case.expected)
    assert str(error) == str(case.expected)
    assert vars(error) == vars(case.expected)
    assert error == case.expected


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_answer_is_the_same_error_when_it_is_awaited(backend: str) -> None:
    """Every field of it, with both event loops."""
    answers = iter(CASES)

    def answer(_: httpx.Request) -> httpx.Response:
        case = next(answers)
        return httpx.Response(case.status, content=case.content, headers=case.headers)

    async def fetch_all() -> list[BrowserSessionsError]:
        found = []
        async with async_client(answer, max_retries=0) as client:
            for case in CASES:
                with pytest.raises(BrowserSessionsError) as caught:
                    await client.get(f"{case.slug}:an-id")
                found.append(caught.value)
        return found

    assert run(backend, fetch_all) == [case.expected for case in CASES]


def test_every_provider_has_cases() -> None:
    """Of a bad key, of too much, of the CDN, and of a session that cannot be identified."""
    kinds: dict[str, set[str]] = {slug: set() for slug in PROVIDERS}
    for case in CASES:
        kinds[case.slug].add(case.error["class"])
    wanted = {"AuthenticationFailed", "RateLimited", "ProviderUnavailable", "SessionNotFound", "UnexpectedResponse"}
    assert {slug: wanted - found for slug, found in kinds.items() if wanted - found} == {}


REQUEST = "does not take the request; is the id one of its own?"
GONE = "has no such session for this key"
LATER = "cannot answer now; try again later"
ELSEWHERE = "redirects elsewhere, which is not followed: is the base URL right?"
NOTHING = "answered with a status that means nothing here"

MEANINGS: dict[int, tuple[type[BrowserSessionsError], str]] = {
    301: (errors.ApiStatusError, ELSEWHERE),
    302: (errors.ApiStatusError, ELSEWHERE),
    307: (errors.ApiStatusError, ELSEWHERE),
    308: (errors.ApiStatusError, ELSEWHERE),
    400: (errors.InvalidRequest, REQUEST),
    402: (errors.QuotaExceeded, "says that credits or a limit are used up"),
    404: (errors.SessionNotFound, GONE),
    408: (errors.ProviderUnavailable, LATER),
    409: (errors.InvalidRequest, REQUEST),
    410: (errors.SessionNotFound, GONE),
    418: (errors.ApiStatusError, NOTHING),
    422: (errors.InvalidRequest, REQUEST),
    429: (errors.RateLimited, "was asked for too much"),
    451: (errors.ApiStatusError, NOTHING),
    **dict.fromkeys((500, 501, 502, 503, 504, *range(520, 527)), (errors.ProviderUnavailable, LATER)),
}
"""What a status means, whoever sends it, and the sentence that says so."""


@each_provider
@pytest.mark.parametrize("status", MEANINGS)
def test_a_status_is_told_alike_of_all_providers(slug: str, status: int) -> None:
    """Whoever sends it, with nothing or with a page, of which the title is told."""
    kind, sentence = MEANINGS[status]
    html = "<!DOCTYPE html>\n<html><head>\n<title>Web server\n is  down</title></head><body><p>Ray</p></body></html>"
    for content, said in (("", ""), (html, ": Web server is down")):
        headers = {"Location": "https://a.example/b?c=hunter2", "Content-Type": "text/html"}
        shown = {"location": "https://a.example/b?***", "content-type": "text/html"}
        shown |= {"content-length": str(len(content))} if content else {}

        error = failing(slug, status, content=content.encode(), headers=headers)

        message = f"{slug}:an-id: {PROVIDERS[slug].name} {sentence} (status {status}{said})"
        ref = SessionRef(slug, "an-id")
        expected = kind(message, ref=ref, status_code=status, headers=shown, body=content)
        assert (type(error), str(error), vars(error)) == (kind, message, vars(expected))


@each_provider
@pytest.mark.parametrize("status", [201, 202, 203, 204, 206, 207, 226, 299])
def test_a_success_that_is_not_documented_is_no_session(slug: str, status: int) -> None:
    """Even where its body is that of a session; what the spec marks in it is hidden."""
    error = failing(slug, status, json=running(slug))

    assert isinstance(error, errors.UnexpectedResponse)
    name = PROVIDERS[slug].name
    assert (
        str(error)
        == f"{slug}:an-id: {name}'s answer (status {status}) is not what it promises: there is no such success"
    )
    assert error.path is None
    assert set(values_of(PROVIDERS[slug].sensitive, json.loads(error.body or ""))) <= {"***", None}


def values_of(names: frozenset[str], value: Any) -> Iterator[Any]:
    """Yield what stands under some names, wherever it does, unless it is within what stands under one."""
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if key in names:
            yield each
        else:
            yield from values_of(names, each)


@each_provider
def test_a_body_that_is_no_session_says_where(slug: str) -> None:
    """What identifies the session is missing, null, or something else; the rest of the answer is right."""
    place = {"anchorbrowser": "data.session_id", "brightdata": "session.session_id", "skyvern": "browser_session_id"}
    path = place.get(slug, "id")
    *within, name = path.split(".")
    full = running(slug)
    if slug == "anchorbrowser" and "data" not in full:
        full = {"data": full}
    for value, got in (
        (..., "nothing"),
        (None, "null"),
        (5, "integer"),
        ([], "array"),
        ({}, "object"),
        (True, "boolean"),
    ):
        body = copy.deepcopy(full)
        session = body[within[0]] if within else body
        if value is ...:
            del session[name]
        else:
            session[name] = value

        error = failing(slug, 200, json=body)

        assert isinstance(error, errors.UnexpectedResponse)
        assert (error.path, str(error).rpartition(": ")[2]) == (path, f"expected string, got {got}")
        assert f"promises: {path}: " in str(error)
        shown = json.loads(error.body or "") if len(error.body or "") < 2000 else {}
        assert set(values_of(PROVIDERS[slug].sensitive, shown)) <= {"***", None}


@each_provider
@pytest.mark.parametrize(
    "content",
    ["", " ", "[]", "[{}]", "null", "5", '"a"', "true", "NaN", "Infinity", "{", "<html></html>", "\ufeff", "{}{}"],
)
def test_a_body_that_is_no_object_is_not_a_place_in_one(slug: str, content: str) -> None:
    """The body as a whole is not what was promised."""
    error = failing(slug, 200, content=content.encode())

    assert isinstance(error, errors.UnexpectedResponse)
    assert (error.path, error.body) == (None, content)
    assert ": the body: expected " in str(error)


def test_a_byte_order_mark_hides_nothing() -> None:
    """A success is read behind one, and so is what a failure says, which decides what it is."""
    content = '\ufeff{"error": {"code": 403, "message": "The cost limit is reached"}}'.encode()
    error = failing("anchorbrowser", 403, content=content)
    assert type(error) is errors.QuotaExceeded
    assert str(error).endswith("(status 403: The cost limit is reached)")


# When to come back

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


@each_provider
@pytest.mark.parametrize("seconds", [-900, -1, 0, 1, 58, 1800])
def test_a_date_is_so_many_seconds_away(slug: str, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the server's clock where it shows it, by ours where it does not; never less than none."""
    for date in dates(seconds):
        monkeypatch.setattr("browser_sessions._failures.time", SimpleNamespace(time=lambda: NOW + 5000.0))
        assert failing(slug, 503, headers={"Retry-After": date, "Date": DATE}).retry_after == float(max(seconds, 0))
        monkeypatch.setattr("browser_sessions._failures.time", SimpleNamespace(time=lambda: NOW + 0.0))
        for sent in ({}, {"Date": ""}, {"Date": "today"}, {"Date": "9" * 5000}):
            error = failing(slug, 503, headers={"Retry-After": date} | sent)
            assert error.retry_after == float(max(seconds, 0))


SECONDS: dict[str, float | None] = {
    "0": 0.0,
    "00": 0.0,
    "0.0": 0.0,
    "1": 1.0,
    "007": 7.0,
    " 58 ": 58.0,
    "58.25": 58.25,
    "86400": 86400.0,
    "999999999999999": 999999999999999.0,
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
    "5s": None,
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
    "Wed, 04 Mar 2026 25:61:61 GMT": None,
    "Wed, 04 Mar 2026 09:15:00 +99999999999999999999": None,
    "Wed, 04 Mar 99999999999999999999 09:15:00 GMT": None,
    f"Wed, 04 Mar {'9' * 5000} 09:15:00 GMT": None,
}


@pytest.mark.parametrize(("text", "expected"), SECONDS.items(), ids=lambda value: repr(value)[:40])
def test_seconds_to_come_back_after(text: str, expected: float | None) -> None:
    """What is no number of seconds and no date says nothing, however long it is."""
    sent = [(b"Retry-After", text.encode()), (b"Date", DATE.encode())]
    assert failing("skyvern", 429, headers=sent).retry_after == expected


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
    "limit=60, remaining=0, reset=58": None,
    "60": None,
    "nonsense": None,
    "9" * 5000: None,
}


@pytest.mark.parametrize(("text", "expected"), LIMITS.items(), ids=lambda value: repr(value)[:50])
def test_a_limit_of_which_nothing_is_left(text: str, expected: float | None) -> None:
    """It says when there is more; the last of several counts, and garbage says nothing."""
    assert failing("anchorbrowser", 429, headers={"RateLimit": text}).retry_after == expected


@pytest.mark.parametrize("after", ["0", "3", "99.5", *dates(7), *dates(-7)])
def test_retry_after_wins_over_a_limit(after: str) -> None:
    """Whichever of the two is longer; only what cannot be read leaves it to the limit."""
    alone = failing("anchorbrowser", 429, headers={"Retry-After": after, "Date": DATE}).retry_after
    assert alone is not None
    for limit in ('"default";r=0;t=0', '"default";r=0;t=58', '"default";r=5;t=58', "nonsense"):
        sent = {"RateLimit": limit, "Retry-After": after, "Date": DATE}
        assert failing("anchorbrowser", 429, headers=sent).retry_after == alone
        nonsense = sent | {"Retry-After": f"in {after} or so"}
        by_limit = failing("anchorbrowser", 429, headers={"RateLimit": limit}).retry_after
        assert failing("anchorbrowser", 429, headers=nonsense).retry_after == by_limit


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
    """As the sentence says, where each provider puts it; where it does not, a header about requests may."""
    limit = {"RateLimit": '"default";r=0;t=58'}
    bodies = {
        "anchorbrowser": {"error": {"code": 429, "message": sentence}},
        "brightdata": {"error": sentence},
        "browserbase": {"statusCode": 429, "message": sentence},
    }
    for slug in PROVIDERS:
        body = bodies.get(slug, {"detail": sentence})
        alone, limited = failing(slug, 429, json=body), failing(slug, 429, json=body, headers=limit)
        assert isinstance(alone, errors.RateLimited)
        assert isinstance(limited, errors.RateLimited)
        assert (alone.kind, limited.kind) == (kind, kind or "rate")


# Secrets

SECRETS = {
    "plain": KEY,
    "of base64": "sk-live_Ab+/9=.xyz~Q",
    "of a token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJvXzEifQ.c2lnbmF0dXJl-_",
    "of signs": "sk-\"a'b\\c/d&e%f<g>h!i*(j)k",
}


def escaped(key: str, chosen: Callable[[int], bool], form: str = "\\u{:04x}") -> str:
    """Return a key as JSON may write it: with some of its characters as numbers."""
    return "".join(
        form.format(ord(each)) if chosen(index) else json.dumps(each)[1:-1] for index, each in enumerate(key)
    )


def php(text: str) -> str:
    """Return a text as PHP writes it as JSON."""
    return json.dumps(text).replace("/", "\\/")


def echoes(key: str) -> dict[str, str]:
    """Return what a server may make of a key, by who does."""
    signs = [index for index, each in enumerate(key) if not each.isalnum()]
    return {
        "nobody": key,
        "an address's path": quote(key),
        "an address's query": quote(key, safe=""),
        "an address's query, in lower case": re.sub("%..", lambda found: found[0].lower(), quote(key, safe="")),
        "JavaScript's encodeURIComponent": quote(key, safe="!~*'()"),
        "JSON": json.dumps(key)[1:-1],
        "JSON, as PHP writes it": php(key)[1:-1],
        "JSON, as Java and .NET write it": escaped(key, lambda index: index in signs and key[index] not in "-_."),
        "JSON, all of it as numbers": escaped(key, lambda _: True),
        "JSON, all of it as numbers, in upper case": escaped(key, lambda _: True, "\\u{:04X}"),
        "JSON, its first character as a number": escaped(key, lambda index: index == 0),
        "JSON, its last character as a number": escaped(key, lambda index: index == len(key) - 1),
        "JSON in a text of JSON": json.dumps(json.dumps(key))[3:-3],
        "JSON in a text of JSON, as PHP writes both": php(php(key))[3:-3],
        "an address in another's query": quote(quote(key, safe=""), safe=""),
        "HTML": html.escape(key),
        "HTML, as Mustache writes it": re.sub(r"[&<>\"'`=/]", lambda found: f"&#x{ord(found[0]):X};", key),
        "HTML, in which HTML is shown": html.escape(html.escape(key)),
        "HTML, all of it as numbers": "".join(f"&#{ord(each)};" for each in key),
    }


def texts_in(value: Any) -> Iterator[str]:
    """Yield all texts in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts_in([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_in(each)
    elif isinstance(value, BaseException):
        yield from (str(value), repr(value))
        yield from texts_in([value.args, vars(value), value.__cause__, value.__context__])
    elif value is not None:
        yield repr(value)


def plain_forms(text: str) -> Iterator[str]:
    """Yield a text as it is, and as what reads addresses, HTML or JSON would read it, or what is in that."""
    yield text
    for read in (unquote, html.unescape, unescaped):
        yield (once := read(text))
        yield read(once)


def unescaped(text: str) -> str:
    """Return a text as what reads JSON would read it."""
    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)


def require_hidden(key: str, error: BrowserSessionsError, log: pytest.LogCaptureFixture) -> None:
    """Fail if a key, however it is written, is anywhere in an error, in what led to it, or in any log."""
    records = [[record.getMessage(), str(record.args), record.exc_text] for record in log.records]
    texts = [*texts_in(error), *texts_in(records), pickle.dumps(error).decode("utf-8", "replace")]
    assert [text for text in texts if any(key.lower() in each.lower() for each in plain_forms(text))] == []


@each_provider
@pytest.mark.parametrize("writer", echoes(KEY))
def test_an_echo_of_the_key_in_a_body(slug: str, writer: str, caplog: pytest.LogCaptureFixture) -> None:
    """However it is written, wherever it stands, whatever the status: it is not shown."""
    for kind, key in SECRETS.items():
        echo = echoes(key)[writer]
        bodies = [f"bad key {echo}!", f"<title>bad key {echo}</title>"]
        if writer.startswith("JSON") or kind != "of signs":
            told = ('{{"detail": "{}"}}', '{{"error": {{"message": "bad key \'{}\'"}}}}', '["{0}", {{"{0}": "{0}"}}]')
            bodies += [form.format(f"Bearer {echo}") for form in told]
            bodies += [f'{{"detail": [{{"loc": ["header", "{echo}"], "msg": "{echo}"}}]}}']
        with caplog.at_level(logging.DEBUG):
            for status, body in itertools.product((200, 403), bodies):
                require_hidden(key, failing(slug, status, key=key, content=body.encode()), caplog)
        caplog.clear()


HEADERS = (
    "Content-Encoding",
    "Content-Type",
    "Content-Location",
    "Date",
    "ETag",
    "Link",
    "Location",
    "RateLimit",
    "Refresh",
    "Retry-After",
    "Server",
    "Set-Cookie",
    "Via",
    "Warning",
    "WWW-Authenticate",
    "X-Api-Key",
    "X-Request-Id",
    "CF-Ray",
)


@pytest.mark.parametrize("name", HEADERS)
def test_an_echo_of_the_key_in_a_header(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whichever header it is, and as a header's name: it is not shown."""
    key = SECRETS["of base64"]
    echoed = (key, quote(key, safe=""))
    with caplog.at_level(logging.DEBUG):
        for slug, status, echo in itertools.product(PROVIDERS, (200, 302, 503), echoed):
            for value in (echo, f"https://a.example/{echo}?b"):
                response = httpx.Response(status, headers={name: value, f"X-{quote(key)}": "a"}, stream=Body(b"{}"))
                require_hidden(key, caught_from(slug, response, key=key), caplog)
            caplog.clear()


class Body(httpx.SyncByteStream):
    """A body as it came, which httpx does not look into when it is made."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content


@each_provider
def test_an_echo_of_the_key_in_the_reason(slug: str, caplog: pytest.LogCaptureFixture) -> None:
    """The words behind a status are a server's, too."""
    with caplog.at_level(logging.DEBUG):
        for status in (200, 302, 401, 500):
            response = httpx.Response(status, extensions={"reason_phrase": f"bad key {KEY}".encode()})
            require_hidden(KEY, caught_from(slug, response), caplog)


@each_provider
def test_an_echo_of_the_key_from_the_network(slug: str, caplog: pytest.LogCaptureFixture) -> None:
    """What a transport says, and the error of httpx that is the cause, do not show it."""
    kinds: list[type[httpx.TransportError]] = [
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.LocalProtocolError,
        httpx.PoolTimeout,
        httpx.ProxyError,
        httpx.ReadError,
        httpx.ReadTimeout,
        httpx.RemoteProtocolError,
        httpx.UnsupportedProtocol,
        httpx.WriteError,
        httpx.WriteTimeout,
    ]
    for kind in kinds:

        def fail(request: httpx.Request, kind: type[httpx.TransportError] = kind) -> httpx.Response:
            raise kind(f"header {KEY!r}, {quote(KEY)}\nin\x1b[2J", request=request)

        with caplog.at_level(logging.DEBUG), pytest.raises(errors.TransportError) as caught:
            sync_client(fail, max_retries=0).get(f"{slug}:an-id")
        require_hidden(KEY, caught.value, caplog)
        assert isinstance(caught.value, TimeoutError) == issubclass(kind, httpx.TimeoutException)
        assert str(caught.value).isprintable()


def fragments(key: str) -> list[str]:
    """Return the parts of a key that are long enough to be no words of anybody else."""
    return [key[start : start + 7] for start in range(len(key) - 6)]


CUTS = {"of a message": 300, "of what is looked at for one": 1200, "of a body": 2000}


@each_provider
@pytest.mark.parametrize("cut", CUTS)
def test_a_key_across_a_cut(slug: str, cut: str, caplog: pytest.LogCaptureFixture) -> None:
    """Wherever a text is cut, no part of a key is left before it."""
    key = SECRETS["of base64"]
    with caplog.at_level(logging.DEBUG):
        for length in range(CUTS[cut] - 2 * len(key) - 20, CUTS[cut] + 5):
            for echo in (key, quote(key, safe="")):
                error = failing(slug, 400, key=key, json={"detail": "a" * length + echo + "b" * 2000})
                assert len(error.body or "") <= 2000
                assert len(str(error)) < 500
                shown = [unquote(each) for each in (*texts_in(error), caplog.text)]
                assert [each for each in shown if any(part in each for part in fragments(key))] == []


@each_provider
def test_a_key_that_a_lost_connection_cuts(slug: str) -> None:
    """Of a body that did not arrive as a whole, the beginning of a key at its end is not shown either."""
    for length in range(7, len(KEY)):
        response = httpx.Response(500, stream=Broken(f"bad key {KEY[:length]}".encode()))
        shown = "".join(texts_in(caught_from(slug, response)))
        assert [part for part in fragments(KEY) if part in shown] == []


@each_provider
def test_what_begins_like_a_key_in_the_middle_of_a_body(slug: str) -> None:
    """Stays: it goes on as something else, and only what the end cuts may be a part of the key."""
    for length in range(7, len(KEY)):
        error = failing(slug, 500, content=f"{KEY[:6]} is no key, {KEY[:length]}".encode())
        assert error.body == f"{KEY[:6]} is no key, ***"


@pytest.mark.parametrize("writer", echoes(KEY))
def test_an_echo_that_a_lost_connection_cuts(writer: str) -> None:
    """Nor the beginning of what somebody has made of a key, wherever in a character it is cut."""
    for key in (SECRETS["of base64"], SECRETS["of signs"]):
        echo = echoes(key)[writer]
        for length in range(len(echo) - 1, 0, -2):
            response = httpx.Response(500, stream=Broken(f"bad key {echo[:length]}".encode()))
            forms = plain_forms("".join(texts_in(caught_from("skyvern", response, key=key))))
            assert [part for form in forms for part in fragments(key) if part in form] == []


@pytest.mark.parametrize(
    "name",
    [
        "Set-Cookie",
        "Set-Cookie2",
        "Cookie",
        "Authorization",
        "Proxy-Authorization",
        "X-Amzn-Remapped-Authorization",
        "X-Forwarded-Authorization",
        "X-Api-Key",
        "X-ApiKey",
        "X_Api_Key",
        "anchor-api-key",
        "X-BB-API-Key",
        "X-Browser-Use-API-Key",
        "X-Access-Token",
        "X-Auth-Token",
        "X-Auth-Key",
        "X-Access-Key",
        "X-CSRF-Token",
        "X-Amz-Security-Token",
        "X-Client-Secret",
        "X-Amz-Signature",
        "X-Signing-Key",
        "X-Password",
        "X-Amz-Credential",
    ],
)
def test_a_header_that_is_for_a_secret(name: str) -> None:
    """What is named like one is hidden, whatever is in it and however often it is sent."""
    sent = [(name.encode(), b"hunter2"), (name.upper().encode(), b"hunter2; Path=/"), (b"X-Plain", b"plain")]
    for slug in PROVIDERS:
        assert failing(slug, 418, headers=sent).headers == {name.lower(): "***", "x-plain": "plain"}


@pytest.mark.parametrize(
    "location",
    [
        "https://a.example/b?ticket=hunter2",
        "https://a.example/b?ticket=hunter2#c",
        "https://a.example/b#access_token=hunter2",
        "https://a.example/b#c?ticket=hunter2",
        "https://user:hunter2@a.example/b",
        "//a.example/b?hunter2",
        "?hunter2",
        "/b?a=b?c=hunter2",
    ],
)
def test_an_address_that_is_a_ticket(location: str) -> None:
    """Of where a redirect leads, neither query, fragment nor password is shown; of all else, nothing is lost."""
    for slug in PROVIDERS:
        shown = failing(slug, 302, headers={"Location": location}).headers["location"]
        assert "hunter2" not in shown
        assert "a.example/b" in shown or "a.example" not in location


@each_provider
def test_a_sensitive_name_that_stands_twice(slug: str) -> None:
    """JSON's last one counts, but the first one is shown as little."""
    for name in PROVIDERS[slug].sensitive:
        for content in (
            f'{{"{name}": "hunter2", "{name}": null}}',
            f'{{"{name}": null, "{name}": "hunter2"}}',
            f'{{"a": {{"{name}": "hunter2"}}, "a": 1}}',
            f'{{"a": [{{"{name}": ["hunter2"], "{name}": null}}], "b": "{name}"}}',
        ):
            for status in (200, 500):
                assert "hunter2" not in "".join(texts_in(failing(slug, status, content=content.encode())))


@each_provider
def test_a_sensitive_name_in_what_is_nearly_json(slug: str) -> None:
    """However the rest is broken, nothing behind the name is shown."""
    for name in PROVIDERS[slug].sensitive:
        whole = json.dumps({"a": 1, "b": [{name: "hunter2"}], "c": "d"})
        broken = [
            whole[:-1],
            whole + "}",
            "\ufeff" + whole,
            f"data: {whole}\n\n",
            whole.replace("1", "01"),
            f"{whole}\n{whole}",
        ]
        broken += [
            whole.replace(": ", " : "),
            whole.replace(": ", ":\n\t"),
            whole.replace("1", "NaN"),
            "[" * 2000 + whole,
        ]
        for content in broken:
            for status in (200, 500):
                assert "hunter2" not in "".join(texts_in(failing(slug, status, content=content.encode())))


@each_provider
@pytest.mark.parametrize(
    "write", [json.dumps, repr, lambda value: json.dumps(json.dumps(value))], ids=["JSON", "Python", "JSON twice"]
)
def test_a_sensitive_name_in_a_text_of_json(slug: str, write: Callable[[Any], str]) -> None:
    """What is in between may wrap what it was answered as a text; a name alone in a sentence takes nothing away."""
    for name in PROVIDERS[slug].sensitive:
        inner = write({"a": 1, "b": [{name: "hunter2"}]})
        for body in (inner, {"message": f"upstream said {inner}"}, {"detail": [{"loc": ["a"], "msg": inner}]}):
            for status in (200, 502):
                assert "hunter2" not in "".join(texts_in(failing(slug, status, json=body)))
        for sentence in (f"'{name}' is not known", f'"{name}" is not known'):
            assert sentence in str(failing(slug, 422, json={"message": sentence}))


# One line

UNPRINTABLE = [chr(code) for code in (*range(32), *range(127, 161), 0xAD, 0x61C, *range(0x200B, 0x2010))]
UNPRINTABLE += [chr(code) for code in (*range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xE0001, 0xD800)]


@pytest.mark.parametrize("place", ["detail", "message", "title", "loc", "id"])
def test_a_message_is_one_line_of_text(place: str) -> None:
    """What moves a cursor, turns a line around or ends it is a space; all else is told as it is."""
    for each in UNPRINTABLE:
        if place == "id" and each == "\ud800":
            continue
        text = f"a{each}[31mb"
        session_id = text if place == "id" else "an-id"
        bodies = {
            "detail": json.dumps({"detail": text}),
            "message": json.dumps({"error": {"message": text}}, ensure_ascii=each == "\ud800"),
            "title": f"<title>{text}</title>",
            "loc": json.dumps({"detail": [{"loc": [text], "msg": text}]}),
        }
        content = bodies.get(place, "").encode("utf-8", "replace")
        with pytest.raises(errors.InvalidRequest) as caught:
            answering(httpx.Response(400, content=content)).get(SessionRef("skyvern", session_id))
        one = "a?[31mb" if place == "title" and each == "\ud800" else "a [31mb"
        said = {"id": "", "loc": f": {one}: {one}"}.get(place, f": {one}")
        named = one if place == "id" else "an-id"
        assert str(caught.value) == f"skyvern:{named}: Skyvern {REQUEST} (status 400{said})"


@pytest.mark.parametrize("coding", ["br", "a\x1b[31mb\nc", "q" * 5000, f"x-{KEY}"])
def test_a_compression_that_was_not_asked_for(coding: str) -> None:
    """It is told in a line that is no longer than others, without the key."""
    response = httpx.Response(200, headers=[(b"Content-Encoding", coding.encode())], stream=Body(b"{}"))
    message = str(caught_from("skyvern", response))
    assert message.startswith(
        "skyvern:an-id: Skyvern's answer (status 200) is not what it promises: it is compressed as "
    )
    assert message.isprintable()
    assert len(message) < 500
    assert KEY not in message


@each_provider
def test_a_log_is_made_of_lines(slug: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an id nor a provider can write one of its own, nor colour ours."""
    monkeypatch.setattr("browser_sessions._call._FIRST_PAUSE", 0.0)
    for each in UNPRINTABLE:
        if each == "\ud800":
            continue
        ref = SessionRef(slug, f"a{each}\x1b[31mERROR")
        said = {"error": {"message": f"a{each}b"}, "detail": f"a{each}b"}
        response = httpx.Response(503, json=said, extensions={"reason_phrase": f"a{each}b".encode()})
        with caplog.at_level(logging.DEBUG), pytest.raises(errors.ProviderUnavailable):
            answering(response, max_retries=1).get(ref)
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 3 * (len(UNPRINTABLE) - 1)
    assert [message for message in messages if not message.isprintable()] == []


# The log


@each_provider
def test_each_attempt_is_one_record(
    slug: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked, what came of it, how long it took, and which attempt it was; from one logger, and no other."""
    monkeypatch.setattr("browser_sessions._call._FIRST_PAUSE", 0.0)
    answers: list[int | None] = [500, None, 429, 408, 200]
    requests: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(f"{request.method} {request.url}")
        status = answers[len(requests) - 1]
        if status is None:
            raise httpx.ReadTimeout("timed out")
        return httpx.Response(status, json=running(slug))

    with caplog.at_level(logging.DEBUG):
        sync_client(answer, max_retries=4).get(f"{slug}:an/id ü")

    records = [record for record in caplog.records if record.getMessage().startswith('"')]
    assert {record.name for record in caplog.records} == {"browser_sessions"}
    assert {record.levelno for record in caplog.records} == {logging.INFO}
    found = [re.fullmatch(r'"(.*)" (.*), (\d+\.\d{3}) s, attempt (\d)', each.getMessage()) for each in records]
    told = [each.groups() for each in found if each]
    assert [(line, status, number) for line, status, _, number in told] == [
        (line, str(status or "no answer"), str(number))
        for number, (line, status) in enumerate(zip(requests, answers, strict=True), 1)
    ]
    assert [elapsed for _, _, elapsed, _ in told if not 0 <= float(elapsed) < 5] == []
    assert requests[0].endswith("/an%2Fid%20%C3%BC")


# Errors as values

SESSION = view(decode("skyvern", running("skyvern")))
FIELDS: dict[str, Any] = {
    "ref": SESSION.ref,
    "provider": "skyvern",
    "status_code": 429,
    "request_id": "r-1",
    "retry_after": 1.5,
    "headers": {"a": "b"},
    "body": '{"detail": "ü\ud800"}',
}
MORE: dict[str, dict[str, Any]] = {
    "RateLimited": {"kind": "rate"},
    "UnexpectedResponse": {"path": "data.session_id"},
    "SessionEnded": {"session": SESSION},
    "WaitTimeout": {"session": SESSION},
}
CLASSES: dict[str, type[BrowserSessionsError]] = {
    name: getattr(errors, name) for name in errors.__all__ if inspect.isclass(getattr(errors, name))
}


def one_of_each() -> list[BrowserSessionsError]:
    """Return an error of each class, with every field."""
    return [kind("what", **FIELDS, **MORE.get(name, {})) for name, kind in CLASSES.items()]


def test_what_the_module_offers_are_errors_of_the_family() -> None:
    """All classes in it, each of which says what it is."""
    here = {name for name, kind in vars(errors).items() if inspect.isclass(kind) and kind.__module__ == errors.__name__}
    assert here == {*CLASSES}
    assert all(BrowserSessionsError in kind.__mro__ for kind in CLASSES.values())
    assert [name for name, kind in CLASSES.items() if not (kind.__doc__ or "").strip()] == []


@pytest.mark.parametrize("error", one_of_each(), ids=lambda error: type(error).__name__)
def test_an_error_stays_what_it_is(error: BrowserSessionsError) -> None:
    """Copied or pickled in any way, raised or not: class, message, fields and hash are the same."""
    ways: list[Callable[[], Any]] = [partial(copy.copy, error), partial(copy.deepcopy, error)]
    ways += [partial(pickle.loads, pickle.dumps(error, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    for make in ways:
        for cause in (None, ValueError("why")):
            with pytest.raises(type(error)) as caught:
                raise error from cause
            other = make()
            assert other is not error
            assert type(other) is type(error)
            assert (other, hash(other), str(other), repr(other)) == (error, hash(error), str(error), repr(error))
            assert (other.args, vars(other)) == (error.args, vars(error))
            assert caught.value == other
            assert other.headers is not error.headers
            assert copy.deepcopy(make()) == make()


def test_errors_are_equal_by_class_and_value() -> None:
    """Of the same fields, one of each class is equal to none of another."""
    ours, others = one_of_each(), one_of_each()
    assert ours == others
    assert len({*ours, *others}) == len(CLASSES)
    assert [(one, other) for one, other in itertools.permutations(ours, 2) if one == other] == []
    for one in ours:
        assert one not in [None, "what", one.args, Exception("what"), type(one)]


@pytest.mark.parametrize("error", one_of_each(), ids=lambda error: type(error).__name__)
def test_every_field_counts(error: BrowserSessionsError) -> None:
    """An error that differs in one field is another one, and so is that of another message."""
    name = type(error).__name__
    fields = FIELDS | MORE.get(name, {})
    assert vars(error) == fields
    changes: dict[str, Any] = {"ref": SessionRef("skyvern", "b"), "provider": "browserbase", "headers": {"a": "c"}}
    changes |= {"session": view(decode("skyvern", {"browser_session_id": "b"}))}
    for field in fields:
        assert type(error)("what", **fields | {field: changes.get(field, "other")}) != error
    assert type(error)("what else", **fields) != error


def test_an_error_of_a_message_alone() -> None:
    """Nothing else has to be said, but the session that is over; what is not said is None, or nothing."""
    for name, kind in CLASSES.items():
        given: dict[str, Any] = {"session": SESSION} if name == "SessionEnded" else {}
        absent: dict[str, Any] = dict.fromkeys(FIELDS | MORE.get(name, {})) | {"headers": {}} | given
        assert vars(kind("what", **given)) == absent
        assert pickle.loads(pickle.dumps(kind("what", **given))) == kind("what", **given)  # noqa: S301 - our own
        assert kind("what", ref=SESSION.ref, **given).provider == "skyvern"


def test_the_tree_is_as_it_is_drawn() -> None:
    """Each class stands below the one that it is derived from, with what else it is; none is missing."""
    drawn: dict[str, set[type]] = {}
    above: list[type] = [Exception]
    for line in (inspect.getdoc(errors) or "").splitlines():
        found = re.match(r"([│├└─ ]*)(\w+)(?: *\(also (\w+)\))?(?: |$)", line)
        if found and found[2] in CLASSES:
            depth = len(found[1]) // 4
            also = {getattr(importlib.import_module("builtins"), found[3])} if found[3] else set()
            drawn[found[2]] = {above[depth]} | also
            above[depth + 1 :] = [CLASSES[found[2]]]

    assert drawn == {name: {*kind.__bases__} for name, kind in CLASSES.items()}


@pytest.mark.parametrize("error", one_of_each(), ids=lambda error: type(error).__name__)
def test_an_error_is_what_it_is_caught_as(error: BrowserSessionsError) -> None:
    """ValueError and TimeoutError, where Python has a word for it, and nothing that it has another meaning for."""
    kinds: tuple[type, ...] = (
        ValueError,
        TimeoutError,
        ConnectionError,
        PermissionError,
        LookupError,
        TypeError,
        RuntimeError,
    )
    name = type(error).__name__
    promised = {"InvalidSessionRef": [ValueError], "RequestTimeout": [TimeoutError], "WaitTimeout": [TimeoutError]}
    assert [kind for kind in kinds if isinstance(error, kind)] == promised.get(name, [])
