"""Whatever a server sends: a view, or an error of the family, which can be shown, kept and sent on."""

from __future__ import annotations

import json
import pickle
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from browser_sessions import PROVIDERS, BrowserSession, view
from browser_sessions.errors import BrowserSessionsError
from tests.clients.client_case import encoded
from tests.clients.mutations import mutations, values
from tests.facade.fetching import KEY, async_client, run, sync_client
from tests.facade.test_faulty_servers import assert_no_key
from tests.facade.viewing import decode, examples, full_answer

BODIES = [body for slug in PROVIDERS for body in (*examples(slug).values(), full_answer(slug))]
NAMES = ["error", "detail", "message", "msg", "loc", "code", *sorted({name for body in BODIES for name in body})]

_CODINGS = ["gzip", "GZIP", "x-gzip", "br", "deflate", "identity", "gzip, gzip", "", "\xff"]
_DATES = ["Wed, 04 Mar 2026 09:15:07 GMT", "Wed, 04 Mar 99999 09:15:07 GMT", "Mon, 01 Jan 0001 00:00:00 +9999"]
_TEXTS = st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=30)

headers = st.fixed_dictionaries(
    {},
    optional={
        "Content-Encoding": st.sampled_from(_CODINGS) | _TEXTS,
        "Content-Type": st.sampled_from(["text/html; charset=utf-16", "application/json; charset=nonsense"]) | _TEXTS,
        "Retry-After": st.sampled_from(["1", "-1", "1e9", "9" * 400, *_DATES]) | _TEXTS,
        "RateLimit": st.sampled_from(['"a";r=0;t=5', '"a";r=0;t=99999999999999999999', ";r=0;t=0,;r=;t="]) | _TEXTS,
        "Date": st.sampled_from(_DATES) | _TEXTS,
        "Location": st.sampled_from(["http://[", "//", f"https://a.example/{KEY}"]) | _TEXTS,
        "X-Request-Id": _TEXTS,
        "Set-Cookie": _TEXTS,
        KEY: st.just(KEY),
    },
)

contents = (
    values.map(encoded)
    | mutations(BODIES, NAMES).map(encoded)
    | st.binary(max_size=50)
    | st.text(max_size=50).map(lambda text: json.dumps({"detail": f"{text}{KEY}{text}"}).encode())
    | st.sampled_from([b"[" * 100_000, b'{"a":' * 2000, b"\x1f\x8b\x08\0", b"9" * 5000, b"\xef\xbb\xbf\xef\xbb\xbf{}"])
)

statuses = st.sampled_from([200] * 5 + [201, 204, 302, 400, 401, 403, 404, 422, 429, 500, 520]) | st.integers(100, 999)


class _Raw(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body as it came, which httpx does not look into when it is made."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Any:
        yield self._content

    async def __aiter__(self) -> Any:
        yield self._content


@pytest.mark.parametrize("backend", [None, "asyncio"])
@pytest.mark.parametrize("slug", PROVIDERS)
def test_any_answer_is_a_session_or_an_error(slug: str, backend: str | None) -> None:
    """Never an exception of another family, never the key, never too much."""

    @settings(max_examples=200 if backend is None else 60, deadline=None)
    @given(status=statuses, sent=headers, content=contents)
    @example(status=403, sent={}, content=b'{"error": {"message": ' * 900 + b"1" + b"}}" * 900)
    def check(status: int, sent: dict[str, str], content: bytes) -> None:
        raw = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]

        def answer(_: httpx.Request) -> httpx.Response:
            return httpx.Response(status, headers=raw, stream=_Raw(content))

        async def fetch() -> BrowserSession:
            async with async_client(answer, max_retries=0) as client:
                return await client.get(f"{slug}:an-id")

        try:
            session = run(backend, fetch) if backend else sync_client(answer, max_retries=0).get(f"{slug}:an-id")
        except BrowserSessionsError as error:
            assert_error(error)
        else:
            assert status == 200
            assert session.provider == slug
            if "Content-Encoding" not in sent:
                assert session == view(decode(slug, json.loads(content.decode("utf-8-sig"))))

    check()


def assert_error(error: BrowserSessionsError) -> None:
    """An error is a value, of one line, with what may be known."""
    assert_no_key(error)
    assert pickle.loads(pickle.dumps(error)) == error  # noqa: S301 - our own
    assert str(error).isprintable()
    assert repr(error)
    assert len(error.body or "") <= 2_000
    assert error.retry_after is None or 0 <= error.retry_after < 1e15
    assert error.headers.get("set-cookie", "***") == "***"
    assert error.ref is not None
