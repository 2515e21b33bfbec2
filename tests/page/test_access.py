"""The page opens for the browser that has its URL, and for no other site in it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.page.conftest import Open
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
    return response.status


def test_the_token(browser: Browser, open_page: Open) -> None:
    """A browser without it, or with another one, sees nothing; with it, it is in no URL and no script's cookie."""
    with served(report(row())) as site, browser.new_context() as stranger:
        base = site.address.partition("?")[0]
        page = stranger.new_page()
        for url in (base, f"{base}?token=", f"{base}?token=wrong", f"{base}events", f"{base}page.js"):
            assert (status_of(page, url), "pbs_1" in page.content()) == (401, False)
        entered = open_page(site.address)
        assert (entered.url, entered.evaluate("document.cookie"), entered.evaluate("document.referrer")) == (
            base,
            "",
            "",
        )
        assert status_of(page, site.address) == 401


def test_another_name_of_this_machine(browser: Browser) -> None:
    """A name that leads here, as one of an attacker can, is not served, whatever it brings."""
    with served(report(row())) as site, browser.new_context() as context:
        page = context.new_page()
        url = site.address.replace("127.0.0.1", "evil.localhost")
        assert (status_of(page, url), "pbs_1" in page.content()) == (421, False)


def test_another_site(open_page: Open, elsewhere: str) -> None:
    """It reads nothing, acts on nothing and frames nothing, though the browser sends it the cookie."""
    with served(report(row())) as site:
        page = open_page(site.address)
        base = page.url
        refused: list[int] = []
        page.on("response", lambda response: response.url.startswith(base) and refused.append(response.status))
        page.goto(elsewhere)
        outcomes = page.evaluate(
            """async (base) => {
                const body = JSON.stringify({ refs: ["skyvern:pbs_1"] });
                const own = { "X-Browser-Sessions": "page" };
                const requests = [
                    ["events", { credentials: "include" }],
                    ["events", { credentials: "include", mode: "no-cors" }],
                    ["stop", { method: "POST", credentials: "include", body }],
                    ["stop", { method: "POST", credentials: "include", mode: "no-cors", body }],
                    ["stop", { method: "POST", credentials: "include", headers: own, body }],
                ];
                const result = ([path, options]) => fetch(base + path, options).then(
                    (response) => response.text().then((text) => `read ${text}`), () => "refused");
                return Promise.all(requests.map(result));
            }""",
            base,
        )
        assert {*outcomes} <= {"refused", "read "}
        assert {*refused} <= {403}
        page.evaluate(
            "(base) => document.body.append(Object.assign(document.createElement('iframe'), {src: base}))", base
        )
        page.wait_for_function("frames.length === 1")
        page.wait_for_timeout(200)
        assert "pbs_1" not in "".join(frame.content() for frame in page.frames)
