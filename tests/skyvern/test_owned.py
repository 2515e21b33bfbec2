"""Sessions of the real server for a block: created, driven by Playwright, and always stopped.

The server starts this machine's Chromium for each session, and closes it with the session.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from playwright.async_api import async_playwright
from playwright.sync_api import Error, sync_playwright

from browser_sessions import AsyncClient, BrowserSession, Client, SessionStatus
from tests.skyvern.server import Server

LIFETIME = timedelta(minutes=5)
PAGE = "data:text/html,<title>A page</title>"


def status_in(client: Client, session: BrowserSession, status: str | None) -> SessionStatus | None:
    """Return a session's status in the list, or None if the session is missing."""
    return next((each.status for each in client.list("skyvern", status=status) if each.id == session.id), None)


def test_a_browser_is_driven(facade: Client) -> None:
    """The browser runs when the block begins, survives a disconnecting client, and is gone after the block."""
    run = facade.session("skyvern", lifetime=LIFETIME)
    with run as session, sync_playwright() as playwright:
        assert (session.status, session.unexpected) == (SessionStatus.RUNNING, ())
        assert run.created is not None
        assert (run.created.id, run.created.status) == (session.id, SessionStatus.PENDING)
        assert status_in(facade, session, "open") is SessionStatus.RUNNING
        info = facade.connect_info(session)
        for _ in range(2):
            with (
                playwright.chromium.connect_over_cdp(info.url, headers=info.headers, no_defaults=True) as browser,
                browser.contexts[0].new_page() as page,
            ):
                page.goto(PAGE)
                assert page.title() == "A page"
    assert run.final is not None
    assert (run.final.ref, run.final.status, run.final.connect_url) == (session.ref, SessionStatus.COMPLETED, None)
    assert status_in(facade, session, "open") is None
    assert status_in(facade, session, None) is SessionStatus.COMPLETED
    with sync_playwright() as playwright, pytest.raises(Error, match="ECONNREFUSED"):
        playwright.chromium.connect_over_cdp(info.url, headers=info.headers)


def test_a_browser_that_another_program_closes(facade: Client) -> None:
    """Playwright's error leaves the block unchanged: the session has ended, so no other error is raised."""
    run = facade.session("skyvern", lifetime=LIFETIME)

    def drive() -> None:
        with run as session, sync_playwright() as playwright:
            info = facade.connect_info(session)
            page = playwright.chromium.connect_over_cdp(info.url, headers=info.headers).contexts[0].new_page()
            assert facade.stop(session.ref).status is SessionStatus.COMPLETED
            page.goto(PAGE)

    with pytest.raises(Error) as caught:
        drive()
    assert getattr(caught.value, "__notes__", []) == []
    assert run.final is not None
    assert run.final.status is SessionStatus.COMPLETED


def test_browsers_at_once(server: Server) -> None:
    """On asyncio, a browser whose task is cancelled is stopped, while the other browser is driven."""

    async def drive(client: AsyncClient, started: asyncio.Queue[BrowserSession], *, is_patient: bool) -> None:
        async with client.session("skyvern", lifetime=LIFETIME) as session, async_playwright() as playwright:
            info = client.connect_info(session)
            browser = await playwright.chromium.connect_over_cdp(info.url, headers=info.headers, no_defaults=True)
            page = await browser.contexts[0].new_page()
            started.put_nowait(session)
            if is_patient:
                await asyncio.Event().wait()
            await page.goto(PAGE)
            assert await page.title() == "A page"

    async def drive_both() -> None:
        started: asyncio.Queue[BrowserSession] = asyncio.Queue()
        async with AsyncClient(api_keys={"skyvern": server.key}, base_urls={"skyvern": server.address}) as client:
            patient = asyncio.create_task(drive(client, started, is_patient=True))
            await drive(client, started, is_patient=False)
            sessions = [await started.get() for _ in range(2)]
            patient.cancel()
            with pytest.raises(asyncio.CancelledError):
                await patient
            for session in sessions:
                assert (await client.get(session.ref)).status is SessionStatus.COMPLETED

    asyncio.run(drive_both())
