"""Errors are values, and say what is wrong in the provider's own words, but for its secrets."""

from __future__ import annotations

import copy
import email.utils
import inspect
import json
import logging
import pickle
import re
import time
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import attrs
import httpx
import pytest
import yaml

from browser_sessions import PROVIDERS, BrowserSession, SessionRef, errors, view
from browser_sessions.errors import BrowserSessionsError
from tests.facade.fetching import KEY, answering, async_client, run, running, sync_client
from tests.facade.test_faulty_servers import assert_no_key
from tests.facade.viewing import decode

each_provider = pytest.mark.parametrize("slug", PROVIDERS)


@attrs.frozen
class Case:
    """An answer of a provider, and the error that it is."""

    slug: str
    name: str
    status: int
    error: dict[str, Any]
    body: Any = None
    headers: dict[str, str] = attrs.field(factory=dict)

    def __str__(self) -> str:
        return f"{self.slug}, {self.name}"

    @property
    def content(self) -> bytes:
        """The body as it is sent: a text is itself, all else is JSON."""
        return (
            b"" if self.body is None else (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()
        )

    @property
    def expected(self) -> BrowserSessionsError:
        """The whole error."""
        fields = dict(self.error)
        kind = getattr(errors, fields.pop("class"))
        message = f"{self.slug}:an-id: {PROVIDERS[self.slug].name}{fields.pop('says')}"
        headers = {name.lower(): value for name, value in self.headers.items()}
        headers |= {"content-length": str(len(self.content))} if self.content else {}
        headers |= fields.pop("headers", {})
        body = fields.pop("body", self.content.decode())
        found: BrowserSessionsError = kind(
            message, ref=SessionRef(self.slug, "an-id"), status_code=self.status, headers=headers, body=body, **fields
        )
        return found


def load_cases() -> list[Case]:
    """Return the cases of all providers."""
    files = sorted((Path(__file__).parent / "failures").glob("*.yaml"))
    return [
        Case(path.stem, name, **case)
        for path in files
        for name, case in yaml.safe_load(path.read_text("utf-8")).items()
    ]


def failing(slug: str, *args: Any, **kwargs: Any) -> BrowserSessionsError:
    """Return the error for an answer."""
    with pytest.raises(BrowserSessionsError) as caught:
        sync_client(lambda _: httpx.Response(*args, **kwargs), max_retries=0).get(f"{slug}:an-id")
    return caught.value


@pytest.mark.parametrize("case", load_cases(), ids=str)
def test_an_answer_is_one_whole_error(case: Case) -> None:
    """Its class, its sentence, and every field of it."""
    error = failing(case.slug, case.status, content=case.content, headers=case.headers)

    assert (str(error), vars(error)) == (str(case.expected), vars(case.expected))
    assert error == case.expected


def test_every_provider_has_cases() -> None:
    """And every class of a status has some."""
    cases = load_cases()
    assert {case.slug for case in cases} == {*PROVIDERS}
    statuses = {name for name in errors.__all__ if _is(name, errors.ApiStatusError)}
    assert {case.error["class"] for case in cases} == statuses | {"UnexpectedResponse"}


def _is(name: str, kind: type) -> bool:
    found = getattr(errors, name)
    return inspect.isclass(found) and issubclass(found, kind)


STATUSES = {
    errors.InvalidRequest: (400, 409, 422),
    errors.AuthenticationFailed: (401,),
    errors.QuotaExceeded: (402,),
    errors.SessionNotFound: (404, 410),
    errors.RateLimited: (429,),
    errors.ProviderUnavailable: (408, 500, 501, 502, 503, 504, 505, 511, *range(520, 531), 599),
    errors.ApiStatusError: (100, 199, 300, 301, 302, 303, 304, 305, 307, 308, 405, 406, 418, 451, 499, 600, 999),
    errors.UnexpectedResponse: (200, 201, 202, 203, 204, 206, 226, 299),
}


@each_provider
def test_a_status_alone_says_what_is_wrong(slug: str) -> None:
    """Whoever sends it, and whatever is with it."""
    for kind, statuses in STATUSES.items():
        for status in statuses:
            for content in (b"", b"<html>", b"[]", b"null", b'{"error": 5}', b'{"detail": {"detail": {}}}'):
                assert type(failing(slug, status, content=content)) is kind


@each_provider
def test_a_403_is_what_the_provider_means_by_it(slug: str) -> None:
    """A key that is none at Skyvern, a limit where Anchor Browser says so, and else no permission."""
    kinds = {
        "skyvern": (errors.AuthenticationFailed, errors.AuthenticationFailed),
        "anchorbrowser": (errors.PermissionDenied, errors.QuotaExceeded),
    }
    for content, kind in zip(
        (b"", b'{"error": {"code": 403, "message": "The cost limit is reached"}}'),
        kinds.get(slug, (errors.PermissionDenied, errors.PermissionDenied)),
        strict=True,
    ):
        assert type(failing(slug, 403, content=content)) is kind


DATE = "Wed, 04 Mar 2026 09:15:00 GMT"
WAITS: dict[str, tuple[dict[str, str], float | None]] = {
    "seconds": ({"Retry-After": "90"}, 90.0),
    "none": ({"Retry-After": "0"}, 0.0),
    "a fraction": ({"Retry-After": " 1.5 "}, 1.5),
    "negative": ({"Retry-After": "-1"}, None),
    "nonsense": ({"Retry-After": "soon"}, None),
    "infinite": ({"Retry-After": "inf"}, None),
    "an exponent": ({"Retry-After": "1e3"}, None),
    "empty": ({"Retry-After": ""}, None),
    "thousands of digits": ({"Retry-After": "9" * 5000}, None),
    "other digits": ({"Retry-After": "٣"}, None),
    "a date": ({"Retry-After": "Wed, 04 Mar 2026 09:15:07 GMT", "Date": DATE}, 7.0),
    "an old date": ({"Retry-After": "Wednesday, 04-Mar-26 09:16:00 GMT", "Date": DATE}, 60.0),
    "C's date": ({"Retry-After": "Wed Mar  4 09:15:09 2026", "Date": DATE}, 9.0),
    "a date in another zone": ({"Retry-After": "Wed, 04 Mar 2026 10:15:01 +0100", "Date": DATE}, 1.0),
    "a date that is over": ({"Retry-After": "Wed, 04 Mar 2026 09:00:00 GMT", "Date": DATE}, 0.0),
    "a date of no calendar": ({"Retry-After": "Wed, 35 Mar 2026 09:00:00 GMT", "Date": DATE}, None),
    "a date before all dates": ({"Retry-After": "Mon, 01 Jan 0001 00:00:00 +2359", "Date": DATE}, 0.0),
    "a limit": ({"RateLimit": '"default";r=0;t=58'}, 58.0),
    "a limit, swapped": ({"RateLimit": '"default"; t=58 ; r = 0'}, 58.0),
    "a limit that is not reached": ({"RateLimit": '"default";r=5;t=58'}, None),
    "several limits": ({"RateLimit": '"a";r=1;t=99, "b";r=0;t=7, "c";r=0;t=8'}, 8.0),
    "half a limit": ({"RateLimit": '"default";r=0'}, None),
    "no limit": ({"RateLimit": "nonsense;;=;r=x;t=y"}, None),
    "both": ({"RateLimit": '"default";r=0;t=58', "Retry-After": "3"}, 3.0),
    "nonsense and a limit": ({"RateLimit": '"default";r=0;t=58', "Retry-After": "soon"}, 58.0),
}


@pytest.mark.parametrize("name", WAITS)
def test_when_to_come_back(name: str) -> None:
    """In seconds, whatever way the provider says it."""
    headers, expected = WAITS[name]
    raw = {each: value.encode() for each, value in headers.items()}
    assert failing("anchorbrowser", 429, headers=list(raw.items())).retry_after == expected


def test_a_date_by_our_own_clock() -> None:
    """Where the server does not say what its clock shows."""
    wanted = email.utils.formatdate(time.time() + 100, usegmt=True)
    assert 95 < (failing("skyvern", 503, headers={"Retry-After": wanted}).retry_after or 0) <= 101


KINDS = {
    "concurrency": [
        "Too many concurrent sessions",
        "You've exceeded your max concurrent sessions limit (in your 1 project)",
        "Concurrency limit reached",
        "Maximum number of simultaneous browsers",
        "Too many concurrent requests",
        "You can run 3 sessions at the same time",
        "Too many active sessions",
        "Session limit reached",
        "Limit of 25 browsers exceeded",
    ],
    "rate": [
        "Rate limit exceeded",
        "Too many requests",
        "Session creation rate limit exceeded",
        "You may create 5 sessions per minute",
        "Request was throttled",
        "ratelimited",
    ],
    None: ["Slow down", "", "no", "separate", "quota"],
}


@pytest.mark.parametrize(("kind", "sentence"), [(kind, each) for kind, many in KINDS.items() for each in many])
def test_what_was_too_much(kind: str | None, sentence: str) -> None:
    """As far as the body says so."""
    error = failing("browserbase", 429, json={"message": sentence})
    assert isinstance(error, errors.RateLimited)
    assert error.kind == kind


def test_a_limit_of_requests_is_a_rate() -> None:
    """The header of one says so where the body does not."""
    error = failing("anchorbrowser", 429, json={"message": "no"}, headers={"RateLimit": '"default";r=0;t=58'})
    assert isinstance(error, errors.RateLimited)
    assert error.kind == "rate"


class TestSecrets:
    """A server may send anything back."""

    @each_provider
    @pytest.mark.parametrize("status", [200, 302, 401, 404, 429, 503])
    def test_an_echo_of_the_key(self, slug: str, status: int, caplog: pytest.LogCaptureFixture) -> None:
        """In whatever form, it is in no part of the error and in no log."""
        key = "sk-/a+b=c?d&e%f:g"
        forms = [key, quote(key), quote(key, safe=""), key.replace("/", "\\/"), f"Bearer {key}", f"'{key}'"]
        for body in (*forms, *(f'{{"detail": "{form}"}}' for form in forms), f"<title>{key}</title>", f"{key * 300}"):
            sent = {
                "X-Request-Id": key,
                "Location": f"https://a.example/{quote(key)}",
                "Server": key,
                "Retry-After": key,
            }
            echo = httpx.Response(status, content=body, headers=sent)
            client = sync_client(partial(lambda response, _: response, echo), api_keys={slug: key}, max_retries=0)
            with caplog.at_level(logging.DEBUG), pytest.raises(BrowserSessionsError) as caught:
                client.get(f"{slug}:an-id")
            shown = repr(
                [str(caught.value), caught.value.args, vars(caught.value), caplog.text, str(caught.value.__cause__)]
            )
            assert not [form for form in forms if form in shown]

    @pytest.mark.parametrize("length", [*range(250, 320), *range(1930, 2010)])
    def test_a_key_across_a_cut(self, length: int) -> None:
        """Half a key is too much as well."""
        error = failing("skyvern", 400, json={"detail": "a" * length + KEY + "b" * 100})
        shown = repr([str(error), vars(error)])
        assert KEY[:5] not in shown
        assert KEY[-5:] not in shown

    def test_headers_that_hold_secrets(self) -> None:
        """Those of cookies, tokens and the like, and the query of an address."""
        sent = {
            "Set-Cookie": "a=secret",
            "X-Auth-Token": "secret",
            "Proxy-Authorization": "secret",
            "X-Amz-Signature": "secret",
            "X-Api-Key": "secret",
            "Location": "https://a.example/b?c=secret#d",
            "X-Plain": "plain",
        }
        shown = dict.fromkeys([name.lower() for name in sent], "***")
        shown |= {"location": "https://a.example/b?***", "x-plain": "plain"}
        assert failing("skyvern", 418, content=b"", headers=sent).headers == shown

    @each_provider
    def test_what_the_spec_marks_in_a_session_that_does_not_decode(self, slug: str) -> None:
        """As JSON, and as what is none: nothing behind such a name is shown."""
        for name in PROVIDERS[slug].sensitive:
            body: dict[str, Any] = {"first": 1, "a": [{name: "secret"}], name: {"b": "secret"}, "last": "seen"}
            error = failing(slug, 200, json=body)
            assert error.body == json.dumps({"first": 1, "a": [{name: "***"}], name: "***", "last": "seen"})
            error = failing(slug, 500, content=f'{{"first": 1, "{name}": "secret", "last": "seen"')
            assert error.body == f'{{"first": 1, "{name}"***'
            written = "".join(f"\\u{ord(each):04x}" for each in name)
            assert "secret" not in (failing(slug, 500, content=f'{{"{written}": "secret"}}').body or "")

    def test_what_a_terminal_would_take_for_a_command(self) -> None:
        """Neither a message nor the log has more than one line, or anything but text."""
        ref = SessionRef("skyvern", "a\n\x1b[31mb")
        with pytest.raises(errors.InvalidRequest) as caught:
            sync_client(lambda _: httpx.Response(400, json={"detail": "a\x1b[2J\nb\u202ec\x07"}), max_retries=0).get(
                ref
            )
        assert str(caught.value) == (
            "skyvern:a [31mb: Skyvern does not take the request; is the id one of its own? (status 400: a [2J b c)"
        )

    def test_errors_of_httpx_keep_no_request(self) -> None:
        """The cause is httpx's own error, without the headers that were sent."""

        def lose(request: httpx.Request) -> httpx.Response:
            raise httpx.ReadError(f"lost {request.headers['x-api-key']}", request=request)

        with pytest.raises(errors.TransportError) as caught:
            sync_client(lose, max_retries=0).get("skyvern:a")
        assert type(caught.value.__cause__) is httpx.ReadError
        assert str(caught.value) == "skyvern:a: no answer from api.skyvern.com (ReadError: lost ***)"
        assert_no_key(caught.value)


def test_what_a_transport_of_the_users_own_raises() -> None:
    """Of the network, it is no answer; what is the user's own mistake is raised as it is."""

    def lose(_: httpx.Request) -> httpx.Response:
        raise ConnectionResetError(104, "gone")

    def fail(_: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError

    with pytest.raises(errors.TransportError) as caught:
        sync_client(lose, max_retries=0).get("skyvern:a")
    assert str(caught.value) == "skyvern:a: no answer from api.skyvern.com (ConnectionResetError: [Errno 104] gone)"
    assert caught.value.__cause__ is None
    with pytest.raises(ZeroDivisionError):
        sync_client(fail).get("skyvern:a")


def test_a_short_key_is_not_looked_for() -> None:
    """It would be in any text."""
    with pytest.raises(errors.InvalidRequest) as caught:
        sync_client(
            lambda _: httpx.Response(400, json={"detail": "eat"}), api_keys={"skyvern": "e"}, max_retries=0
        ).get("skyvern:a")
    assert caught.value.body == '{"detail":"eat"}'


SESSION = view(decode("skyvern", running("skyvern")))
FIELDS: dict[str, Any] = {
    "ref": SESSION.ref,
    "provider": "skyvern",
    "status_code": 429,
    "request_id": "r-1",
    "retry_after": 1.5,
    "headers": {"a": "b"},
    "body": "{}",
}
MORE: dict[str, dict[str, Any]] = {
    "RateLimited": {"kind": "rate"},
    "UnexpectedResponse": {"path": "data.session_id"},
    "SessionEnded": {"session": SESSION},
    "WaitTimeout": {"session": SESSION},
}
CLASSES = [name for name in errors.__all__ if _is(name, BrowserSessionsError)]


@pytest.mark.parametrize("name", CLASSES)
def test_an_error_is_a_value(name: str) -> None:
    """Equal by class, message and every field; it can be copied and pickled, and used as a key."""
    kind, fields = getattr(errors, name), FIELDS | MORE.get(name, {})
    error = kind("what", **fields)
    error.add_note("a note is none of it")

    for other in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error)), kind("what", **fields)):  # noqa: S301
        assert type(other) is kind
        assert (other, hash(other), str(other)) == (error, hash(error), "what")
        assert {each: getattr(other, each) for each in fields} == fields
    assert error != kind("other", **fields)
    for each in fields.keys() - {"session", "provider"}:
        assert error != kind("what", **fields | {each: None if each != "headers" else {}})
    assert error not in (
        "what",
        ValueError("what"),
        BrowserSessionsError("what") if name != "BrowserSessionsError" else 0,
    )


