"""Streams that are given the moment at which all has to be over."""

from __future__ import annotations

import socket
import ssl
import zlib
from collections.abc import Callable
from typing import Any

import attrs
import httpcore
import httpx
import pytest

from browser_sessions._body import Body
from browser_sessions._streams import AsyncBackend, Backend, Stop, Stopped
from tests.facade.fetching import BACKENDS, run
from tests.facade.test_retries import Clock, clock

__all__ = ["clock"]  # a fixture


@attrs.define
class Wire(httpcore.NetworkStream):
    """A stream that notes how long it may take, in seconds."""

    seconds: list[float | None] = attrs.field(factory=list)
    is_open: bool = True

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Note it."""
        self.seconds.append(timeout)
        return b"a" * max_bytes

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Note it."""
        del buffer
        self.seconds.append(timeout)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Note it."""
        del ssl_context, server_hostname
        self.seconds.append(timeout)
        return self

    def close(self) -> None:
        """Note it."""
        self.is_open = False

    def get_extra_info(self, info: str) -> str:
        """Return what is asked for."""
        return info


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The stream of every connection, which notes how long connecting may take, too."""
    wire = Wire()

    def connect(_: object, host: str, port: int, timeout: float | None = None, *rest: Any) -> Wire:
        del host, port, rest
        wire.seconds.append(timeout)
        return wire

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return wire


def connected(stop: Stop | None = None, end: float = 1030.0) -> httpcore.NetworkStream:
    """Return a stream of ours."""
    backend = Backend()
    backend.thread.stop = stop
    return backend.connect_tcp("127.0.0.1", 80, end)


def test_a_limit_is_a_moment(clock: Clock, wire: Wire) -> None:
    """What is left until then is given to each read and write; a handshake that is given none has the connect's."""
    stream = connected()
    clock.now += 1
    stream.write(b"a", 1020.0)
    clock.now += 1
    assert stream.read(2, 1020.0) == b"aa"
    stream.write(b"a")
    assert stream.read(1) == b"a"
    inner = stream.start_tls(ssl.create_default_context(), "a.example", 1010.0)
    inner.read(1)

    assert wire.seconds == [30.0, 19.0, 18.0, 28.0, 28.0, 8.0, 28.0]
    assert inner.get_extra_info("socket") == "socket"


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda stream: stream.read(1, 1040.0), httpcore.ReadTimeout),
        (lambda stream: stream.write(b"a", 1040.0), httpcore.WriteTimeout),
        (lambda stream: stream.start_tls(ssl.create_default_context(), "a", 1040.0), httpcore.ConnectTimeout),
    ],
)
def test_a_moment_that_has_passed(
    act: Callable[[httpcore.NetworkStream], object], error: type[Exception], clock: Clock, wire: Wire
) -> None:
    """Nothing begins after it; a handshake, which httpcore would leave open, closes the connection."""
    stream = connected()
    clock.now = 1040.0
    with pytest.raises(error, match="timed out"):
        act(stream)
    assert wire.seconds == [30.0]
    assert wire.is_open is (error is not httpcore.ConnectTimeout)
    with pytest.raises(httpcore.ConnectTimeout, match="timed out"):
        connected(end=1040.0)


