"""The page opens for those who have its URL, shows what the lists hold, and stops what it is asked to stop."""

from __future__ import annotations

import builtins
import errno
import json
import re
import socket
import types
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import click
import httpx
import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Message

from browser_sessions import AsyncClient, BrowserSessionsError, ReapReport
from browser_sessions._ledger_entries import LedgerEntry
from browser_sessions.page import _acts, _fleet, _server, application
from browser_sessions.page._access import Access
from browser_sessions.page._fleet import Fleet
from browser_sessions.sandbox import KEY
from tests.facade.commands import run as run_command
from tests.facade.fetching import AMPLE, async_client
from tests.facade.in_memory import InMemory
from tests.facade.test_retries import Clock

PORT = 8000
HOST = f"http://127.0.0.1:{PORT}"
OWN = {"Origin": HOST, "X-Browser-Sessions": "page"}
PROVIDER = "browserbase"
LONG = timedelta(days=1)


class Site:
    """The page of one provider, without a network."""

    def __init__(self, provider: str = PROVIDER) -> None:
        self.server = InMemory(provider, Clock())
        self.client = async_client(self.server, max_retries=0, owner="nightly")
        self.provider = provider
        self.fleet = Fleet(self.client, [provider], LONG)
        self.app: Access = application(self.client, self.fleet, PORT)
        self.browser = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=HOST)

    async def shown(self) -> Any:
        """Read, and return what is shown then."""
        await self.fleet.read(self.provider)
        return json.loads(await anext(self.fleet.follow()))

    async def enter(self) -> None:
        """Let the browser in."""
        assert (await self.browser.get(self.app.url)).status_code == 303


def on_site(work: Callable[[Site], Awaitable[None]], provider: str = PROVIDER) -> None:
    """Do something with a page."""

    async def main() -> None:
        site = Site(provider)
        async with site.client, site.browser:
            await work(site)

    anyio.run(main)


def test_the_url_works_once() -> None:
    """It is exchanged for a cookie that no script reads and no other site sends, and leaves the address bar."""

    async def work(site: Site) -> None:
        assert (await site.browser.get("/")).status_code == 401
        assert (await site.browser.get("/?token=wrong")).status_code == 401
        assert (await site.browser.head(site.app.url)).status_code == 401
        response = await site.browser.get(site.app.url)
        assert (response.status_code, response.headers["location"]) == (303, "/")
        assert re.fullmatch(
            rf"browser-sessions-{PORT}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=strict", response.headers["set-cookie"]
        )
        assert (await site.browser.get("/")).status_code == 200
        assert (await site.browser.get(site.app.url)).status_code == 303
        site.browser.cookies.clear()
        assert (await site.browser.get(site.app.url)).status_code == 401

    on_site(work)


@pytest.mark.parametrize("cookie", ["", "a[]=b; =;", f"browser-sessions-{PORT}=wrong", "browser-sessions-1=wrong"])
def test_a_wrong_cookie(cookie: str) -> None:
    """It lets nothing see anything."""

    async def work(site: Site) -> None:
        for path in (*_server._FILES, "/events"):
            assert (await site.browser.get(path, headers={"Cookie": cookie})).status_code == 401

    on_site(work)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:8000"}, 403),
        ({"X-Browser-Sessions": ""}, 403),
    ],
)
def test_what_other_sites_send_is_refused(headers: dict[str, str], status: int) -> None:
    """Though the browser has the cookie; nothing is stopped."""

    async def work(site: Site) -> None:
        await site.enter()
        body = {"refs": [f"{PROVIDER}:{site.server.start()}"]}
        assert (await site.browser.post("/stop", json=body, headers=OWN | headers)).status_code == status
        no_origin = {"X-Browser-Sessions": "page"}
        assert (await site.browser.post("/stop", json=body, headers=no_origin)).status_code == 403
        assert len(site.server.open) == 1

    on_site(work)


