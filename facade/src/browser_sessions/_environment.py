"""The proxies and the certificates that the environment names."""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
from importlib import import_module
from urllib.request import getproxies

import httpx

from browser_sessions._access import is_loopback
from browser_sessions.errors import ConfigurationError

_HOST_AND_PORT = re.compile(r"(\[.*\]|[^:]*):([0-9]+|\*)")
_PORTS = {"http": 80, "https": 443}
_MAX_PORT = 65_535


def find_proxy(url: httpx.URL, given: str | None) -> httpx.Proxy | None:
    """Return the proxy for a URL: the one that was given, or else the environment's; None for this machine.

    Raises:
        ConfigurationError: It cannot be used; its address, which may hold a password, is not shown.

    """
    if is_loopback(url.host):
        return None
    if given is not None:
        return _proxy(given, "proxy")
    proxies = getproxies()
    if any(_matches(entry, url) for entry in proxies.get("no", "").split(",")):
        return None
    name = url.scheme if proxies.get(url.scheme) else "all"
    return _proxy(proxies[name], _variable(name)) if proxies.get(name) else None


def tls_context(*, verify: ssl.SSLContext | bool) -> ssl.SSLContext:
    """Return the TLS context that was given, or one with the certificates that the environment names, or certifi's.

    Raises:
        ConfigurationError: The certificates cannot be used.

    """
    try:
        return httpx.create_ssl_context(verify)
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise ConfigurationError(f"{_unusable_files()} cannot be used: {problem}") from None


def _unusable_files() -> str:
    """Return which of the files that TLS needs cannot be used."""
    if path := os.environ.get("SSLKEYLOGFILE"):
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).keylog_filename = path
        except OSError:
            return "the file in SSLKEYLOGFILE"
    variable = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), "certifi")
    return f"the certificates in {variable}"


def _proxy(address: str, source: str) -> httpx.Proxy:
    problem = "it is not the address of an http, https, socks5 or socks5h proxy"
    try:
        proxy = httpx.Proxy(address if "://" in address else f"http://{address}")
        host, port = proxy.url.host, proxy.url.port or 0
        if proxy.url.scheme.startswith("socks"):
            import_module("socksio")  # which httpcore needs for it
            bytes(map(len, proxy.raw_auth or ()))  # which SOCKS sends as one byte each
    except ImportError:
        problem = "SOCKS needs the package socksio: install httpx[socks]"
    except (ValueError, httpx.InvalidURL):
        pass
    else:
        if host and port <= _MAX_PORT and address == address.strip():
            return proxy
    raise ConfigurationError(f"the proxy in {source} cannot be used: {problem}") from None


def _variable(name: str) -> str:
    """Return the variable that names a proxy; some systems have settings for it, too."""
    variables = (f"{name}_proxy", f"{name}_PROXY".upper())
    return next((each for each in variables if os.environ.get(each)), "the system's settings")


def _matches(entry: str, url: httpx.URL) -> bool:
    """Whether an entry of `NO_PROXY` is about a URL.

    It is a host, which stands for its subdomains as well; `.host` or `*.host`, which stands for these alone; a network
    such as 10.0.0.0/8; or `*`. A scheme and a port narrow it down.
    """
    scheme, _, rest = entry.strip().lower().rpartition("://")
    host, port = found.groups() if (found := _HOST_AND_PORT.fullmatch(rest)) else (rest, "*")
    if scheme not in {"", "all", url.scheme} or port not in {"*", str(url.port or _PORTS.get(url.scheme))}:
        return False
    try:
        network = ipaddress.ip_network(host.strip("[]"), strict=False)
    except ValueError:
        name = host.rstrip(".").removeprefix("*")
        return host == "*" or (name != "" and (url.host == name or url.host.endswith(f".{name.removeprefix('.')}")))
    try:
        return ipaddress.ip_address(url.host) in network
    except ValueError:
        return False
