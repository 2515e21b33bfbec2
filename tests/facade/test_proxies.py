"""Which proxy of the environment a request goes through, and that an unusable one is an error."""

from __future__ import annotations

import gc
import importlib
import socket
import ssl
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
import trustme
import yaml

from browser_sessions import BrowserSession, Client, errors
from browser_sessions._environment import find_proxy
from browser_sessions.errors import ConfigurationError
from tests.facade.faulty_server import FaultyServer, Peer, responding
from tests.facade.fetching import BACKENDS, KEYS
from tests.facade.test_faulty_servers import LATE, SESSION, TIMEOUT, assert_no_key, fetch

each_backend = pytest.mark.parametrize("backend", [None, *BACKENDS])

PROXY = "http://proxy.example:3128"
NO_PROXY: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "no_proxy.yaml").read_text("utf-8"))
ADDRESSES = {
    "name": "https://skyvern.com",
    "subdomain": "https://api.skyvern.com/v1",
    "other": "https://myskyvern.com",
    "port": "https://api.skyvern.com:8443",
    "ipv4": "https://10.1.2.3",
    "ipv6": "https://[2001:db8::5]",
    "ipv6 port": "https://[2001:db8::5]:8443",
}
LOOPBACK = ["http://127.0.0.1:8000", "https://127.9.9.9", "http://[::1]:80", "http://localhost", "http://a.localhost"]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def proxied(*addresses: str) -> list[str]:
    """Return those of some URLs that are reached through a proxy."""
    return [address for address in addresses if find_proxy(httpx.URL(address), None)]


