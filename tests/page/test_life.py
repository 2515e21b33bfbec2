"""What happens to sessions, to providers and to the server while the page is watched."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser_sessions import Client, sandbox
from browser_sessions.sandbox._faults import Kind
from tests.page.conftest import Open, Serve
from tests.page.made_up import ago, report, row, served

STATES: dict[str, tuple[dict[str, Any], str, str]] = {
    "pending": ({"status": "pending"}, "pending", "pending"),
    "running": ({}, "running", "running"),
    "late": ({"created_at": ago(minutes=59), "expires_at": ago(minutes=-1)}, "running late", "running"),
    "unknown": ({"status": "unknown", "raw_status": "HIBERNATING"}, "unknown", "unknownHIBERNATING"),
    "old": ({"seen_at": "2026-01-01T00:00:00+00:00"}, "running old", "runningseen"),
    "ended": ({"status": "ended", "ended_at": ago()}, "ended ended", "endedsince"),
}


@pytest.mark.parametrize("state", STATES)
def test_each_state(open_page: Open, state: str) -> None:
    """It has a word and a look of its own, and only a session that has not ended can be stopped."""
    fields, looks, text = STATES[state]
    with served(report(row(**fields))) as site:
        page = open_page(site.url)
        found = page.locator("#sessions tr")
        expect(found).to_have_class(looks)
        expect(found.locator(".status")).to_contain_text(text)
        assert page.locator("[name=stop]").is_disabled() is (state == "ended")


def test_only_what_a_provider_offers_has_a_button(open_page: Open) -> None:
    """The arrow keys pass a session that has no button."""
    first, second, third = (
        row(id=name, expires_at=ago(minutes=-left)) for name, left in zip("abc", (1, 2, 3), strict=True)
    )
    second |= {"ref": "brightdata:b", "provider": "brightdata"}
    with served(report(first, third), report(second, provider="brightdata", offers=["list"])) as site:
        page = open_page(site.url)
        expect(page.locator("#sessions .id")).to_have_text(["a", "b", "c"])
        visible = [page.locator("#sessions tr").nth(each).locator("button:visible").count() for each in range(3)]
        assert visible == [3, 0, 3]
        stops = page.locator("#sessions [name=stop]")
        stops.first.focus()
        page.keyboard.press("ArrowDown")
        expect(stops.last).to_be_focused()


def test_a_provider_that_was_not_read_for_long(open_page: Open) -> None:
    """Its sessions look old, with the date of the last reading, and an ended one stays as it is; the others do not."""
    ended = row(id="pbs_2", status="ended", ended_at=ago())
    other = row(id="b_1", ref="browserbase:b_1", provider="browserbase")
    with served(report(row(), ended, at="2026-01-02T12:00:00+00:00"), report(other, provider="browserbase")) as site:
        page = open_page(site.url, locale="en")
        expect(page.locator("#sessions .old .id")).to_have_text("pbs_1")
        expect(page.locator("#sessions .old .note")).to_have_text("seen Jan 2")
        expect(page.locator(".card.old")).to_contain_text("last read Jan 2")
        site.send(report(row(), ended))
        expect(page.locator(".old")).to_have_count(0)


def test_no_session(open_page: Open) -> None:
    """The page says so, and says otherwise that a filter hides all, or that a provider is still being read."""
    with served({"provider": "skyvern"}) as site:
        page = open_page(site.url)
        expect(page.locator(".card")).to_contain_text("reading…")
        expect(page.locator("#empty")).to_have_text("No session has been read.")
        site.send(report())
        expect(page.locator("#empty")).to_have_text("No session is open.")
        site.send(report(row()))
        expect(page.locator("#empty")).to_be_hidden()
        page.locator("#filter").fill("nothing like it")
        expect(page.locator("#empty")).to_have_text("No session matches the filter.")
        expect(page.locator("#count")).to_have_text("0 of 1 shown")


def test_totals_and_headroom(open_page: Open) -> None:
    """By provider, and of all."""
    cost = {"amount": "0.25", "unit": "USD", "final": False}
    account = {"concurrency_limit": 5, "running": 4, "unit": "USD", "spent": "7", "balance": "1"}
    other = row(id="b_1", ref="browserbase:b_1", provider="browserbase", cost=cost)
    with served(
        report(row(cost=cost), row(id="pbs_2", cost=cost, ended_at=ago()), account=account),
        report(other, provider="browserbase", account={"is_unlimited": True}),
    ) as site:
        page = open_page(site.url)
        expect(page.locator(".card")).to_have_text(
            [
                "All2 open0.50 USD so far",
                "skyvern1 open1 of 5 free0.25 USD so far7.00 USD spent1.00 USD left",
                "browserbase1 openno limit0.25 USD so far",
            ]
        )


def test_a_list_that_failed_is_not_empty(open_page: Open) -> None:
    """It is not known how many sessions are open, or how many more may be."""
    account = {"concurrency_limit": 5}
    failed = report(error="skyvern: 503", account=account)
    with served(failed, report(provider="browserbase", error="browserbase: 503")) as site:
        page = open_page(site.url)
        expect(page.locator(".card")).to_have_text(
            ["All\u2013", "skyvern\u2013limit 5", "browserbase\u2013limit unknown"]
        )
        site.send(failed | {"sessions": [row(seen_at=ago())]})
        expect(page.locator(".card").nth(1)).to_have_text("skyvern1 open4 of 5 free")


def test_many_tabs(open_page: Open) -> None:
    """One that is hidden takes no connection, of which a browser has six, and lives again when it is looked at."""
    turn = """(state) => {
        Object.defineProperty(document, "hidden", { value: state === "hidden", configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    with served(report(row())) as site:
        first = open_page(site.url)
        first.evaluate(turn, "hidden")
        for _ in range(6):
            other = first.context.new_page()
            other.goto(site.url)
            expect(other.locator("#state")).to_have_text("Live")
            other.evaluate(turn, "hidden")
        site.send(report(row(), row(id="pbs_2")))
        first.evaluate(turn, "visible")
        expect(first.locator("#sessions tr")).to_have_count(2)


def test_filter_and_sort(open_page: Open) -> None:
    """All words of the filter are looked for; what has ended comes last in any order."""
    sessions = (
        row(id="a", region="us", cost={"amount": "2", "unit": "USD"}, expires_at=ago(minutes=-9)),
        row(id="b", region="eu", cost={"amount": "10", "unit": "USD"}, created_at=ago(hours=9), expires_at=None),
        row(id="c", region="eu", status="pending", expires_at=ago(minutes=-30)),
        row(id="d", region="eu", status="ended", ended_at=ago(), created_at=ago(hours=99)),
    )
    with served(report(*sessions)) as site:
        page = open_page(site.url)
        ids = page.locator("#sessions .id")
        orders = {"limit": "acbd", "age": "bacd", "cost": "bacd", "status": "cabd", "provider": "abcd"}
        for order, expected in orders.items():
            page.locator("#sort").select_option(order)
            expect(ids).to_have_text([*expected])
        page.keyboard.press("Escape")
        page.locator("h1").click()
        page.keyboard.press("/")
        page.keyboard.type("EU pending")
        expect(ids).to_have_text(["c"])
        page.locator("#filter").fill("")
        expect(ids).to_have_count(4)


def test_the_keyboard_stays_where_it_is(open_page: Open) -> None:
    """An update that moves the row of a button leaves it focused; arrows lead to the same button of the next row."""
    with served(report(row(id="a", expires_at=ago(minutes=-10)), row(id="b"), row(id="c"))) as site:
        page = open_page(site.url)
        focused = "document.activeElement.getAttribute('aria-label')"
        page.get_by_role("button", name="Stop skyvern:a").focus()
        site.send(report(row(id="b"), row(id="a", expires_at=None), row(id="c")))
        expect(page.locator("#sessions .id")).to_have_text(["b", "c", "a"])
        assert page.evaluate(focused) == "Stop skyvern:a"
        page.keyboard.press("ArrowUp")
        assert page.evaluate(focused) == "Stop skyvern:c"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert page.evaluate(focused) == "Stop skyvern:a"
        site.send(report(row(id="b"), row(id="c"), row(id="a", status="ended", ended_at=ago())))
        expect(page.get_by_role("button", name="Files of skyvern:a")).to_be_focused()


def test_only_what_differs_is_drawn(open_page: Open) -> None:
    """An update in which a session begins and one ends touches their two rows alone."""
    with served(report(*(row(id=str(number)) for number in range(50)))) as site:
        page = open_page(site.url)
        expect(page.locator("#sessions tr")).to_have_count(50)
        page.evaluate(
            """() => {
                window.touched = new Set();
                const note = (node) => touched.add(node.closest("tr").session.id);
                new MutationObserver((all) => all.forEach(({ target, addedNodes }) =>
                    target.id === "sessions" ? addedNodes.forEach(note) : note(target),
                )).observe(document.getElementById("sessions"), { subtree: true, childList: true, attributes: true });
            }"""
        )
        ended = row(id="0", status="ended", ended_at=ago())
        site.send(report(ended, *(row(id=str(number)) for number in range(1, 51))))
        expect(page.locator("#sessions .ended .id")).to_have_text("0")
        expect(page.locator("#sessions tr")).to_have_count(51)
        assert page.evaluate("[...touched].sort()") == ["0", "50"]


def test_a_session_is_stopped(open_page: Open, serve: Serve, server: sandbox.Sandbox) -> None:
    """By the keyboard, after a question that names it; the row then says that it has ended."""
    ref = server.start("browserbase", age=timedelta(minutes=1))
    with serve() as url:
        page = open_page(url)
        page.get_by_role("button", name=f"Stop {ref}").press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(str(ref))
        expect(page.get_by_role("button", name="Close")).to_be_focused()
        page.get_by_role("button", name="Stop this session").press("Enter")
        expect(page.locator("#items")).to_have_text(f"{ref}: completed")
        expect(page.locator("#sessions .ended .id")).to_have_text(ref.id)
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name=f"Files of {ref}")).to_be_focused()
    assert server.open_sessions("browserbase") == ()


def test_sessions_are_reaped(open_page: Open, serve: Serve, server: sandbox.Sandbox) -> None:
    """The page names those of the owner that are old enough; the others stay."""
    other = server.start("browserbase")
    with Client(api_keys=server.api_keys, base_urls=server.base_urls, owner="nightly") as client:
        owned = {str(client.create("browserbase").ref) for _ in range(2)}
    with serve() as url:
        page = open_page(url)
        page.get_by_role("button", name="Reap").click()
        page.get_by_role("button", name="Find").click()
        expect(page.locator("#text")).to_have_text("No session of yours is that old.")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Reap").click()
        page.get_by_label("Created at least").fill("0")
        page.keyboard.press("Enter")
        expect(page.locator("#items .id")).to_have_count(2)
        assert {*page.locator("#items .id").all_inner_texts()} == owned
        page.get_by_role("button", name="Stop these 2 sessions").click()
        expect(page.locator("#items li")).to_have_count(2)
        expect(page.locator("#items")).to_contain_text(": completed")
    assert server.open_sessions("browserbase") == (other,)


def test_links_come_on_demand(open_page: Open, serve: Serve, server: sandbox.Sandbox) -> None:
    """A link is there while its dialog is open."""
    ref = server.start("browserbase")
    with serve() as url:
        page = open_page(url)
        page.get_by_role("button", name=f"Live view of {ref}").click()
        expect(page.get_by_role("link", name="Live view")).to_have_attribute("rel", "noopener noreferrer")
        page.get_by_role("button", name="Close").click()
        expect(page.locator("a")).to_have_count(0)


FAULTS: dict[Kind, tuple[float | None, str, int]] = {
    "refused": (403, "403", 2),
    "failed": (500, "500", 2),
    "unauthorized": (None, "rejected the API key", 2),
    "lost": (None, "skyvern", 2),
    "unreadable": (None, "1 row of the list cannot be read", 1),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault(open_page: Open, serve: Serve, server: sandbox.Sandbox, kind: Kind) -> None:
    """It has a row of its own, the rows of before stay and look old, and those of others do not."""
    amount, text, old = FAULTS[kind]
    other = server.start("browserbase")
    for _ in range(2):
        server.start("skyvern")
    with serve() as url:
        page = open_page(url)
        expect(page.locator("#sessions tr")).to_have_count(3)
        server.fault("skyvern", "list_sessions", kind, amount, times=None)
        expect(page.locator("#problems")).to_contain_text(text, timeout=30_000)
        expect(page.locator("#sessions .old")).to_have_count(old)
        expect(page.locator("#sessions tr:not(.old)")).to_have_count(3 - old)
        expect(page.locator("#sessions tr:not(.old)").filter(has_text=other.id)).to_be_visible()
        page.get_by_role("button", name=f"Stop {other}").click()
        expect(page.get_by_role("dialog")).to_be_visible()


def test_a_slow_provider_holds_up_no_other(open_page: Open, serve: Serve, server: sandbox.Sandbox) -> None:
    """It is said to be read, while the other's sessions come and go."""
    server.fault("skyvern", "list_sessions", "slow", 20, times=None)
    ref = server.start("browserbase")
    with serve() as url:
        page = open_page(url)
        expect(page.locator("#sessions .id")).to_have_text(ref.id)
        expect(page.locator(".card").filter(has_text="skyvern")).to_contain_text("reading…")


def test_a_session_ends_while_its_dialog_is_open(open_page: Open, serve: Serve, server: sandbox.Sandbox) -> None:
    """The dialog stays, and says how the session ended."""
    ref = server.start("browserbase")
    with serve() as url, Client(api_keys=server.api_keys, base_urls=server.base_urls) as client:
        page = open_page(url)
        page.get_by_role("button", name=f"Stop {ref}").click()
        client.stop(ref)
        expect(page.locator("#sessions .ended")).to_have_count(1)
        page.get_by_role("button", name="Stop this session").click()
        expect(page.locator("#items")).to_have_text(f"{ref}: completed")


def test_the_server_is_lost_and_back(open_page: Open) -> None:
    """What is shown looks old meanwhile; a new start needs its own URL, and then this page lives again."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with served(report(row()), port=port) as site:
        page = open_page(site.url)
        expect(page.locator("#sessions tr")).to_have_class("running")
    expect(page.locator("#state")).to_contain_text("cannot be reached")
    expect(page.locator("#sessions tr")).to_have_class("running old")
    expect(page.locator(".card")).to_contain_text("last read")
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Stop this session").click()
    expect(page.locator("#text")).to_have_text("The server of this page cannot be reached.")
    page.keyboard.press("Escape")
    with served(report(row(), row(id="pbs_2")), port=port) as site:
        expect(page.locator("#state")).to_contain_text("open the URL that the command printed", timeout=20_000)
        assert_lives_in_another_tab(page, site.url)
        expect(page.locator("#state")).to_have_text("Live", timeout=20_000)
        expect(page.locator("#sessions tr")).to_have_class(["running", "running"])


def assert_lives_in_another_tab(page: Page, url: str) -> None:
    """Assert that the URL opens the page beside one that waits."""
    other = page.context.new_page()
    other.goto(url)
    expect(other.locator("#state")).to_have_text("Live")