def test_the_port_of_http() -> None:
    """Browsers leave it out of the host and the origin."""

    async def main() -> None:
        app = Access(PlainTextResponse("seen"), 80)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:80") as browser:
            assert (await browser.get(app.url)).status_code == 303
            headers = {"Origin": "http://127.0.0.1", "X-Browser-Sessions": "page"}
            assert (await browser.post("/", headers=headers)).text == "seen"

    anyio.run(main)


def test_headers_of_every_response() -> None:
    """A refusal has them, too; the policy allows the page's own files and nothing else."""

    async def work(site: Site) -> None:
        refused = await site.browser.get("/")
        await site.enter()
        for response in [refused, *[await site.browser.get(path) for path in (*_server._FILES, "/none")]]:
            found = response.headers
            assert found["referrer-policy"] == "no-referrer"
            assert found["cache-control"] == "no-store"
            assert found["x-content-type-options"] == "nosniff"
            policy = dict(each.strip().partition(" ")[::2] for each in found["content-security-policy"].split(";"))
            assert policy == {
                "default-src": "'none'",
                "script-src": "'self'",
                "style-src": "'self'",
                "connect-src": "'self'",
                "img-src": "'self'",
                "base-uri": "'none'",
                "form-action": "'none'",
                "frame-ancestors": "'none'",
                "require-trusted-types-for": "'script'",
            }

    on_site(work)


def test_the_files_name_nothing_from_elsewhere() -> None:
    """Neither another host, nor a script or style within the page, nor a way for text to become markup."""

    async def work(site: Site) -> None:
        await site.enter()
        texts = {path: (await site.browser.get(path)).text for path in _server._FILES}
        elsewhere = r"https?://(?!www\.w3\.org/2000/svg)\w|innerHTML|outerHTML|insertAdjacent|style=|onclick="
        assert [path for path, text in texts.items() if re.search(elsewhere, text)] == []

    on_site(work)


def test_a_session_ends_while_it_is_watched() -> None:
    """The page stops it, and shows it as ended; nothing of it that may be secret was shown."""

    async def work(site: Site) -> None:
        await site.enter()
        ref = f"{PROVIDER}:{site.server.start()}"
        shown = await site.shown()
        (row,) = shown["sessions"]
        assert (row.keys(), row["ref"]) == ({*_fleet._SESSION}, ref)
        response = await site.browser.post("/stop", json={"refs": [ref, "nonsense"]}, headers=OWN)
        assert response.status_code == 200
        results = response.json()["results"]
        assert (results[ref], "a provider, a colon and an id" in results["nonsense"]) == ("completed", True)
        shown = await site.shown()
        (ended,) = shown["sessions"]
        assert ended == row | {"status": "ended", "ended_at": shown["at"]}
        assert (shown["unread"], shown.keys() & {"error", "account_error"}) == (0, set())
        assert KEY not in json.dumps(shown)

    on_site(work)


def test_a_fault_hides_nothing() -> None:
    """What was seen before is shown beside the error, with the time of that; an unreadable row is counted."""

    async def work(site: Site) -> None:
        ref = f"browser_use:{site.server.start()}"
        before = await site.shown()
        site.server.fault("list_sessions", "refused", 503, times=2)
        for _ in range(2):
            shown = await site.shown()
            assert [(each["ref"], each["seen_at"]) for each in shown["sessions"]] == [(ref, before["at"])]
            assert "503" in shown["error"]
        site.server.start()
        site.server.fault("list_sessions", "unreadable")
        assert (await site.shown())["unread"] == 1
        shown = await site.shown()
        assert ["seen_at" in each for each in shown["sessions"]] == [False, False]

    on_site(work, "browser_use")  # whose account is read without its list


