"""What goes wrong in the sandbox on request, as the generated clients and the facade see it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from browser_sessions import Client, SessionStatus, errors, sandbox
from browser_sessions.sandbox import _stand_in
from browser_sessions.sandbox._faults import Kind, make_fault
from tests.facade.fetching import AMPLE
from tests.facade.vendors import CREATING, OPERATIONS, VENDORS, Bench, Vendor, open_bench

LISTS = {slug: operations["list_sessions"].path for slug, operations in OPERATIONS.items()}

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


@each_creating
def test_a_response_to_a_create_is_lost(bench: Bench, vendor: Vendor) -> None:
    """The session is there all the same; the next create is fine."""
    account = bench.account(vendor)
    bench.server.fault(vendor.slug, "create_session", "lost")
    with pytest.raises(httpx.RemoteProtocolError):
        account.create()
    assert len(account.open_ids()) == 1
    assert account.ids() == account.open_ids()
    account.create()
    assert len(account.open_ids()) == 2


@each_creating
def test_a_create_fails_after_the_session_has_started(bench: Bench, vendor: Vendor) -> None:
    """A failed create starts a session that its response does not name; a refused create starts none."""
    account = bench.account(vendor)
    bench.server.fault(vendor.slug, "create_session", "failed", 503)
    assert account.call("create_session", body={}).status_code == 503
    assert len(account.open_ids()) == 1
    bench.server.fault(vendor.slug, "create_session", "refused", 500)
    assert account.call("create_session", body={}).status_code == 500
    assert len(account.open_ids()) == 1


@each_creating
def test_a_session_that_shows_up_late(bench: Bench, vendor: Vendor) -> None:
    """A new session may be missing from the list, or hidden everywhere, for a while, even with a lost response."""
    account = bench.account(vendor)
    bench.server.fault(vendor.slug, "create_session", "late", 3)
    late = account.create()
    bench.server.fault(vendor.slug, "create_session", "hidden", 5)
    bench.server.fault(vendor.slug, "create_session", "lost")
    with pytest.raises(httpx.RemoteProtocolError):
        account.create()
    (hidden,) = {*account.open_ids()} - {late}
    seen = []
    for _ in range(3):
        found = [account.call("get_session", each).status_code for each in (late, hidden)]
        seen.append((found, [each in account.ids() for each in (late, hidden)]))
        bench.server.advance(3)
    assert seen == [([200, 404], [False, False]), ([200, 404], [True, False]), ([200, 200], [True, True])]


@each_creating
def test_a_stop_that_does_nothing(bench: Bench, vendor: Vendor) -> None:
    """An ignored stop reports success, as often as the fault says."""
    account = bench.account(vendor)
    session_id = account.create()
    bench.server.fault(vendor.slug, "stop_session", "ignored", times=2)
    for _ in "ab":
        assert account.stop(session_id).status_code == 200
        assert account.open_ids() == [session_id]
    assert (account.stop(session_id).status_code, account.open_ids()) == (200, [])


@each_creating
def test_a_stop_that_lingers(bench: Bench, vendor: Vendor) -> None:
    """A lingering stop succeeds at once, and the session ends later."""
    account = bench.account(vendor)
    session_id = account.create()
    bench.server.advance(10)
    bench.server.fault(vendor.slug, "stop_session", "lingering", 17)
    assert account.stop(session_id).status_code == 200
    bench.server.advance(16)
    assert account.get(session_id)["status"] == vendor.running
    bench.server.advance(1)
    assert account.get(session_id)["status"] == vendor.stopped


@each_creating
def test_a_stop_that_is_slow(bench: Bench, vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it works, the session runs; a reader is not kept waiting. One that is delayed has worked before."""
    account = bench.account(vendor)
    slow, delayed = account.create(), account.create()
    bench.server.fault(vendor.slug, "stop_session", "slow", 100)
    bench.server.fault(vendor.slug, "stop_session", "delayed", 200, skip=1)
    slept: Queue[float] = Queue()
    is_over = threading.Semaphore(0)

    async def sleep(seconds: float) -> None:
        if seconds:
            slept.put(seconds)
            await asyncio.to_thread(is_over.acquire, timeout=AMPLE)

    monkeypatch.setattr(_stand_in, "asyncio", SimpleNamespace(sleep=sleep))
    with ThreadPoolExecutor() as threads:
        for session_id, seconds, expected in ((slow, 100, [slow, delayed]), (delayed, 200, [])):
            stopping = threads.submit(account.stop, session_id)
            assert slept.get(timeout=AMPLE) == seconds
            assert account.open_ids() == expected
            is_over.release()
            assert stopping.result().status_code == 200
            assert session_id not in account.open_ids()


