"""The sessions of several providers at once: nothing is lost, and what fails is one result."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest

from browser_sessions import PROVIDERS, BrowserSession, errors
from browser_sessions._listing import SkippedRow
from tests.facade.fetching import AMPLE, BACKENDS, KEY, async_client, run, sync_client
from tests.facade.list_server import ListServer, Session
from tests.facade.provider_case import CASES
from tests.facade.test_listing import churning, fleet, ids

each_provider = pytest.mark.parametrize("slug", PROVIDERS)


class Servers:
    """The servers of all providers, each at its own host.

    Args:
        sessions: The sessions, by provider.

    """

    def __init__(self, sessions: dict[str, list[Session]]) -> None:
        self.by_slug = {slug: ListServer(slug, each) for slug, each in sessions.items()}
        self.failing: dict[str, Callable[[httpx.Request], httpx.Response]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Respond to a request."""
        slug = next(slug for slug, each in PROVIDERS.items() if request.url.host.endswith(each.domain))
        return self.failing.get(slug, self.by_slug[slug])(request)


def found(results: Any) -> dict[str, list[str]]:
    """Return the ids of sessions, or the names of errors, by provider."""
    names: dict[str, list[str]] = {}
    for slug, each in results:
        names.setdefault(slug, []).append(each.id if isinstance(each, BrowserSession) else type(each).__name__)
    return names


def open_ids(servers: Servers) -> dict[str, set[str]]:
    """Return the ids of the sessions that run, by provider."""
    return {
        slug: {each.id for each in server.sessions if each.status == CASES[slug].words["running"]}
        for slug, server in servers.by_slug.items()
    }


def test_every_provider_with_a_key() -> None:
    """All open sessions of all of them come, each once, with its provider; the lists are complete."""
    servers = Servers({slug: fleet(slug, 230) for slug in PROVIDERS})
    results = sync_client(servers).list_many()
    assert not any(results.complete.values())
    names = found(results)
    assert {slug: set(each) for slug, each in names.items()} == open_ids(servers)
    assert all(len(each) == len(set(each)) for each in names.values())
    assert (results.complete, results.skipped) == (dict.fromkeys(PROVIDERS, True), {slug: [] for slug in PROVIDERS})
    assert list(results) == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_tasks(backend: str) -> None:
    """The asynchronous client finds the same, more than once in one loop."""
    servers = Servers({slug: fleet(slug, 230) for slug in PROVIDERS})

    async def main() -> None:
        async with async_client(servers) as client:
            for _ in range(2):
                results = client.list_many()
                names = found([each async for each in results])
                assert {slug: set(each) for slug, each in names.items()} == open_ids(servers)
                assert (results.complete, results.skipped) == (
                    dict.fromkeys(PROVIDERS, True),
                    {slug: [] for slug in PROVIDERS},
                )

    run(backend, main)