@pytest.mark.parametrize("name", CLASSES)
def test_an_error_is_what_python_calls_it(name: str) -> None:
    """Whoever catches ValueError or TimeoutError catches ours."""
    kind = getattr(errors, name)
    assert issubclass(kind, ValueError) == (name == "InvalidSessionRef")
    assert issubclass(kind, TimeoutError) == (name in {"RequestTimeout", "WaitTimeout"})


def test_the_tree_is_as_it_is_drawn() -> None:
    """Each class below the one that it is derived from."""
    lines = re.findall(r"^([│├└─ ]*)(\w+)(?:  |\n)", inspect.getdoc(errors) or "", re.MULTILINE)
    drawn: dict[str, str] = {}
    path: list[str] = []
    for indent, name in lines:
        if name in CLASSES:
            path = [*path[: len(indent) // 4], name]
            drawn[name] = path[-2] if len(path) > 1 else "Exception"

    assert drawn == {name: getattr(errors, name).__bases__[0].__name__ for name in CLASSES}


@pytest.mark.parametrize("backend", [None, "asyncio"])
def test_the_log(backend: str | None, caplog: pytest.LogCaptureFixture) -> None:
    """One logger: what was asked, what came of it, how long it took, which attempt it was; and why there is another."""
    answers: list[httpx.Response | Exception] = [
        httpx.Response(503),
        httpx.ConnectError("no"),
        httpx.Response(200, json=running("skyvern")),
    ]

    def answer(_: httpx.Request) -> httpx.Response:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    async def fetch() -> BrowserSession:
        async with async_client(answer) as client:
            return await client.get("skyvern:pbs_1")

    with caplog.at_level(logging.INFO, "browser_sessions"):
        run(backend, fetch) if backend else sync_client(answer).get("skyvern:pbs_1")

    lines = [re.sub(r"\d+\.\d+ s", "N s", record.getMessage()) for record in caplog.records]
    url = "https://api.skyvern.com/v1/browser_sessions/pbs_1"
    assert lines == [
        f'"GET {url}" 503, N s, attempt 1',
        "skyvern:pbs_1: attempt 1 failed (ProviderUnavailable), again in N s",
        f'"GET {url}" no answer, N s, attempt 2',
        "skyvern:pbs_1: attempt 2 failed (TransportError), again in N s",
        f'"GET {url}" 200, N s, attempt 3',
    ]
    assert {record.name for record in caplog.records} == {"browser_sessions"}


def test_what_is_not_logged_costs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A session that is fetched without ado is no warning."""
    with caplog.at_level(logging.WARNING):
        sync_client(answering("skyvern")).get("skyvern:a")
    assert caplog.records == []


def test_an_error_of_the_users_own_transport_may_be_made_in_any_way() -> None:
    """A class that takes something else than a message is no reason to lose the error."""

    class Odd(httpx.ReadError):
        def __init__(self, first: int, second: int) -> None:
            super().__init__(f"{first} {second}")

    def lose(_: httpx.Request) -> httpx.Response:
        raise Odd(1, 2)

    with pytest.raises(errors.TransportError) as caught:
        sync_client(lose, max_retries=0).get("skyvern:a")
    assert str(caught.value) == "skyvern:a: no answer from api.skyvern.com (Odd: 1 2)"
    assert caught.value.__cause__ is None


def test_a_request_id_that_is_empty_is_none() -> None:
    """The next header that has one is the one."""
    assert failing("skyvern", 503, headers={"X-Request-Id": "", "CF-Ray": "ray"}).request_id == "ray"


def test_a_large_failure_costs_little() -> None:
    """Its body is looked into as far as a person would."""
    body = json.dumps({"a": [{"url": "secret"}] * 300_000, "detail": "late"})
    start = time.process_time()
    error = failing("skyvern", 500, content=body)
    assert time.process_time() - start < 1
    assert "secret" not in (error.body or "")
