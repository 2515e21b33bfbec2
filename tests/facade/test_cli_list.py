"""`browser-sessions list`: the sessions of every provider, as a person and as a script see them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from browser_sessions import PROVIDERS, Account, BrowserSession, Client, SessionStatus, sandbox
from browser_sessions._session import Cost
from browser_sessions.cli import _durations
from browser_sessions.cli._clients import AGES
from browser_sessions.cli._totals import totals_table
from browser_sessions.sandbox import Sandbox
from tests.facade.commands import run

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FOUR_HOURS: dict[str, dict[str, Any]] = {
    "anchorbrowser": {"session": {"timeout": {"max_duration": 240}, "tags": ["job=nightly"]}},
    "browser_use": {"timeout": 240, "metadata": {"job": "nightly"}},
    "browserbase": {"timeout": 14_400, "userMetadata": {"job": "hourly"}},
    "skyvern": {"timeout": 240},
}
"""What creates a session that may run for four hours."""


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    """A sandbox whose clock stands still."""
    with sandbox.serve() as server:
        yield server


@pytest.fixture
def server(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox without what another test has left, at the time that the command takes for the present."""
    served.freeze(NOW)
    served.reset()
    monkeypatch.setattr(_durations, "now", lambda: NOW)
    return served


def start(server: Sandbox, slug: str, hours: float, **options: Any) -> str:
    """Start a session some time ago."""
    return str(server.start(slug, FOUR_HOURS.get(slug, {}) | options, age=hours * HOUR))


def lines_of(text: str) -> list[str]:
    """Return lines as they are seen: a table's have blanks at their ends."""
    return [line.rstrip() for line in text.splitlines()]


AGES_HERE = {"anchorbrowser": (3, 0.5), "browser_use": (3, 1, 0.1), "browserbase": (0.5,), "skyvern": (3,)}


@pytest.fixture
def fleet(server: Sandbox) -> Sandbox:
    """Sessions of four providers, half an hour to three hours old."""
    for slug, ages in AGES_HERE.items():
        for age in ages:
            start(server, slug, age)
    server.limit("browser_use", concurrency=25)
    return server


TABLE, NARROW = (
    (Path(__file__).parent / "tables" / name).read_text("utf-8") for name in ("list.txt", "list-narrow.txt")
)


def test_a_table_and_what_each_provider_adds_up_to(fleet: Sandbox) -> None:
    """Each session with its age and its cost; below, how many may be open, and no sum over providers."""
    result = run("list", *AGES_HERE, **fleet.environment)
    assert (lines_of(result.stdout), result.stderr, result.exit_code) == (TABLE.splitlines(), "", 0)


def test_which_sessions_run_for_over_two_hours_and_what_they_cost(fleet: Sandbox) -> None:
    """One command shows it; a provider that never reports a cost has a dash."""
    result = run("list", *AGES_HERE, "--older-than", "2h", columns=80, **fleet.environment)
    assert (lines_of(result.stdout), result.stderr, result.exit_code) == (NARROW.splitlines(), "", 0)


def ids(*arguments: str, server: Sandbox) -> list[str]:
    """Return the references that a list prints, which is then the whole of its output."""
    result = run("list", "--ids", *arguments, **server.environment)
    assert (result.stderr, result.exit_code) == ("", 0)
    return sorted(result.stdout.splitlines())


def test_the_readme_has_that_command() -> None:
    """It also says which providers report a cost, and which never do."""
    text = " ".join((Path(__file__).parents[2] / "README.md").read_text("utf-8").split())
    reporting = [each.name for each in PROVIDERS.values() if "cost" in each.fields]
    silent = [each.name for each in PROVIDERS.values() if "cost" not in each.fields]

    assert "browser-sessions list --older-than 2h" in text
    assert f"{' and '.join(reporting)} report a cost" in text
    assert f"{', '.join(silent[:-1])} and {silent[-1]} never report one" in text


def test_which_sessions_are_listed(server: Sandbox) -> None:
    """By status, age, labels and number; by default those that are open."""
    new, old = start(server, "browserbase", 0.5), start(server, "browserbase", 3)
    over = str(server.start("browserbase", age=HOUR, status="completed"))
    nightly = start(server, "browser_use", 1)

    assert ids("browserbase", server=server) == sorted([new, old])
    assert ids("browserbase", "--status", "any", server=server) == sorted([new, old, over])
    assert ids("browserbase", "--status", "completed", "--status", "failed", server=server) == [over]
    assert ids("browserbase", "--older-than", "2h", server=server) == [old]
    assert ids("browserbase", "--older-than", "0", server=server) == sorted([new, old])
    assert ids("browserbase", "--newer-than", "90m", "--status", "any", server=server) == sorted([new, over])
    assert ids("browserbase", "browser_use", "--metadata", "job=nightly", server=server) == [nightly]
    assert ids("browserbase", "--limit", "1", server=server) == [new]
    assert ids("skyvern", server=server) == []


