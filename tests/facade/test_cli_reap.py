"""`browser-sessions reap`, and the ledger that the command line keeps for it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from browser_sessions import _creation, _reaping, _stopping, sandbox
from browser_sessions.sandbox import Sandbox
from tests.facade.commands import run
from tests.facade.test_ledger import SALT, line


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    """A sandbox."""
    with sandbox.serve() as server:
        yield server


@pytest.fixture
def server(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox without what another test has left, in a past at which what is created is an hour old by now."""
    served.freeze(datetime.now(UTC) - timedelta(hours=1))
    served.reset()
    monkeypatch.setattr(_creation, "CONFIRM", 0.01)
    monkeypatch.setattr(_stopping, "_LEAST", 0.01)
    monkeypatch.setattr(_reaping, "_STOP", 0.01)
    return served


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The default ledger's path is set, and has no file yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "browser-sessions" / "ledger.jsonl"


def create(server: Sandbox, *arguments: str) -> str:
    """Create a session that nothing stops, and return its reference."""
    found = run("create", *arguments, **server.environment)
    assert (found.exit_code, found.stderr) == (0, "")
    return str(found.stdout.strip())


def reap(server: Sandbox, *arguments: str, older_than: str = "30m") -> Any:
    """Return what came of the command."""
    return run("reap", "--older-than", older_than, *arguments, **server.environment)


def rows(found: Any) -> list[list[str]]:
    """Return the rows of the table, without the headings."""
    table, _, _ = found.stdout.partition("\n\n")
    return [re.split(r"  +", each.strip()) for each in table.splitlines()[1:]]


def write(ledger: Path, *lines: bytes) -> None:
    """Let the ledger have these lines alone."""
    ledger.parent.mkdir(mode=0o700)
    ledger.write_bytes(SALT + b"".join(lines))
    ledger.chmod(0o600)


def test_reap_shows_and_then_stops(server: Sandbox, ledger: Path) -> None:
    """Only with --yes, and only what is old enough; then nothing is left."""
    ref = create(server, "skyvern")

    shown = reap(server)

    assert shown.exit_code == 1
    assert rows(shown) == [["would be stopped", "1:00:00", ref]]
    last = ["1 would be stopped", "Nothing was stopped: add --yes to stop them."]
    assert shown.stdout.splitlines()[-2:] == last
    assert reap(server, older_than="2h").stdout == "no session of yours was left running for so long\n"
    assert list(map(str, server.open_sessions("skyvern"))) == [ref]

    stopped = reap(server, "--yes")

    assert (stopped.exit_code, stopped.stderr) == (0, "")
    assert rows(stopped) == [["stopped", "1:00:00", ref]]
    assert stopped.stdout.splitlines()[-1] == "1 stopped"
    assert server.open_sessions("skyvern") == ()
    assert reap(server).exit_code == 0
    assert len(ledger.read_bytes().splitlines()) == 1


@pytest.mark.usefixtures("ledger")
def test_no_reference_is_broken(server: Sandbox) -> None:
    """Also in a narrow terminal: people copy it."""
    ref = create(server, "anchorbrowser")
    assert rows(run("reap", "--older-than", "0", COLUMNS="20", **server.environment)) == [
        ["would be stopped", "1:00:00", ref]
    ]


def test_reap_leaves_others_alone(server: Sandbox, ledger: Path) -> None:
    """Those of no ledger and another owner, and those without the label."""
    assert not ledger.exists()
    others = [create(server, "browserbase", "--no-ledger"), str(server.start("browserbase"))]
    ours = [
        create(server, "browserbase", "--owner", "me", "--metadata", "job=nightly"),
        create(server, "browserbase", "--owner", "me", "--no-ledger"),
        create(server, "browserbase", "--owner", "you"),
    ]

    assert [row[2] for row in rows(reap(server))] == [ours[0], ours[2]]
    assert sorted(row[2] for row in rows(reap(server, "--owner", "me"))) == sorted(ours[:2])
    assert [row[2] for row in rows(reap(server, "--no-ledger", "--owner", "you"))] == [ours[2]]
    assert [row[2] for row in rows(reap(server, "--metadata", "job=nightly", "--yes"))] == [ours[0]]
    assert sorted(map(str, server.open_sessions("browserbase"))) == sorted([*others, *ours[1:]])