def test_an_account_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an error beside the sessions."""

    async def refuse(*_: Any) -> None:
        raise BrowserSessionsError("no account")

    async def work(site: Site) -> None:
        site.server.start()
        assert (await site.shown())["account"]["concurrency_limit"] == 25
        monkeypatch.setattr(AsyncClient, "account", refuse)
        shown = await site.shown()
        assert (shown["account_error"], len(shown["sessions"])) == ("no account", 1)

    on_site(work)


def test_an_account_is_read_within_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ten seconds begin with the request for it."""
    found: list[bool] = []

    async def work(site: Site) -> None:
        before = anyio.current_time()

        async def refuse(*_: Any) -> None:
            found.append(before <= anyio.current_effective_deadline() - 10 <= anyio.current_time())
            raise BrowserSessionsError("no account")

        monkeypatch.setattr(AsyncClient, "account", refuse)
        await site.shown()

    on_site(work)
    assert found == [True]


def test_an_account_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not keep the sessions from being shown."""

    async def hang(*_: Any) -> None:
        await anyio.sleep_forever()

    async def work(site: Site) -> None:
        site.server.start()
        monkeypatch.setattr(AsyncClient, "account", hang)
        monkeypatch.setattr(_fleet, "ACCOUNT_WITHIN", 0)
        shown = await site.shown()
        assert (shown["account_error"], len(shown["sessions"])) == ("it was not read within 0 s", 1)

    on_site(work)


def test_the_page_knows_what_a_provider_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The account is not read where there is no such operation."""

    async def work(site: Site) -> None:
        assert (await site.shown())["offers"] == ["get", "list", "account"]
        operations = {name: types.SimpleNamespace(is_available=name == "list") for name in ("list", "account")}
        monkeypatch.setattr(_fleet, "PROVIDERS", {"brightdata": types.SimpleNamespace(operations=operations)})
        shown = await site.shown()
        assert (shown["offers"], shown.keys() & {"account", "account_error"}) == (["list"], set())

    on_site(work, "brightdata")


def test_a_hundred_ended_sessions_are_kept() -> None:
    """Those that ended last, so that the memory does not grow; one that is listed again is open."""
    history = _fleet._History()
    for number in range(102):
        history.update({str(number): {"ref": number}}, "", is_complete=True)
    assert [row["ref"] for row in history.update({}, "now", is_complete=True)] == [*range(2, 102)]
    assert history.update({"2": {"ref": 2}}, "", is_complete=True)[0] == {"ref": 2}


def test_two_thousand_unseen_sessions_are_kept() -> None:
    """Those that were seen last, though a row that can never be read leaves each list incomplete."""
    history = _fleet._History()
    history.update({str(number): {"ref": number} for number in range(2_001)}, "1", is_complete=False)
    history.update({"last": {"ref": "last"}}, "2", is_complete=False)
    rows = history.update({}, "now", is_complete=False)
    assert [(row["ref"], row["seen_at"]) for row in rows] == [("last", "2"), *((each, "1") for each in range(1_999))]


@pytest.mark.parametrize("path", ["/live-view", "/recordings"])
def test_links_come_on_demand(path: str) -> None:
    """They come from the provider when they are asked for."""

    async def work(site: Site) -> None:
        await site.enter()
        body = {"ref": f"{PROVIDER}:{site.server.start()}"}
        response = await site.browser.post(path, json=body, headers=OWN)
        assert response.status_code == 200
        assert all(each["url"].startswith("https://") for each in response.json()["links"])

    on_site(work)


def test_reaping_is_looked_at_first() -> None:
    """The sessions of an owner that are old enough are named; others are reported, and none is stopped."""

    async def work(site: Site) -> None:
        await site.enter()
        site.server.start()
        owned = await site.client.create("browserbase")
        response = await site.browser.post("/reapable", json={"minutes": 0}, headers=OWN)
        assert response.status_code == 200
        (row,) = response.json()["sessions"]
        assert (row.keys(), row["ref"]) == ({*_fleet._SESSION}, str(owned.ref))
        assert len(site.server.open) == 2
        site.server.fault("list_sessions", "refused", 503)
        response = await site.browser.post("/reapable", json={"minutes": 0}, headers=OWN)
        assert response.json()["sessions"] == []
        assert any("503" in note for note in response.json()["notes"])

    on_site(work)