def test_references_for_another_command(server: Sandbox) -> None:
    """`browser-sessions list --ids | browser-sessions watch -`."""
    refs = [str(server.start(slug, age=HOUR, status="completed")) for slug in ("browserbase", "skyvern")]
    listed = run("list", "--ids", "--status", "completed", "browserbase", "skyvern", **server.environment)
    watched = run("watch", "-", stdin=listed.stdout, **server.environment)

    assert (watched.stderr, watched.exit_code) == ("", 0)
    assert sorted(watched.stdout.splitlines()) == [f"{ref}  completed  0:00:01" for ref in refs]


@pytest.mark.parametrize("form", ["--json", "--jsonl"])
def test_json(fleet: Sandbox, form: str) -> None:
    """What `to_dict` returns for each, and an object for a provider that failed; URLs stay hidden."""
    fleet.fault("skyvern", "list_sessions", "unauthorized")
    result = run("list", form, *AGES_HERE, **fleet.environment)
    with Client(api_keys=fleet.api_keys, base_urls=fleet.base_urls) as client:
        read = [each for slug in ("anchorbrowser", "browser_use", "browserbase") for each in client.list(slug)]
    expected = [each.to_dict() for each in read]

    found = json.loads(result.stdout) if form == "--json" else [*map(json.loads, result.stdout.splitlines())]
    (failed,) = [each for each in found if "error" in each]
    sessions = [each for each in found if "error" not in each]
    assert sorted(sessions, key=lambda each: each["ref"]) == sorted(expected, key=lambda each: each["ref"])
    assert form == "--jsonl" or sessions == expected
    assert {each["connect_url"] for each in sessions if each["provider"] == "browser_use"} == {"***"}
    assert failed == {"provider": "skyvern", "error": "AuthenticationFailed", "message": failed["message"]}
    assert result.stderr == f"browser-sessions: skyvern: {failed['message']}\n"
    assert result.exit_code == 1


def test_an_error_of_one_provider(fleet: Sandbox) -> None:
    """It is a line of its own and the exit code, while the others are shown."""
    fleet.fault("skyvern", "list_sessions", "unauthorized")
    result = run("list", *AGES_HERE, **fleet.environment)

    assert lines_of(result.stdout) == [line for line in TABLE.splitlines() if not line.startswith("skyvern")]
    assert result.stderr.startswith("browser-sessions: skyvern: Skyvern rejected the API key (status 40")
    assert (result.stderr.count("\n"), result.exit_code) == (1, 1)


def test_no_list_at_all(server: Sandbox) -> None:
    """Nothing is printed but the error."""
    server.fault("browserbase", "list_sessions", "unauthorized")
    result = run("list", "browserbase", **server.environment)
    assert (result.stdout, result.exit_code) == ("", 1)


@pytest.mark.parametrize("form", [[], ["--json"], ["--ids"]])
def test_rows_that_cannot_be_read(server: Sandbox, form: list[str]) -> None:
    """They are counted, and make the command fail."""
    refs = [start(server, "browser_use", age) for age in (1, 2, 3)]
    server.fault("browser_use", "list_sessions", "unreadable")
    result = run("list", "browser_use", *form, **server.environment)

    assert result.stderr == "browser-sessions: browser_use: 1 session in the list cannot be read\n"
    assert sum(ref in result.stdout for ref in refs) == 2
    assert result.exit_code == 1


def test_an_account_that_cannot_be_read(fleet: Sandbox) -> None:
    """Takes nothing from the list: the kind of its error stands where the limit would."""
    fleet.fault("browser_use", "get_account", "refused", 403)
    result = run("list", *AGES_HERE, **fleet.environment)

    expected = TABLE.replace("25     0.09", "PermissionDenied  0.09")
    assert [line.split() for line in lines_of(result.stdout)] == [line.split() for line in expected.splitlines()]
    assert (result.stderr, result.exit_code) == ("", 0)


