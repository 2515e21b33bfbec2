"""What is written about the facade is what it is."""

from __future__ import annotations

import inspect
import re
from functools import partial
from typing import Any

import httpx
import pytest

import browser_sessions
from browser_sessions import PROVIDERS, AsyncClient, Client, errors
from codegen.__main__ import ROOT
from tests.facade.fetching import KEYS, running
from tests.facade.viewing import examples

ERRORS = {name for name in errors.__all__ if inspect.isclass(getattr(errors, name))}


def respond(request: httpx.Request) -> httpx.Response:
    """Respond with Browser Use's session that has stopped, or with Skyvern's that runs."""
    is_browser_use = request.url.host in PROVIDERS["browser_use"].base_url
    return httpx.Response(200, json=examples("browser_use")["stopped"] if is_browser_use else running("skyvern"))


@pytest.mark.parametrize("path", ["README.md", "facade/README.md"])
def test_the_tour_runs(path: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Each block of Python about fetching, to the letter."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / path).read_text("utf-8"), re.DOTALL)
    tour = [block for block in blocks if ".get(" in block or ".wait(" in block]
    assert tour
    transport = httpx.MockTransport(respond)
    client = partial(Client, transport=transport)
    monkeypatch.setattr(browser_sessions, "Client", client)
    monkeypatch.setattr("browser_sessions._client.Client", client)
    for slug, key in KEYS.items():
        monkeypatch.setenv(PROVIDERS[slug].key_variables[0], key)
    names: dict[str, Any] = {"refs": ["skyvern:a", "browser_use:b", "nonsense"]}
    for block in tour:
        exec(compile(block, path, "exec"), names)  # noqa: S102 - it is what is written there

    assert "too late" not in capsys.readouterr().out
    assert "info" in names


def test_the_page_of_errors_has_every_error() -> None:
    """The page lists every error and no other, and says which ones are retried."""
    rows = re.findall(
        r"^\| (`.*?) \| (.*?) \| (?:.*?) \|$", (ROOT / "docs" / "errors.md").read_text("utf-8"), re.MULTILINE
    )
    table = {re.findall(r"`(\w+)`", names)[0]: how for names, how in rows}

    assert table.keys() == ERRORS - {"BrowserSessionsError"}
    assert {name for name, how in table.items() if "Retried." in how} == {
        name for name in table if issubclass(getattr(errors, name), errors.TRANSIENT)
    }


def test_every_public_name_is_described() -> None:
    """Its docstring states in a sentence what the caller gets, and so do those of its methods."""
    for name in browser_sessions.__all__:
        value = getattr(browser_sessions, name)
        if callable(value):
            assert value.__doc__, name
    for kind in (Client, AsyncClient):
        for name, method in inspect.getmembers(kind, inspect.isfunction):
            if not name.startswith("_"):
                assert method.__doc__, name


def test_both_clients_have_the_same_methods() -> None:
    """Both clients' methods have the same arguments and defaults; `close` of one is `aclose` of the other."""

    def methods(kind: type) -> dict[str, list[tuple[str, Any]]]:
        return {
            name.replace("aclose", "close"): [
                (each.name, each.default) for each in inspect.signature(method).parameters.values()
            ]
            for name, method in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("_")
        }

    assert methods(Client) == methods(AsyncClient)
    assert methods(Client).keys() == {
        *("get", "get_many", "list", "list_many", "live_view", "recordings", "request_recording", "save_recording"),
        *("account", "wait", "wait_many", "connect_info", "with_options", "close"),
        *("create", "session", "stop", "stop_many", "reap"),
    }
    assert inspect.signature(Client) == inspect.signature(AsyncClient)
