"""How much of a response is read, to the byte."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from browser_sessions import _http
from browser_sessions._attempt import Attempt, Receipt
from browser_sessions._body import Body
from browser_sessions._saving import FileDraft
from browser_sessions.errors import UnexpectedResponse
from tests.facade.failing import failing
from tests.facade.fetching import sync_client


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("size", [59, 60, 61])
def test_a_body_is_as_large_as_it_may_be(size: int, status: int, is_packed: bool) -> None:  # noqa: FBT001 - a parameter
    """Decompressed, and to the byte; of a status that is enough, the first bytes are kept."""
    content = b"a" * size
    headers = httpx.Headers({"Content-Encoding": "gzip"} if is_packed else {})
    body = Body(status, headers, 60)
    body.is_whole = True

    assert body.take(gzip.compress(content, mtime=0) if is_packed else content) == (size <= 60)
    response = body.response()
    assert response.content == content
    assert bool(response.problem) == (size > 60 and status == 200)


@pytest.mark.parametrize("status", [199, 200, 299, 300, 500])
def test_a_body_for_a_file_is_not_kept_in_memory(status: int, tmp_path: Path) -> None:
    """Except that of a failure, which explains it."""
    packed = gzip.compress(b"a" * 60, mtime=0)
    with FileDraft(tmp_path / "a") as draft:
        body = Body(status, httpx.Headers({"Content-Encoding": "gzip"}), 60, draft)
        assert [body.take(packed[:20]), body.take(packed[20:])] == [True, True]
        body.is_whole = True
        assert body.response().content == (b"" if 200 <= status < 300 else b"a" * 60)
        assert draft.publish(overwrite=False).read_bytes() == (b"a" * 60 if 200 <= status < 300 else b"")


def test_what_is_sent_behind_a_packed_body_counts() -> None:
    """Else it could be endless."""
    packed = gzip.compress(b"a", mtime=0)
    bodies = [Body(200, httpx.Headers({"Content-Encoding": "gzip"}), len(packed) + more) for more in (10, 9)]
    assert [body.take(packed + b"\0" * 10) for body in bodies] == [True, False]


def test_a_body_that_is_not_packed_as_gzip_packs() -> None:
    """A body in zlib's format is refused where gzip was announced."""
    body = Body(200, httpx.Headers({"Content-Encoding": "gzip"}), 60)
    assert not body.take(zlib.compress(b"a"))
    assert body.response().problem == "it is compressed wrongly"


@pytest.mark.parametrize(("size", "problem"), [(10_000_000, "expected JSON"), (10_000_001, "it is larger than 10 MB")])
def test_ten_megabytes(size: int, problem: str) -> None:
    """A client reads at most ten megabytes of the response to any call."""
    with pytest.raises(UnexpectedResponse, match=problem):
        sync_client(lambda _: httpx.Response(200, content=b" " * size)).get("skyvern:a")


def test_a_hundred_megabytes_of_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client reads up to a hundred megabytes of a list, since one page may have thousands of rows."""
    limits: list[int] = []

    class Noted(Body):
        def __init__(self, status: int, headers: httpx.Headers, most: int, into: FileDraft | None) -> None:
            limits.append(most)
            super().__init__(status, headers, most, into)

    monkeypatch.setattr(_http, "Body", Noted)
    assert list(sync_client(lambda _: httpx.Response(200, json=[])).list("skyvern")) == []
    assert {*limits} == {100_000_000}


@pytest.mark.parametrize(("size", "said"), [(100_000, "(status 500: gone)"), (100_001, "(status 500)")])
def test_a_failure_of_a_hundred_thousand_bytes(size: int, said: str) -> None:
    """A failure's response is read up to a hundred thousand bytes; no explanation is longer."""
    body = json.dumps({"detail": "gone", "pad": ""})
    error: Any = failing("skyvern", 500, body.replace('""', f'"{"a" * (size - len(body))}"'))
    assert said in str(error)
    assert len(error.body or "") == (2_000 if size == 100_000 else 0)


@pytest.mark.parametrize(("size", "kept"), [(2_000, 2_000), (2_001, 0)])
def test_a_plain_text_of_two_thousand_characters(size: int, kept: int) -> None:
    """A plain text of two thousand characters is kept; a longer one is dropped."""
    assert len(failing("skyvern", 500, "a" * size).body or "") == kept


def test_which_connections_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred are kept for five seconds, none after a request that may not be repeated. Any number may be open."""
    monkeypatch.setattr(_http, "find_proxy", lambda *_: None)
    pools: Any = _http._Pools(dict, None, proxy=None, verify=True)  # its arguments, in the place of a pool
    request = httpx.Request("GET", "http://127.0.0.1")
    common = {"ssl_context": None, "proxy": None, "max_connections": None, "network_backend": None}
    for receipt, kept in ((None, 100), (Receipt(), 0)):
        found = pools.of(Attempt(request, 0.0, 0, receipt))
        assert found == common | {"max_keepalive_connections": kept, "keepalive_expiry": 5.0}