def test_without_a_provider(fleet: Sandbox) -> None:
    """All whose key is set are asked; if there is none, that is the error."""
    given = {name: fleet.environment[name] for slug in ("anchorbrowser", "skyvern") for name in variables_of(slug)}
    listed = run("list", "--ids", **given).stdout.split()
    assert {ref.partition(":")[0] for ref in listed} == {"anchorbrowser", "skyvern"}

    result = run("list")
    said = "Error: No provider's key is set: `browser-sessions providers` lists the variables."
    assert (result.stderr.splitlines()[-1], result.exit_code) == (said, 2)


def variables_of(slug: str) -> tuple[str, str]:
    """Return the environment variables of a provider."""
    return PROVIDERS[slug].key_variables[0], PROVIDERS[slug].base_url_variable


def test_a_provider_whose_key_is_missing() -> None:
    """It is an error if it was asked for by name."""
    result = run("list", "skyvern")
    said = "no API key for Skyvern: set SKYVERN_API_KEY"
    assert (result.stdout, result.stderr) == ("", f"browser-sessions: skyvern: {said}\n")
    assert result.exit_code == 2


def test_labels_where_there_are_none(server: Sandbox) -> None:
    """An empty list would be a false all-clear."""
    result = run("list", "skyvern", "--metadata", "job=nightly", **server.environment)
    said = "Skyvern does not offer `metadata` of `list`; these do: Anchor Browser, Browser Use, Browserbase"
    assert (result.stderr, result.exit_code) == (f"browser-sessions: skyvern: {said}\n", 2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody",), f"'nobody' is not one of {', '.join(map(repr, PROVIDERS))}"),
        (("--status", "over"), "'over' is not one of 'open', 'pending', 'running', 'completed', 'failed',"),
        (("--metadata", "nightly"), "'nightly' is not a label: write it as name=value, such as job=nightly."),
        (("--metadata", "=x"), "'=x' is not a label"),
        (("--older-than", "soon"), "'soon' is not a time: write it as 90s, 5m, 2h, 1h30m, 1d, or as a number of"),
        (("--limit", "0"), "0 is not in the range x>=1"),
    ],
)
def test_invalid_arguments_are_refused(arguments: tuple[str, ...], said: str) -> None:
    """It is refused before anything is sent."""
    result = run("list", *arguments)
    assert said in " ".join(result.stderr.split())
    assert result.exit_code == 2


def test_a_list_of_the_sandboxs_own() -> None:
    """To try it out: open sessions of each provider, some of them not new."""
    listed = run("list", "--sandbox", "--ids").stdout.split()
    assert {ref.partition(":")[0] for ref in listed} == {*PROVIDERS}
    old = run("list", "--sandbox", "--ids", "--older-than", "10m", "browser_use").stdout.split()
    assert len(old) == len([age for age in AGES if age > timedelta(minutes=10)])


def session_of(amount: str | None, unit: Any = "credits", *, final: bool = False) -> BrowserSession:
    """Return a session that cost something, or of which no cost was reported."""
    cost = None if amount is None else Cost(Decimal(amount), unit, final)
    raw: Any = None
    return BrowserSession(provider="anchorbrowser", id="a", status=SessionStatus.RUNNING, cost=cost, raw=raw)


@pytest.mark.parametrize(
    ("sessions", "said"),
    [
        ([], ""),
        ([session_of(None)], "not reported"),
        ([session_of("0.1"), session_of("0.20"), session_of(None)], "0.30 credits so far, 1 not reported"),
        ([session_of("1", final=True), session_of("2")], "3 credits so far"),
        ([session_of("1", final=True), session_of("2", final=True)], "3 credits"),
        ([session_of("1", final=True), session_of("2", "USD")], "1 credits, 2 USD so far"),
    ],
)
def test_sums_of_cost(sessions: list[BrowserSession], said: str) -> None:
    """They are exact, and of one unit each; those without one are counted."""
    table = totals_table({"anchorbrowser": sessions}, {"anchorbrowser": Account()})
    assert [*table.columns[-1].cells] == [said]


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_spinner_needs_a_terminal(fleet: Sandbox, is_terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """It shows how many there are by now: how many there will be is not known."""
    stream = SimpleNamespace(isatty=lambda: is_terminal)
    monkeypatch.setattr("browser_sessions.cli._progress.sys", SimpleNamespace(stdout=sys.stdout, stderr=stream))
    result = run("list", "browser_use", FORCE_COLOR="1", columns=80, **fleet.environment)
    assert ("listing… 3" in result.stderr) == is_terminal
    assert "of 0" not in result.stderr