@each_vendor
def test_pages_that_shift(bench: Bench, vendor: Vendor) -> None:
    """A session begins between two pages, so that a page that begins with the newest repeats a row."""
    account = bench.account(vendor)
    for _ in range(15):
        bench.server.advance(1)
        account.start()
    bench.server.advance(1)
    pages = [vendor.page(number) for number in range(2)] if vendor.page else [{}, {}]
    bench.server.fault(vendor.slug, vendor.history, "shifted", skip=1)
    first, second = (account.ids(vendor.history, **page) for page in pages)
    shifted = vendor.slug not in ("anchorbrowser", "browserbase", "skyvern")
    assert len({*first} & {*second}) == {"anchorbrowser": 0, "browserbase": 15, "skyvern": 0}.get(vendor.slug, 1)
    assert shifted == (first[-1] == second[0])


@each_vendor
def test_a_row_that_cannot_be_read(bench: Bench, vendor: Vendor) -> None:
    """The client sets an unreadable row aside and returns the others."""
    account = bench.account(vendor)
    first, second = account.start(), account.start()
    bench.server.advance(2)
    expected = account.ids()
    bench.server.fault(vendor.slug, "list_sessions", "unreadable")
    parsed = account.call("list_sessions").parsed
    rows: Any = parsed
    for name in vendor.rows:
        rows = getattr(rows, name)
    assert ([*rows.unexpected], rows.sent) == ([0], len(expected))
    assert [each.to_dict()[vendor.id] for each in rows] == expected[1:]
    assert {first, second} <= {*account.ids()}


@each_vendor
def test_a_list_of_nothing_with_a_row_that_cannot_be_read(bench: Bench, vendor: Vendor) -> None:
    """Has that row alone."""
    bench.server.fault(vendor.slug, "list_sessions", "unreadable")
    arguments = {"api_name": "another-zone"} if vendor.slug == "brightdata" else {}
    client = bench.account(vendor).client.get_httpx_client()
    sent = client.get(bench.server.base_urls[vendor.slug] + LISTS[vendor.slug], params=arguments).json()
    for name in vendor.rows:
        sent = sent[name]
    assert sent == [{}]


@each_vendor
def test_a_limit_in_the_middle_of_a_list(bench: Bench, vendor: Vendor) -> None:
    """The third page is refused, and fine when it is asked for again."""
    account = bench.account(vendor)
    bench.server.fault(vendor.slug, vendor.history, "refused", 429, skip=2)
    pages = [vendor.page(number) for number in (0, 1, 2, 2)] if vendor.page else [{}] * 4
    statuses = [account.call(vendor.history, **page).status_code for page in pages]
    assert statuses == [200, 200, 429, 200]


@each_vendor
def test_a_key_that_is_refused(bench: Bench, vendor: Vendor) -> None:
    """Once, by any operation; a fault of one provider does not affect another."""
    account = bench.account(vendor)
    bench.server.fault(vendor.slug, "list_sessions", "unauthorized")
    expected = 403 if vendor.slug == "skyvern" else 401
    assert [account.call("list_sessions").status_code for _ in "ab"] == [expected, 200]


def test_a_session_of_a_future_api(bench: Bench) -> None:
    """A fault changes a session to a future API's form, or to Anchor Browser's older one."""
    ref = bench.server.start("anchorbrowser")
    with Client(api_keys=bench.server.api_keys, base_urls=bench.server.base_urls) as client:
        bench.server.fault("anchorbrowser", "get_session", "drifted")
        bench.server.fault("anchorbrowser", "get_session", "flat", skip=1)
        assert [client.get(ref).status for _ in "abc"] == [
            *(SessionStatus.UNKNOWN, SessionStatus.RUNNING, SessionStatus.RUNNING)
        ]


