"""What each operation of the sandbox sends and refuses, as the generated clients read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import yaml

from browser_sessions import sandbox
from codegen.__main__ import ROOT
from tests.facade.vendors import CREATING, START, VENDORS, Bench, Vendor, open_bench

CASES = ROOT / "tests" / "facade" / "cases" / "sandbox"
REFUSALS: dict[str, list[Any]] = yaml.safe_load((CASES / "refusals.yaml").read_text("utf-8"))
FILTERS: dict[str, list[Any]] = yaml.safe_load((CASES / "filters.yaml").read_text("utf-8"))

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


@each_vendor
def test_what_is_refused(bench: Bench, vendor: Vendor) -> None:
    """Has the provider's status and body, and starts and stops nothing."""
    account = bench.account(vendor)
    ids = {
        "<id>": account.start(),
        "<over>": account.start(status="completed", age=timedelta(hours=1)),
        "<missing>": bench.server.ref(vendor.slug, "missing").id,
    }
    before = account.open_ids()
    for operation, given, status, body in REFUSALS[vendor.slug]:
        named = {name: value for name, value in given.items() if name != "id"}
        ordered = [ids.get(given["id"], given["id"])] if "id" in given else []
        response = account.call(operation, *ordered, **named)
        text = json.dumps(body)
        for marker, session_id in ids.items():
            text = text.replace(marker, session_id)
        assert (operation, response.status_code, json.loads(response.content)) == (operation, status, json.loads(text))
    assert account.open_ids() == before


OPTIONS: dict[str, dict[str, Any]] = {
    "anchorbrowser": {
        "a": {"session": {"tags": ["job=nightly", "run=1"]}},
        "b": {"session": {"tags": ["job=nightly"]}},
        "c": {
            "session": {"proxy": {"active": True}},
            "browser": {"extra_stealth": {"active": True}, "profile": {"name": "admin"}},
        },
    },
    "brightdata": {"c": {"api_name": "mine"}},
    "browser_use": {"a": {"metadata": {"job": "nightly", "run": "1"}}, "b": {"metadata": {"job": "nightly"}}},
    "browserbase": {
        "a": {"userMetadata": {"job": "nightly", "run": "1"}},
        "b": {"userMetadata": {"job": "nightly"}},
        "c": {"region": "eu-central-1"},
    },
    "skyvern": {},
}


@each_vendor
def test_filters(bench: Bench, vendor: Vendor) -> None:
    """A list has what it is asked for, in the provider's order."""
    account = bench.account(vendor)
    letters = {}
    for index, letter in enumerate("abcde"):
        status = {"a": "completed", "d": "failed"}.get(letter)
        options = OPTIONS[vendor.slug].get(letter)
        letters[account.start(options, age=timedelta(minutes=-index), status=status)] = letter
    bench.server.advance(4 * 60 + 2)
    for given, expected in FILTERS[vendor.slug]:
        ids = account.ids(**given)
        assert (given, "".join(letters.get(each, "") for each in ids)) == (given, expected)


LIMITED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "anchorbrowser": (
        {},
        {
            "ratelimit": '"1-in-1min"; r=0; t=50',
            "ratelimit-policy": '"1-in-1min"; q=1; w=60; pk=:EXAMPLE:',
            "retry-after": "50",
        },
    ),
    "browser_use": ({}, {}),
    "browserbase": (
        {"x-ratelimit-limit": "1", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1", "retry-after": "1"},
        {"x-ratelimit-limit": "1", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "50", "retry-after": "50"},
    ),
    "skyvern": ({}, {"retry-after": "50"}),
}
"""The headers of a 429 when too many sessions are open, and when too many were created."""


@each_creating
def test_limits(bench: Bench, vendor: Vendor) -> None:
    """A provider limits the sessions that are open at once, and those that are created within a minute."""
    account = bench.account(vendor)
    limits: tuple[Mapping[str, int], ...] = ({"concurrency": 1}, {"creations": 1})
    for limit, headers in zip(limits, LIMITED[vendor.slug], strict=True):
        bench.anew().server.limit(vendor.slug, **limit)
        session_id = account.create()
        bench.server.advance(10)
        response = account.call("create_session", body={})
        sent = {name: value for name, value in response.headers.items() if "limit" in name or name == "retry-after"}
        assert (response.status_code, sent, len(account.open_ids())) == (429, headers, 1)
        account.stop(session_id)
        bench.server.advance(50)
        account.create()


