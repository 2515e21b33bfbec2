"""What an error has of a failed call, in all its fields, and what it never shows."""

from __future__ import annotations

import json
import pickle
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser_sessions import PROVIDERS, SessionRef, _failures, errors
from browser_sessions.errors import BrowserSessionsError
from tests.facade.failing import KEY, LOST, UNSENT, Case, call_to, failing, load_cases, response_of
from tests.facade.masking import SECRET, WRITERS, keys, texts_in, words, writers

each_provider = pytest.mark.parametrize("slug", PROVIDERS)

# Statuses


@pytest.mark.parametrize("case", load_cases(), ids=str)
def test_a_response_is_one_whole_error(case: Case) -> None:
    """Its class, its sentence, and every field of it."""
    error = failing(case.slug, case.status, case.body, case.headers, base_url=case.base_url)

    assert (type(error), str(error)) == (type(case.expected), str(case.expected))
    assert vars(error) == vars(case.expected)


def test_every_provider_has_cases() -> None:
    """The cases are a bad key, a rate limit, a CDN, a missing session, an unknown path and an unidentified session."""
    kinds: dict[str, set[str]] = {slug: set() for slug in PROVIDERS}
    for case in load_cases():
        kinds[case.slug].add(case.error["class"])
    wanted = {"AuthenticationFailed", "RateLimited", "ProviderUnavailable", "SessionNotFound", "ApiStatusError"}
    assert {slug: wanted | {"UnexpectedResponse"} for slug in PROVIDERS} == {
        slug: found & (wanted | {"UnexpectedResponse"}) for slug, found in kinds.items()
    }


STATUSES: dict[type[BrowserSessionsError], tuple[int, ...]] = {
    errors.InvalidRequest: (400, 409),
    errors.AuthenticationFailed: (401,),
    errors.QuotaExceeded: (402,),
    errors.SessionNotFound: (404, 410),
    errors.RateLimited: (429,),
    errors.ProviderUnavailable: (408, 500, 501, 502, 503, 504, 505, 511, *range(520, 531), 599),
    errors.ApiStatusError: (100, 199, 300, 301, 302, 303, 304, 305, 307, 308, 405, 406, 418, 451, 499, 600, 999),
    errors.UnexpectedResponse: (200, 201, 202, 203, 204, 206, 226, 299),
}


@each_provider
def test_a_status_alone_has_a_message(slug: str) -> None:
    """A status has a message for any provider, even with a body that explains nothing."""
    for kind, statuses in STATUSES.items():
        for status in statuses:
            for body in (b"", b"[]", b"null", b'{"error": 5}', b'{"detail": {"detail": {}}}', b"\xff\x00"):
                assert type(failing(slug, status, body)) is kind


@each_provider
def test_what_one_status_means_to_each_provider(slug: str) -> None:
    """403 and 422 are the statuses about which they disagree."""
    meanings = {
        "anchorbrowser": (errors.PermissionDenied, errors.QuotaExceeded, errors.InvalidRequest),
        "skyvern": (errors.AuthenticationFailed, errors.AuthenticationFailed, errors.ProviderUnavailable),
    }
    limit = {"error": {"code": 403, "message": "The cost limit is reached"}}
    found = tuple(type(failing(slug, *each)) for each in ((403,), (403, limit), (422,)))
    assert found == meanings.get(slug, (errors.PermissionDenied, errors.PermissionDenied, errors.InvalidRequest))


