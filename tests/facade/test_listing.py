"""Each session that exists and matches from the first request to the last comes once, however pages shift."""

from __future__ import annotations

import copy
import importlib
import logging
import random
import weakref
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from browser_use_client.models import SessionPage
from hypothesis import given
from hypothesis import strategies as st

from browser_sessions import PROVIDERS, BrowserSession, SessionStatus, errors, view
from browser_sessions._paging import Window, window_of_pages
from tests.facade.fetching import BACKENDS, async_client, run, sync_client
from tests.facade.list_server import START, ListServer, Session
from tests.facade.provider_case import CASES

ENDED = ["completed", "ended"]
each_provider = pytest.mark.parametrize("slug", PROVIDERS)


def ids(listed: Any) -> list[str]:
    """Return the ids of the sessions that an iterator gives."""
    return [session.id for session in listed]


def fleet(slug: str, count: int, seed: int = 0) -> list[Session]:
    """Return sessions of a provider, two thirds of them running."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    words = [CASES[slug].words["running"], CASES[slug].words["running"], CASES[slug].words["over"]]
    return [Session(f"{chance.random():.12f}", chance.choice(words), number) for number in range(count)]


def churning(slug: str, count: int, seed: int, ended: set[str]) -> Callable[[list[Session]], None]:
    """Return what ends some sessions and starts others."""
    chance = random.Random(seed)  # noqa: S311 - no secret

    def change(sessions: list[Session]) -> None:
        for _ in range(count):
            running = [each for each in sessions if each.status == CASES[slug].words["running"]]
            for each in chance.sample(running, min(1, len(running))):
                each.status = CASES[slug].words["over"]
                ended.add(each.id)
            sessions.append(Session(f"{chance.random():.12f} new", CASES[slug].words["running"], len(sessions)))

    return change


@each_provider
@given(
    count=st.sampled_from([0, 1, 49, 50, 51, 99, 100, 101, 220, 505]),
    status=st.sampled_from([None, "running", "open", ["running", *ENDED], ENDED]),
    churn=st.sampled_from([0, 1, 9]),
    seed=st.integers(0, 1000),
)
def test_nothing_is_lost_and_nothing_comes_twice(slug: str, count: int, status: Any, churn: int, seed: int) -> None:
    """While sessions start and end between all requests."""
    ended: set[str] = set()
    sessions = fleet(slug, count, seed)
    before = {each.id: each.status for each in sessions}
    server = ListServer(slug, sessions, churning(slug, churn, seed, ended))
    listed = sync_client(server).list(slug, status=status)
    assert not listed.complete
    found = ids(listed)

    wanted = {"running": {CASES[slug].words["running"]}, "open": {CASES[slug].words["running"]}}.get(
        str(status), {CASES[slug].words["running"], CASES[slug].words["over"]}
    )
    wanted = {CASES[slug].words["over"]} if status == ENDED else wanted
    matching = {each for each, word in before.items() if word in wanted}
    if CASES[slug].words["running"] not in wanted or CASES[slug].words["over"] not in wanted:
        matching -= ended
    assert len(found) == len(set(found))
    assert matching - set(found) == set()
    assert (listed.complete, listed.skipped) == (True, [])


@each_provider
@pytest.mark.parametrize("backend", BACKENDS)
def test_tasks(slug: str, backend: str) -> None:
    """The asynchronous client gives the same sessions in the same order."""
    expected = list(sync_client(ListServer(slug, fleet(slug, 120))).list(slug))

    async def main() -> tuple[list[BrowserSession], bool]:
        async with async_client(ListServer(slug, fleet(slug, 120))) as client:
            listed = client.list(slug)
            found = [session async for session in listed]
            assert listed.skipped == []
            return found, listed.complete

    assert run(backend, main) == (expected, True)


@pytest.mark.parametrize("slug", ["anchorbrowser", "brightdata", "browserbase"])
def test_the_newest_come_first(slug: str) -> None:
    """A list begins with the newest session if the provider orders sessions by age."""
    sessions = fleet(slug, 230)
    assert ids(sync_client(ListServer(slug, sessions)).list(slug)) == [each.id for each in sessions[::-1]]


@each_provider
def test_rows_that_cannot_be_read_are_kept(slug: str, caplog: pytest.LogCaptureFixture) -> None:
    """They lose no other, the list is not complete, and one line reports it."""
    sessions = fleet(slug, 230)
    server = ListServer(slug, sessions, unreadable={sessions[129].id, sessions[130].id})
    listed = sync_client(server).list(slug)
    caplog.set_level(logging.WARNING, logger="browser_sessions")
    found = ids(listed)

    assert set(found) == {each.id for each in sessions} - server.unreadable
    assert not listed.complete
    assert [each.raw for each in listed.skipped] == [{"status": "?"}]
    assert "?" not in repr(listed.skipped)
    assert [each.levelname for each in caplog.records if each.levelno >= logging.WARNING] == ["WARNING"]


@pytest.mark.parametrize("slug", ["brightdata", "browser_use"])
def test_a_row_in_common_may_be_unreadable(slug: str) -> None:
    """It is known by what it holds."""
    sessions = [Session(f"{number:04}", CASES[slug].words["running"], number) for number in range(300)]
    server = ListServer(slug, sessions, unreadable={each.id for each in sessions[::99] + sessions[100:101]})
    listed = sync_client(server).list(slug, status="running")
    assert set(ids(listed)) == {each.id for each in sessions} - server.unreadable


@each_provider
def test_a_session_that_was_dropped_takes_its_row_with_it(slug: str) -> None:
    """A list in one piece is no larger in memory than what of it was not read yet."""
    listed = sync_client(ListServer(slug, fleet(slug, 9))).list(slug)
    rows = [weakref.ref(session.raw) for session in listed]
    assert [row() for row in rows[:-1]] == [None] * 8


def test_an_interrupted_page_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not read of it would be missing from a list that claims to be complete."""

    def interrupted(row: Any, _: str) -> BrowserSession:
        if next(rows) == 110:  # on the second page of three
            raise KeyboardInterrupt
        return view(row)

    rows = iter(range(220))
    # Not by its name: a test that imports it anew leaves another module there.
    monkeypatch.setattr(importlib.import_module("browser_sessions._providers.browser_use.lists"), "view", interrupted)
    server = ListServer("browser_use", fleet("browser_use", 220))
    listed = sync_client(server).list("browser_use")
    with pytest.raises(KeyboardInterrupt):
        list(listed)
    assert (list(listed), listed.complete, len(server.requests)) == ([], False, 2)


