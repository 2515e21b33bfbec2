"""The life of a session at each provider of the sandbox, as its generated client sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from browser_sessions import PROVIDERS, Client, SessionStatus
from browser_sessions.sandbox._fleet import Clock
from browser_sessions.sandbox._stand_in import open_stand_ins
from tests.facade.vendors import CREATING, OPERATIONS, VENDORS, Bench, Vendor, open_bench

each_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=str)
each_creating = pytest.mark.parametrize("vendor", CREATING, ids=str)


@pytest.fixture(scope="module")
def served() -> Iterator[Bench]:
    """One sandbox for all tests of the module."""
    with open_bench() as bench:
        yield bench


@pytest.fixture
def bench(served: Bench) -> Bench:
    """The sandbox as it is at its start."""
    return served.anew()


@pytest.mark.parametrize("slug", PROVIDERS)
def test_it_serves_the_operations_that_the_clients_have(slug: str) -> None:
    """The sandbox serves exactly the methods and paths of the clients."""
    base = PROVIDERS[slug].base_url.partition("://")[2].partition("/")[2]
    routes = open_stand_ins("key", Clock())[slug].wire.routes
    expected = {
        name: (each.method.upper(), f"/{base}{each.path}" if base else each.path)
        for name, each in OPERATIONS[slug].items()
    }
    blank = {name: (method, _blank(path)) for name, (method, path) in expected.items()}
    assert {name: (route.method, _blank(route.path)) for name, route in routes.items()} == blank


def _blank(path: str) -> str:
    """Return a path without the names of its parameters."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


@each_vendor
def test_a_session_lives(bench: Bench, vendor: Vendor) -> None:
    """It starts, is listed and read, and ends by itself when its time is up."""
    account = bench.account(vendor)
    session_id = account.begin()
    assert account.open_ids()[-1:] == [session_id]
    assert (account.get(session_id)["status"], session_id in account.ids()) == (vendor.starting, True)

    bench.server.advance(1)
    assert account.get(session_id)["status"] == vendor.running

    bench.server.advance(vendor.lifetime - 2)
    assert account.get(session_id)["status"] == vendor.running
    bench.server.advance(1)
    assert account.get(session_id)["status"] == vendor.expired
    assert session_id not in account.open_ids()
    assert session_id in account.ids(vendor.history)


@each_creating
def test_a_session_is_stopped(bench: Bench, vendor: Vendor) -> None:
    """At once; to stop it again is a success, and changes nothing."""
    account = bench.account(vendor)
    session_id, other = account.create(), account.create()
    bench.server.advance(60)
    assert account.stop(session_id).status_code == 200
    stopped = account.get(session_id)
    assert (stopped["status"], account.get(other)["status"]) == (vendor.stopped, vendor.running)

    bench.server.advance(60)
    assert account.stop(session_id).status_code == 200
    assert account.get(session_id) == stopped
    assert account.open_ids() == [other]


@each_creating
def test_a_session_is_stopped_before_it_runs(bench: Bench, vendor: Vendor) -> None:
    """Then its browser never comes."""
    account = bench.account(vendor)
    session_id = account.create()
    account.stop(session_id)
    bench.server.advance(10)
    assert account.get(session_id)["status"] == vendor.stopped


@each_creating
def test_an_unknown_session_cannot_be_stopped(bench: Bench, vendor: Vendor) -> None:
    """Anchor Browser reports that it is the key or the id."""
    missing = bench.server.ref(vendor.slug, "missing").id
    status = 401 if vendor.slug == "anchorbrowser" else 404
    assert bench.account(vendor).stop(missing).status_code == status


@each_creating
def test_a_session_with_a_name_can_be_stopped(bench: Bench, vendor: Vendor) -> None:
    """It has ended from then on, and was in no list."""
    account = bench.account(vendor)
    named = bench.server.ref(vendor.slug, "running").id
    assert account.get(named)["status"] == vendor.running
    account.stop(named)
    assert account.get(named)["status"] == vendor.stopped
    assert (account.ids(vendor.history), account.open_ids()) == ([], [])


@pytest.mark.parametrize("vendor", [each for each in CREATING if each.marks], ids=str)
def test_marks(bench: Bench, vendor: Vendor) -> None:
    """What a session was created with comes back in get and list, and finds it."""
    account = bench.account(vendor)
    account.create()
    marked = account.create(vendor.marked)
    assert vendor.marks
    name, value = vendor.marks
    (row,) = account.rows(**vendor.by_mark)
    assert (row[vendor.id], row[name], account.get(marked)[name]) == (marked, value, value)


@each_vendor
def test_pages(bench: Bench, vendor: Vendor) -> None:
    """All of them have each session once, in the provider's order; Browserbase has a single one."""
    account = bench.account(vendor)
    before = account.ids(vendor.history)
    ids = []
    for _ in range(21):
        bench.server.advance(1)
        ids.append(account.start())
    pages = [vendor.page(number) for number in range(4)] if vendor.page else [{}]
    listed = [account.ids(vendor.history, **page) for page in pages]
    in_order = ids if vendor.slug == "anchorbrowser" else [*reversed(ids), *before]
    if vendor.slug == "skyvern":  # those that run stand before the one that does not yet
        in_order = [*in_order[1:], in_order[0]]
    assert [each for page in listed for each in page] == in_order
    assert [len(page) for page in listed] == ([10, 10, len(in_order) - 20, 0] if vendor.page else [21])


@each_vendor
def test_a_session_of_another_program(bench: Bench, vendor: Vendor) -> None:
    """It is as old as the test wants it, and ended if it wants."""
    account = bench.account(vendor)
    failed = account.start(age=timedelta(hours=1), status="failed")
    old = account.start(age=timedelta(days=8))
    assert account.get(failed)["status"] == vendor.failed
    assert account.get(old)["status"] == vendor.expired
    assert (old in account.ids(vendor.history), failed in account.open_ids()) == (vendor.slug != "skyvern", False)
    with pytest.raises(ValueError, match="unknown status 'running': expected completed or failed"):
        account.start(status="running")


def test_skyverns_list_is_of_a_day(bench: Bench) -> None:
    """Skyvern lists the open sessions of the last day, the oldest first."""
    account = bench.account("skyvern")
    options = {"timeout": None}
    ids = [account.start(options, age=timedelta(hours=hours)) for hours in (25, 23, 1)]
    assert account.ids() == ids[1:]
    assert account.ids("list_past_sessions") == [*reversed(ids)]


def test_the_facade_sees_the_same(bench: Bench) -> None:
    """The facade sees a running session of each provider, and then its end."""
    with Client(api_keys=bench.server.api_keys, base_urls=bench.server.base_urls) as client:
        refs = [bench.server.start(slug) for slug in PROVIDERS]
        bench.server.advance(2)
        assert {client.get(ref).status for ref in refs} == {SessionStatus.RUNNING}
        bench.server.advance(2 * 60 * 60)
        assert {client.get(ref).status.is_terminal for ref in refs} == {True}


def test_bright_data_has_sessions_from_the_start(bench: Bench) -> None:
    """One that runs, one that is finished, and one that failed; no other begins by a request."""
    rows = bench.account("brightdata").rows()
    assert [row["status"] for row in rows] == ["running", "finished", "failed"]
