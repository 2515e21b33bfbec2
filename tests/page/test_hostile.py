"""Whatever a provider says is text, wherever the page shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.page.conftest import Open
from tests.page.made_up import ago, report, row, served

TEXTS = (
    "<img src=x onerror=document.title='hostile'>",
    "</td></tr><script>document.title='hostile'</script>",
    "\"' onfocus=document.title='hostile' autofocus x='",
    "javascript:document.title='hostile'",
    "{{constructor.constructor('document.title=1')()}}",
    "\u202egnp.exe\u0000\u200b\n\ud800",
    "__proto__",
    "x" * 20_000,
)
SEEN = {text: text for text in TEXTS} | {TEXTS[5]: "\ufffdgnp.exe\ufffd\ufffd\ufffd\ufffd"}


def hostile_report(text: str) -> dict[str, Any]:
    """Return a report in which every text is hostile, though the facade lets few of them through."""
    cost = {"amount": text, "unit": text, "final": False}
    account = {"concurrency_limit": 3, "running": text, "unit": text, "spent": text, "balance": text}
    session = {"provider": text, "status": text, "raw_status": text, "region": text, "marker": text, "cost": cost}
    times = {"created_at": text, "started_at": text, "expires_at": text}
    sessions = [
        row(id="1", ref=text, **session),
        row(id=text, ref="unknown", **session | {"status": "unknown"}),
        row(id="3", ref="late", **session | times),
        row(id="4", ref="ended", ended_at=ago(), **session),
    ]
    problems = {"error": text, "account_error": f"{text} again", "unread": text}
    return report(*sessions, provider=text, account=account, **problems)


def responding(body: Any) -> Callable[[Route], None]:
    """Return what responds to requests of the page in the place of its server."""
    return lambda route: route.fulfill(json=body)


def assert_is_text(page: Page, elements: dict[str, int]) -> None:
    """Assert that no text became an element, an attribute that acts, or a script that ran."""
    assert page.title() == "Browser sessions"
    found = page.evaluate(
        """() => {
            const all = [...document.body.querySelectorAll("*")];
            const count = (name) => all.filter((each) => each.localName === name).length;
            const acting = all.flatMap((each) => each.getAttributeNames()).filter((name) => name.startsWith("on"));
            const names = ["img", "script", "iframe", "a"].map((name) => [name, count(name)]);
            return { ...Object.fromEntries(names), on: acting.length };
        }"""
    )
    assert found == {"img": 0, "script": 0, "iframe": 0, "a": 0, "on": 0} | elements


@pytest.mark.parametrize(
    "text", TEXTS, ids=["image", "script", "attribute", "url", "template", "unseen", "proto", "long"]
)
@pytest.mark.parametrize("width", [390, 1280])
def test_every_field(open_page: Open, text: str, width: int) -> None:
    """It is shown as it is, but for characters that are not seen, and breaks no line of the page."""
    seen = SEEN[text]
    with served(hostile_report(text)) as site:
        page = open_page(site.url, viewport={"width": width, "height": 900})
        expect(page.locator("#sessions tr")).to_have_count(4)
        first, unknown = (page.locator("#sessions tr").filter(has_text=name) for name in ("1", "unknown"))
        for cell in (".provider", ".word", ".region", ".marker", ".cost .quiet"):
            expect(first.locator(cell).first).to_have_text(seen)
        expect(unknown.locator(".id").first).to_have_text(seen)
        expect(unknown.locator(".note").first).to_have_text(seen)
        for problem in (f"{seen}: {seen}", f"{seen}: account: {seen} again", f"{seen}: {seen} rows of the list"):
            expect(page.locator("#problems")).to_contain_text(problem)
        expect(page.locator(".card h2").last).to_have_text(seen)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert_is_text(page, {})
        page.locator("#sessions [name=stop]:enabled").first.click()
        expect(page.get_by_role("dialog")).to_contain_text(seen)
        assert_is_text(page, {})


def test_a_link(open_page: Open) -> None:
    """Its name is text, and only a URL of the web is one; the response to a stop and a reap is text, too."""
    text = TEXTS[0]
    urls = [
        "https://example.com/",
        "javascript:document.title='hostile'",
        "data:text/html,x",
        "//example.com",
        " https://x",
    ]
    bodies = {
        "recordings": {"links": [{"name": text, "url": url} for url in urls]},
        "live-view": {"error": text},
        "stop": {"results": {text: text}},
        "reapable": {"sessions": [], "notes": [text]},
    }
    with served(report(row())) as site:
        page = open_page(site.url)
        for path, body in bodies.items():
            page.route(f"**/{path}", responding(body))
        dialog = page.get_by_role("dialog")
        page.get_by_role("button", name="Files of").click()
        expect(page.get_by_role("link")).to_have_text([text])
        assert page.get_by_role("link").get_attribute("href") == urls[0]
        assert_is_text(page, {"a": 1})
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Live view of").click()
        expect(dialog).to_contain_text(text)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("button", name="Stop this session").click()
        expect(dialog).to_contain_text(f"{text}: {text}")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Reap").click()
        page.get_by_role("button", name="Find").click()
        expect(dialog).to_contain_text(text)
        assert_is_text(page, {})


def test_nothing_of_a_provider_is_in_the_source(open_page: Open) -> None:
    """The page is the same file for all; sessions come afterwards."""
    with served(report(row(id=json.dumps(TEXTS[0])))) as site:
        page = open_page(site.url)
        response = page.reload()
        assert response is not None
        assert "hostile" not in response.text()