@each_provider
def test_a_limit_ends_the_work(slug: str) -> None:
    """No page is read that is not needed."""
    server = ListServer(slug, fleet(slug, 230))
    listed = sync_client(server).list(slug, limit=3)
    assert len(ids(listed)) == 3
    assert len(server.requests) == 1
    assert not listed.complete


LABELS = {"anchorbrowser", "browser_use", "browserbase"}


@pytest.mark.parametrize("slug", sorted(LABELS))
@pytest.mark.parametrize("labels", [{"job": "nightly"}, {"job": "nightly", "who": "a'b"}, {"job": "x,y"}])
def test_metadata(slug: str, labels: dict[str, str]) -> None:
    """All labels that were asked for have to be there, whatever the server can be asked for."""
    sessions = fleet(slug, 60)
    for number, each in enumerate(sessions):
        each.labels = labels if number % 7 == 0 else {"job": labels["job"] + "y"}
    server = ListServer(slug, sessions)
    assert set(ids(sync_client(server).list(slug, metadata=labels))) == {each.id for each in sessions[::7]}


@each_provider
def test_times(slug: str) -> None:
    """Both ends are included; where a provider does not report when a session was created, its start counts."""
    sessions = fleet(slug, 130)
    first, last = START + timedelta(seconds=20), START + timedelta(seconds=110)
    listed = sync_client(ListServer(slug, sessions)).list(slug, created_after=first, created_before=last)
    assert set(ids(listed)) == {each.id for each in sessions[20:111]}