def test_a_limit_of_nothing(bench: Bench) -> None:
    """Lets nothing be created."""
    account = bench.account("browserbase")
    for limit in ({"creations": 0}, {"concurrency": 0}):
        bench.server.limit("browserbase", **limit)
        assert account.call("create_session", body={}).status_code == 429


@each_creating
def test_options_come_back(bench: Bench, vendor: Vendor) -> None:
    """A lifetime is in the unit of the provider; without an end, a session continues."""
    account = bench.account(vendor)
    endless: dict[str, Any] = {
        "anchorbrowser": {"session": {"timeout": {"max_duration": -1}}},
        "browser_use": {"timeout": 240},
        "browserbase": {"timeout": 21_600},
        "skyvern": {"timeout": None},
    }
    session_id = account.create(endless[vendor.slug])
    bench.server.advance(timedelta(minutes=239))
    assert account.get(session_id)["status"] == vendor.running


def test_skyvern_caps_a_lifetime(bench: Bench) -> None:
    """At 240 minutes, with a warning in the response to the create alone; what is a number as a text is taken."""
    account = bench.account("skyvern")
    created = account.body("create_session", body={"timeout": 1440})
    assert created["timeout"] == 240
    assert created["warning"].startswith("Requested timeout of 1440 minutes exceeds the maximum of 240 minutes")
    assert account.get(created["browser_session_id"])["warning"] is None
    assert account.body("create_session", body={"timeout": "60", "url": "x"})["timeout"] == 60


def test_skyverns_sessions_can_be_extended(bench: Bench) -> None:
    """Up to six hours, and not in the last two minutes."""
    account = bench.account("skyvern")
    session_id = account.create()
    more: dict[str, Any] = {"body": {"additional_minutes": 10}}
    extended = account.body("extend_session", session_id, **more)
    assert (extended["timeout"], extended["warning"]) == (70, None)
    bench.server.advance(timedelta(minutes=66))
    assert account.get(session_id)["status"] == "running"
    bench.server.advance(timedelta(minutes=3))
    assert account.call("extend_session", session_id, **more).status_code == 409
    longest = account.body("extend_session", account.create(), body={"additional_minutes": 400})
    assert (longest["timeout"], longest["warning"]) == (360, "460 minutes are more than the 360 that are allowed.")
    assert account.call("extend_session", longest["browser_session_id"], **more).status_code == 409
    assert account.call("extend_session", account.create({"timeout": None}), **more).status_code == 409


def test_a_session_of_skyvern_to_the_letter(bench: Bench) -> None:
    """All of its properties are there, in the server's order; times have no offset, and no fraction that is zero."""
    account = bench.account("skyvern")
    created = json.loads(account.call("create_session", body={"extensions": ["ad-blocker"]}).content)
    session_id = created["browser_session_id"]
    expected = {
        "browser_session_id": session_id,
        "organization_id": "o_387654321098765432",
        "status": "created",
        "runnable_type": None,
        "runnable_id": None,
        "timeout": 60,
        "browser_address": None,
        "app_url": f"https://app.skyvern.com/browser-session/{session_id}",
        "extensions": ["ad-blocker"],
        "browser_type": None,
        "browser_profile_id": None,
        "generate_browser_profile": False,
        "browser_settings": None,
        "browser_settings_receipt": None,
        "vnc_streaming_supported": False,
        "stream_transport": None,
        "download_path": f"/app/downloads/o_387654321098765432/{session_id}",
        "downloaded_files": [],
        "recordings": [],
        "started_at": None,
        "completed_at": None,
        "created_by": None,
        "created_at": "2026-03-04T09:00:00",
        "modified_at": "2026-03-04T09:00:00.000004",
        "deleted_at": None,
        "warning": None,
        "source": "managed",
        "remaining_lifetime_seconds": None,
    }
    assert (created, [*created]) == (expected, [*expected])
    bench.server.advance(61)
    account.stop(session_id)
    over = json.loads(account.call("get_session", session_id).content)
    closed = over["browser_address"].partition("::closed::")[2]
    assert (len(closed), over["completed_at"]) == (32, "2026-03-04T09:01:01")
    assert over["recordings"][0]["modified_at"] == "2026-03-04T09:01:01Z"