def test_only_providers_with_a_key_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is given, or in the environment; without any the error names the variables."""
    servers = Servers({slug: fleet(slug, 3) for slug in PROVIDERS})
    for name in (name for each in PROVIDERS.values() for name in each.key_variables):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ANCHOR_API_KEY", KEY)
    monkeypatch.setenv("SKYVERN_API_KEY", "")
    assert found(sync_client(servers, api_keys={"brightdata": KEY}).list_many(status=None)).keys() == {
        "anchorbrowser",
        "brightdata",
    }
    monkeypatch.delenv("ANCHOR_API_KEY")
    with pytest.raises(errors.ConfigurationError, match=r"ANCHORBROWSER_API_KEY, .*SKYVERN_API_KEY, or pass api_keys"):
        sync_client(servers, api_keys={}).list_many()


def test_what_fails_is_one_result() -> None:
    """A missing key, metadata that a provider has not, a failing page: the other lists come to their ends."""
    servers = Servers({slug: fleet(slug, 120) for slug in PROVIDERS})
    for each in servers.by_slug["browser_use"].sessions:
        each.labels = {"job": "nightly"}
    servers.failing["anchorbrowser"] = lambda _: httpx.Response(500)
    keys = {slug: KEY for slug in PROVIDERS if slug != "browserbase"}
    client = sync_client(servers, api_keys=keys, max_retries=0)
    wanted = ["skyvern", "browser_use", "browserbase", "anchorbrowser", "skyvern"]
    results = client.list_many(wanted, status=iter(["running"]), metadata={"job": "nightly"})
    names = found(results)
    assert {**names, "browser_use": set(names["browser_use"])} == {
        "skyvern": ["Unsupported"],
        "browserbase": ["ConfigurationError"],
        "anchorbrowser": ["ProviderUnavailable"],
        "browser_use": open_ids(servers)["browser_use"],
    }
    assert results.complete == {
        "skyvern": False,
        "browser_use": True,
        "browserbase": False,
        "anchorbrowser": False,
    }


def test_one_provider_by_its_name() -> None:
    """It is not taken for letters; an unknown one, and an invalid argument, is refused at once."""
    servers = Servers({slug: fleet(slug, 3) for slug in PROVIDERS})
    client = sync_client(servers)
    assert found(client.list_many("skyvern", status=None)).keys() == {"skyvern"}
    assert list(client.list_many([])) == []
    with pytest.raises(errors.InvalidOption, match="Did you mean skyvern"):
        client.list_many(["skyvem"])
    with pytest.raises(errors.InvalidOption, match="unknown status"):
        client.list_many(status="closed")


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_failing_page_ends_one_list(backend: str) -> None:
    """What came before it has come."""

    def failing(request: httpx.Request) -> httpx.Response:
        server = servers.by_slug["brightdata"]
        return httpx.Response(503) if server.requests else server(request)

    servers = Servers({slug: fleet(slug, 230) for slug in PROVIDERS})
    servers.failing["brightdata"] = failing
    expected = [each.id for each in servers.by_slug["brightdata"].sessions[::-1]][:100]

    async def main() -> None:
        async with async_client(servers, max_retries=0) as client:
            results = client.list_many(status=None)
            names = found([each async for each in results])
            assert names["brightdata"] == [*expected, "ProviderUnavailable"]
            assert results.complete == {slug: slug != "brightdata" for slug in PROVIDERS}

    run(backend, main)


def test_unreadable_rows_are_kept_by_provider(caplog: pytest.LogCaptureFixture) -> None:
    """They lose nothing, and the list is not complete."""
    servers = Servers({slug: fleet(slug, 120) for slug in ("brightdata", "skyvern")})
    sessions = servers.by_slug["brightdata"].sessions
    servers.by_slug["brightdata"].unreadable = {sessions[5].id}
    caplog.set_level(logging.WARNING, logger="browser_sessions")
    results = sync_client(servers).list_many(["brightdata", "skyvern"], status=None)
    names = found(results)
    assert (len(names["brightdata"]), len(names["skyvern"])) == (119, 120)
    assert results.complete == {"brightdata": False, "skyvern": True}
    assert results.skipped == {"brightdata": [SkippedRow({"status": "?"})], "skyvern": []}


def test_a_limit_is_of_each_provider() -> None:
    """The limit applies to each provider, and no unneeded page is read."""
    servers = Servers({slug: fleet(slug, 230) for slug in PROVIDERS})
    names = found(sync_client(servers).list_many(limit=3))
    assert {slug: len(each) for slug, each in names.items()} == dict.fromkeys(PROVIDERS, 3)
    assert all(len(each.requests) <= 2 for each in servers.by_slug.values())


def threads() -> set[str]:
    """Return the names of the threads of ours that run."""
    return {each.name for each in threading.enumerate() if each.name == "browser-sessions"}


def test_leaving_the_loop_ends_the_work() -> None:
    """Leaving the loop, or closing an iterator, ends the work even if the listing is kept for its attributes."""
    servers = Servers({slug: fleet(slug, 230) for slug in PROVIDERS})
    client = sync_client(servers)
    results = client.list_many()
    for _ in results:
        break
    assert threads() == set()
    assert not all(results.complete.values())
    assert next(client.list_many("skyvern"))[0] == "skyvern"
    assert threads() == set()


@pytest.mark.parametrize("backend", BACKENDS)
def test_closing_the_client_ends_the_work(backend: str) -> None:
    """So does leaving the loop, and closing the listing; then there is nothing more in it."""

    async def slow(request: httpx.Request) -> httpx.Response:
        if not request.url.host.endswith("skyvern.com"):
            try:
                await anyio.sleep(AMPLE)
            finally:
                cut_off.append(request.url.host)
        return servers(request)

    servers = Servers({slug: fleet(slug, 30) for slug in PROVIDERS})
    cut_off: list[str] = []

    async def main() -> None:
        with anyio.fail_after(AMPLE):
            async with async_client(servers, transport=httpx.MockTransport(slow)) as client:
                results = client.list_many()
                async for slug, _ in results:
                    assert slug == "skyvern"
                    break
                await results.aclose()
                assert [each async for each in results if each[0] != "skyvern"] == []
                assert len(cut_off) == len(PROVIDERS) - 1
                other = client.list_many()
                assert (await anext(other))[0] == "skyvern"
            assert len(cut_off) == 2 * (len(PROVIDERS) - 1)

    run(backend, main)


@each_provider
@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("pages", [0, 1, 2])
@pytest.mark.parametrize("status", [None, "open"])
def test_no_size_loses_a_session(slug: str, pages: int, extra: int, status: Any) -> None:
    """No session is lost at a page's border, with one creation time, unknown statuses, or new sessions meanwhile."""
    sessions = fleet(slug, pages * CASES[slug].page + extra)
    for each in sessions:
        each.born = 5
    for each in sessions[3:4]:
        each.status = "of-tomorrow"
    ended: set[str] = set()
    server = ListServer(slug, sessions, churning(slug, 1, 3, ended))
    before = {each.id: each.status for each in sessions}
    results = sync_client(server).list_many(slug, status=status)
    names = found(results).get(slug, [])
    over = CASES[slug].words["over"]
    wanted = {each for each, word in before.items() if status is None or word != over} - ended
    # Skyvern's open sessions come in one piece, of statuses that it knows itself.
    hidden = {each for each, word in before.items() if word == "of-tomorrow" and slug == "skyvern" and status}
    assert wanted - set(names) == hidden
    assert len(names) == len(set(names))
    assert results.complete == {slug: True}


