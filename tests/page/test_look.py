"""The page can be read: on a telephone and a screen, in the light and the dark, by eye and by screen reader."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import Open
from tests.page.made_up import ago, report, row, served

REPORTS = (
    report(
        row(region="us-west-2", marker="nightly.k3j2h1g0f9", cost={"amount": "0.0312", "unit": "USD"}),
        row(id="late", created_at=ago(minutes=58), expires_at=ago(minutes=-2)),
        row(id="pending", status="pending"),
        row(id="unknown", status="unknown", raw_status="HIBERNATING"),
        row(id="old", seen_at=ago(minutes=3)),
        row(id="ended", status="ended", ended_at=ago(minutes=2)),
        unread=2,
        error="skyvern: 503: the service is unavailable",
        account={"concurrency_limit": 10, "running": 10, "unit": "USD", "spent": "3.2", "balance": "10"},
    ),
    report(provider="browserbase", account_error="browserbase: 401: the key is invalid", at=ago(days=9)),
    {"provider": "brightdata"},
)


def assert_accessible(page: Page) -> None:
    """Assert that axe finds nothing serious, and that nothing is beyond the edge."""
    found = page.evaluate("axe.run()")["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
    width = page.viewport_size
    assert width is not None
    assert page.evaluate("document.documentElement.scrollWidth") == width["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_everyone_can_read_it(open_page: Open, scheme: str, width: int) -> None:
    """Every state and problem, every dialog, and the page without its server."""
    with served(*REPORTS) as site:
        viewport = {"width": width, "height": 800}
        page = open_page(site.url, bypass_csp=True, color_scheme=scheme, viewport=viewport)
        expect(page.locator("#sessions tr")).to_have_count(6)
        expect(page.locator("#problems tr")).to_have_count(3)
        page.add_script_tag(path=os.environ["AXE"])
        assert_accessible(page)
        links = {"links": [{"name": "Live view", "url": "https://example.com/"}]}
        page.route("**/live-view", lambda route: route.fulfill(json=links))
        page.get_by_role("button", name="Live view of skyvern:pbs_1").click()
        expect(page.get_by_role("link", name="Live view")).to_be_visible()
        assert_accessible(page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Stop skyvern:pbs_1").click()
        assert_accessible(page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Reap").click()
        assert_accessible(page)
        page.keyboard.press("Escape")
    expect(page.locator("#state")).to_contain_text("cannot be reached")
    assert_accessible(page)


def test_a_thousand_sessions(open_page: Open) -> None:
    """All of them are there, and the last one can be scrolled to and stopped."""
    with served(report(*(row(id=f"pbs_{number:04}") for number in range(1000)))) as site:
        page = open_page(site.url)
        expect(page.locator("#sessions tr")).to_have_count(1000)
        page.get_by_role("button", name="Stop skyvern:pbs_0999").click()
        expect(page.get_by_role("dialog")).to_contain_text("skyvern:pbs_0999")