def test_what_became_of_the_settings_of_a_browser_of_skyvern(bench: Bench) -> None:
    """It is there once the browser runs."""
    account = bench.account("skyvern")
    body = {"browser_settings": {"timezone_id": "Europe/Berlin"}}
    created = json.loads(account.call("create_session", body=body).content)
    bench.server.advance(2)
    running = json.loads(account.call("get_session", created["browser_session_id"]).content)
    names = dict.fromkeys(("requested_timezone_id", "actual_timezone_id"), "Europe/Berlin")
    receipt = names | {"source": "session_request", "status": "verified", "warning": None}
    assert [each["browser_settings_receipt"] for each in (created, running)] == [None, receipt]


def test_live_views(bench: Bench) -> None:
    """They are of sessions that have not ended."""
    anchor, browserbase = bench.account("anchorbrowser"), bench.account("browserbase")
    created = anchor.body("create_session", body={})["data"]
    assert created["live_view_url"].startswith("https://live.anchorbrowser.io")
    assert anchor.body("get_live_view", created["id"])["data"]["count"] == 1
    anchor.stop(created["id"])
    assert anchor.body("get_live_view", created["id"])["data"] == {"count": 0, "items": []}
    view = browserbase.body("get_live_view", browserbase.create(), expires_in=60)
    assert [page["debuggerUrl"] for page in view["pages"]] == [view["debuggerUrl"]]
    session = bench.account("browser_use")
    assert session.get(session.create())["liveUrl"].startswith("https://live.browser-use.com")


def test_recordings_of_anchor_browser(bench: Bench) -> None:
    """A list and an MP4, once the session has ended, unless it was not to be recorded."""
    account = bench.account("anchorbrowser")
    session_id = account.create()
    off = account.create({"session": {"recording": {"active": False}}})
    bench.server.advance(5)
    for each in (session_id, off):
        assert account.call("get_recording", each).status_code == 404
        account.stop(each)
    (recording,) = account.body("list_recordings", session_id)["data"]["items"]
    video = account.call("get_recording", session_id)
    assert (video.headers["content-type"], video.content[4:8]) == ("video/mp4", b"ftyp")
    assert (recording["size"], recording["duration"]) == (len(video.content), "5")
    assert account.call("list_recordings", off).status_code == 404


def test_recordings_of_browserbase(bench: Bench) -> None:
    """Each has to be asked for, takes a moment, and is gone after a month."""
    account = bench.account("browserbase")
    session_id, off = account.create(), account.create({"browserSettings": {"recordSession": False}})
    for each in (session_id, off):
        account.stop(each)
    assert account.body("list_recordings", session_id)["downloads"] == [{"pageId": "0", "status": "NOT_REQUESTED"}]
    requested = account.body("request_recording", session_id, expected=202)
    assert requested["downloads"] == [{"pageId": "0", "status": "PENDING"}]
    bench.server.advance(2)
    (made,) = account.body("list_recordings", session_id)["downloads"]
    assert (made["status"], made["completedAt"]) == ("COMPLETED", "2026-03-04T09:00:02+00:00")
    assert account.call("list_recordings", off).status_code == 422
    bench.server.advance(timedelta(days=32))
    assert account.call("list_recordings", session_id).status_code == 410


def test_recordings_of_browser_use(bench: Bench) -> None:
    """They have to be switched on, and are not in the response to the stop."""
    account = bench.account("browser_use")
    session_id, off = account.create({"enableRecording": True}), account.create()
    stopped = [json.loads(account.stop(each).content) for each in (session_id, off)]
    recordings = [(each["recordingUrl"], each["recordingAvailable"]) for each in stopped]
    assert recordings == [(None, True), (None, False)]
    assert account.get(session_id)["recordingUrl"].startswith("https://recordings.browser-use.com/")
    assert account.get(off)["recordingUrl"] is None
    assert [row["recordingUrl"] for row in account.rows()] == [None, None]


