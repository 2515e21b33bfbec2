"""`browser-sessions account`: what runs, what may run, and what was spent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from browser_sessions import PROVIDERS, Account, errors, sandbox
from browser_sessions._providers._operations import Operation
from browser_sessions.cli._accounts import limit_text
from browser_sessions.sandbox import Sandbox
from tests.facade.commands import run
from tests.facade.provider_case import able

TABLE = (Path(__file__).parent / "tables" / "account.txt").read_text("utf-8")


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    """A sandbox whose clock stands still."""
    with sandbox.serve() as server:
        server.freeze(datetime(2026, 11, 28, 12, tzinfo=UTC))
        yield server


@pytest.fixture
def server(served: Sandbox) -> Sandbox:
    """The sandbox with two sessions that run, and limits that differ."""
    served.reset()
    served.start("browser_use", age=timedelta(minutes=5))
    served.start("skyvern", age=timedelta(minutes=5))
    served.limit("browser_use", concurrency=25)
    served.limit("anchorbrowser", concurrency=None)
    return served


def lines_of(text: str) -> list[str]:
    """Return lines as they are seen: a table's have blanks at their ends."""
    return [line.rstrip() for line in text.splitlines()]


def test_a_row_for_each_provider(server: Sandbox) -> None:
    """Each in its own unit; a dash is what it never reports."""
    result = run("account", **server.environment)
    assert (lines_of(result.stdout), result.stderr, result.exit_code) == (TABLE.splitlines(), "", 0)


def test_some_providers(server: Sandbox) -> None:
    """The accounts have the order of the command line, and each provider appears once."""
    result = run("account", "skyvern", "anchorbrowser", "skyvern", "--json", **server.environment)
    assert [each["provider"] for each in json.loads(result.stdout)] == ["skyvern", "anchorbrowser"]


def test_json(server: Sandbox) -> None:
    """Amounts are exact, as texts; times are ISO."""
    result = run("account", "anchorbrowser", "--json", **server.environment)
    assert json.loads(result.stdout) == [
        {
            "provider": "anchorbrowser",
            "concurrency_limit": None,
            "is_unlimited": True,
            "running": 0,
            "spent": "0.0",
            "balance": "150.0",
            "unit": "credits",
            "period_start": "2026-11-01T00:00:00Z",
        }
    ]
    assert (result.stderr, result.exit_code) == ("", 0)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_an_account_that_cannot_be_read(server: Sandbox, form: list[str]) -> None:
    """An unreadable account is a line on standard error and sets the exit code, and the others are shown."""
    server.fault("browser_use", "get_account", "unauthorized")
    result = run("account", *form, **server.environment)

    (line,) = result.stderr.splitlines()
    message = line.removeprefix("browser-sessions: browser_use: ")
    assert message.startswith("Browser Use rejected the API key (status 40")
    assert result.exit_code == 1
    if form:
        (failed,) = [each for each in json.loads(result.stdout) if "error" in each]
        assert failed == {"provider": "browser_use", "error": "AuthenticationFailed", "message": message}
    else:
        rows = [line.split() for line in TABLE.splitlines()]
        expected = [["browser_use", "AuthenticationFailed"] if row[0] == "browser_use" else row for row in rows]
        assert [line.split() for line in lines_of(result.stdout)] == expected


def test_a_provider_whose_key_is_missing() -> None:
    """A missing key is an error if its provider was named; without any key there is no provider to ask."""
    result = run("account", "skyvern")
    assert result.stderr.startswith("browser-sessions: skyvern: no API key for Skyvern: set SKYVERN_API_KEY")
    assert result.exit_code == 2
    assert run("account").exit_code == 2


def test_a_provider_without_accounts(server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is left out, unless it was asked for by name."""
    without = {**PROVIDERS, "skyvern": SimpleNamespace(operations={"account": Operation(is_available=False)})}
    monkeypatch.setattr("browser_sessions.cli._accounts.PROVIDERS", without)

    result = run("account", "--json", **server.environment)
    assert [each["provider"] for each in json.loads(result.stdout)] == [
        slug for slug in able("account") if slug != "skyvern"
    ]
    assert (result.stderr, result.exit_code) == ("", 0)
    (named,) = json.loads(run("account", "skyvern", "--json", **server.environment).stdout)
    assert named["provider"] == "skyvern"


def test_an_account_of_the_sandboxs_own() -> None:
    """The sandbox has an account of its own, so that the command can be tried out."""
    (account,) = json.loads(run("account", "--sandbox", "browser_use", "--json").stdout)
    assert (account["running"], account["unit"]) == (3, "USD")


@pytest.mark.parametrize(
    ("slug", "body", "text"),
    [
        ("browserbase", Account(concurrency_limit=3, is_unlimited=False), "3"),
        ("browserbase", Account(is_unlimited=True), "unlimited"),
        ("browserbase", Account(), "not reported"),
        ("skyvern", Account(), "–"),  # noqa: RUF001 - as in a table
        ("browserbase", errors.PermissionDenied("no"), "PermissionDenied"),
        ("browserbase", errors.Unsupported("no"), "–"),  # noqa: RUF001 - as in a table
    ],
)
def test_limits(slug: str, body: Any, text: str) -> None:
    """What is not reported yet differs from what is never reported."""
    assert limit_text(slug, body) == text


def test_an_amount_in_full(server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an exponent, whatever its digits."""
    monkeypatch.setattr("browser_sessions.Client.account", lambda *_: Account(balance=Decimal("1E+3"), unit="USD"))
    result = run("account", "browser_use", **server.environment)
    row = result.stdout.splitlines()[1].split("  ")
    assert "1000" in [cell.strip() for cell in row]
