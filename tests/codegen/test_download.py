from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from codegen.download import Download, Limits, Wanted, download
from codegen.errors import DownloadError
from tests.facade.faulty_server import FaultyServer, Peer

Play = Callable[[Peer], None]

LIMITS = Limits(size=1_000_000, seconds=10, redirects=3)
PAGE = b"# A lamp\n"
CORRECT = "correct the page in specs/sources.toml"
IN_TIME = 5
"""Seconds, of which a slow machine may take all but one; a server that holds somebody up does so for longer."""


def late(seconds: float) -> str:
    """Return what is said of a page that is not there when the time is over."""
    return (
        f"is not there in time: all of it may take {seconds:g} seconds, and a connection half of what is left of them"
    )


@pytest.fixture(autouse=True)
def _trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the test server's authority, by the variable that anybody would use, and go to it without a proxy."""
    path = tmp_path / "authority.pem"
    FaultyServer.authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def ask(play: Play, etag: str | None = None, limits: Limits = LIMITS) -> tuple[Download | str, list[bytes]]:
    """Ask a server for a page, and return what it sent, or why it cannot be had, and the requests that it got."""
    with FaultyServer(play, tls=True) as server:
        address = f"{server.address}/page.md"
        result = download({"lamp": Wanted(address, etag)}, limits)["lamp"]
        if isinstance(result, Download):
            return result, server.requests
        assert result == DownloadError(address, result.problem)
        return result.problem.replace(server.address, "https://server"), server.requests


def answering(*arguments: bytes, **keywords: str) -> Play:
    """Answer each request of a connection alike."""

    def play(peer: Peer) -> None:
        while peer.read():
            peer.answer(*arguments, **keywords)  # type: ignore[arg-type] # headers, and the status

    return play


def redirecting(*locations: str, status: str = "302 Found") -> Play:
    """Answer the first requests with redirects, and the next with the page."""
    remaining = iter(locations)

    def play(peer: Peer) -> None:
        peer.read()
        if location := next(remaining, None):
            peer.answer(b"elsewhere", status=status, Location=location, Set_Cookie="a=b; Secure")
        else:
            peer.answer(PAGE)

    return play


def raw(*parts: bytes) -> Play:
    """Answer with some bytes, and close."""

    def play(peer: Peer) -> None:
        peer.read()
        for part in parts:
            peer.send(part)

    return play


def test_a_page_comes_with_its_etag() -> None:
    """The request names us and no one else: no cookie, no key, and nothing compressed."""
    result, requests = ask(answering(PAGE, ETag='W/"1"'))

    assert result == Download(PAGE, 'W/"1"')
    agent = f"browser-sessions (codegen fetch) python-httpx/{httpx.__version__}"
    (lines,) = [request.decode().split("\r\n") for request in requests]
    assert lines[0] == "GET /page.md HTTP/1.1"
    assert lines[1].startswith("Host: 127.0.0.1:")
    assert lines[2:] == [
        "Connection: keep-alive",
        f"User-Agent: {agent}",
        "Accept: text/markdown, text/plain;q=0.9, */*;q=0.1",
        "Accept-Encoding: identity",
        "",
        "",
    ]


@pytest.mark.parametrize("etag", ["1", '"a', '"a b"', '"' + "a" * 201 + '"', 'w/"a"', '"é"'])
def test_what_is_no_etag_is_not_kept(etag: str) -> None:
    """An ETag that could not be sent back is as good as none."""
    assert ask(raw(f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: 1\r\n\r\na".encode()))[0] == Download(
        b"a", None
    )


def test_a_page_that_we_have_is_not_sent_again() -> None:
    """The ETag goes out as it came, and the answer to it is that there is nothing new."""
    result, requests = ask(answering(b"", status="304 Not Modified", ETag='"2"'), etag='"1"')

    assert result == Download(None, '"1"')
    assert b'\r\nIf-None-Match: "1"\r\n' in requests[0]


def test_a_page_that_we_have_and_that_changed_is_sent() -> None:
    """The new ETag comes with the new page."""
    assert ask(answering(PAGE, ETag='"2"'), etag='"1"')[0] == Download(PAGE, '"2"')


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ("304 Not Modified", "the server answers 304"),  # to what was not asked
        ("404 Not Found", f"the server answers 404: if it has moved, {CORRECT}"),
        ("410 Gone", f"the server answers 410: if it has moved, {CORRECT}"),
        ("500 Oops", "the server answers 500"),
        ("206 Partial Content", "the server answers 206"),
        ("300 Multiple Choices", "the server answers 300"),
        ("301 Moved Permanently", "the server answers 301"),  # it does not say where
    ],
)
def test_another_status_is_an_error(status: str, problem: str) -> None:
    """Only a 200 has the page."""
    assert ask(raw(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()))[0] == problem


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_on_the_same_site_is_followed(status: str) -> None:
    """It is asked with the same ETag, and without the cookie that the redirect came with."""
    result, requests = ask(redirecting("/new.md", "newer.md#here", "?a", status=status), etag='"1"')

    assert result == Download(PAGE, None)
    assert [request.split(b" ")[1] for request in requests] == [b"/page.md", b"/new.md", b"/newer.md", b"/newer.md?a"]
    assert all(b'\r\nIf-None-Match: "1"\r\n' in request for request in requests)
    assert b"cookie" not in b"".join(requests).lower()


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://localhost/page.md", "https://localhost/page.md"),
        ("https://www.127.0.0.1.example/page.md", "https://www.127.0.0.1.example/page.md"),
        ("https://127.0.0.1/page.md", "https://127.0.0.1/page.md"),  # another port
        ("http://127.0.0.1/page.md", "http://127.0.0.1/page.md"),
        ("//localhost/page.md", "https://localhost/page.md"),
        ("file:///etc/passwd", "file://127.0.0.1/etc/passwd"),
        ("https://me:secret@localhost/", "https://localhost/"),
    ],
)
def test_a_redirect_to_another_site_is_refused(location: str, shown: str) -> None:
    """Nothing is asked of another host, another port or in the clear, and the error says where it led."""
    problem, requests = ask(redirecting(location))

    assert problem == f"leads to another site, {shown!r}: if that is right, {CORRECT}"
    assert len(requests) == 1


