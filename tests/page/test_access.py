"""The page opens for the browser that has its URL, and for no other site in it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from browser_sessions import sandbox
from tests.page.conftest import Open, Serve
from tests.page.made_up import report, row, served


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The URL of another site: of another port, which to a cookie is the same site."""

    class Empty(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty) as site:
        threading.Thread(target=site.serve_forever).start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()


def status_of(page: Page, url: str) -> int:
    """Open a URL, and return the status of the response."""
    response = page.goto(url)
    assert response is not None
    status: int = response.status
    return status


def test_the_token(browser: Browser, open_page: Open) -> None:
    """A browser without it, or with another one, sees nothing; with it, it is in no URL and no script's cookie."""
    with served(report(row())) as site, browser.new_context() as stranger:
        base = site.url.partition("?")[0]
        page = stranger.new_page()
        for url in (base, f"{base}?token=", f"{base}?token=wrong", f"{base}events", f"{base}page.js"):
            assert (status_of(page, url), "pbs_1" in page.content()) == (401, False)
        entered = open_page(site.url)
        assert (entered.url, entered.evaluate("document.cookie"), entered.evaluate("document.referrer")) == (
            base,
            "",
            "",
        )
        assert status_of(page, site.url) == 401


def test_another_name_of_this_machine(browser: Browser) -> None:
    """A name that leads here, as one of an attacker can, is not served, whatever it brings."""
    with served(report(row())) as site, browser.new_context() as context:
        page = context.new_page()
        url = site.url.replace("127.0.0.1", "evil.localhost")
        assert (status_of(page, url), "pbs_1" in page.content()) == (421, False)


def test_another_site(open_page: Open, elsewhere: str, serve: Serve, server: sandbox.Sandbox) -> None:
    """It reads nothing, stops nothing and frames nothing, though the browser sends the cookie to the page's server."""
    ref = server.start("browserbase")
    with serve() as url:
        page = open_page(url)
        base = page.url
        page.goto(elsewhere)
        outcomes = page.evaluate(
            """async ([base, ref]) => {
                const body = JSON.stringify({ refs: [ref] });
                const own = { "X-Browser-Sessions": "page" };
                const requests = [
                    ["events", {}],
                    ["events", { mode: "no-cors" }],
                    ["stop", { method: "POST", body }],
                    ["stop", { method: "POST", body, mode: "no-cors" }],
                    ["stop", { method: "POST", body, headers: own }],
                ];
                const result = ([path, options]) => fetch(base + path, { credentials: "include", ...options }).then(
                    (response) => response.text().then((text) => `read ${text}`), () => "refused");
                return Promise.all(requests.map(result));
            }""",
            [base, str(ref)],
        )
        assert {*outcomes} <= {"refused", "read "}
        assert server.open_sessions("browserbase") == (ref,)
        page.evaluate(
            "(url) => document.body.append(Object.assign(document.createElement('iframe'), {src: url}))", base
        )
        page.wait_for_function("frames.length === 1")
        page.wait_for_timeout(200)
        assert ref.id not in "".join(frame.content() for frame in page.frames)