ROUTERS = [
    {"detail": "Not Found"},
    {"message": "Not Found"},
    {"error": {"message": "404 page not found"}},
    {"message": "Route GET:/v1/v1/sessions/an-id not found", "error": "Not Found", "statusCode": 404},
    {"message": "Cannot GET /v1/v1/sessions/an-id", "error": "Not Found", "statusCode": 404},
    {"message": "no Route matched with those values"},
    {"message": "The route v1/v1/sessions/an-id could not be found."},
    {"title": "Not Found", "status": 404},
    {"timestamp": 1, "status": 404, "error": "Not Found", "path": "/v1/v1/sessions/an-id"},
    "The requested URL /v1/v1/sessions/an-id was not found on this server.",
    "default backend - 404",
    "404: Not Found",
    "Not found.\n",
    "<html><head><title>404 Not Found</title></head></html>",
    "  <!DOCTYPE html><pre>Cannot GET /v1/v1/sessions/an-id</pre>",
]
SESSIONS = [
    None,
    {"detail": "Session not found"},
    {"error": "Session an-id not found"},
    {"message": "Cannot find the session"},
    {"message": "Session Not Found"},
    {"error": {"code": 404, "message": "No session for route /a not found"}},
    "not found: an-id",
    "no <session>",
]


@each_provider
@pytest.mark.parametrize("base_url", ["", "https://gateway.example/v1"])
def test_an_unknown_path_is_not_a_missing_session(slug: str, base_url: str) -> None:
    """Web frameworks have phrases for it, or send a page; a program that drops missing sessions drops none."""
    for body in ROUTERS:
        error = failing(slug, 404, body, base_url=base_url)
        assert type(error) is errors.ApiStatusError
        provider = PROVIDERS[slug]
        own = f"{provider.name}'s own is {provider.base_url}"
        advice = f"check the id and the base URL (base_urls or {provider.base_url_variable}): {own}"
        assert str(error).endswith(advice)
    for body in SESSIONS:
        error = failing(slug, 404, body, base_url=base_url)
        assert type(error) is errors.SessionNotFound
        assert (PROVIDERS[slug].base_url_variable in str(error)) == (base_url != "")


# Calls that are about no session


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (401, {"error": "no"}, errors.AuthenticationFailed, "Bright Data rejected the API key (status 401: no); check"),
        (400, {"error": "no"}, errors.InvalidRequest, "Bright Data rejected the request (status 400: no); check its"),
        (409, None, errors.InvalidRequest, "Bright Data rejected the request (status 409); check its options"),
        (404, {"error": "Zone not found"}, errors.InvalidRequest, "Bright Data rejected the request (status 404: Zone"),
        (404, "Not Found", errors.ApiStatusError, "Bright Data has no such route (status 404: Not Found); check"),
        (500, None, errors.ProviderUnavailable, "Bright Data failed to handle the request (status 500); try again"),
        (200, "[]", errors.UnexpectedResponse, "Bright Data sent an unexpected response: the body: expected object"),
    ],
)
def test_a_call_about_no_session(status: int, body: Any, kind: type[Exception], message: str) -> None:
    """The message begins with the provider's name, and mentions no id."""
    error = failing("brightdata", status, body, session_id=None)
    assert (type(error), error.ref, error.provider) == (kind, None, "brightdata")
    assert str(error).startswith(message)
    assert "the id" not in str(error) or kind is errors.ApiStatusError


# No response


def test_which_connection_failed() -> None:
    """Each of httpx's classes has its own message; one that may mean anything means no response."""
    found = {}
    for kind in (*LOST, *UNSENT):
        error = _failures.failure(call_to("skyvern"), kind("said"), 1)
        found[kind] = str(error).removeprefix("skyvern:an-id: ").partition(";")[0]
    late, host = "within 1 s", "api.skyvern.com"
    assert found == {
        httpx.ConnectError: f"could not connect to {host} (said)",
        httpx.ConnectTimeout: f"could not connect to {host} {late}",
        httpx.PoolTimeout: f"no response from {host} {late}",
        httpx.ProxyError: f"the proxy did not connect to {host} (said)",
        httpx.UnsupportedProtocol: f"no response from {host} (UnsupportedProtocol: said)",
        httpx.CloseError: f"no response from {host} (CloseError: said)",
        httpx.LocalProtocolError: f"no response from {host} (LocalProtocolError: said)",
        httpx.ReadError: f"lost the connection to {host} (said)",
        httpx.ReadTimeout: f"no complete response from {host} {late}",
        httpx.RemoteProtocolError: f"no complete HTTP response from {host} (said)",
        httpx.WriteError: f"lost the connection to {host} (said)",
        httpx.WriteTimeout: f"no response from {host} {late}",
    }