def test_downloads(bench: Bench) -> None:
    """Two files, from a second after the start of the browser on, also in parts."""
    anchor, base, use = (bench.account(slug) for slug in ("anchorbrowser", "browserbase", "browser_use"))
    ids = [account.create() for account in (anchor, base, use)]
    assert anchor.body("list_downloads", ids[0])["data"] == {"count": 0, "items": []}
    bench.server.advance(2)
    names = [each["original_file_name"] for each in anchor.body("list_downloads", ids[0])["data"]["items"]]
    assert names == ["report.pdf", "table.csv"]
    part = use.body("list_downloads", ids[2], limit=1, include_urls=True)
    assert (part["files"][0]["path"], part["hasMore"]) == ("downloads/report.pdf", True)
    rest = use.body("list_downloads", ids[2], cursor=part["nextCursor"])
    assert [(each["path"], "url" in each) for each in rest["files"]] == [("downloads/table.csv", False)]
    assert use.body("list_downloads", ids[2], cursor="odd") == {"files": [], "nextCursor": None, "hasMore": False}
    given: list[tuple[dict[str, Any], list[str]]] = [
        ({}, names),
        ({"filename": "table.csv"}, ["table.csv"]),
        ({"mime_type": "application/pdf"}, ["report.pdf"]),
        ({"min_size": 2000}, ["report.pdf"]),
        ({"max_size": 2000}, ["table.csv"]),
        ({"created_after": START + timedelta(hours=1)}, []),
        ({"created_before": START}, []),
        ({"limit": 1, "offset": 1}, ["table.csv"]),
    ]
    for arguments, expected in given:
        found = base.body("list_downloads", session_id=ids[1], **arguments)["downloads"]
        assert (arguments, [each["filename"] for each in found]) == (arguments, expected)


def test_logs_of_browserbase(bench: Bench) -> None:
    """They begin with the browser, unless they are off."""
    account = bench.account("browserbase")
    on, off = account.create(), account.create({"browserSettings": {"logSession": False}})
    assert account.body("list_logs", on) == []
    bench.server.advance(2)
    assert [each["method"] for each in account.body("list_logs", on)] == ["Page.navigate"]
    assert account.body("list_logs", off) == []


def test_accounts(bench: Bench) -> None:
    """They count what there is."""
    anchor, base, use = (bench.account(slug) for slug in ("anchorbrowser", "browserbase", "browser_use"))
    for account in (anchor, base, use):
        account.stop(account.create())
        account.create()
    bench.server.advance(90)
    billing = anchor.body("get_account")["data"]
    assert (billing["credits_used"], billing["max_concurrent_browsers"], billing["billing_period"]) == (
        *(12.5, 200, "2026-03"),
    )
    account = use.body("get_account")
    assert (account["activeSessionCount"], account["concurrentSessionLimit"]) == (1, 50)
    assert account["totalCreditsBalanceUsd"] == 99.97
    (project,) = base.body("list_projects")
    assert (project, project["concurrency"]) == (base.body("get_project", project["id"]), 25)
    assert base.body("get_usage", project["id"]) == {"browserMinutes": 3, "proxyBytes": 1_048_576}
    for slug in ("anchorbrowser", "browserbase", "browser_use"):
        bench.server.limit(slug)
    assert anchor.body("get_account")["data"]["max_concurrent_browsers"] == -1
    assert "concurrentSessionLimit" not in use.body("get_account")
    assert "concurrency" not in base.body("get_project", project["id"])


def test_the_account_of_bright_data(bench: Bench) -> None:
    """It pays for the traffic of the sessions that have ended, by the day, the last one excluded."""
    account = bench.account("brightdata")
    assert account.body("get_balance")["pending_costs"] == 1.9753
    costs = account.body("get_zone_cost", zone="scraping_browser1")["hl_EXAMPLE"]
    assert {name: (cost["cost"], cost["range"]["to"]) for name, cost in costs.items()} == {
        "back_m0": (1.9753, "2026-04-01"),
        "back_d0": (1.9753, "2026-03-05"),
    }
    today = START.date()
    none = account.body("get_zone_cost", zone="scraping_browser1", from_=today - timedelta(days=1), to=today)
    assert none["hl_EXAMPLE"]["custom"]["cost"] == 0
    account.start({"api_name": "mine"})
    assert account.body("get_zone_cost", zone="mine", to=today)["hl_EXAMPLE"]["custom"]["bw"] == 0


def ask(bench: Bench, slug: str, method: str, path: str, **arguments: Any) -> tuple[int, Any]:
    """Return the status and the body of a request that no client would send."""
    headers = {"x-api-key": sandbox.KEY, "x-bb-api-key": sandbox.KEY, "x-browser-use-api-key": sandbox.KEY}
    headers |= {"authorization": f"Bearer {sandbox.KEY}", "anchor-api-key": sandbox.KEY} | arguments.pop("headers", {})
    response = httpx.request(method, bench.server.base_urls[slug] + path, headers=headers, **arguments)
    return response.status_code, response.json() if response.content else None


