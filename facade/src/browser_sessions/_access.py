"""The key and the base URL of a provider's API, from arguments or else from the environment."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import httpx

from browser_sessions._providers import PROVIDERS, Provider
from browser_sessions._ref import SessionRef
from browser_sessions.errors import ConfigurationError

PLAIN_HTTP = "BROWSER_SESSIONS_PLAIN_HTTP"
"""The variable that names the providers whose key may be sent over plain http to another machine."""


@dataclass(frozen=True, slots=True)
class Access:
    """The key and the base URL of a provider's API.

    Attributes:
        provider: Which provider.
        key: The key, as it was given.
        base_url: The URL of its API, or of what stands in for it.
        key_source: Where the key is from: "api_keys", or the name of an environment variable.
        plain_http: Whether the key may be sent over plain http to another machine, which is then the user's own.

    """

    provider: Provider
    key: str = field(repr=False)
    base_url: str = field(repr=False)
    key_source: str = "api_keys"
    plain_http: bool = False

    @property
    def is_own(self) -> bool:
        """Whether the base URL is the provider's own."""
        return httpx.URL(self.base_url.rstrip("/")) == httpx.URL(self.provider.base_url)


def find_access(
    of: SessionRef | str,
    api_keys: Mapping[str, str],
    base_urls: Mapping[str, str],
    plain_http: Collection[str] = (),
) -> Access:
    """Return the key and the base URL for a session's provider, or for one that is named by its slug.

    Empty environment variables are ignored.

    Raises:
        ConfigurationError: The key is missing, it or the base URL cannot be used, or the variable for plain http names
            an unknown provider.

    """
    ref = of if isinstance(of, SessionRef) else None
    provider = PROVIDERS[of.provider if isinstance(of, SessionRef) else of]
    base_url = base_urls.get(provider.slug) or os.environ.get(provider.base_url_variable) or provider.base_url
    found = [("api_keys", api_keys.get(provider.slug))]
    found += [(name, os.environ.get(name)) for name in provider.key_variables]
    source, key = next(((source, key) for source, key in found if key), ("", ""))
    named = os.environ.get(PLAIN_HTTP, "").replace(",", " ").split()
    problem = f"{PLAIN_HTTP} names an unknown provider. There are: {', '.join(PROVIDERS)}"
    if PROVIDERS.keys() >= set(named):
        access = Access(provider, key, base_url, source, provider.slug in {*plain_http, *named})
        problem = _problem_of_url(access) or _problem_of_key(provider, source, key) or ""
        if not problem:
            return access
    raise ConfigurationError(problem, ref=ref, provider=provider.slug)


def find_keyed(api_keys: Mapping[str, str]) -> list[str]:
    """Return the providers for which there is a key.

    Raises:
        ConfigurationError: No provider has a key.

    """
    found = [
        slug
        for slug, each in PROVIDERS.items()
        if api_keys.get(slug) or any(os.environ.get(name) for name in each.key_variables)
    ]
    if not found:
        variables = ", ".join(name for each in PROVIDERS.values() for name in each.key_variables)
        raise ConfigurationError(f"no API key for any provider: set one of {variables}, or pass api_keys in Python")
    return found


def _problem_of_key(provider: Provider, source: str, key: str) -> str | None:
    """Return what is wrong with a key, and what to do about it, without showing the key."""
    if not key:
        variables = " or ".join(provider.key_variables)
        return f"no API key for {provider.name}: set {variables}, or pass api_keys={{{provider.slug!r}: …}} in Python"
    subject = f"the API key for {provider.name} (from {source})"
    if {key[0], key[-1]} & _QUOTES:
        return f"{subject} is in quotes: remove them, for example from the file that sets the variable"
    if not (key.isascii() and key.isprintable() and key == key.strip()):
        return f"{subject} has white space around it, or characters that no header can carry: set the key alone"
    return None


def _problem_of_url(access: Access) -> str | None:
    """Return what is wrong with a base URL, and what to do about it, without showing the URL."""
    provider, base_url = access.provider, access.base_url
    url = parse_url(base_url) or httpx.URL()
    subject = f"the base URL for {provider.name} (from base_urls or {provider.base_url_variable})"
    if {base_url[0], base_url[-1]} & _QUOTES or base_url != base_url.strip():
        return f"{subject} has quotes or white space around it: remove them"
    if url.scheme not in {"http", "https"} or not url.host:
        return f"{subject} is not an http or https URL"
    if url.userinfo or url.query or url.fragment:
        return f"{subject} has a user, a query or a fragment: give the key by itself, and the URL without them"
    is_own = is_within(url.host, provider.domain)
    if url.scheme == "https" or is_loopback(url.host) or (access.plain_http and not is_own):
        return None
    problem = f"{subject} is plain http to another machine, which would show the API key on the way: use https"
    if is_own:
        return problem
    allow = f"plain_http=[{provider.slug!r}] in Python, or {PLAIN_HTTP}={provider.slug}"
    return f"{problem}, a tunnel to localhost or, if all that is on the way is your own, {allow}"


_QUOTES = {"'", '"'}

_MAX_PORT = 65_535


def parse_url(text: str) -> httpx.URL | None:
    """Return a text as a URL, or None if it is invalid, or has a host or a port that no network has."""
    try:
        url = httpx.URL(text)
        host = url.host
        host.encode("idna")
    except (httpx.InvalidURL, ValueError):
        return None
    is_odd = {"%", "\\"} & set(host) or not 0 <= (url.port or 0) <= _MAX_PORT
    return None if is_odd else url


def is_within(host: str, domain: str) -> bool:
    """Whether a host is a domain, or in it, with or without a point at its end."""
    return f".{host.rstrip('.')}".endswith(f".{domain}")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, for certain."""
    try:
        return f".{host}".endswith(".localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