def test_a_redirect_to_a_user_is_refused() -> None:
    """An answer cannot make us log in, even at the same site."""

    def play(peer: Peer) -> None:
        host = peer.read().partition(b"Host: ")[2].partition(b"\r\n")[0].decode()
        peer.answer(b"", status="302 Found", Location=f"https://me:secret@{host}/")

    problem, requests = ask(play)
    assert problem == f"leads to another site, 'https://server/': if that is right, {CORRECT}"
    assert len(requests) == 1


def test_a_redirect_that_cannot_be_read_is_an_error() -> None:
    """An address that is none leads nowhere."""
    problem, requests = ask(redirecting("https://[::1/"))
    assert str(problem).startswith("cannot be had: RemoteProtocolError: ")
    assert len(requests) == 1


def test_redirects_in_a_circle_end() -> None:
    """So many redirects are followed and no more."""
    problem, requests = ask(redirecting(*["/page.md"] * 9))

    assert problem == "leads on after 3 redirects"
    assert len(requests) == 4


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n# A la", id="a length that is too large"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n# A la", id="a chunk that is cut"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n# \r\n", id="no last chunk"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="a head that is cut"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"SSH-2.0-lamp\r\n", id="another protocol"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000, id="a head without end"),
    ],
)
def test_an_answer_that_is_not_whole_is_an_error(answer: bytes) -> None:
    """What was cut off is not taken for the page."""
    assert str(ask(raw(answer))[0]).startswith("cannot be had: RemoteProtocolError: ")


def endless(sent: list[int], head: bytes, chunk: bytes) -> Play:
    """Send 100 MB, and count what goes out."""

    def play(peer: Peer) -> None:
        peer.read()
        peer.send(head)
        while sum(sent) < 100_000_000:
            peer.send(chunk)
            sent.append(len(chunk))

    return play


@pytest.mark.parametrize("length", [b"", b"Content-Length: 100000000\r\n"])
def test_a_page_that_is_too_long_is_not_read_to_its_end(length: bytes) -> None:
    """It is given up as soon as it is over the limit, whatever the server says of its length."""
    sent: list[int] = []
    play = endless(sent, b"HTTP/1.1 200 OK\r\n" + length + b"\r\n", b"a" * 100_000)

    assert ask(play)[0] == "is longer than 1,000,000 bytes"
    assert sum(sent) < 50_000_000  # what the operating system takes without anybody reading it


def test_a_page_may_be_as_long_as_the_limit() -> None:
    """The limit is the last length that is allowed."""
    assert ask(answering(b"a" * 1_000_000))[0] == Download(b"a" * 1_000_000, None)
    assert ask(answering(b"a" * 1_000_001))[0] == "is longer than 1,000,000 bytes"


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br, gzip", "x" * 200])
def test_what_is_compressed_is_not_unpacked(encoding: str) -> None:
    """A bomb stays packed: we ask for none, and take none."""
    problem, _ = ask(answering(gzip.compress(bytes(10_000_000)), Content_Encoding=encoding))

    shown = encoding.lower() if len(encoding) <= 100 else "x" * 100 + "…"
    assert problem == f"is sent in the encoding {shown!r}, though we ask for none"


