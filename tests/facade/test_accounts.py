"""Limits, load and money of an account, as each provider has them."""

from __future__ import annotations

import decimal
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from browser_sessions import PROVIDERS, Account, Client, errors
from tests.facade.fetching import BACKENDS, async_client, run, sync_client
from tests.facade.provider_case import able
from tests.facade.vendors import open_bench

ABLE = able("account")
each_able = pytest.mark.parametrize("slug", ABLE)


def test_the_sandbox_has_accounts_of_all() -> None:
    """A provider fills the fields that the table lists, and no others; running sessions are counted."""
    with open_bench() as bench:
        server = bench.anew().server
        with Client(api_keys=server.api_keys, base_urls=server.base_urls) as client:
            before = {slug: client.account(slug) for slug in ABLE}
            for slug in ABLE:
                server.start(slug)
            server.advance(5)
            for slug in ABLE:
                account = client.account(slug)
                fields = {name for name in Account.__slots__ if getattr(account, name) is not None}
                assert fields == PROVIDERS[slug].operations["account"].fields
                assert (account.running or 0) - (before[slug].running or 0) == 1


CASES: dict[str, list[tuple[dict[str, Any], Account]]] = {
    "anchorbrowser": [
        (
            {
                "/v1/billing": {
                    "data": {
                        "credits": 12.5,
                        "credits_used": 0.1,
                        "billing_period": "2026-03",
                        "max_concurrent_browsers": -1,
                    }
                },
                "/v1/sessions": {"data": {"sessions": [], "total": 7, "page": 1, "total_pages": 1}},
            },
            Account(
                is_unlimited=True,
                running=7,
                spent=Decimal("0.1"),
                balance=Decimal("12.5"),
                unit="credits",
                period_start=datetime(2026, 3, 1, tzinfo=UTC),
            ),
        ),
        (
            {
                "/v1/billing": {"data": {"credits": 0, "billing_period": "2026-13", "max_concurrent_browsers": 5.5}},
                "/v1/sessions": {"data": {"sessions": []}},
            },
            Account(balance=Decimal(0), unit="credits"),
        ),
        (
            {
                "/v1/billing": {"data": {"credits": -1.5, "max_concurrent_browsers": 25.0}},
                "/v1/sessions": {"data": {"sessions": [], "total": -1}},
            },
            Account(concurrency_limit=25, is_unlimited=False, balance=Decimal("-1.5"), unit="credits"),
        ),
    ],
    "brightdata": [
        (
            {
                "/customer/balance": {"balance": 100, "pending_costs": 3},
                "/browser_sessions": {"sessions": [], "total": 2},
            },
            Account(running=2, balance=Decimal(100), unit="USD"),
        ),
        (
            {"/customer/balance": {"balance": None}, "/browser_sessions": {"sessions": [], "total": 2}},
            Account(running=2, unit="USD"),
        ),
        (
            {"/customer/balance": {"balance": "N/A"}, "/browser_sessions": {"sessions": []}},
            Account(unit="USD"),
        ),
    ],
    "browser_use": [
        (
            {"/api/v3/billing/account": {"totalCreditsBalanceUsd": 9.5, "rateLimit": 10}},
            Account(concurrency_limit=10, is_unlimited=False, balance=Decimal("9.5"), unit="USD"),
        ),
        (
            {
                "/api/v3/billing/account": {
                    "totalCreditsBalanceUsd": 0,
                    "rateLimit": 10,
                    "concurrentSessionLimit": 50,
                    "activeSessionCount": 0,
                }
            },
            Account(concurrency_limit=50, is_unlimited=False, running=0, balance=Decimal(0), unit="USD"),
        ),
        ({"/api/v3/billing/account": {"totalCreditsBalanceUsd": 0}}, Account(balance=Decimal(0), unit="USD")),
    ],
    "browserbase": [
        (
            {
                "/v1/projects": [{"id": "a", "concurrency": 3}, {"id": "b", "concurrency": 25}, {"id": "c"}],
                "/v1/projects/a/usage": {"browserMinutes": 5},
                "/v1/projects/b/usage": {"browserMinutes": 6},
                "/v1/projects/c/usage": {"browserMinutes": 0},
                "/v1/sessions": [{"id": "a", "status": "RUNNING"}, {"id": "b", "status": "COMPLETED"}],
            },
            Account(concurrency_limit=25, is_unlimited=False, running=1, spent=Decimal(11), unit="minutes"),
        ),
        (
            {
                "/v1/projects": [{"id": "a"}, {"name": "unreadable"}],
                "/v1/projects/a/usage": {"browserMinutes": 5},
                "/v1/sessions": [],
            },
            Account(running=0, unit="minutes"),
        ),
        (
            {
                "/v1/projects": [{"id": "a"}],
                "/v1/projects/a/usage": {"browserMinutes": None},
                "/v1/sessions": [],
            },
            Account(running=0, unit="minutes"),
        ),
        ({"/v1/projects": [], "/v1/sessions": []}, Account(running=0, unit="minutes")),
    ],
    "skyvern": [
        (
            {
                "/v1/browser_sessions": [
                    {"browser_session_id": "a", "status": "running"},
                    {"browser_session_id": "b", "status": "created"},
                ]
            },
            Account(running=1),
        ),
    ],
}