NO_RESPONSE: dict[str, tuple[Exception | None, type[errors.TransportError], str]] = {
    "refused": (
        httpx.ConnectError("refused"),
        errors.TransportError,
        "could not connect to api.skyvern.com (refused); check the network, or try again later",
    ),
    "of nothing": (
        httpx.ReadError(""),
        errors.TransportError,
        "lost the connection to api.skyvern.com (ReadError); check the network, or try again later",
    ),
    "too late": (
        httpx.ReadTimeout("scope 0x7f"),
        errors.RequestTimeout,
        "no complete response from api.skyvern.com within 2.35 s; allow more time, or try again later",
    ),
    "of the operating system": (
        ConnectionResetError("gone"),
        errors.TransportError,
        "no response from api.skyvern.com (ConnectionResetError: gone); check the network, or try again later",
    ),
    "of a text": (
        UnicodeError("label too long"),
        errors.TransportError,
        "no response from api.skyvern.com (UnicodeError: label too long); check the network, or try again later",
    ),
    "nothing at all": (
        None,
        errors.TransportError,
        "no response from api.skyvern.com; check the network, or try again later",
    ),
}


@pytest.mark.parametrize("name", NO_RESPONSE)
def test_no_response(name: str) -> None:
    """The error names the host and the reason; httpx's own is the cause."""
    cause, kind, message = NO_RESPONSE[name]
    error = _failures.failure(call_to("skyvern"), cause, 2.345678)
    assert type(error) is kind
    assert vars(error) == vars(kind(f"skyvern:an-id: {message}", ref=SessionRef("skyvern", "an-id")))
    assert str(error) == f"skyvern:an-id: {message}"
    assert type(error.__cause__) is (type(cause) if isinstance(cause, httpx.HTTPError) else type(None))
    of_a_list = _failures.failure(call_to("skyvern", session_id=None), cause, 2.345678)
    assert (str(of_a_list), of_a_list.provider) == (f"Skyvern: {message}", "skyvern")


def test_the_cause_keeps_no_request() -> None:
    """It is httpx's own error, without the headers that were sent."""
    request = httpx.Request("GET", "https://api.skyvern.com", headers={"x-api-key": KEY})
    error = _failures.failure(call_to("skyvern"), httpx.ReadError(f"lost {KEY}", request=request), 1)
    assert (type(error.__cause__), str(error.__cause__), error.__context__) == (httpx.ReadError, "lost ***", None)
    with pytest.raises(RuntimeError):
        _ = error.__cause__.request  # type: ignore[union-attr]


def test_no_response_for_a_reason_within() -> None:
    """The libraries' errors may have no text; those of a user's own class may be made in any way."""

    class OddError(httpx.ReadError):
        def __init__(self, first: int, second: int) -> None:
            super().__init__(f"{first} {second}")

    nested = httpx.ConnectError("")
    nested.__cause__ = OSError("no route")
    for cause, said in ((nested, "no route"), (OddError(1, 2), "OddError: 1 2")):
        assert f"({said})" in str(_failures.failure(call_to("skyvern"), cause, 1))
    assert _failures.failure(call_to("skyvern"), OddError(1, 2), 1).__cause__ is None


# What is kept of a body

