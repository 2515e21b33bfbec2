"""Create a session, load a page in its browser, print the page's title, and stop the session: PROVIDER …."""

import asyncio
import logging
import signal
import sys
from datetime import timedelta
from typing import Any, Literal

from playwright.async_api import async_playwright
from playwright.sync_api import Error, sync_playwright

from browser_sessions import AsyncClient, Client
from browser_sessions.errors import BrowserSessionsError

PAGE = "data:text/html,<title>A page in this browser</title>"
LIFETIME = timedelta(minutes=10)
"""The provider ends a session after this time, if this program could not."""

Provider = Literal["anchorbrowser", "browser_use", "browserbase", "skyvern"]


def drive(client: Client, provider: Provider) -> str:
    """Load a page in the browser of a new session, and return its title once the session has ended."""
    run = client.session(provider, lifetime=LIFETIME)
    with run as session:
        info = client.connect_info(session)
        with (
            sync_playwright() as playwright,
            playwright.chromium.connect_over_cdp(info.url, headers=info.headers, no_defaults=True) as browser,
            browser.contexts[0].new_page() as page,
        ):
            page.goto(PAGE)
            title = page.title()
    return f"{title}, by {info}, {run.final and run.final.status}"


async def drive_async(client: AsyncClient, provider: Provider) -> str:
    """Return the same on asyncio, where many browsers can be driven at once."""
    run = client.session(provider, lifetime=LIFETIME)
    async with run as session:
        info = client.connect_info(session)
        async with (
            async_playwright() as playwright,
            await playwright.chromium.connect_over_cdp(info.url, headers=info.headers, no_defaults=True) as browser,
            await browser.contexts[0].new_page() as page,
        ):
            await page.goto(PAGE)
            title = await page.title()
    return f"{title}, on asyncio, by {info}, {run.final and run.final.status}"


def line_of(provider: str, result: str | BaseException) -> str:
    """Return a line without Playwright's error texts: they have the URL, which may be enough to connect."""
    if isinstance(result, BrowserSessionsError):
        return f"{type(result).__name__}: {result}"
    return f"{provider}: {f'Playwright failed ({type(result).__name__})' if isinstance(result, Error) else result}"


def drive_one_by_one(providers: list[Any]) -> int:
    """Drive one browser after the other, print each result, and return how many failed."""
    failed = 0
    with Client() as client:
        for provider in providers:
            try:
                result: str | Exception = drive(client, provider)
            except (BrowserSessionsError, Error) as error:
                result, failed = error, failed + 1
            print(line_of(provider, result))
    return failed


async def drive_at_once(providers: list[Any]) -> int:
    """Drive all browsers at once, print each result, and return how many failed."""
    async with AsyncClient() as client:
        results = await asyncio.gather(*(drive_async(client, each) for each in providers), return_exceptions=True)
    for provider, result in zip(providers, results, strict=True):
        print(line_of(provider, result))
    return sum(isinstance(result, BaseException) for result in results)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(__doc__)
    # After Ctrl-C it would log Playwright's errors, which have the URL.
    logging.getLogger("asyncio").disabled = True
    # Otherwise SIGTERM ends the program at once, and its sessions keep running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        failed = drive_one_by_one(sys.argv[1:]) + asyncio.run(drive_at_once(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(1 if failed else 0)
