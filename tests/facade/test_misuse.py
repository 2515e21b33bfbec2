"""An invalid argument, given by mistake or to do harm, is one clear error before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx
import pytest

from browser_sessions import AsyncClient, BrowserSession, Client, SessionRef, errors, view
from browser_sessions._call import _backoff
from browser_sessions._rate_limits import retry_after
from browser_sessions.cli._tables import elapsed
from tests.facade.fetching import BACKENDS, KEYS, async_client, responding, run, running, sync_client
from tests.facade.viewing import decode


def refuse(_: httpx.Request) -> httpx.Response:
    """Fail: nothing is to be sent."""
    raise AssertionError


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://127.0.0.1:99999",
            "https://[::1]:70000",
            "https://x:-1",
            "https://xn--",
            "https://..",
            "https://a..b",
        ),
        *(f"https://{'a' * 64}.example", "https://x\\y", "http://[::1%25lo]", "http://["),
    ],
)
def test_a_base_url_that_no_network_has(url: str) -> None:
    """A base URL is refused if its host cannot be looked up or its port would wrap around to another."""
    client = sync_client(refuse, base_urls={"skyvern": url})
    with pytest.raises(errors.ConfigurationError, match="is not an http or https URL"):
        client.get("skyvern:a")
    assert [type(found) for _, found in client.get_many(["skyvern:a", "skyvern:b"])] == [errors.ConfigurationError] * 2


@pytest.mark.parametrize("url", ["http://api.skyvern.com.", "http://skyvern.com.:80", "http://api.skyvern.com%2e"])
def test_no_key_in_the_clear_to_the_provider(url: str) -> None:
    """However its name is written, and although plain http is allowed elsewhere."""
    client = sync_client(refuse, base_urls={"skyvern": url}, plain_http=["skyvern"])
    with pytest.raises(errors.ConfigurationError, match=r"plain http to another machine|not an http or https URL"):
        client.get("skyvern:a")


@pytest.mark.parametrize(
    "proxy",
    ["http://127.0.0.1:99999", "x:99999", "socks5h://127.0.0.1:99999", "http://xn--:1", f"socks5://{'u' * 256}:p@x"],
)
@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_a_proxy_that_cannot_be_used(proxy: str, backend: str | None) -> None:
    """It is a matter of configuration, and is not tried again."""
    arguments: dict[str, Any] = {"api_keys": KEYS, "proxy": proxy}

    async def get() -> None:
        async with AsyncClient(**arguments) as client:
            await client.get("skyvern:a")

    def get_here() -> None:
        Client(**arguments).get("skyvern:a")

    with pytest.raises(errors.ConfigurationError, match="the proxy in proxy cannot be used"):
        run(backend, get) if backend else get_here()


@pytest.mark.parametrize("address", ["wss://xn--/", "wss://sessions.skyvern.com:99999/"])
def test_an_address_of_nowhere_gets_no_key(address: str) -> None:
    """A provider that sends it gets an error, and no key in a header."""
    session = running("skyvern") | {"browser_address": address}
    client = sync_client(lambda _: httpx.Response(200, json=session))
    with pytest.raises(errors.NotConnectable, match="its URL is invalid"):
        client.connect_info(client.get("skyvern:a"))


def test_connect_info_takes_a_session() -> None:
    """The method refuses a session's reference, and a session whose id is invalid."""
    client = sync_client(refuse)
    for wrong in ("skyvern:a", None):
        with pytest.raises(TypeError, match="get it first"):
            client.connect_info(wrong)  # type: ignore[arg-type]
    session = replace(view(decode("anchorbrowser", running("anchorbrowser"))), id="\ud800")
    with pytest.raises(errors.InvalidSessionRef):
        client.connect_info(session)


@pytest.mark.parametrize("keys", ["skyvern", ["skyvern"]])
def test_keys_are_by_provider(keys: Any) -> None:
    """A text has no providers."""
    with pytest.raises(errors.ConfigurationError, match="api_keys must be a mapping by provider"):
        Client(api_keys=keys)


@pytest.mark.parametrize("refs", ["skyvern:a", b"skyvern:a", None, SessionRef("skyvern", "a")])
def test_one_reference_is_not_several(refs: Any) -> None:
    """Its characters are not taken for references."""
    with pytest.raises(TypeError, match=r"pass \[ref\] for one"):
        sync_client(refuse).get_many(refs)
    with pytest.raises(TypeError, match=r"pass \[ref\] for one"):
        async_client(refuse).get_many(refs)


def test_an_odd_reference_is_one_result() -> None:
    """Whatever it has that looks like a provider."""

    class Odd:
        def __init__(self) -> None:
            self.provider = ["a"]

    ((_, found),) = sync_client(refuse).get_many([Odd()], per_provider=1)  # type: ignore[list-item]
    assert isinstance(found, errors.InvalidSessionRef)
    with pytest.raises(errors.ConfigurationError, match="per_provider has no such provider: 1, x"):
        sync_client(refuse).get_many([], per_provider={1: 1, "x": 2})  # type: ignore[dict-item]


async def _asynchronous(_: BrowserSession) -> bool:
    return False


@pytest.mark.parametrize("until", [_asynchronous, [], {}, "over"])
def test_what_cannot_be_waited_for(until: Any) -> None:
    """A coroutine is true, whatever it would return."""
    with pytest.raises(ValueError, match="a plain function of a BrowserSession"):
        sync_client(refuse).wait("skyvern:a", until=until)


def test_pauses_stop_growing() -> None:
    """After any number of attempts."""
    assert 4 <= _backoff(100_000) <= 8


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "5,  7"}, 7.0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1772611260000", "date": "Wed, 04 Mar 2026 08:00:00 GMT"}, 60.0),
        *(({"x-ratelimit-remaining": left, "x-ratelimit-reset": "9"}, 9.0) for left in ("0", " 0.0", "0, 5", "5 ,0")),
        ({"x-ratelimit-remaining": "10", "x-ratelimit-reset": "9"}, None),
        ({"x-ratelimit-remaining": "0.5", "x-ratelimit-reset": "9"}, None),
    ],
)
def test_forms_of_limits(headers: dict[str, str], seconds: float | None) -> None:
    """Some gateways join the values of several servers, and some count in other units."""
    assert retry_after(httpx.Headers(headers)) == seconds


def test_a_session_that_starts_ahead_of_our_clock() -> None:
    """It has run for no time."""
    session = decode("skyvern", running("skyvern") | {"started_at": f"{datetime.now(UTC) + timedelta(hours=1):%FT%T}"})
    assert elapsed(view(session)) == timedelta()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_loop_that_is_forgotten_in_another_thread(backend: str) -> None:
    """The garbage collector runs in any thread, and what it finds is ended all the same."""

    async def main() -> None:
        client = async_client(responding("skyvern"))
        results = [client.get_many(["skyvern:a"] * 50, concurrency=2)]
        await anext(results[0])
        await anyio.to_thread.run_sync(results.clear)
        await client.aclose()

    run(backend, main)
