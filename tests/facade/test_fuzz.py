"""Whatever a server sends, in whatever way, a call ends in a view or in an error that keeps its promises."""

from __future__ import annotations

import importlib
import math
import pickle
import re
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import quote, unquote

import attrs
import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import browser_sessions
from browser_sessions import PROVIDERS, BrowserSession, SessionRef
from browser_sessions.errors import ApiStatusError, BrowserSessionsError, TransportError, UnexpectedResponse
from tests.clients.client_case import encoded
from tests.clients.mutations import mutations, values
from tests.facade.fetching import BACKENDS, async_client, run, sync_client
from tests.facade.viewing import examples, full_body

KEYS = ["a-key-that-is-secret", "sk-live_Ab+/9=.xyz~Q", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJvXzEifQ.c2lnbmF0dXJl-_"]

BODIES = {slug: [*examples(slug).values(), full_body(slug)] for slug in PROVIDERS}
FAILURES: list[Any] = [
    {"error": {"code": 403, "message": "Cost limit reached"}},
    {"error": "Session not found", "session_id": "an-id"},
    {"statusCode": 429, "error": "Too Many Requests", "message": "max concurrent sessions limit"},
    {"detail": [{"loc": ["path", "session_id"], "msg": "Input should be a valid UUID", "type": "uuid_parsing"}]},
    {"detail": {"code": "downloaded_files_unavailable", "retryable": True}},
]
NAMES = ["error", "detail", "message", "msg", "loc", "code", "title"]


@attrs.frozen
class Sent:
    """What a server sends: a status, headers, and a body in pieces, after which the connection may be lost."""

    status: int
    headers: list[tuple[bytes, bytes]]
    pieces: list[bytes]
    is_lost: bool = False

    def response(self) -> httpx.Response:
        """Return it as a transport does."""
        return httpx.Response(self.status, headers=self.headers, stream=_Stream(self))


class _Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body as it comes, which httpx does not look into when a response is made."""

    def __init__(self, sent: Sent) -> None:
        self._sent = sent

    def __iter__(self) -> Iterator[bytes]:
        yield from self._sent.pieces
        if self._sent.is_lost:
            raise httpx.ReadError("lost")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


def echoed(key: str) -> st.SearchStrategy[str]:
    """Return what a server may make of a key: as it is, or as URLs and JSON write it."""
    numbers = [f"\\u{ord(each):04x}" for each in key]
    parts = st.lists(st.booleans(), min_size=len(key), max_size=len(key)).map(
        lambda chosen: "".join(numbers[i] if chosen[i] else each for i, each in enumerate(key))
    )
    forms = [key, quote(key), quote(key, safe=""), key.replace("/", "\\/"), "".join(numbers)]
    return st.sampled_from(forms) | parts


_CODINGS = ["gzip", "GZIP", " x-gzip ", "br", "deflate", "zstd", "identity", "gzip, gzip", "", "\xff", "q" * 3000]
_TYPES = ["text/html; charset=utf-16", "application/json; charset=nonsense", "text/html; charset=", "/", "a" * 3000]
_DATES = [
    "Wed, 04 Mar 2026 09:15:07 GMT",
    "Wed, 04 Mar 99999 09:15:07 GMT",
    "Mon, 01 Jan 0001 00:00:00 +9999",
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Wed, 04 Mar 2026 09:15:07 -99999999999999999999",
    "04 Mar 26",
    "0 0 0 0 0",
]
_WAITS = ["0", "1", "-1", "1e9", "1.5", "nan", "inf", "9" * 15, "9" * 400, "9" * 5000, *_DATES]
_LIMITS = [
    '"a";r=0;t=5',
    '"a";t=5;r=0',
    '"a";r=0;t=99999999999999999999',
    ";r=0;t=0,;r=;t=",
    '"a";r=1;t=5, "b";r=0;t=9',
]
_PLACES = ["http://[", "//", "", "?", "https://a.example/b?ticket=hunter2", "https://a.example:99999999/", "\xff"]
_TEXTS = st.text(st.characters(max_codepoint=255), max_size=30)
_NAMES = st.text("abcXYZ-_!~09", min_size=1, max_size=20)


def headers(key: str) -> st.SearchStrategy[list[tuple[bytes, bytes]]]:
    """Return headers that mean something here, with values that mean too much or nothing, among any others."""
    texts = _TEXTS | st.just(key) | st.just(quote(key, safe="")) | st.just(f"\r\n\x1b[2J {key}")
    likely = {
        "Content-Encoding": _CODINGS,
        "Content-Type": _TYPES,
        "Content-Length": ["0", "-1", "9" * 400],
        "Retry-After": _WAITS,
        "RateLimit": _LIMITS,
        "Date": _DATES,
        "Location": _PLACES,
        "X-Request-Id": ["", "r-1"],
        "Set-Cookie": ["hunter2"],
        "Transfer-Encoding": ["chunked"],
    }
    known = st.sampled_from([*likely]).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(likely[name]) | texts)
    )
    others = st.tuples(_NAMES | st.just(key), texts)
    return st.lists(known | others, max_size=5).map(
        lambda pairs: [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]
    )


statuses = st.sampled_from([200] * 4 + [201, 204, 304, 401, 403, 429, 520]) | st.integers(100, 999)


@st.composite
def arbitrary(draw: st.DrawFn, slug: str, key: str) -> Sent:
    """Return any JSON, any bytes, or any text with the key in it, with any status and any headers."""
    del slug
    kind = draw(st.sampled_from(["json", "bytes", "echo", "page", "odd"]))
    if kind == "json":
        content = encoded(draw(values))
    elif kind == "bytes":
        content = draw(st.binary(max_size=60))
    elif kind == "odd":
        content = draw(
            st.sampled_from([b"[" * 50_000, b'{"detail":' * 900, b"\x1f\x8b\x08\0", b"9" * 5000, b"\xef\xbb\xbf{}"])
        )
    else:
        before = draw(st.text(max_size=20)) + "a" * draw(st.sampled_from([0, 0, 270, 1180, 1960]))
        text = before.replace('"', "").replace("\\", "") + draw(echoed(key))
        form = draw(st.sampled_from(['{{"detail": "{}"}}', '{{"error": {{"message": "{}"}}}}', '[{{"{0}": ["{0}"]}}]']))
        content = (form.format(text) if kind == "echo" else f"<title>{text}</title>").encode("utf-8", "replace")
    cut = draw(st.integers(0, len(content)))
    return Sent(
        draw(statuses), draw(headers(key)), [content[:cut], content[cut:]], is_lost=draw(st.integers(0, 9)) == 0
    )


@st.composite
def mutated(draw: st.DrawFn, slug: str, key: str) -> Sent:
    """Return a response that is nearly a real one, with a status that is or is not that of such a response."""
    bodies = [*BODIES[slug], *FAILURES] if draw(st.booleans()) else BODIES[slug]
    names = [*NAMES, *sorted({name for body in BODIES[slug] for name in body}), key]
    content = encoded(draw(mutations(bodies, names)))
    sent = draw(headers(key)) if draw(st.integers(0, 3)) == 0 else []
    return Sent(draw(st.just(200) | statuses), sent, [content])


SENT: dict[str, Callable[[str, str], st.SearchStrategy[Sent]]] = {"arbitrary": arbitrary, "mutated": mutated}
# How a response is read in tasks is the same for all providers.
FETCHED = [*((slug, None) for slug in PROVIDERS), *(("skyvern", backend) for backend in BACKENDS)]


@pytest.mark.parametrize(("slug", "backend"), FETCHED)
@pytest.mark.parametrize("kind", SENT)
def test_whatever_is_sent_has_an_outcome(slug: str, kind: str, backend: str | None) -> None:
    """It is a view of what was sent, or an error of the family, which shows and keeps no more than it may."""
    keyed = st.sampled_from(KEYS).flatmap(lambda key: st.tuples(st.just(key), SENT[kind](slug, key)))

    @given(keyed=keyed)
    @example(keyed=(KEYS[0], Sent(200, [], [b"{}"])))
    def check(keyed: tuple[str, Sent]) -> None:
        key, sent = keyed
        outcome = outcome_of(slug, key, sent, backend)
        if isinstance(outcome, BrowserSession):
            require_view(slug, outcome, sent)
        else:
            require_error(slug, outcome, sent, key)

    check()


def outcome_of(slug: str, key: str, sent: Sent, backend: str | None) -> BrowserSession | BrowserSessionsError:
    """Return what a call ends in; all but the two is a fault, and is raised."""
    arguments: dict[str, Any] = {"api_keys": {slug: key}, "max_retries": 0}

    async def fetch() -> BrowserSession:
        async with async_client(lambda _: sent.response(), **arguments) as client:
            return await client.get(f"{slug}:an-id")

    try:
        if backend:
            return run(backend, fetch)
        with sync_client(lambda _: sent.response(), **arguments) as client:
            return client.get(f"{slug}:an-id")
    except BrowserSessionsError as error:
        return error


def require_view(slug: str, session: BrowserSession, sent: Sent) -> None:
    """Fail unless it is the view of what was sent, which is a value and can be shown."""
    assert sent.status == 200
    assert not sent.is_lost
    assert session.provider == slug
    assert pickle.loads(pickle.dumps(session)) == session  # noqa: S301 - our own
    assert repr(session).startswith("BrowserSession(")
    if b"content-encoding" not in {name.lower() for name, _ in sent.headers}:
        assert session == browser_sessions.view(decoded(slug, b"".join(sent.pieces)))


def decoded(slug: str, content: bytes) -> Any:
    """Return what a client's `sync` makes of a body, which may have numbers that `json.dumps` does not write again."""
    operation = importlib.import_module(f"{slug}_client.api.sessions.get_session")
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=content))
    package = importlib.import_module(f"{slug}_client")
    return operation.sync("an-id", client=package.AuthenticatedClient(token="a", httpx_args={"transport": transport}))  # noqa: S106


