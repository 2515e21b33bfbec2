#!/bin/sh
# Playwright for Python: is_connected() is True for a remote browser that is gone, until the next call that waits.
#
# A good guess is that is_connected() looks at the connection, or that "disconnected" is emitted when it breaks off. In
# the synchronous API, nothing is received while the program does something else. So a program that keeps a browser for later
# (in a pool, or between tasks) and asks is_connected() first gets True although the session has long ended.
# page.is_closed() is False then, and the pages are listed. A call that talks to the browser notices, and so does
# page.wait_for_timeout(0) in a `try`; on asyncio, await asyncio.sleep(0.1) is enough.
#
# playwright 1.65.2 with Python 3.11 and Chromium 156, Linux, 2026-11-29. Exits with 1 if it behaves otherwise. It needs
# chromium or google-chrome on the PATH.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check playwright==1.65.2 greenlet==3.5.6 typing_extensions==4.16.0 2>/dev/null
"$folder/venv/bin/python" - "$folder/profile" <<'PYTHON' >"$folder/output.txt"
import asyncio, pathlib, shutil, subprocess, sys, time
from playwright.async_api import async_playwright
from playwright.sync_api import Error, sync_playwright


def start(profile):
    command = [shutil.which("chromium") or shutil.which("google-chrome"), "--headless=new", "--no-sandbox"]
    command += ["--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    written = pathlib.Path(profile, "DevToolsActivePort")
    while not (written.exists() and len(lines := written.read_text().split()) == 2):
        time.sleep(0.1)
    return process, f"http://127.0.0.1:{lines[0]}"


def end(process):
    process.kill()
    process.wait()


process, address = start(f"{sys.argv[1]}-sync")
with sync_playwright() as playwright:
    browser = playwright.chromium.connect_over_cdp(address)
    browser.on("disconnected", lambda _: print("sync: the event"))
    page = browser.contexts[0].new_page()
    end(process)
    time.sleep(2)
    print("sync, 2 s later:", browser.is_connected(), page.is_closed())
    try:
        page.title()
    except Error as error:
        print("sync, after a call:", browser.is_connected(), page.is_closed(), type(error).__name__)


async def main():
    process, address = start(f"{sys.argv[1]}-async")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(address)
        browser.on("disconnected", lambda _: print("asyncio: the event"))
        end(process)
        await asyncio.sleep(2)
        print("asyncio, 2 s later:", browser.is_connected())


asyncio.run(main())
PYTHON
cat "$folder/output.txt"
diff "$folder/output.txt" - <<'EXPECTED'
sync, 2 s later: True False
sync: the event
sync, after a call: False True TargetClosedError
asyncio: the event
asyncio, 2 s later: False
EXPECTED