def dripping(whole: bytes, dripped: bytes) -> Play:
    """Send some bytes, and then some more, one by one."""

    def play(peer: Peer) -> None:
        peer.read()
        peer.send(whole)
        peer.drip(dripped)

    return play


def answering_late(peer: Peer) -> None:
    """Listen, and say nothing."""
    peer.read()
    peer.hold()


@pytest.mark.parametrize(
    "play",
    [
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"a" * 9999), id="the body"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\n", b"X: a\r\n" * 999), id="the head"),
        pytest.param(dripping(b"", b"HTTP/1.1 200 OK\r\n"), id="the first line"),
        pytest.param(answering_late, id="nothing"),
        pytest.param(redirecting(*["/page.md"] * 3000), id="redirects"),
    ],
)
def test_a_slow_server_holds_nobody_up(play: Play) -> None:
    """When the time is over, it is over, even if there is a byte now and then."""
    start = time.monotonic()
    problem, _ = ask(play, limits=Limits(size=1_000_000, seconds=0.5, redirects=1_000_000))

    assert problem == late(0.5)
    assert time.monotonic() - start < IN_TIME


def test_a_slow_handshake_holds_nobody_up() -> None:
    """A connection may take half of the time, and no more."""
    with FaultyServer(Peer.hold) as server:
        address = server.address.replace("http:", "https:")
        start = time.monotonic()
        result = download({"lamp": Wanted(address)}, Limits(seconds=1))

    assert result == {"lamp": DownloadError(address, late(1))}
    assert time.monotonic() - start < IN_TIME


def test_a_lookup_that_does_not_return_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even what the operating system does not come back from is left behind."""
    returned = threading.Event()

    def look_up(*arguments: int) -> list[object]:
        if not arguments[-1] & socket.AI_NUMERICHOST:  # which needs nobody else, and is asked first
            returned.wait()
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    start = time.monotonic()
    result = download({"lamp": Wanted("https://lamps.example/")}, Limits(seconds=1))
    elapsed = time.monotonic() - start
    returned.set()

    assert result == {"lamp": DownloadError("https://lamps.example/", late(1))}
    assert elapsed < IN_TIME


def test_all_are_asked_at_once() -> None:
    """Many slow servers take the time of one, and the quick ones' pages are there all the same."""

    def play(peer: Peer) -> None:
        if b" /slow" in peer.read():
            peer.hold()
        peer.answer(PAGE)

    with FaultyServer(play, tls=True) as server:
        wanted = {f"lamp{number}": Wanted(f"{server.address}/slow") for number in range(5)}
        start = time.monotonic()
        results = download(wanted | {"quick": Wanted(f"{server.address}/quick")}, Limits(seconds=1))

    assert time.monotonic() - start < 4
    slow = DownloadError(f"{server.address}/slow", late(1))
    assert results == dict.fromkeys(wanted, slow) | {"quick": Download(PAGE, None)}


@pytest.mark.parametrize(
    "address",
    ["http://lamps.example/", "ftp://lamps.example/", "https://", "lamps.md", "https://me@lamps.example/", ""],
)
def test_only_https_is_spoken(address: str) -> None:
    """Another address is not asked at all, nor is one that holds a user."""
    problem = f"is not an https address without a user: {CORRECT}"
    assert download({"lamp": Wanted(address)}, LIMITS) == {"lamp": DownloadError(address, problem)}


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [("HTTPS_PROXY", "lamp://127.0.0.1", "ValueError"), ("SSL_CERT_FILE", "/none", "FileNotFoundError")],
)
def test_settings_that_cannot_be_used_are_told(
    name: str, value: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the environment says of proxies and authorities is heard, and an error if it is wrong."""
    monkeypatch.setenv(name, value)
    result = download({"lamp": Wanted("https://lamps.example/")}, LIMITS)["lamp"]
    assert isinstance(result, DownloadError)
    assert result.problem.startswith(f"cannot be had: {kind}: ")


def test_an_address_that_is_none_is_told() -> None:
    """What cannot be read as an address is an error of that page alone."""
    result = download({"lamp": Wanted("https://lamps.example:x/")}, LIMITS)["lamp"]
    assert result == DownloadError("https://lamps.example:x/", "cannot be had: InvalidURL: \"Invalid port: 'x'\"")


def test_a_server_that_nobody_vouches_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate must be signed by an authority that is trusted."""
    monkeypatch.delenv("SSL_CERT_FILE")
    problem, requests = ask(answering(PAGE))
    assert str(problem).startswith("cannot be had: ConnectError: ")
    assert "CERTIFICATE_VERIFY_FAILED" in str(problem)
    assert requests == []


def test_no_key_of_the_user_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a .netrc holds for the host stays there."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n", "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    result, requests = ask(answering(PAGE))
    assert result == Download(PAGE, None)
    assert b"authorization" not in requests[0].lower()