BODIES: dict[str, tuple[bytes, str | None, str]] = {
    "nothing": (b"", "", ""),
    "JSON": (b'{"detail":"a",\n "b": [1.50, null, true]}', '{"detail": "a", "b": [1.5, null, true]}', "a"),
    "JSON behind a byte order mark": (b'\xef\xbb\xbf{"detail": "a"}', '{"detail": "a"}', "a"),
    "JSON that is a text": (b'"too much"', '"too much"', "too much"),
    "JSON that is a number": (b"5", "5", ""),
    "JSON in other letters": ('{"detail": "zü viel"}'.encode(), '{"detail": "zü viel"}', "zü viel"),
    "JSON that is no text": (b'{"detail": "a\\ud800b"}', '{"detail": "a?b"}', "a b"),
    "JSON in another encoding": (b'{"detail": "\xff"}', '{"detail": "\ufffd"}', "\ufffd"),
    "text": (b"Too many requests\n", "Too many requests\n", "Too many requests"),
    "text in lines": (b"one\r\n\ttwo", "one\r\n\ttwo", "one two"),
    "a page": (b"<title>Down &amp; out</title>", None, "Down & out"),
    "a page without a title": (b" <html></html>", None, ""),
    "a page whose title is cut off": (b"<title>Down", None, ""),
    "a page whose title comes late": (b"<html>" + b" " * 2000 + b"<title>Down</title>", None, ""),
    "JSON that is cut off": (b'{"detail": "a', None, ""),
    "JSON in a text": (b'data: {"detail": "a"}', None, ""),
    "JSON that is written otherwise": (b'data: "\\u0075rl": "hunter2"', None, ""),
    "JSON that is too deep": (b"[" * 5000 + b"]" * 5000, None, ""),
    "a list in a text": (b"a [1, 2]", None, ""),
    "a text with an element": (b"no <session>", None, ""),
    "a text that is a command to a terminal": (b"a\x1b[2Jb", None, ""),
    "bytes": (b"\x1f\x8b\x08\x00", None, ""),
    "a large number": (b"9" * 5000, None, ""),
    "as long as a body may be": (b'"' + b"a" * 1998 + b'"', '"' + "a" * 1998 + '"', "a" * 300 + "…"),
    "longer": (b'"' + b"a" * 1999 + b'"', '"' + "a" * 1999, "a" * 300 + "…"),
    "a text as long as a body may be": (b"a" * 2000, "a" * 2000, "a" * 300 + "…"),
    "a longer text": (b"a" * 2001, None, ""),
    "as much as is read": (b"{" + b" " * 99_985 + b'"detail": "a"}', '{"detail": "a"}', "a"),
    "more than is read": (b"{" + b" " * 99_986 + b'"detail": "a"}', None, ""),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_kept_and_said_of_a_failures_body(name: str) -> None:
    """JSON and a short plain text are kept; they and the title of a page are shown, in one line."""
    content, kept, said = BODIES[name]
    error = failing("skyvern", 500, content)
    assert error.body == kept
    assert f"(status 500: {said});" in str(error) or (not said and "(status 500);" in str(error))


def test_nothing_is_kept_of_a_successs_body() -> None:
    """It may be that of other sessions; the headers and the place of the problem are enough."""
    for slug in PROVIDERS:
        for body in ([{"id": "other", "url": "wss://a.example"}], "hunter2", {"id": 5}, "<title>hunter2</title>"):
            error = failing(slug, 200, body, {"Content-Type": "application/json"})
            assert (type(error), error.body) == (errors.UnexpectedResponse, None)
            assert "hunter2" not in "".join(texts_in(error))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"detail": "b", "message": "a"}, "a"),
        ({"code": "a"}, "a"),
        ({"detail": [{"loc": ["body", 0, "x"], "msg": "a"}, {"msg": "b"}, "c"]}, "body.0.x: a; b; c"),
        ({"detail": {"code": "a", "retryable": True}}, "a"),
        ({"errors": "a"}, ""),
        (list("abcdef"), "a; b; c; d; e"),
        ({"error": {"error": {"error": {"error": {"error": "a"}}}}}, "a"),
        ({"error": {"error": {"error": {"error": {"error": {"error": "a"}}}}}}, ""),
        ("a" * 300, "a" * 300),
        ("a" * 301, "a" * 300 + "…"),
        (" " * 1199 + "ab", "a"),
    ],
)
def test_which_texts_of_a_body_are_shown(body: Any, said: str) -> None:
    """Under the names that providers use, in the order of how much they explain; and only so many of them."""
    message = str(failing("browserbase", 500, json.dumps(body)))
    assert f"(status 500: {said});" in message or (not said and "(status 500);" in message)