def test_a_session_without_a_time_is_not_wanted_by_time() -> None:
    """Nothing is known of its age."""

    def respond(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=[{"browser_session_id": "a"}])

    client = sync_client(respond)
    assert ids(client.list("skyvern", status="open", created_after=START)) == []
    assert ids(client.list("skyvern", status=SessionStatus.UNKNOWN, limit=1)) == ["a"]


ASKED: dict[str, list[tuple[dict[str, Any], list[str]]]] = {
    "anchorbrowser": [
        ({}, ["page=1&limit=50&sort_by=created_at&sort_order=desc"]),
        (
            {"status": "running", "metadata": {"job": "a"}},
            [
                f"page=1&limit=50&sort_by=created_at&sort_order=desc&status={word}&tags=job%3Da"
                for word in ("ready", "running")
            ],
        ),
    ],
    "brightdata": [
        ({}, ["limit=100&offset=0"]),
        ({"status": ["failed", "timed_out"]}, ["limit=100&offset=0&status=failed"]),
        ({"status": "pending"}, []),
        ({"created_after": START}, ["limit=100&offset=0&start_date=2026-03-04T08%3A00%3A00%2B00%3A00"]),
    ],
    "browser_use": [
        ({}, ["pageSize=100&pageNumber=1"]),
        ({"status": "running"}, ["pageSize=100&pageNumber=1&filterBy=active"]),
        ({"status": "completed"}, ["pageSize=100&pageNumber=1"]),
    ],
    "browserbase": [
        ({}, [""]),
        ({"status": ["running", "pending"]}, ["status=PENDING", "status=RUNNING"]),
        ({"metadata": {"a": "b"}}, ["q=user_metadata%5B%27a%27%5D%3A%27b%27"]),
    ],
    "skyvern": [({"status": "open"}, [""]), ({}, ["", "page=1&page_size=100"])],
}


@pytest.mark.parametrize(
    ("slug", "arguments", "queries"),
    [(slug, arguments, queries) for slug, cases in ASKED.items() for arguments, queries in cases],
)
def test_what_is_asked_for(slug: str, arguments: dict[str, Any], queries: list[str]) -> None:
    """A server is asked for a status only if it can be asked for all that may mean it, in the order of a life."""
    server = ListServer(slug, fleet(slug, 1))
    list(sync_client(server).list(slug, **arguments))
    assert [each.url.query.decode() for each in server.requests] == queries


def test_what_cannot_be_asked_for() -> None:
    """It is refused before anything is sent, with those that can."""
    client = sync_client(lambda _: httpx.Response(500))
    with pytest.raises(
        errors.Unsupported, match=r"Skyvern does not offer `metadata` of `list`; these do: Anchor Browser, "
    ):
        client.list("skyvern", metadata={"a": "b"})
    for arguments, problem in [
        ({"provider": "skyvem"}, "Did you mean skyvern"),
        ({"provider": 5}, "a provider must be a string, not int. There are: anchorbrowser, "),
        ({"provider": ["skyvern"]}, "a provider must be a string, not list. There are: anchorbrowser, "),
        ({"provider": "skyvern", "status": "ready"}, "unknown status 'ready': there are open, pending"),
        ({"provider": "skyvern", "status": 5}, "unknown status 5: there are open, pending"),
        ({"provider": "skyvern", "limit": 0}, "limit must be a whole number"),
        ({"provider": "skyvern", "created_after": START.replace(tzinfo=None)}, "created_after has no offset"),
        ({"provider": "skyvern", "created_before": "2026-03-04"}, "created_before must be a datetime, not str"),
        ({"provider": "skyvern", "created_before": START.date()}, "created_before must be a datetime, not date"),
        ({"provider": "browserbase", "metadata": ["job"]}, "metadata must be a mapping from strings to strings"),
        ({"provider": "browserbase", "metadata": {"job": 1}}, "metadata must be a mapping from strings to strings"),
        ({"provider": "browserbase", "metadata": {1: "job"}}, "metadata must be a mapping from strings to strings"),
        (
            {"provider": "anchorbrowser", "metadata": {"job": "\ud800"}},
            "metadata must be a mapping from strings to strings",
        ),
    ]:
        with pytest.raises(errors.InvalidOption, match=problem):
            client.list(**arguments)  # type: ignore[arg-type]


