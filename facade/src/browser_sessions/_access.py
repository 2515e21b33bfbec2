"""The key and the base URL of a provider's API, from arguments or else from the environment."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from browser_sessions._providers import PROVIDERS, Provider
from browser_sessions._ref import SessionRef
from browser_sessions.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Access:
    """The key and the base URL of a provider's API.

    Attributes:
        provider: Which provider.
        key: The key, as it was given.
        base_url: The URL of its API, or of what stands in for it.
        key_source: Where the key is from: "api_keys", or the name of an environment variable.

    """

    provider: Provider
    key: str = field(repr=False)
    base_url: str = field(repr=False)
    key_source: str = "api_keys"

    @property
    def is_own(self) -> bool:
        """Whether the base URL is the provider's own."""
        return self.base_url.rstrip("/") == self.provider.base_url


def find_access(of: SessionRef | str, api_keys: Mapping[str, str], base_urls: Mapping[str, str]) -> Access:
    """Return the key and the base URL for a session's provider, or for one that is named by its slug.

    Empty environment variables are ignored.

    Raises:
        ConfigurationError: The key is missing, or it or the base URL cannot be used.

    """
    ref = of if isinstance(of, SessionRef) else None
    provider = PROVIDERS[of.provider if isinstance(of, SessionRef) else of]
    base_url = base_urls.get(provider.slug) or os.environ.get(provider.base_url_variable) or provider.base_url
    found = [("api_keys", api_keys.get(provider.slug))]
    found += [(name, os.environ.get(name)) for name in provider.key_variables]
    source, key = next(((source, key) for source, key in found if key), ("", ""))
    problem = _problem_of_url(provider, base_url) or _problem_of_key(provider, source, key)
    if problem:
        raise ConfigurationError(problem, ref=ref, provider=provider.slug)
    return Access(provider, key, base_url, source)


def _problem_of_key(provider: Provider, source: str, key: str) -> str | None:
    """Return what is wrong with a key, and what to do about it, without showing the key."""
    if not key:
        variables = " or ".join(provider.key_variables)
        return f"no API key for {provider.name}: set {variables}, or pass api_keys={{{provider.slug!r}: …}} in Python"
    subject = f"the API key for {provider.name} (from {source})"
    if {key[0], key[-1]} & {"'", '"'}:
        return f"{subject} is in quotes: remove them, for example from the file that sets the variable"
    if not (key.isascii() and key.isprintable() and key == key.strip()):
        return f"{subject} has white space around it, or characters that no header can carry: set the key alone"
    return None


def _problem_of_url(provider: Provider, base_url: str) -> str | None:
    """Return what is wrong with a base URL, and what to do about it, without showing the URL."""
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL()
    subject = f"the base URL for {provider.name} (from base_urls or {provider.base_url_variable})"
    if url.scheme not in {"http", "https"} or not url.host:
        return f"{subject} is not an http or https URL"
    if url.userinfo or url.query or url.fragment:
        return f"{subject} has a user, a query or a fragment: pass a key in api_keys, and the URL without them"
    if url.scheme == "http" and not is_loopback(url.host):
        return (
            f"{subject} is plain http to another machine, which would show the API key on the way: use https, or a "
            "tunnel to localhost"
        )
    return None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, for certain."""
    try:
        return f".{host}".endswith(".localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