def test_the_id_of_a_request() -> None:
    """The first of the usual headers that has one."""
    sent = {"X-Request-Id": "", "CF-Ray": "ray", "X-Trace-Id": "trace"}
    assert failing("skyvern", 503, headers=sent).request_id == "trace"
    assert failing("skyvern", 503).request_id is None


UNPRINTABLE = [chr(code) for code in (*range(32), *range(127, 161), 0xAD, 0x61C, *range(0x200B, 0x2010))]
UNPRINTABLE += [chr(code) for code in (*range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xE0001)]


@pytest.mark.parametrize("each", UNPRINTABLE, ids=ascii)
def test_a_message_is_one_line_of_text(each: str) -> None:
    """What moves a cursor, turns a line around or ends it is a space; all else is shown as it is."""
    text = f"a{each}[31mb"
    for body in ({"detail": text}, {"detail": [{"loc": [text], "msg": text}]}, f"<title>{text}</title>"):
        error = failing("skyvern", 400, body, {"Content-Type": "a"}, session_id=text)
        assert str(error).startswith("skyvern:a [31mb: Skyvern rejected the request (status 400: a [31mb")
        assert str(error).isprintable()
    unexpected = _failures.unexpected(call_to("skyvern"), response_of(200, None, {"Content-Type": "x"}), text)
    assert "response: a [31mb (status 200, x)" in str(unexpected)


# What is never shown


def require_hidden(error: BrowserSessionsError, *secrets: str) -> None:
    """Fail if a secret is anywhere in an error, or in what led to it."""
    texts = [*texts_in(error), pickle.dumps(error).decode("utf-8", "replace")]
    assert [text for text in texts if any(secret.lower() in text.lower() for secret in secrets)] == []


@each_provider
@pytest.mark.parametrize("writer", WRITERS)
def test_an_echo_of_the_key_is_hidden(slug: str, writer: str) -> None:
    """However the server writes it, wherever it stands, whatever the status; and so are a request's other secrets."""
    statuses = (200, 302, 400, 403, 429, 503) if slug == "skyvern" else (403,)  # of which providers differ in this one
    written = WRITERS[writer](SECRET)
    bodies = [
        f"bad key {written}!",
        f"<title>bad key {written}</title>",
        f'["{written}", {{"{written}": "{written}"}}]',
    ]
    bodies += [form.replace("KEY", written) for form in ('{"detail": "Bearer KEY"}', '{"error": {"message": "KEY"}}')]
    bodies += [f'{{"detail": [{{"loc": ["{written}"], "msg": "{written}", "input": "{written}"}}]}}', f'"{written}"']
    headers = dict.fromkeys(("Content-Type", "Server", "X-Request-Id", "Retry-After", "Date", "RateLimit"), written)
    headers |= {"Location": f"https://a.example/{written}", "X-Api-Key": written}
    for status in statuses:
        for body in bodies:
            require_hidden(failing(slug, status, body, headers, key=SECRET), SECRET, written)
            require_hidden(failing(slug, status, body, headers, secrets=(SECRET,)), SECRET, written)
    for kind in (httpx.ConnectError, httpx.ReadTimeout, httpx.ProxyError, OSError, UnicodeError):
        call = call_to(slug, key=SECRET, session_id=SECRET)._replace(ref=None)
        require_hidden(_failures.failure(call, kind(f"header {written!r}\nin"), 1), SECRET, written)
    require_hidden(_failures.unexpected(call, response_of(200), f"what {written}"), SECRET, written)


@given(
    key=keys, write=writers, around=st.tuples(words, words), wrap=st.sampled_from([str, lambda text: {"detail": text}])
)
def test_no_key_is_shown(key: str, write: Any, around: tuple[str, str], wrap: Any) -> None:
    """Any key, in any of the ways, anywhere in a body of text or JSON."""
    error = failing("skyvern", 400, wrap(write(key).join(around)), key=key)
    known = str(failing("skyvern", 400, {"detail": ""}))
    shown = [str(error), error.body or ""]
    assert [text for text in shown if write(key) in text and write(key) not in known] == []