def test_a_ledger_of_ones_own(server: Sandbox, ledger: Path, tmp_path: Path) -> None:
    """All commands use the given ledger instead of the usual one, and a stop records the end of its session there."""
    own = ("--ledger", str(tmp_path / "mine"))
    ref = create(server, "browser_use", *own)
    assert [row[2] for row in rows(reap(server, *own))] == [ref]

    assert run("stop", ref, *own, **server.environment).exit_code == 0
    assert run("run", "browser_use", *own, "--", "true", **server.environment).exit_code == 0

    events = [json.loads(each).get("event") for each in Path(own[1]).read_text("utf-8").splitlines()]
    assert events == [None, "create", "created", "over", "create", "created", "over"]
    assert reap(server, *own).exit_code == 0
    assert not ledger.exists()


def test_reap_reports_what_it_does_not_stop(server: Sandbox, ledger: Path) -> None:
    """Each with its reason; what cannot be read or asked is a line on standard error."""
    server.freeze(datetime.now(UTC))
    candidate = create(server, "skyvern")
    found = [json.loads(each) for each in ledger.read_text("utf-8").splitlines()]
    ageless = server.add("browserbase:5f0c0000-0000-4000-8000-000000000000", AGELESS)
    entry = found[2] | {"provider": "browserbase", "id": ageless.id, "marker": f"-.{'a' * 20}"}
    gone = entry | {"id": str(server.ref("browserbase", "missing").id), "marker": f"-.{'b' * 20}"}
    foreign = entry | {"id": "elsewhere", "host": "other.test", "marker": f"-.{'c' * 20}"}
    unsent = entry | {"event": "create", "id": None, "marker": f"-.{'d' * 20}"}
    expired = unsent | {"time": "2026-01-01T00:00:00+00:00", "marker": f"-.{'e' * 20}"}
    lines = [*found[:2], entry, gone, foreign, unsent, expired]
    ledger.write_text("".join(f"{json.dumps(each)}\n" for each in lines) + "torn", "utf-8")

    shown = reap(server, "--yes", older_than="0")

    assert shown.exit_code == 1
    assert [(row[0], row[2]) for row in rows(shown)] == [
        ("candidate", candidate),
        ("ageless", str(ageless)),
        ("missing", f"browserbase:{gone['id']}"),
        ("missing", f"browserbase, created as {unsent['marker']}"),
        ("expired", f"browserbase, created as {expired['marker']}"),
        ("foreign", "browserbase:elsewhere"),
    ]
    assert rows(shown)[1][1] == "not reported"
    assert shown.stdout.partition("\n\n")[2].splitlines() == [
        "candidate: an interrupted create may have created it: stop it if it is yours",
        "ageless: its time is unknown, or still to come by this clock: stop it by hand",
        "missing: its provider does not find it",
        "expired: no session of that time can still run: the ledger drops it",
        "foreign: another key or host: other.test",
        "2 missing, 1 expired, 1 foreign, 1 candidate, 1 ageless, 1 unread",
    ]
    assert shown.stderr == f"browser-sessions: {ledger}: line 8 cannot be used: it is torn off, or too long\n"

    as_json = json.loads(reap(server, "--json", older_than="0").stdout)
    assert {name: len(each) for name, each in as_json.items() if name != "dry_run"} == {
        "stopped": 0, "failed": 0, "missing": 2, "expired": 0, "foreign": 1, "candidates": 1, "ageless": 1, "unread": 1,
    }  # fmt: skip
    assert as_json["dry_run"] is True
    assert as_json["candidates"][0]["ref"] == candidate
    assert as_json["foreign"] == [foreign]