@pytest.mark.parametrize(
    ("slug", "bodies", "account"), [(slug, *case) for slug, each in CASES.items() for case in each]
)
def test_accounts(slug: str, bodies: dict[str, Any], account: Account) -> None:
    """Whatever is missing is None; the sum of some projects is not that of all."""

    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=bodies[request.url.path])

    assert sync_client(respond).account(slug) == account
    for backend in BACKENDS:

        async def main() -> Account:
            async with async_client(respond) as client:
                return await client.account(slug)

        assert run(backend, main) == account


@pytest.mark.parametrize(("slug", "least"), [("anchorbrowser", "10"), ("brightdata", "1")])
def test_sessions_are_counted_by_the_smallest_page(slug: str, least: str) -> None:
    """The list says how many there are, so that the client requests the fewest rows that the provider allows."""
    asked: list[httpx.QueryParams] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params)
        return httpx.Response(200, json=CASES[slug][0][0][request.url.path])

    sync_client(respond).account(slug)
    assert [dict(each) for each in asked] == [{}, {"status": "running", "limit": least}]


@each_able
def test_an_account_that_cannot_be_fetched(slug: str) -> None:
    """An account that cannot be fetched raises the provider's error."""
    client = sync_client(lambda _: httpx.Response(401), max_retries=0)
    with pytest.raises(errors.AuthenticationFailed) as caught:
        client.account(slug)
    assert caught.value.provider == slug


@pytest.mark.parametrize("name", ["", "..", "a" * 70_000, "\ud800"])
def test_a_project_that_no_request_can_name(name: str) -> None:
    """A project id that no request can carry is an unexpected response."""
    client = sync_client(lambda _: httpx.Response(200, content=json.dumps([{"id": name, "concurrency": 3}])))
    with pytest.raises(errors.UnexpectedResponse, match=r"^browserbase: no request can name a project") as caught:
        client.account("browserbase")
    assert caught.value.provider == "browserbase"
    assert str(caught.value).isprintable()


def test_minutes_are_exact() -> None:
    """However many there are, and whatever the caller's decimal context is."""

    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/projects":
            return httpx.Response(200, json=[{"id": "a"}, {"id": "b"}])
        return httpx.Response(200, json={"browserMinutes": 12345} if request.url.path.endswith("/usage") else [])

    with decimal.localcontext(decimal.Context(prec=3, traps=[decimal.Inexact])):
        assert sync_client(respond).account("browserbase").spent == Decimal(24690)


def test_an_unknown_provider() -> None:
    """The nearest one is named."""
    with pytest.raises(errors.InvalidOption, match="Did you mean skyvern"):
        sync_client(lambda _: httpx.Response(500)).account("skyvem")