PAGES: dict[str, Any] = {
    "anchorbrowser": {"data": {"sessions": [{"id": "a"}], "total_pages": 3}},
    "brightdata": {"sessions": [{"session_id": "a"}], "pagination": {"has_more": True}},
    "browser_use": {"items": [{"id": "a"}], "totalItems": 3},
}


@pytest.mark.parametrize("slug", PAGES)
def test_a_list_whose_pages_repeat_is_given_up(slug: str) -> None:
    """A list that counts more sessions than it shows is an error at its end, and an endless one after 200 pages."""
    requests: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json=PAGES[slug])

    listed = sync_client(respond).list(slug)
    assert next(listed).id == "a"
    with pytest.raises(errors.UnexpectedResponse, match="its pages repeat"):
        next(listed)
    assert len(requests) == (202 if slug == "brightdata" else 3)


@pytest.mark.parametrize("slug", PAGES)
def test_an_empty_page_before_the_last_is_an_error(slug: str) -> None:
    """What should be on it would be missing."""
    page = copy.deepcopy(PAGES[slug])
    (page["data"] if slug == "anchorbrowser" else page)["items" if slug == "browser_use" else "sessions"] = []
    listed = sync_client(lambda _: httpx.Response(200, json=page)).list(slug)
    with pytest.raises(errors.UnexpectedResponse, match="a page that is not the last is empty"):
        list(listed)


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_of_known_sessions_does_not_end_a_list(slug: str) -> None:
    """A list continues after a page that repeats the last one because a whole page of new sessions has started."""
    running = CASES[slug].words["running"]
    sessions = [Session(f"{1000 - number:04}", running, number) for number in range(230)]
    before = {each.id for each in sessions}

    def change(sessions: list[Session]) -> None:
        born = len(sessions)
        if born < 450:
            sessions += [Session(f"{1000 - number:04}", running, number) for number in range(born, born + 100)]

    listed = sync_client(ListServer(slug, sessions, change)).list(slug)
    assert before - set(ids(listed)) == set()
    assert listed.complete


@pytest.mark.parametrize("status", [None, "running"])
def test_bright_data_is_read_on_while_it_names_a_larger_offset(status: str | None) -> None:
    """Also where it does not report whether there is more, and its pages are shorter than asked for."""
    sessions = [Session(f"{number:04}", "running", number) for number in range(70)]

    def respond(request: httpx.Request) -> httpx.Response:
        offset = int(request.url.params["offset"])
        rows = [{"session_id": each.id, "status": each.status} for each in sessions[offset : offset + 30]]
        page = {"sessions": rows, "pagination": {"next_offset": offset + 30 if offset + 30 < 70 else None}}
        return httpx.Response(200, json=page)

    listed = sync_client(respond).list("brightdata", status=status)
    assert ids(listed) == [each.id for each in sessions]
    assert listed.complete


def test_an_offset_that_bright_data_names_behind_nothing_ends_a_list() -> None:
    """It could name the next one for ever."""

    def respond(request: httpx.Request) -> httpx.Response:
        offset = int(request.url.params["offset"])
        rows = [] if offset else [{"session_id": "a"}]
        return httpx.Response(200, json={"sessions": rows, "pagination": {"next_offset": offset + 100}})

    assert ids(sync_client(respond).list("brightdata")) == ["a"]


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_whose_new_rows_cannot_be_read_does_not_end_a_list(slug: str) -> None:
    """They are new, and the sessions behind them are read."""
    rows = {"anchorbrowser": ("data", "sessions"), "brightdata": ("sessions",), "browser_use": ("items",)}[slug]
    asked: list[httpx.URL] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        page = copy.deepcopy(PAGES[slug])
        if slug == "browser_use":
            page["totalItems"] = 5
        if slug == "brightdata":
            page["pagination"] = {"has_more": len(asked) < 3, "next_offset": len(asked)}
        within = page
        for name in rows[:-1]:
            within = within[name]
        (row,) = within[rows[-1]]
        name = "session_id" if slug == "brightdata" else "id"
        within[rows[-1]] = [{name: 5, "status": len(asked)}, row]
        if len(asked) == 3:
            within[rows[-1]] = [row | {name: "b"}]
        return httpx.Response(200, json=page)

    listed = sync_client(respond).list(slug)
    assert [each.id for each in listed] == ["a", "b"]
    assert (len(listed.skipped), listed.complete) == (2, False)