def test_faults_for_ever(bench: Bench) -> None:
    """A permanent fault lasts until the sandbox is reset."""
    ref = bench.server.start("skyvern")
    bench.server.fault("skyvern", "get_session", "refused", 500, times=None)
    given: Any = {"api_keys": bench.server.api_keys, "base_urls": bench.server.base_urls, "max_retries": 0}
    with Client(**given) as client:
        for _ in range(3):
            with pytest.raises(errors.ProviderUnavailable):
                client.get(ref)
        bench.anew()
        with pytest.raises(errors.SessionNotFound):
            client.get(ref)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nobody", "get_session", "lost"), "unknown provider 'nobody': expected one of anchorbrowser, "),
        (("brightdata", "create_session", "lost"), "brightdata has no operation 'create_session'; it has get_session"),
        (("skyvern", "get_session", "odd"), "unknown fault 'odd': expected one of refused, failed, "),
        (("skyvern", "get_session", "late", 3), "the fault 'late' is of create_session, not of get_session"),
        (("skyvern", "stop_session", "slow"), "the fault 'slow' has the amount None: expected 0 or more"),
        (("skyvern", "stop_session", "refused", 399), "the amount 399: expected a status from 400 to 599"),
        (("skyvern", "stop_session", "refused", 600), "the amount 600: expected a status from 400 to 599"),
        (("skyvern", "stop_session", "slow", -1), "the amount -1: expected 0 or more"),
    ],
)
def test_a_fault_that_there_is_not(bench: Bench, arguments: Any, says: str) -> None:
    """An unknown fault is refused where it is asked for."""
    with pytest.raises(ValueError, match=says):
        bench.server.fault(*arguments)


def test_the_least_and_most_of_a_fault() -> None:
    """A fault may take no time, and have any status of an error."""
    amounts: dict[Kind, tuple[int, ...]] = {"slow": (0,), "refused": (400, 599)}
    made = [make_fault("stop_session", kind, each) for kind, several in amounts.items() for each in several]
    assert [(each.kind, each.amount) for each in made] == [("slow", 0), ("refused", 400), ("refused", 599)]


@pytest.mark.parametrize("counts", [{"skip": -1}, {"times": 0}])
def test_a_fault_that_never_comes(bench: Bench, counts: dict[str, int]) -> None:
    """A fault that can never occur is refused."""
    with pytest.raises(ValueError, match="expected skip of 0 or more, and times of 1 or more, or None"):
        bench.server.fault("skyvern", "get_session", "lost", **counts)


def test_faults_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument, or a variable for a command's sandbox, can give the faults as text."""
    text = " skyvern get_session refused 500 skip=1 ; skyvern list_sessions unauthorized times=all; "
    monkeypatch.setenv("BROWSER_SESSIONS_SANDBOX_FAULTS", "skyvern get_session refused 422")
    for faults, expected in ((text, [200, 500, 200, 403, 403]), (None, [422, 200, 200, 200, 200])):
        with sandbox.serve(faults=faults) as server, httpx.Client(headers={"x-api-key": sandbox.KEY}) as http:
            url = f"{server.base_urls['skyvern']}/v1/browser_sessions"
            urls = [f"{url}/{server.ref('skyvern', 'running').id}"] * 3 + [url] * 2
            assert [http.get(each).status_code for each in urls] == expected


@pytest.mark.parametrize(
    "text", ["skyvern get_session", "skyvern get_session refused 500 often=2", "a b c d e", "skyvern get_session odd"]
)
def test_invalid_faults_as_text(text: str) -> None:
    """Invalid text is refused before the sandbox serves anything."""
    with pytest.raises(ValueError, match="fault"), sandbox.serve(faults=text):
        pass


def test_a_sandbox_does_not_wait_for_what_is_slow() -> None:
    """It ends although a request is still to be carried out."""
    start = time.monotonic()
    with sandbox.serve(faults="skyvern list_sessions slow 600") as server:
        url = f"{server.base_urls['skyvern']}/v1/browser_sessions"
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(url, headers={"x-api-key": sandbox.KEY}, timeout=0.2)
    assert time.monotonic() - start < 300