@pytest.mark.parametrize("place", [300, 1200, 2000])
def test_a_key_at_a_cut_is_hidden(place: int) -> None:
    """The key is hidden before a line, the text searched for one, or a body is cut."""
    for length in range(place - 2 * len(SECRET) - 20, place + 5):
        for written in (SECRET, WRITERS["percent-encoded"](SECRET)):
            error = failing("skyvern", 400, {"detail": "a " * (length // 2) + written + "b" * 2000}, key=SECRET)
            require_hidden(error, SECRET[:7], written[:7])
            assert len(error.body or "") <= 2000
            assert len(str(error)) < 500


def test_a_key_that_a_lost_connection_cuts_is_hidden() -> None:
    """The beginning of a key is hidden in a body that did not arrive as a whole."""
    for length in range(6, len(SECRET)):
        assert failing("skyvern", 500, f"bad key {SECRET[:length]}", key=SECRET).body == "bad key ***"
        for body in ('{"detail": "bad key KEY', "<title>bad key KEY"):
            require_hidden(failing("skyvern", 500, body.replace("KEY", SECRET[:length]), key=SECRET), SECRET[:6])


def test_a_secret_that_is_a_number_is_hidden() -> None:
    """JSON may have it as one."""
    error = failing("skyvern", 400, {"pin": 123456, "detail": "no"}, secrets=("123456",))
    assert error.body == '{"pin": ***, "detail": "no"}'


def test_a_short_key_is_not_looked_for() -> None:
    """It would be in any text."""
    assert failing("skyvern", 400, {"detail": "eat"}, key="e").body == '{"detail": "eat"}'


@each_provider
@pytest.mark.parametrize("status", [200, 400, 500])
def test_what_the_description_marks_is_hidden(slug: str, status: int) -> None:
    """Sensitive values are hidden in JSON, broken JSON, repeated names, and texts that quote JSON or Python's form."""
    for name in PROVIDERS[slug].sensitive:
        body = json.dumps({"a": 1, "b": [{name: {"c": "hunter2"}}], name: "hunter2", "d": "e"})
        unicode = "".join(f"\\u{ord(each):04x}" for each in name)
        bodies = [
            body,
            body[:-1],
            body + "}",
            f"data: {body}\n\n",
            body.replace("1", "01"),
            f"{body}\n{body}",
        ]
        bodies += [
            f'{{"{name}": "hunter2", "{name}": null}}',
            f'{{"{unicode}": "hunter2"}}',
            f'{{"{unicode}": "hunter2"',
        ]
        bodies += [json.dumps({"message": f"upstream said {inner}"}) for inner in (body, repr({name: "hunter2"}))]
        bodies += [json.dumps(json.dumps(body)), f"upstream said {{'{name}': 'hunter2'}}"]
        for body in bodies:
            require_hidden(failing(slug, status, body), "hunter2")
    shown = dict.fromkeys(PROVIDERS[slug].sensitive, "***") | {"last": "seen"}
    whole: dict[str, Any] = {name: ["hunter2"] for name in PROVIDERS[slug].sensitive}
    assert failing(slug, 400, whole | {"last": "seen"}).body == json.dumps(shown)


def test_urls_lose_what_may_be_a_ticket() -> None:
    """URLs in a message, a body, a header and an id lose their user, query and fragment."""
    url = "https://user:hunter2@a.example/b?c=hunter2#hunter2"
    sent = {"Location": "/a?hunter2", "Link": f"<{url}>", "X-Plain": url, "Set-Cookie": "hunter2"}
    for body in ({"detail": f"GET {url} failed", "url": url}, f"GET {url} failed", f"<title>{url}</title>"):
        error = failing("browserbase", 418, body, sent)
        require_hidden(error, "hunter2")
        assert "https://***@a.example/b?***" in str(error)
    require_hidden(_failures.failure(call_to("skyvern"), httpx.ProxyError(f"proxy {url}"), 1), "hunter2")
    assert str(failing("browserbase", 404, session_id=url)).startswith(
        "browserbase:https://***@a.example/b?***: Browserbase"
    )