def test_an_offset_that_does_not_grow() -> None:
    """It would be asked for again."""
    page = PAGES["brightdata"] | {"pagination": {"has_more": True, "next_offset": 0}}
    listed = sync_client(lambda _: httpx.Response(200, json=page)).list("brightdata")
    with pytest.raises(errors.UnexpectedResponse, match="the next offset, 0, is not above 0"):
        list(listed)


@pytest.mark.parametrize(
    ("end", "page", "size"), [(0, 1, 100), (99, 1, 100), (100, 2, 99), (101, 2, 100), (199, 3, 99), (200, 3, 99)]
)
def test_a_page_begins_with_a_row_that_was_read(end: int, page: int, size: int) -> None:
    """It also reaches as far beyond the rows that were read as a page of at most a hundred rows can."""
    arguments = {"page": page, "page_size": size}
    assert window_of_pages(end, 100, "page", "page_size") == Window((page - 1) * size, size, arguments)


def test_pages_that_overlap_go_somewhere() -> None:
    """A page that is not the last is full; a list that changes with each request is given up."""
    short = sync_client(lambda _: httpx.Response(200, json=PAGES["browser_use"])).list("browser_use", status="running")
    with pytest.raises(errors.UnexpectedResponse, match="a page that is not the last has 1 rows, and not 100"):
        list(short)

    numbers = iter(range(10**6))

    def respond(_: httpx.Request) -> httpx.Response:
        rows = [{"id": str(next(numbers)), "status": "active"} for _ in range(100)]
        return httpx.Response(200, json={"items": rows, "totalItems": 1000})

    with pytest.raises(errors.UnexpectedResponse, match="its rows change places faster than they can be read"):
        list(sync_client(respond).list("browser_use", status="running"))


@pytest.mark.parametrize("slug", ["brightdata", "browser_use", "skyvern"])
def test_pages_that_repeat(slug: str) -> None:
    """A server that sends the same page whatever is asked for is given up."""
    server = ListServer(slug, fleet(slug, 300))
    first = {"offset": "0", "pageNumber": "1", "page": "1"}

    def respond(request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        return server(httpx.Request("GET", request.url.copy_merge_params({k: first.get(k, asked[k]) for k in asked})))

    status = None if slug == "skyvern" else "running"
    with pytest.raises(errors.UnexpectedResponse, match="its pages repeat"):
        list(sync_client(respond).list(slug, status=status))
    assert len(server.requests) == (203 if slug == "skyvern" else 202)


@pytest.mark.parametrize("said", [0, -1])
@pytest.mark.parametrize("status", [None, "running"])
@pytest.mark.parametrize("slug", ["anchorbrowser", "browser_use"])
def test_a_number_of_rows_that_cannot_be(slug: str, status: str | None, said: int) -> None:
    """One below what there is already is ignored, and the list is read to its end."""
    sessions = [Session(f"{number:04}", CASES[slug].words["running"], number) for number in range(230)]
    server = ListServer(slug, sessions)

    def respond(request: httpx.Request) -> httpx.Response:
        page = server(request).json()
        if slug == "anchorbrowser":
            page["data"]["total_pages"] = said
        else:
            page["totalItems"] = said
        return httpx.Response(200, json=page)

    assert set(ids(sync_client(respond).list(slug, status=status))) == {each.id for each in sessions}


@pytest.mark.parametrize(
    ("slug", "page"),
    [
        ("anchorbrowser", {"data": {"sessions": [{"id": "a"}]}}),
        ("brightdata", {"sessions": [{"session_id": "a"}]}),
        ("browser_use", {"items": [{"id": "a"}]}),
    ],
)
@pytest.mark.parametrize("status", [None, "running"])
def test_a_page_that_does_not_say_whether_there_is_more(slug: str, page: Any, status: str | None) -> None:
    """It is the last if it is not full."""
    requests: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json=page)

    assert len(ids(sync_client(respond).list(slug))) == 1
    assert len(requests) == 1
    listed = sync_client(respond).list(slug, status=status)
    assert len(ids(listed)) == (status is None)  # a row without a status is of none
    assert listed.complete
    lists = 2 if slug == "anchorbrowser" and status else 1  # two of its statuses may mean that a session runs
    assert len(requests) == 1 + lists


