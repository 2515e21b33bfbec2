"""The page in a real browser, beside the sandbox; `nox -s page` runs it, since it needs Chromium and axe."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from browser_sessions import sandbox

HOSTILE = "<img src=x onerror=document.title='hostile'>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The installed Chromium."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])


@pytest.fixture
def server() -> Iterator[sandbox.Sandbox]:
    """The providers."""
    with sandbox.serve() as server:
        yield server


@contextlib.contextmanager
def served(server: sandbox.Sandbox) -> Iterator[str]:
    """Run the command, and give the address that it prints."""
    command = [sys.executable, "-m", "browser_sessions", "page", "--interval", "1s", "browserbase", "skyvern"]
    environment = os.environ | server.environment | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603 - ours
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0


def opened(browser: Browser, address: str, **context: Any) -> Page:
    """Open the page in a browser of its own."""
    page = browser.new_context(**context).new_page()
    page.goto(address)
    expect(page.locator("#state")).to_contain_text("open, read at")
    return page


def serious(page: Page) -> list[str]:
    """Return what axe finds that keeps people out."""
    found = page.evaluate("axe.run()")["violations"]
    return [each["id"] for each in found if each["impact"] in ("serious", "critical")]


def test_a_session_is_stopped(browser: Browser, server: sandbox.Sandbox) -> None:
    """By the keyboard, after a question that names it; the row then says that it is over."""
    ref = server.start("browserbase")
    with served(server) as address:
        page = opened(browser, address)
        assert "token" not in page.url
        page.get_by_role("button", name=f"Stop {ref}").press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text(str(ref))
        page.get_by_role("button", name="Stop this session").press("Enter")
        expect(page.locator("#text")).to_have_text("It is over: completed.")
        page.keyboard.press("Escape")
        expect(page.locator("#sessions .over .id")).to_have_text(ref.id)
    assert server.open_sessions("browserbase") == ()


def test_an_address_comes_when_it_is_asked_for(browser: Browser, server: sandbox.Sandbox) -> None:
    """It is in a link then, and gone when the dialog is closed."""
    ref = server.start("browserbase")
    with served(server) as address:
        page = opened(browser, address)
        page.get_by_role("button", name=f"Live view of {ref}").click()
        expect(page.get_by_role("link", name="Live view")).to_have_attribute("rel", "noopener noreferrer")
        page.get_by_role("button", name="Close").click()
        assert page.locator("a").count() == 0


def test_a_fault_and_the_end_of_the_server(browser: Browser, server: sandbox.Sandbox) -> None:
    """Both are said, and the rows stay."""
    server.start("skyvern")
    with served(server) as address:
        page = opened(browser, address)
        server.fault("skyvern", "list_sessions", "refused", 403, times=None)
        expect(page.locator("#problems")).to_contain_text("403")
        expect(page.locator("#sessions .stale")).to_have_count(1)
    expect(page.locator("#state")).to_contain_text("cannot be reached")
    expect(page.locator("#sessions tr")).to_have_count(1)


def test_markup_is_text(browser: Browser, server: sandbox.Sandbox) -> None:
    """A provider's words are shown as they are."""
    server.start("browserbase", {"region": HOSTILE})
    with served(server) as address:
        page = opened(browser, address)
        expect(page.locator("#sessions")).to_contain_text(HOSTILE)
        assert (page.locator("img").count(), page.title()) == (0, "Browser sessions")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_everybody_can_read_it(browser: Browser, server: sandbox.Sandbox, scheme: str, width: int) -> None:
    """Nothing is beyond the edge, and axe finds nothing serious, neither in the page nor in its dialog."""
    ref = server.start("browserbase")
    with served(server) as address:
        viewport = {"width": width, "height": 800}
        page = opened(browser, address, bypass_csp=True, color_scheme=scheme, viewport=viewport)
        page.add_script_tag(path=os.environ["AXE"])
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.get_by_role("button", name=f"Stop {ref}").click()
        assert serious(page) == []


def test_a_thousand_sessions(browser: Browser, server: sandbox.Sandbox) -> None:
    """They are there within a second, and an update takes 50 ms at most."""
    for number in range(1000):
        server.start("skyvern", {"timeout": 240}, age=timedelta(minutes=number % 200))
    with served(server) as address:
        page = opened(browser, address, bypass_csp=True)
        expect(page.locator("#sessions tr")).to_have_count(1000)
        assert page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") <= 1000
        page.wait_for_function("performance.getEntriesByName('update', 'measure').length > 4", timeout=60_000)
        times = page.evaluate("performance.getEntriesByName('update', 'measure').map((each) => each.duration)")
        assert sorted(times[1:])[len(times[1:]) // 2] <= 50
