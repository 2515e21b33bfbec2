"""Measure the page that shows the fleet: 1,000 sandbox sessions, some of which end while others begin.

    python -m benchmarks.page [--rounds N] [--readings N] [--fast]

It needs Chromium and Playwright, as `nox -s page` installs them. First paint, and the time until all rows are shown,
start at the navigation. An update is all work of the page's main thread between two readings of all sessions:
script, style, layout and paint, in processor time. Memory is the server's resident set while a reader receives
each reading; an hour has 360 of them, 10 s apart.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from benchmarks.figures import print_machine, print_table, spread
from benchmarks.trees import ROOT, search_path

PROVIDER = "skyvern"
LASTING = {"timeout": 240}
"""The options that make a session last for hours."""
CHANGED = 10
"""The number of sessions that end, and of those that begin, each second."""
PROBE = """
new MutationObserver((_, observer) => {
  if (document.querySelectorAll("#sessions tr").length < 950) return;
  observer.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => (window.filled = performance.now())));
}).observe(document, { childList: true, subtree: true });
window.updates = 0;
window.EventSource = class extends EventSource {
  constructor(url) {
    super(url);
    this.addEventListener("message", () => (window.updates += 1));
  }
};
"""
"""A script that counts updates and notes when all rows are painted; some sessions end while others are listed."""
PARTS = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
SERVE = """
import sys
from datetime import timedelta
from browser_sessions import AsyncClient
from browser_sessions.page import serve
serve(AsyncClient(), [sys.argv[2]], port=0, interval=timedelta(seconds=float(sys.argv[1])), announce=print)
"""


def main() -> None:
    """Measure the page in the browser, and then the memory of its server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20, help="openings of the page, and updates")
    parser.add_argument("--readings", type=int, default=360, help="readings of the list, for the memory")
    parser.add_argument("--fast", action="store_true", help="run two rounds and four readings as a check")
    options = parser.parse_args()
    rounds, readings = (2, 4) if options.fast else (options.rounds, options.readings)
    sys.path[:0] = search_path(ROOT).split(os.pathsep)
    print_machine()
    with living_sandbox(1000) as sandbox:
        with served(sandbox, 1) as (address, _):
            measure_browser(address, rounds)
        with served(sandbox, 0) as (address, process):
            measure_memory(address, process, readings)


@contextlib.contextmanager
def living_sandbox(sessions: int) -> Iterator[Any]:
    """Serve a sandbox with some sessions; each second, some end and the same number begin."""
    from browser_sessions import sandbox  # noqa: PLC0415 - from the path that `main` sets

    with sandbox.serve() as server:
        for number in range(sessions):
            server.start(PROVIDER, LASTING, age=timedelta(minutes=number % 200))
        is_over = threading.Event()
        thread = threading.Thread(target=change, args=(server, is_over))
        thread.start()
        yield server
        is_over.set()
        thread.join()


def change(server: Any, is_over: threading.Event) -> None:
    """End some sessions and begin others each second, until the event is set."""
    from browser_sessions import Client  # noqa: PLC0415 - as above

    with Client(api_keys=server.api_keys, base_urls=server.base_urls) as client:
        while not is_over.wait(1):
            client.stop_many(server.open_sessions(PROVIDER)[:CHANGED])
            for _ in range(CHANGED):
                server.start(PROVIDER, LASTING)


@contextlib.contextmanager
def served(sandbox: Any, interval: float) -> Iterator[tuple[str, int]]:
    """Serve the page in a separate process, and yield the URL that gives a browser access and the process id."""
    environment = os.environ | sandbox.environment | {"PYTHONPATH": search_path(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", SERVE, str(interval), PROVIDER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        if process.stdout is None:
            raise SystemExit("the page has no output")
        yield process.stdout.readline().strip(), process.pid
        process.terminate()


def measure_browser(address: str, rounds: int) -> None:
    """Open the page several times, and then watch it for the same number of seconds."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.add_init_script(PROBE)
        page.goto(address)
        openings = [opening(page) for _ in range(rounds)]
        updates = [*watching(page, rounds)]
    names = ("first paint", "all rows there")
    print_table(
        f"{rounds} openings with 1,000 sessions",
        ("", "ms"),
        [(name, spread(times)) for name, times in zip(names, zip(*openings, strict=True), strict=True)],
    )
    print_table(
        f"{rounds} updates of 1,000 sessions",
        ("", "median, ms", "largest, ms"),
        [
            (name, f"{statistics.median(times):.1f}", f"{max(times):.1f}")
            for name, times in zip(("main thread", *PARTS), zip(*updates, strict=True), strict=True)
        ],
    )


def opening(page: Page) -> tuple[float, float]:
    """Open the page again; return the milliseconds until the first paint and until all sessions have rows."""
    page.reload()
    while (filled := page.evaluate("window.filled")) is None:
        page.wait_for_timeout(50)
    paint: float = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return paint, filled


def watching(page: Page, rounds: int) -> Iterator[tuple[float, ...]]:
    """Yield for each update the milliseconds of the main thread and of the parts of its work."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def totals() -> tuple[int, dict[str, float]]:
        """Wait until the last update is painted, and return the number of updates and their times."""
        number = -1
        while (last := page.evaluate("window.updates")) != number:
            number = last
            page.wait_for_timeout(200)
            metrics = devtools.send("Performance.getMetrics")["metrics"]
        return number, {each["name"]: each["value"] * 1000 for each in metrics}

    page.wait_for_timeout(3000)  # until the work of opening the page is done
    number, before = totals()
    for _ in range(rounds):
        while page.evaluate("window.updates") == number:
            page.wait_for_timeout(200)
        last, after = totals()
        yield tuple((after[name] - before[name]) / (last - number) for name in ("TaskDuration", *PARTS))
        number, before = last, after


def measure_memory(address: str, process: int, readings: int) -> None:
    """Receive some readings from the page's server, and print its memory after each sixth of them."""
    rows = []
    with httpx.Client(follow_redirects=True, timeout=60) as client:
        client.get(address)
        with client.stream("GET", f"{address.partition('?')[0]}events") as response:
            reports = (line for line in response.iter_lines() if '"at"' in line)
            for number, _ in enumerate(itertools.islice(reports, readings), 1):
                if number % max(1, readings // 6) == 0:
                    rows.append((number, f"{resident(process) / 1e6:.1f}"))
    print_table("Memory of the server", ("readings", "MB"), rows)


def resident(process: int) -> int:
    """Return the bytes of memory that a process occupies."""
    return int(Path(f"/proc/{process}/statm").read_text("utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