@each_provider
def test_a_page_that_fails(slug: str) -> None:
    """What came before it was given, and its error is raised."""
    server = ListServer(slug, fleet(slug, 230))

    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(403, json={}) if server.requests else server(request)

    listed = sync_client(respond, max_retries=0).list(slug)
    if slug == "browserbase":
        assert len(ids(listed)) == 230
    else:
        with pytest.raises(errors.ApiStatusError) as caught:
            for _ in listed:
                pass
        assert (caught.value.provider, caught.value.ref, caught.value.status_code) == (slug, None, 403)
        assert not listed.complete


def test_a_row_of_anchor_browser_is_viewed() -> None:
    """Its list has another model, whose labels are pairs where they can be."""
    row = {
        "id": "a",
        "status": "completed",
        "tags": ["job=nightly", "acme", "=x"],
        "created_at": "2026-03-04T08:00:00Z",
        "duration": 60,
        "used_credits": "1.5",
        "proxy_bytes": 5,
    }
    page = {"data": {"sessions": [row], "total_pages": 1}}
    (session,) = sync_client(lambda _: httpx.Response(200, json=page)).list("anchorbrowser")
    assert (
        session.to_dict()
        | {
            "id": "a",
            "status": "completed",
            "metadata": {"job": "nightly", "tags": ["acme", "=x"]},
            "ended_at": "2026-03-04T08:01:00Z",
            "cost": {"amount": "1.5", "unit": "credits", "final": True},
            "proxy_bytes": 5,
            "derived": ["ended_at"],
        }
        == session.to_dict()
    )
    assert view(session.raw) == session


@pytest.mark.parametrize("slug", sorted(LABELS))
def test_the_marker_is_not_in_the_metadata(slug: str) -> None:
    """It can be asked for by its name, and has a field of its own; one that is not a string is someone else's."""
    sessions = fleet(slug, 3)
    for number, each in enumerate(sessions):
        each.labels = {"job": "nightly", "browser-sessions": f"ci.{number}"}
    client = sync_client(ListServer(slug, sessions))
    (session,) = client.list(slug, metadata={"browser-sessions": "ci.1"})
    assert (session.id, session.marker, session.metadata) == (sessions[1].id, "ci.1", {"job": "nightly"})
    assert session.origin == "list"


def test_another_ones_label_of_the_same_name_stays() -> None:
    """A marker is a text."""
    rows = [{"id": "a", "userMetadata": {"browser-sessions": {"is": "another"}}}]
    (session,) = sync_client(lambda _: httpx.Response(200, json=rows)).list("browserbase")
    assert (session.marker, session.metadata) == (None, {"browser-sessions": {"is": "another"}})


def test_a_page_is_not_viewed_as_a_session() -> None:
    """The error names what to view in its place."""
    with pytest.raises(TypeError, match=r"view each row of the SessionPage.items$"):
        view(SessionPage.from_dict({"items": []}))
    with pytest.raises(TypeError, match=r"view each row of the list$"):
        view([])