def test_what_reaping_leaves_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not stopped is named, with the reason why; nothing of yours being that old would be a false all-clear."""

    async def work(site: Site) -> None:
        await site.enter()
        session = await site.client.get(f"{PROVIDER}:{site.server.start()}")
        entry = LedgerEntry(datetime.now(UTC), "created", "skyvern", "", "pbs_1", "-.marker", None, "0" * 8)
        report = ReapReport(
            dry_run=True,
            candidates=(session,),
            ageless=(session,),
            missing=(entry,),
            foreign=(entry._replace(event="create", id=None),),
            unread=("line 1",),
        )

        async def reap(*_: Any, **__: Any) -> ReapReport:
            return report

        monkeypatch.setattr(AsyncClient, "reap", reap)
        response = await site.browser.post("/reapable", json={"minutes": 0}, headers=OWN)
        first, *others = response.json()["notes"]
        assert first == "line 1"
        assert [each.partition(" ")[0] for each in others] == [
            str(session.ref),
            str(session.ref),
            "skyvern:pbs_1",
            "skyvern,",
        ]
        assert all(each.endswith(": it is not stopped") for each in others)

    on_site(work)


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/stop", b"{", 400),
        ("/stop", b"[]", 400),
        ("/stop", b"{}", 400),
        ("/stop", b'{"refs": 1}', 400),
        ("/stop", b"\xff", 400),
        ("/stop", b"[" * 100_000, 400),
        ("/stop", b" " * 1_048_576, 400),
        ("/stop", b" " * 1_048_577, 413),
        ("/reapable", b'{"minutes": "60"}', 400),
        ("/reapable", b'{"minutes": 1e300}', 400),
        ("/reapable", b'{"minutes": NaN}', 400),
        ("/reapable", b'{"minutes": -1}', 502),
        ("/live-view", b'{"ref": 1}', 502),
        ("/live-view", b'{"ref": "browserbase:\\ud800"}', 502),
        ("/recordings", b'{"ref": "brightdata:1"}', 502),
    ],
)
def test_a_request_that_cannot_be_carried_out(path: str, content: bytes, status: int) -> None:
    """The response is a sentence."""

    async def work(site: Site) -> None:
        await site.enter()
        response = await site.browser.post(path, content=content, headers=OWN)
        assert (response.status_code, [*response.json()]) == (status, ["error"])

    on_site(work)


def test_any_character_can_be_sent() -> None:
    """Also half of a pair, which no encoding of JSON's text has."""
    assert json.loads(bytes(_acts._as_json({"name": "\ud800"}).body)) == {"name": "\ud800"}


def test_watching_ends_with_the_connection() -> None:
    """What there is comes as an event at once, and again when it was read; the poller reads by itself."""

    async def main() -> None:
        site = Site()
        sent: list[Message] = []
        left, started = anyio.Event(), anyio.Event()
        lifespan = iter(["lifespan.startup"])

        async def receive_lifespan() -> Message:
            if (kind := next(lifespan, None)) is None:
                await left.wait()
                return {"type": "lifespan.shutdown"}
            return {"type": kind}

        async def send_lifespan(_: Message) -> None:
            started.set()

        async def receive() -> Message:
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)
            if b"sessions" in message.get("body", b""):
                left.set()

        with anyio.fail_after(AMPLE):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(site.app, {"type": "lifespan", "state": {}}, receive_lifespan, send_lifespan)
                await started.wait()
                await site.enter()
                ((name, value),) = site.browser.cookies.items()
                headers = [(b"host", HOST.removeprefix("http://").encode()), (b"cookie", f"{name}={value}".encode())]
                scope = {"type": "http", "method": "GET", "path": "/events", "query_string": b"", "headers": headers}
                await site.app(scope, receive, send)
        assert (b"content-type", b"text/event-stream; charset=utf-8") in sent[0]["headers"]
        name, _, data = sent[-1]["body"].decode().partition(": ")
        assert (name, data[-2:], json.loads(data)["sessions"]) == ("data", "\n\n", [])

    anyio.run(main)


