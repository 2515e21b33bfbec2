"""What a provider is asked with: a key and an address, from arguments or else from the environment."""

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
    """The key and the address with which a provider is asked.

    Attributes:
        provider: Which one.
        key: The key, as it was given.
        base_url: The address of its API, or of what stands in for it.

    """

    provider: Provider
    key: str = field(repr=False)
    base_url: str = field(repr=False)

    @property
    def is_own(self) -> bool:
        """Whether the address is the provider's own."""
        return self.base_url.rstrip("/") == self.provider.base_url


def find_access(ref: SessionRef, api_keys: Mapping[str, str], base_urls: Mapping[str, str]) -> Access:
    """Return what a session's provider is asked with: an empty environment variable is none.

    Raises:
        ConfigurationError: There is no key, or it or the address cannot be used.

    """
    provider = PROVIDERS[ref.provider]
    base_url = base_urls.get(provider.slug) or os.environ.get(provider.base_url_variable) or provider.base_url
    _check_base_url(ref, base_url)
    key = api_keys.get(provider.slug) or next(filter(None, map(os.environ.get, provider.key_variables)), None)
    if key is None:
        variables = " or ".join(provider.key_variables)
        raise ConfigurationError(
            f"no key for {provider.name}: set {variables}, or pass api_keys={{{provider.slug!r}: …}}",
            ref=ref,
        )
    if not (key.isascii() and key.isprintable() and key == key.strip()):
        raise ConfigurationError(
            f"the key for {provider.name} has white space around it, or characters that no header can carry: "
            "is it the key, and nothing else?",
            ref=ref,
        )
    return Access(provider, key, base_url)


def _check_base_url(ref: SessionRef, base_url: str) -> None:
    """Raise a `ConfigurationError`, which does not show the address, if it can be no API's, or must not get a key."""
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        problem = "is no http or https address"
    elif url.userinfo or url.query or url.fragment:
        problem = "has a user, a query or a fragment: a key goes into api_keys"
    elif url.scheme == "http" and not is_loopback(url.host):
        problem = "is plain http to a remote host, which would show the key on the way: use https"
    else:
        return
    provider = PROVIDERS[ref.provider]
    raise ConfigurationError(
        f"the base URL for {provider.name} (from base_urls or {provider.base_url_variable}) {problem}", ref=ref
    )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, for certain."""
    try:
        return f".{host}".endswith(".localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