def test_addresses_share_the_time(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is dead leaves enough for the others; the error is that of the last one."""
    tried: list[tuple[str, float]] = []
    alive: list[str] = []

    def connect(_: object, host: str, port: int, timeout: float, *rest: Any) -> Wire:
        del port, rest
        tried.append((host, timeout))
        if host in alive:
            return Wire()
        clock.now += timeout
        raise httpcore.ConnectTimeout(host)

    hosts = ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (host, 80)) for host in hosts])
    with pytest.raises(httpcore.ConnectTimeout, match=hosts[-1]):
        connected()
    alive.append(hosts[-1])
    connected(end=clock.now + 30)
    assert tried == [(host, 10.0) for host in hosts] * 2


@pytest.mark.parametrize(
    ("act", "error"),
    [(lambda stream: stream.read(1), httpcore.ReadTimeout), (lambda stream: stream.write(b"a"), httpcore.WriteTimeout)],
)
def test_a_handshake_that_fails_closes_its_connection(
    act: Callable[[httpcore.NetworkStream], object], error: type[Exception], clock: Clock, wire: Wire
) -> None:
    """A SOCKS proxy's, which httpcore would leave open."""
    stream = connected()
    clock.now = 1040.0
    with pytest.raises(error):
        act(stream)
    assert not wire.is_open


class AsyncWire(httpcore.AsyncNetworkStream):
    """`Wire`, for tasks."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        """Note it."""
        return self._wire.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        """Note it."""
        self._wire.write(buffer, timeout)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
    ) -> httpcore.AsyncNetworkStream:
        """Note it."""
        self._wire.start_tls(ssl_context, server_hostname, timeout)
        return self

    async def aclose(self) -> None:
        """Note it."""
        self._wire.close()

    def get_extra_info(self, info: str) -> str:
        """Return what is asked for."""
        return info


@pytest.fixture
def async_wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The stream of every connection of a task."""
    wire = Wire()

    async def connect(_: object, host: str, port: int, seconds: float, *rest: object) -> AsyncWire:
        del host, port, rest
        wire.seconds.append(seconds)
        return AsyncWire(wire)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    return wire


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_limit_of_a_task_is_a_moment_too(clock: Clock, async_wire: Wire, backend: str) -> None:
    """A task starts nothing after its limit, as a thread does; a failed handshake closes its connection."""

    async def main() -> None:
        stream = await AsyncBackend().connect_tcp("127.0.0.1", 80, 1030.0)
        clock.now += 1
        await stream.write(b"a", 1020.0)
        clock.now += 1
        assert await stream.read(2, 1020.0) == b"aa"
        await stream.write(b"a")
        assert await stream.read(1) == b"a"
        inner = await stream.start_tls(ssl.create_default_context(), "a.example", 1010.0)
        await inner.read(1)
        assert inner.get_extra_info("socket") == "socket"
        clock.now = 1040.0
        with pytest.raises(httpcore.ReadTimeout, match="timed out"):
            await stream.read(1, 1040.0)
        with pytest.raises(httpcore.WriteTimeout, match="timed out"):
            await stream.write(b"a", 1040.0)
        with pytest.raises(httpcore.ConnectTimeout, match="timed out"):
            await stream.start_tls(ssl.create_default_context(), "a.example", 1040.0)
        assert async_wire.is_open
        with pytest.raises(httpcore.ReadTimeout, match="timed out"):
            await stream.read(1)
        assert not async_wire.is_open
        async_wire.is_open = True
        with pytest.raises(httpcore.WriteTimeout, match="timed out"):
            await stream.write(b"a")
        assert not async_wire.is_open
        with pytest.raises(httpcore.ConnectTimeout, match="timed out"):
            await AsyncBackend().connect_tcp("127.0.0.1", 80, 1040.0)

    run(backend, main)
    assert async_wire.seconds == [30.0, 19.0, 18.0, 28.0, 28.0, 8.0, 28.0]


def test_what_is_stopped_does_not_begin(clock: Clock, wire: Wire) -> None:
    """A stop prevents reads and pauses; a stream that was released is not disturbed."""
    del clock
    stop = Stop()
    stream = connected(stop)
    stream.read(1, 1030.0)
    stop.release()
    stop.set()
    with pytest.raises(httpcore.ReadError, match="stopped"):
        stream.read(1, 1030.0)
    with pytest.raises(Stopped):
        stop.pause(60)
    assert wire.seconds == [30.0, 30.0]


def test_a_body_is_decompressed_no_further_than_it_may_be() -> None:
    """However much of it there is already."""
    packer = zlib.compressobj(wbits=31)
    parts = [packer.compress(b"a" * 8) + packer.flush(zlib.Z_SYNC_FLUSH), packer.compress(b"b" * 1000) + packer.flush()]
    body = Body(500, httpx.Headers({"Content-Encoding": "gzip"}), 60)

    assert [body.take(part) for part in parts] == [True, False]
    assert body.response().content == b"a" * 8 + b"b" * 53
