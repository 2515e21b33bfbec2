"""Load a page in the browsers of sessions, whoever runs them, and print its title: REF, …."""

import asyncio
import logging
import sys

from playwright.async_api import async_playwright
from playwright.sync_api import Error, sync_playwright

from browser_sessions import AsyncClient, Client
from browser_sessions.errors import BrowserSessionsError

PAGE = "data:text/html,<title>A page in this browser</title>"


def drive(client: Client, ref: str) -> str:
    """Return the title of a page that a session's browser has loaded, once there is one."""
    session = client.wait(ref, until="ready", timeout=60)
    info = client.connect_info(session)
    with (
        sync_playwright() as playwright,
        playwright.chromium.connect_over_cdp(info.url, headers=info.headers, no_defaults=True) as browser,
        browser.contexts[0].new_page() as page,
    ):
        page.goto(PAGE)
        return f"{page.title()}, by {info}"


async def drive_async(client: AsyncClient, ref: str) -> str:
    """Return the same on asyncio, where many browsers can be driven at once."""
    session = await client.wait(ref, until="ready", timeout=60)
    info = client.connect_info(session)
    async with (
        async_playwright() as playwright,
        await playwright.chromium.connect_over_cdp(info.url, headers=info.headers, no_defaults=True) as browser,
        await browser.contexts[0].new_page() as page,
    ):
        await page.goto(PAGE)
        return f"{await page.title()}, on asyncio, by {info}"


def line_of(ref: str, result: str | BaseException) -> str:
    """Return what may be printed; Playwright's errors have the address, which may be all that it takes to connect."""
    if isinstance(result, BrowserSessionsError):
        return f"{type(result).__name__}: {result}"
    return f"{ref}: {f'Playwright failed ({type(result).__name__})' if isinstance(result, Error) else result}"


def drive_one_by_one(refs: list[str]) -> int:
    """Print what comes of each, and return how many could not be driven."""
    failed = 0
    with Client() as client:
        for ref in refs:
            try:
                result: str | Exception = drive(client, ref)
            except (BrowserSessionsError, Error) as error:
                result, failed = error, failed + 1
            print(line_of(ref, result))
    return failed


async def drive_at_once(refs: list[str]) -> int:
    """Print what comes of all, and return how many could not be driven."""
    async with AsyncClient() as client:
        results = await asyncio.gather(*(drive_async(client, ref) for ref in refs), return_exceptions=True)
    for ref, result in zip(refs, results, strict=True):
        print(line_of(ref, result))
    return sum(isinstance(result, BaseException) for result in results)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(__doc__)
    # It logs the errors that nobody waits for after Ctrl-C, and Playwright's have the address.
    logging.getLogger("asyncio").disabled = True
    try:
        failed = drive_one_by_one(sys.argv[1:]) + asyncio.run(drive_at_once(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(1 if failed else 0)
