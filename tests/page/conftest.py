"""Chromium, the sandbox, and the command beside it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from browser_sessions import sandbox

PROVIDERS = ("browserbase", "skyvern")

Open = Callable[..., Page]
Serve = Callable[..., contextlib.AbstractContextManager[str]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The installed Chromium."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """What opens the page in a browser of its own, in which no script may fail."""
    with contextlib.ExitStack() as stack:
        errors: list[str] = []

        def open_page(address: str, **context: Any) -> Page:
            page = stack.enter_context(browser.new_context(**context)).new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(address)
            expect(page.locator("#state")).to_have_text("Live")
            expect(page.locator(".card")).not_to_have_count(0)
            return page

        yield open_page
        assert errors == []


@pytest.fixture
def server() -> Iterator[sandbox.Sandbox]:
    """The providers."""
    with sandbox.serve() as server:
        yield server


@pytest.fixture
def serve(server: sandbox.Sandbox) -> Serve:
    """What runs the command with some options, and gives the URL that it prints."""

    @contextlib.contextmanager
    def serve(*options: str) -> Iterator[str]:
        given = ("--interval", "1s", "--no-ledger", "--owner", "nightly", *options)
        command = [sys.executable, "-m", "browser_sessions", "page", *given, *PROVIDERS]
        environment = os.environ | server.environment | {"PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603
            assert process.stdout is not None
            try:
                yield process.stdout.readline().strip()
            finally:
                process.send_signal(signal.SIGINT)
                assert process.wait(30) == 0

    return serve
