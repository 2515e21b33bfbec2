"""`browser-sessions providers --check`: whether the keys work, without showing one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from browser_sessions import PROVIDERS, sandbox
from browser_sessions.sandbox import KEY, Sandbox
from tests.facade.commands import run


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    """A sandbox for all tests here."""
    with sandbox.serve() as server:
        yield server


@pytest.fixture
def server(served: Sandbox) -> Sandbox:
    """The sandbox without what another test has left."""
    served.reset()
    return served


def checks(text: str) -> dict[str, tuple[str, ...]]:
    """Return what stands in a table of checks, by provider: the variable, and what came of it."""
    names = {slug: provider.name for slug, provider in PROVIDERS.items()}
    rows = [line.split(maxsplit=1) for line in text.splitlines()]
    assert rows[0] == ["provider", rows[0][1]]
    assert rows[0][1].split() == ["name", "key", "in", "check"]
    return {slug: tuple(rest.removeprefix(names[slug]).split()) for slug, rest in rows[1:]}


def test_keys_that_work(server: Sandbox) -> None:
    """Each provider whose key is set is asked; a key in another variable counts, too."""
    environment = server.environment | {"ANCHOR_API_KEY": KEY, "ANCHORBROWSER_API_KEY": ""}
    result = run("providers", "--check", **environment)
    assert checks(result.stdout) == {
        slug: ({"anchorbrowser": "ANCHOR_API_KEY"}.get(slug, provider.key_variables[0]), "works")
        for slug, provider in PROVIDERS.items()
    }
    assert (result.stderr, result.exit_code) == ("", 0)


def test_a_key_that_does_not_work(server: Sandbox) -> None:
    """It is an error; one that is missing is not, and is shown as missing."""
    environment = {name: value for name, value in server.environment.items() if "SKYVERN" in name or "BASE_" in name}
    result = run("providers", "--check", **environment | {"BROWSERBASE_API_KEY": "a-wrong-key"})
    missing = {slug: (f"{each.key_variables[0]},", "not", "set") for slug, each in PROVIDERS.items()}
    assert checks(result.stdout) == missing | {
        "browserbase": ("BROWSERBASE_API_KEY", "AuthenticationFailed"),
        "skyvern": ("SKYVERN_API_KEY", "works"),
    }
    (line,) = result.stderr.splitlines()
    assert line.startswith("browser-sessions: browserbase: Browserbase rejected the API key (status 401")
    assert "a-wrong-key" not in result.output
    assert result.exit_code == 1


def test_a_key_that_no_header_can_carry() -> None:
    """Does not work either, and is not sent."""
    result = run("providers", "--check", SKYVERN_API_KEY="'a-quoted-key'")
    assert checks(result.stdout)["skyvern"] == ("SKYVERN_API_KEY", "ConfigurationError")
    assert "is in quotes" in result.stderr
    assert "a-quoted-key" not in result.output
    assert result.exit_code == 1


def test_no_key_at_all() -> None:
    """It is no error: there is nothing that does not work."""
    result = run("providers", "--check")
    assert {cells[1:] for cells in checks(result.stdout).values()} == {("not", "set")}
    assert (result.stderr, result.exit_code) == ("", 0)


def test_plain_http() -> None:
    """It is refused with the option that allows it."""
    environment = {"SKYVERN_API_KEY": "a-key", "SKYVERN_BASE_URL": "http://skyvern.example"}
    result = run("providers", "--check", **environment)
    assert "if all that is on the way is your own, --plain-http skyvern, or" in result.stderr
    assert result.exit_code == 1