def responding(*responses: Any) -> Callable[[httpx.Request], httpx.Response]:
    """Return what responds with one body after the other, or with a status."""
    left = iter(responses)

    def respond(_: httpx.Request) -> httpx.Response:
        response = next(left)
        return httpx.Response(response) if isinstance(response, int) else httpx.Response(200, json=response)

    return respond


def brightdata_page(first: int, *, then: int | None, more: bool = True) -> Any:
    """Return a page of a hundred sessions, which names the next offset."""
    rows = [{"session_id": f"{number:04}", "status": "running"} for number in range(first, first + 100)]
    return {"sessions": rows, "pagination": {"has_more": more, "next_offset": then}}


@pytest.mark.parametrize("then", [0, 100])
def test_offsets_that_do_not_grow_end_the_list(then: int) -> None:
    """An offset that does not grow raises an error after the rows so far, and then the iterator is exhausted."""
    pages = [brightdata_page(0, then=100), brightdata_page(100, then=then)]
    listed = sync_client(responding(*pages)).list("brightdata")
    seen = [next(listed).id for _ in range(200)]
    with pytest.raises(errors.UnexpectedResponse, match=f"the next offset, {then}, is not above 100"):
        next(listed)
    assert seen == [f"{number:04}" for number in range(200)]
    assert ids(listed) == []
    assert not listed.complete


def test_a_limit_of_rate_on_the_third_page() -> None:
    """The list waits a rate limit out and repeats no session; without another attempt it raises the error."""
    pages = [brightdata_page(0, then=100), brightdata_page(100, then=200)]
    last = brightdata_page(200, then=None, more=False)
    waited = sync_client(responding(*pages, 429, last)).list("brightdata")
    assert ids(waited) == [f"{number:04}" for number in range(300)]
    listed = sync_client(responding(*pages, 429, last), max_retries=0).list("brightdata")
    with pytest.raises(errors.RateLimited):
        ids(listed)
    assert ids(listed) == []
    results = sync_client(responding(*pages, 429), max_retries=0).list_many("brightdata", status=None)
    assert found(results)["brightdata"] == [*(f"{number:04}" for number in range(200)), "RateLimited"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"providers": [5]}, "a provider must be a string, not int. There are: anchorbrowser, "),
        ({"providers": [["skyvern"]]}, "a provider must be a string, not list. There are: anchorbrowser, "),
        ({"providers": 5}, "providers must be an iterable of names, not int"),
        ({"providers": ["skyvern"], "status": 5}, "unknown status 5: there are open, "),
    ],
)
def test_list_many_refuses_what_is_not_a_name(arguments: dict[str, Any], problem: str) -> None:
    """An invalid name raises the usual error before anything is sent."""
    client = sync_client(lambda _: pytest.fail("a request was sent"))
    with pytest.raises(errors.InvalidOption, match=f"^{problem}"):
        client.list_many(**arguments)