def test_requests_that_no_client_would_send(bench: Bench) -> None:
    """A body that is not JSON, not an object, or missing; a query without what it needs; dates that are none."""
    url = "/v1/browser_sessions"
    invalid = {"type": "json_invalid", "loc": ["body", 1], "msg": "JSON decode error", "input": {}}
    assert ask(bench, "skyvern", "POST", url, content=b" x") == (
        *(422, {"detail": [invalid | {"ctx": {"error": "Expecting value"}}]}),
    )
    status, body = ask(bench, "skyvern", "POST", url, json=[])
    assert (status, body["detail"][0]["type"]) == (422, "model_attributes_type")
    assert ask(bench, "skyvern", "POST", url, json=None)[0] == 200
    assert ask(bench, "skyvern", "POST", url, content=b"null")[0] == 200
    status, body = ask(bench, "browser_use", "POST", "/browsers")
    assert (status, body["detail"][0]["type"]) == (422, "missing")
    assert ask(bench, "browser_use", "POST", "/browsers", content=b"null")[0] == 422
    assert ask(bench, "browserbase", "GET", "/v1/downloads")[0] == 400
    assert ask(bench, "brightdata", "GET", "/zone/cost") == (400, {"error": "zone is required"})
    assert ask(bench, "brightdata", "GET", "/zone/cost?zone=scraping_browser1&from=odd")[0] == 500
    assert ask(bench, "anchorbrowser", "GET", "/v1/sessions?created_from=odd")[0] == 400
    assert ask(bench, "anchorbrowser", "GET", "/v1/sessions?created_from=2026-03-04")[0] == 200


def test_routes_that_there_are_not(bench: Bench) -> None:
    """Errors about unknown routes are JSON; Skyvern's have its own server's form."""
    url = "/v1/browser_sessions"
    session_id = bench.server.start("skyvern").id
    assert ask(bench, "skyvern", "GET", "/v1/nope") == (404, {"detail": "Not Found"})
    assert ask(bench, "skyvern", "GET", f"{url}/a%2Fb") == (404, {"detail": "Not Found"})
    assert ask(bench, "skyvern", "GET", f"{url}/")[0] == 200
    assert ask(bench, "skyvern", "GET", f"{url}/{session_id}/")[0] == 200
    assert ask(bench, "skyvern", "HEAD", f"{url}/{session_id}") == (405, None)
    assert ask(bench, "skyvern", "GET", f"{url}/{session_id}/close") == (405, {"detail": "Method Not Allowed"})
    response = httpx.get(f"{bench.server.base_urls['skyvern']}{url}/{session_id}/close")
    assert response.headers["allow"] == "POST"
    assert ask(bench, "browserbase", "DELETE", f"/v1/sessions/{session_id}")[0] == 405
    assert ask(bench, "anchorbrowser", "GET", "/v1/sessions/")[0] == 404


def test_keys_that_skyvern_refuses(bench: Bench) -> None:
    """The error shows how, before anything else is checked."""
    url = f"{bench.server.base_urls['skyvern']}/v1/browser_sessions/pbs_1"
    said = [
        httpx.get(url, headers=headers).json()["detail"]
        for headers in ({}, {"x-api-key": "wrong"}, {"authorization": f"Bearer {sandbox.KEY}"})
    ]
    assert said == ["Invalid credentials", "Could not validate credentials", "Invalid authentication method"]


def test_the_clock(bench: Bench) -> None:
    """Stops, is moved, and refuses a time without an offset."""
    account = bench.account("skyvern")
    bench.server.freeze(datetime(2026, 3, 5, tzinfo=UTC))
    assert account.get(account.create())["created_at"] == "2026-03-05T00:00:00"
    bench.server.advance(0.5)
    bench.server.freeze()
    assert account.get(account.create())["created_at"] == "2026-03-05T00:00:00.500000"
    with pytest.raises(ValueError, match="2026-03-05T00:00:00 has no offset"):
        bench.server.freeze(datetime(2026, 3, 5))  # noqa: DTZ001 - that is the point
    with sandbox.serve() as server:
        before = server.start("anchorbrowser")
        server.advance(30 * 60)
        assert server.open_sessions("anchorbrowser") == ()
        assert before not in server.open_sessions("anchorbrowser")