@pytest.mark.parametrize("value", NO_PROXY)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_no_proxy(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds names with those below them, networks and ports; an entry that is none of these matches nothing."""
    monkeypatch.setenv(name, PROXY)
    monkeypatch.setenv("NO_PROXY", value)

    exempt = NO_PROXY[value]
    expected = [] if exempt == ["all"] else [each for kind, each in ADDRESSES.items() if kind not in exempt]
    assert proxied(*ADDRESSES.values()) == expected
    assert proxied(*LOOPBACK) == []


def test_which_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheme's proxy comes before the one for all; a proxy URL without a scheme is http; there may be no proxy."""
    url = httpx.URL("https://api.skyvern.com")
    assert find_proxy(url, None) is None
    monkeypatch.setenv("HTTP_PROXY", "http://http.example")
    assert find_proxy(url, None) is None
    monkeypatch.setenv("ALL_PROXY", "all.example:8080")
    assert getattr(find_proxy(url, None), "url", None) == httpx.URL("http://all.example:8080")
    monkeypatch.setenv("HTTPS_PROXY", "https://user:p%40ss@https.example")
    found = find_proxy(url, None)
    assert found is not None
    assert (found.url, found.raw_auth) == (httpx.URL("https://https.example"), (b"user", b"p@ss"))
    monkeypatch.setenv("NO_PROXY", "*")
    given = find_proxy(url, "http://given.example")
    assert given is not None
    assert given.url == httpx.URL("http://given.example")
    assert find_proxy(httpx.URL("http://127.0.0.1"), "http://given.example") is None


NOT_A_PROXY = "cannot be used: it is not the address of an http, https, socks5 or socks5h proxy"
NO_SOCKS = "cannot be used: SOCKS needs the package socksio: install httpx[socks]"


@each_backend
@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("HTTPS_PROXY", "nonsense://user:password@a.example", f"the proxy in HTTPS_PROXY {NOT_A_PROXY}"),
        ("https_proxy", "http://user:password@a.example:port", f"the proxy in https_proxy {NOT_A_PROXY}"),
        ("ALL_PROXY", "socks://user:password@127.0.0.1:1080/", f"the proxy in ALL_PROXY {NOT_A_PROXY}"),
        ("ALL_PROXY", "socks5://user:password@127.0.0.1:1080", f"the proxy in ALL_PROXY {NO_SOCKS}"),
        ("SSL_CERT_FILE", "/nowhere.pem", "the certificates in SSL_CERT_FILE cannot be used: No such file or "),
        ("SSL_CERT_FILE", __file__, "the certificates in SSL_CERT_FILE cannot be used: "),
    ],
)
def test_an_environment_that_cannot_be_used(
    name: str, value: str, problem: str, backend: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is one error of the call, which names the variable, and shows no password."""
    monkeypatch.setenv(name, value)
    monkeypatch.setitem(sys.modules, "socksio", None)
    error = fetch("https://api.example", backend)

    assert type(error) is ConfigurationError
    assert str(error).startswith(problem)
    assert (str(error.ref), error.provider) == ("skyvern:an-id", "skyvern")
    assert "password" not in repr([str(error), vars(error)])
    assert_no_key(error)


def test_an_environment_that_cannot_be_used_by_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one error of each call, and keeps nothing from those that need no proxy."""
    monkeypatch.setenv("ALL_PROXY", "nonsense://a.example")
    with FaultyServer(responding(SESSION)) as server:
        client = Client(api_keys=KEYS, base_urls={"skyvern": server.address})
        refs = ["skyvern:a", "browserbase:b", "browserbase:c"]
        found = {str(ref): type(result) for ref, result in client.get_many(refs)}
        waited = {str(ref): type(result) for ref, result in client.wait_many(refs, until=lambda _: True)}
        client.close()

    assert found == {
        "skyvern:a": BrowserSession,
        "browserbase:b": ConfigurationError,
        "browserbase:c": ConfigurationError,
    }
    assert waited == found


def test_settings_of_the_system_may_name_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's settings name the proxy if no variable does."""
    monkeypatch.setattr("browser_sessions._environment.getproxies", lambda: {"https": "nonsense://a.example"})
    with pytest.raises(ConfigurationError, match=r"^the proxy in the system's settings cannot be used"):
        find_proxy(httpx.URL("https://api.skyvern.com"), None)


def test_certificates_that_are_missing_altogether(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a variable they are certifi's."""

    def fail(_: object) -> ssl.SSLContext:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(httpx, "create_ssl_context", fail)
    error = fetch("https://127.0.0.1:9", None)
    assert str(error) == "the certificates in certifi cannot be used: No such file or directory"


@each_backend
@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "skyvern.localhost"])
def test_this_machine_is_reached_through_no_proxy(
    host: str, name: str, backend: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the environment has; all names under `localhost` are this machine."""
    with FaultyServer(responding(SESSION)) as proxy, FaultyServer(responding(SESSION)) as server:
        monkeypatch.setenv(name, proxy.address)
        session = fetch(server.address.replace("127.0.0.1", host), backend)
        assert isinstance(session, BrowserSession), repr(session)
        assert (len(proxy.peers), len(server.requests)) == (0, 1)


AUTHORITY = trustme.CA()


def trusting() -> ssl.SSLContext:
    """Return a TLS context that trusts the servers here."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


class Tunnel:
    """A proxy that connects to a server of its own, whatever it is asked for; its handshake is a function's."""

    def __init__(self, handshake: Callable[[Peer], object]) -> None:
        self._handshake = handshake
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        AUTHORITY.issue_cert("api.example").configure_cert(self._context)

    def __call__(self, peer: Peer) -> None:
        """Play: the handshake, and then a server behind TLS."""
        if self._handshake(peer) is not False:
            peer.start_tls(self._context)
            responding(SESSION)(peer)


def fetch_through(proxy: str, backend: str | None, **arguments: Any) -> Any:
    """Return the session that is fetched through a proxy, or the error."""
    return fetch("https://api.example", backend, proxy=proxy, verify=trusting(), **arguments)


def accept(peer: Peer) -> None:
    """Open a tunnel."""
    peer.read()
    peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")


@each_backend
def test_a_tunnel(backend: str | None) -> None:
    """What is behind it is asked with the key, and the proxy is not."""
    with FaultyServer(Tunnel(accept)) as proxy:
        assert isinstance(fetch_through(proxy.address, backend), BrowserSession)
        connect, request = proxy.requests
    assert connect.startswith(b"CONNECT api.example:443 HTTP/1.1\r\n")
    assert b"secret" not in connect
    assert request.startswith(b"GET /v1/browser_sessions/an-id HTTP/1.1\r\n")


@each_backend
def test_a_proxy_that_refuses(backend: str | None) -> None:
    """It is not a response of the provider."""
    with FaultyServer(responding(b"", status="407 Who are you")) as proxy:
        error = fetch_through(proxy.address, backend)
    assert type(error) is errors.TransportError
    assert "the proxy did not connect to api.example (407" in str(error)
    assert_no_key(error)


def socks(pause: float = 0.0) -> Callable[[Peer], object]:
    """Return the handshake of a SOCKS proxy that takes its time for each of two replies."""

    def shake(peer: Peer) -> None:
        peer.receive(3)
        peer.rest(pause)
        peer.send(b"\x05\x00")
        peer.receive(4 + 1 + len("api.example") + 2)
        peer.rest(pause)
        peer.send(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50")

    return shake


def slow(pause: float) -> Callable[[Peer], object]:
    """Return the handshake of an HTTP proxy that takes its time."""

    def shake(peer: Peer) -> None:
        peer.rest(pause)
        accept(peer)

    return shake


def dripping(peer: Peer) -> bool:
    """Send the response to CONNECT, but not before the end of the test: each byte is in time."""
    peer.read()
    peer.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 10_000)
    return False


def silent(peer: Peer) -> bool:
    """Send nothing."""
    peer.hold()
    return False


def half(peer: Peer) -> bool:
    """Send one reply of two."""
    peer.receive(3)
    peer.send(b"\x05\x00")
    return silent(peer)


# A proxy's kind, and its handshake.
SLOW: dict[str, Callable[[float], Callable[[Peer], object]]] = {"http": slow, "socks5": socks, "socks5h": socks}
ENDLESS: dict[str, tuple[str, Callable[[Peer], object]]] = {
    "http, silent": ("http", silent),
    "http, dripping": ("http", dripping),
    "socks5, silent": ("socks5", silent),
    "socks5, half": ("socks5", half),
}


def as_kind(address: str, kind: str) -> str:
    """Return a server's address as that of a proxy of some kind."""
    return address.replace("http://", f"{kind}://")


@each_backend
@pytest.mark.parametrize("kind", SLOW)
def test_a_proxy_that_takes_its_time(kind: str, backend: str | None) -> None:
    """Its handshake is a part of the attempt, which it may take its time for."""
    with FaultyServer(Tunnel(SLOW[kind](0.05))) as proxy:
        session = fetch_through(as_kind(proxy.address, kind), backend)
    assert isinstance(session, BrowserSession), repr(session)


@each_backend
@pytest.mark.parametrize("kind", SLOW)
def test_a_proxy_that_takes_too_long(kind: str, backend: str | None) -> None:
    """A slow proxy ends in a timeout, even if each of its replies is in time and it would connect at last."""
    with FaultyServer(Tunnel(SLOW[kind](TIMEOUT * 0.8 if kind != "http" else 60))) as proxy:
        error = fetch_through(as_kind(proxy.address, kind), backend, timeout=TIMEOUT)
    assert type(error) is errors.RequestTimeout


@each_backend
@pytest.mark.parametrize("name", ENDLESS)
def test_a_proxy_that_never_ends(name: str, backend: str | None) -> None:
    """The attempt ends in time, whatever the proxy does."""
    kind, handshake = ENDLESS[name]
    with FaultyServer(Tunnel(handshake)) as proxy:
        start = time.monotonic()
        error = fetch_through(as_kind(proxy.address, kind), backend, timeout=TIMEOUT)
        assert time.monotonic() - start < TIMEOUT + LATE
    assert type(error) is errors.RequestTimeout


@each_backend
@pytest.mark.parametrize(
    ("replies", "problem"),
    [
        ([b""], "ProtocolError: Malformed reply"),
        ([b"HTTP/1.1 400 Bad\r\n\r\n"], "ProtocolError: Malformed reply"),
        ([b"\x05"], "ProtocolError: Malformed reply"),
        ([b"\x05\x00", b"\x05\x00\x00"], "ProtocolError"),
        ([b"\x05\xff"], "NO ACCEPTABLE METHODS"),
        ([b"\x05\x00", b"\x05\x05\x00\x01" + b"\x00" * 6], "Connection refused"),
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # httpcore leaves the socket open
def test_a_socks_proxy_that_fails(replies: list[bytes], problem: str, backend: str | None) -> None:
    """Whatever it replies, it is one error of the call."""

    def play(peer: Peer) -> None:
        for reply, length in zip(replies, (3, 18), strict=False):
            peer.receive(length)
            peer.send(reply)

    with FaultyServer(play) as proxy:
        error = fetch_through(as_kind(proxy.address, "socks5"), backend)
    assert type(error) is errors.TransportError
    assert problem in str(error)
    assert_no_key(error)
    gc.collect()


class Full:
    """Addresses of this machine that take no connection: their queues are full."""

    def __init__(self, count: int, port: int = 0) -> None:
        self.hosts = [f"127.0.1.{number}" for number in range(1, count + 1)]
        self._sockets: list[socket.socket] = []
        for host in self.hosts:
            listener = socket.create_server((host, port), backlog=0)
            port = listener.getsockname()[1]
            self._sockets.append(listener)
            for _ in range(8):
                waiting = socket.socket()
                waiting.settimeout(0)
                waiting.connect_ex((host, port))
                self._sockets.append(waiting)
        self.port = port

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._sockets:
            each.close()


def resolve_to(hosts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `localhost` be some addresses."""
    getaddrinfo = socket.getaddrinfo

    def resolve(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        names = hosts if host in {"localhost", b"localhost"} else [host]
        return [found for name in names for found in getaddrinfo(name, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@each_backend
def test_dead_addresses_share_one_limit(backend: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty of them take no longer than one."""
    with Full(20) as dead:
        resolve_to(dead.hosts, monkeypatch)
        start = time.monotonic()
        error = fetch(f"http://localhost:{dead.port}", backend, timeout=0.3)
        assert time.monotonic() - start < 0.3 + LATE
    assert type(error) is errors.RequestTimeout


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_address_behind_dead_ones(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried before they have had all the time; in threads, each has its share."""
    with FaultyServer(responding(SESSION)) as server:
        port = int(server.address.rpartition(":")[2])
        with Full(2, port) as dead:
            resolve_to([*dead.hosts, "127.0.0.1"], monkeypatch)
            assert isinstance(fetch(f"http://localhost:{port}", backend), BrowserSession)


@each_backend
def test_a_name_that_is_unknown(backend: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver's own text is in the error."""

    def fail(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    error = fetch("https://nowhere.example", backend)
    assert type(error) is errors.TransportError
    assert "([Errno -2] Name or service not known" in str(error)


@each_backend
def test_a_transport_of_the_users_own_raises_what_it_raises(backend: str | None) -> None:
    """What means a malformed reply of a SOCKS proxy is a fault of somebody else's there."""
    importlib.import_module("socksio")

    def fail(_: httpx.Request) -> httpx.Response:
        raise AssertionError("mine")

    with pytest.raises(AssertionError, match="mine"):
        fetch("https://api.example", backend, transport=httpx.MockTransport(fail))