def require_error(slug: str, error: BrowserSessionsError, sent: Sent, key: str) -> None:
    """Fail unless it is the error for what was sent, of one line, with what may be known."""
    assert error.ref == SessionRef(slug, "an-id")
    assert error.provider == slug
    if isinstance(error, TransportError):
        assert 200 <= sent.status < 300
        assert error.status_code is None
    else:
        assert isinstance(error, UnexpectedResponse if 200 <= sent.status < 300 else ApiStatusError)
        assert error.status_code == sent.status
        assert len(error.body or "") <= 2000
        assert error.body is None or isinstance(error, ApiStatusError)
    assert error.retry_after is None or (math.isfinite(error.retry_after) and error.retry_after >= 0)
    assert error.headers.get("set-cookie", "***") == "***"
    assert "hunter2" not in repr(error.headers)

    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (type(again), again, hash(again), vars(again)) == (type(error), error, hash(error), vars(error))
    assert str(error).isprintable()
    assert len(str(error)) < 500
    assert repr(error) == f"{type(error).__name__}({str(error)!r})"
    assert error.__context__ is None or error.__context__ is error.__cause__
    assert "".join(traceback.format_exception(error))
    require_hidden(key, error)


def require_hidden(key: str, error: BrowserSessionsError) -> None:
    """Fail if a key, as it is or as URLs and JSON write it, is in an error or in what led to it."""
    texts = [str(error), repr(error), error.body or "", error.request_id or "", *error.headers, *error.headers.values()]
    texts += [pickle.dumps(error).decode("utf-8", "replace")]
    seen = error.__cause__
    while seen:
        texts += [str(seen), repr(seen), repr(seen.args), repr(vars(seen))]
        seen = seen.__cause__ or seen.__context__
    read = [re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), each) for each in texts]
    read += [each.replace("\\/", "/") for each in read] + [unquote(each) for each in texts]
    assert [each for each in (*texts, *read) if key.lower() in each.lower()] == []