def test_only_new_reports_are_sent() -> None:
    """After those that there are."""

    async def work(site: Site) -> None:
        fleet = Fleet(site.client, ["skyvern", PROVIDER], LONG)
        following = fleet.follow()
        assert [json.loads(await anext(following))["provider"] for _ in range(2)] == ["skyvern", PROVIDER]
        fleet.publish({"provider": PROVIDER, "at": "now"})
        assert json.loads(await anext(following)) == {"provider": PROVIDER, "at": "now"}

    on_site(work)


def test_a_provider_is_read_again_at_once_after_a_stop() -> None:
    """And not after the interval; another provider's stop changes nothing."""

    async def work(site: Site) -> None:
        following = site.fleet.follow()
        assert json.loads(await anext(following)) == {"provider": PROVIDER}
        with anyio.fail_after(AMPLE):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(site.fleet.poll)
                assert json.loads(await anext(following))["sessions"] == []
                site.server.start()
                site.fleet.hurry("nobody")
                site.fleet.hurry(PROVIDER)
                assert len(json.loads(await anext(following))["sessions"]) == 1
                tasks.cancel_scope.cancel()

    on_site(work)


def served(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the server be interrupted at once; return where it listened."""
    hosts: list[str] = []

    class Interrupted(uvicorn.Server):
        async def serve(self, sockets: list[socket.socket] | None = None) -> None:
            hosts.extend(each.getsockname()[0] for each in sockets or ())
            raise KeyboardInterrupt

    ours = types.SimpleNamespace(Config=uvicorn.Config, Server=Interrupted)
    monkeypatch.setattr(_server, "uvicorn", ours)
    return hosts


@pytest.mark.parametrize("arguments", [["--sandbox"], ["skyvern", "--no-ledger"]])
def test_the_command_prints_the_url(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """It listens on loopback alone, and ends with Ctrl-C."""
    hosts = served(monkeypatch)
    result = run_command("page", *arguments)
    assert (result.exit_code, hosts) == (0, ["127.0.0.1"])
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}\n", result.output)


def test_the_owner_in_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner is the one that was given; the sandbox takes any port."""
    owners: list[str | None] = []
    ports: list[int | None] = []

    def note(_: AsyncClient, *, owner: str | None, base_urls: dict[str, str], **__: Any) -> None:
        owners.append(owner)
        ports.append(httpx.URL(base_urls["skyvern"]).port)

    monkeypatch.setattr(AsyncClient, "__init__", note)
    monkeypatch.setattr("browser_sessions.page.serve", lambda *_, **__: None)
    for arguments in ([], ["--owner", "nightly"]):
        assert run_command("page", "--sandbox", *arguments).exit_code == 0
    assert owners == ["sandbox", "nightly"]
    assert all(port and port > 1023 for port in ports)


def test_an_output_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not taken for a port that is not available."""

    def refuse(*_: Any) -> None:
        raise BrokenPipeError(errno.EPIPE, "closed")

    monkeypatch.setattr(click, "echo", refuse)
    assert run_command("page", "skyvern", "--no-ledger").output == ""


def test_a_port_that_is_taken() -> None:
    """The error says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run_command("page", "skyvern", "--no-ledger", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "leave out --port" in result.output


def test_an_invalid_owner() -> None:
    """It is refused before anything is served."""
    result = run_command("page", "skyvern", "--no-ledger", "--owner", "a.b c")
    assert (result.exit_code, result.output.count("\n")) == (1, 1)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names it."""
    real = builtins.__import__

    def lacking(name: str, *arguments: Any) -> Any:
        if name == "browser_sessions.page":
            raise ModuleNotFoundError("no", name="starlette")
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", lacking)
    result = run_command("page", "skyvern")
    assert result.exit_code == click.ClickException.exit_code
    assert "install the extra, browser-sessions[sandbox]" in result.output
