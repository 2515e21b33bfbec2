"""Clients whose requests a function responds to, and the sessions that it sends."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio
import httpx

from browser_sessions import PROVIDERS, AsyncClient, Client
from tests.facade.provider_case import CASES
from tests.facade.viewing import examples

KEY = "a-key-that-is-secret"
KEYS = dict.fromkeys(PROVIDERS, KEY)
BACKENDS = ("asyncio", "trio")

AMPLE = 30.0
"""The time for what comes at once, in which no machine is so slow that it runs out of it."""

Handler = Callable[[httpx.Request], httpx.Response]
T = TypeVar("T")


def sync_client(handler: Handler, **arguments: Any) -> Client:
    """Return a client whose requests a function responds to."""
    given: dict[str, Any] = {"api_keys": KEYS, "transport": httpx.MockTransport(handler)} | arguments
    return Client(**given)


def async_client(handler: Handler, **arguments: Any) -> AsyncClient:
    """Return an asynchronous client whose requests a function responds to."""
    given: dict[str, Any] = {"api_keys": KEYS, "transport": httpx.MockTransport(handler)} | arguments
    return AsyncClient(**given)


def run(backend: str, work: Callable[[], Awaitable[T]]) -> T:
    """Return what a coroutine returns on asyncio or trio."""
    return anyio.run(work, backend=backend)


def running(slug: str) -> Any:
    """Return a provider's response with a running session."""
    return copy.deepcopy(examples(slug)[CASES[slug].example])


def responding(slug: str) -> Handler:
    """Return a function that responds to every request with a provider's running session."""
    return lambda _: httpx.Response(200, json=running(slug))