AGELESS = {"id": "5f0c0000-0000-4000-8000-000000000000", "status": "RUNNING"}


def test_reap_that_fails(server: Sandbox, ledger: Path) -> None:
    """A session that could not be stopped, and a provider without a key, which something may be running at."""
    ref = create(server, "browser_use")
    server.fault("browser_use", "stop_session", "ignored", times=None)
    with ledger.open("ab") as file:
        file.write(line())

    found = run("reap", "--older-than", "0", "--yes", "--json", **server.environment | {"BROWSERBASE_API_KEY": ""})

    assert found.exit_code == 1
    failed = json.loads(found.stdout)["failed"]
    assert [(each["ref"], each["provider"], each["error"]) for each in failed] == [
        (None, "browserbase", "ConfigurationError"),
        (ref, "browser_use", "StopUnconfirmed"),
    ]
    first, second = found.stderr.splitlines()
    assert first.startswith("browser-sessions: browserbase: ")
    assert second.startswith(f"browser-sessions: {ref}: was asked to stop, and may still be running")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--yes"], "Missing option '--older-than'"),
        (["--older-than", "soon"], "'soon' is not a time"),
        (["--older-than", "1h", "--metadata", "job"], "'job' is not a label"),
        (["--older-than", "1h", "--owner", "a.b"], "owner 'a.b' has other characters"),
        (["--older-than", "1h", "--no-ledger"], "Without a ledger, --owner must name whose sessions to stop."),
    ],
)
def test_reap_refuses(arguments: list[str], says: str, server: Sandbox) -> None:
    """The command refuses invalid arguments with their exit code."""
    found = run("reap", *arguments, **server.environment)
    assert found.exit_code == 2
    assert says in found.stderr


@pytest.mark.parametrize("command", [["create", "skyvern"], ["run", "skyvern", "--", "true"]])
def test_a_ledger_that_cannot_be_trusted(command: list[str], server: Sandbox, ledger: Path) -> None:
    """An untrusted ledger is one line and the code for a configuration, before anything is created."""
    write(ledger)
    ledger.chmod(0o666)

    found = run(*command, **server.environment)

    problem = f"the ledger {str(ledger)!r} cannot be used: others can write it: chmod 600"
    advice = "; --ledger PATH takes another, --no-ledger none"
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr == f"browser-sessions: skyvern: {problem}{advice}\n"
    assert server.open_sessions("skyvern") == ()
    reaped = reap(server)
    assert (reaped.exit_code, reaped.stderr) == (2, f"browser-sessions: {problem}{advice}\n")


def test_a_stop_without_its_ledger(server: Sandbox, ledger: Path) -> None:
    """The session is stopped without its ledger, and what the ledger lacks is reported."""
    ref = create(server, "skyvern")
    ledger.chmod(0o666)

    found = run("stop", ref, **server.environment)

    assert (found.exit_code, server.open_sessions("skyvern")) == (0, ())
    assert found.stderr.startswith(f"browser-sessions: {ref}: 'over' is not in the ledger: the ledger")


def test_where_the_ledger_is(server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger is in the home directory, unless an absolute path is set; some systems support no ledger."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for state in ("", "relative"):
        run("create", "skyvern", XDG_STATE_HOME=state, **server.environment)
    ledger = tmp_path / ".local" / "state" / "browser-sessions" / "ledger.jsonl"
    assert len(ledger.read_text("utf-8").splitlines()) == 5
    run("create", "skyvern", "--sandbox", XDG_STATE_HOME=str(tmp_path / "other"))
    assert not (tmp_path / "other").exists()
    monkeypatch.setattr(Path, "home", no_home)
    assert "There is no home directory for the ledger" in run("create", "skyvern", XDG_STATE_HOME=None).stderr
    monkeypatch.delattr(os, "O_NOFOLLOW")
    assert create(server, "skyvern", "--owner", "me").startswith("skyvern:")


def no_home() -> Path:
    """Find no home directory, as for a user that the system does not know."""
    raise RuntimeError
