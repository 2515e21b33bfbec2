"""What is called a zombie: what is not over for certain and too old or past its expiry, and nothing else."""

from __future__ import annotations

import runpy
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from skyvern_client import models

from browser_sessions import PROVIDERS, BrowserSession, Cost, SessionStatus
from browser_sessions.sandbox import Sandbox
from tests.recipes.watch_for_zombies import UNCLEAR, ZOMBIE, judge, main

PROGRAM = Path(__file__).parents[1] / "watch_for_zombies.py"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=7, minutes=5)
LATELY = NOW - timedelta(hours=5)
OLD = "started 2026-03-02 04:55 UTC, 7 h 05 min ago; cost not reported"


def session(status: str, **fields: Any) -> BrowserSession:
    """Return a session of which no more is known than this."""
    return BrowserSession(
        provider="skyvern", id="pbs_1", status=SessionStatus(status), raw=models.Session("pbs_1"), **fields
    )


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (session("running", started_at=LONG_AGO), (ZOMBIE, f"running; {OLD}")),
        (session("pending", started_at=LONG_AGO), (ZOMBIE, f"pending; {OLD}")),
        (session("running", started_at=LATELY), None),
        (session("running", started_at=NOW + timedelta(hours=1)), None),
        (
            session("pending", created_at=LONG_AGO),
            (ZOMBIE, "pending; created 2026-03-02 04:55 UTC, 7 h 05 min ago; cost not reported"),
        ),
        (session("running", created_at=LONG_AGO, started_at=LATELY), None),
        (session("running"), (UNCLEAR, "running; age unknown; cost not reported")),
        (
            session("running", started_at=LATELY, expires_at=NOW - timedelta(minutes=3)),
            (
                ZOMBIE,
                "running; started 2026-03-02 07:00 UTC, 5 h 00 min ago; expired 0 h 03 min ago; cost not reported",
            ),
        ),
        (session("running", started_at=LATELY, expires_at=NOW - timedelta(minutes=1)), None),
        (
            session("running", expires_at=NOW - timedelta(hours=1)),
            (ZOMBIE, "running; age unknown; expired 1 h 00 min ago; cost not reported"),
        ),
        (session("running", expires_at=NOW), (UNCLEAR, "running; age unknown; cost not reported")),
        (session("unknown", raw_status="frozen", started_at=LONG_AGO), (UNCLEAR, f"status 'frozen'; {OLD}")),
        (session("unknown", started_at=LONG_AGO), (UNCLEAR, f"status None; {OLD}")),
        (session("unknown", raw_status="frozen", started_at=LATELY), None),
        (session("unknown", raw_status="archived", started_at=LONG_AGO, ended_at=LATELY), None),
        (
            session("running", started_at=LONG_AGO, cost=Cost(Decimal("0.090"), "USD", final=False)),
            (ZOMBIE, "running; started 2026-03-02 04:55 UTC, 7 h 05 min ago; 0.090 USD so far"),
        ),
        (
            session("running", started_at=LONG_AGO, cost=Cost(Decimal(12), "credits", final=True)),
            (ZOMBIE, "running; started 2026-03-02 04:55 UTC, 7 h 05 min ago; 12 credits"),
        ),
        *[
            (session(status, started_at=LONG_AGO, expires_at=LONG_AGO), None)
            for status in SessionStatus
            if status.is_terminal
        ],
    ],
)
def test_the_verdict_follows_from_what_is_reported(seen: BrowserSession, verdict: tuple[str, str] | None) -> None:
    """Nothing is guessed: a session without an age, or with an unknown status, is not called a zombie."""
    assert judge(seen, NOW, timedelta(hours=6)) == verdict


Look = Callable[..., tuple[int, list[tuple[str, ...]]]]


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Look:
    """Return the program, as a function of its arguments: its exit code, and the first two columns of each line."""

    def look(*words: object) -> tuple[int, list[tuple[str, ...]]]:
        monkeypatch.setattr("sys.argv", ["watch_for_zombies.py", *map(str, words)])
        code = main()
        return code, [tuple(line.split()[:2]) for line in capsys.readouterr().out.splitlines()]

    return look


FOUR_HOURS: dict[str, dict[str, Any]] = {
    "anchorbrowser": {"session": {"timeout": {"max_duration": 240}}},
    "brightdata": {},
    "browser_use": {"timeout": 240},
    "browserbase": {"timeout": 14_400},
    "skyvern": {"timeout": 240},
}
"""What creates a session that may run for four hours; those of Bright Data run for one at most."""


def start(sandbox: Sandbox, slug: str, minutes: float, **options: Any) -> str:
    """Start a session some minutes ago, and return its reference."""
    return str(sandbox.start(slug, FOUR_HOURS[slug] | options, age=timedelta(minutes=minutes)))


def test_running_zombies_of_each_provider_are_found(browser_sessions_sandbox: Sandbox, look: Look) -> None:
    """Ended sessions are never zombies, however old they are."""
    refs = [start(browser_sessions_sandbox, slug, 55) for slug in PROVIDERS]
    for slug in PROVIDERS:
        start(browser_sessions_sandbox, slug, 5)
        browser_sessions_sandbox.start(slug, age=timedelta(minutes=55), status="completed")
    assert look("--older-than", "50m") == (1, sorted((ZOMBIE, ref) for ref in refs))


@pytest.mark.parametrize(
    ("faults", "older_than", "expected"),
    [
        ([], "50m", [ZOMBIE]),
        ([], "1d", []),
        (["get_session"], "50m", [UNCLEAR]),
        (["get_session"], "1d", []),
        (["list_sessions"], "50m", [UNCLEAR]),
    ],
)
def test_the_exit_code_says_the_worst_that_is_certain(
    browser_sessions_sandbox: Sandbox, look: Look, faults: list[str], older_than: str, expected: list[str]
) -> None:
    """Nothing is printed exactly when there is nothing to look at."""
    start(browser_sessions_sandbox, "skyvern", 55)
    for operation in faults:
        browser_sessions_sandbox.fault("skyvern", operation, "unauthorized", times=None)
    code, lines = look("--provider", "skyvern", "--older-than", older_than)
    exit_code = {ZOMBIE: 1, UNCLEAR: 2}[expected[0]] if expected else 0
    assert (code, [kind for kind, _ in lines]) == (exit_code, expected)


def test_a_row_that_cannot_be_read_is_no_all_clear(browser_sessions_sandbox: Sandbox, look: Look) -> None:
    """It is counted, and so is the error of one provider beside another one's zombie."""
    zombie = start(browser_sessions_sandbox, "browserbase", 55)
    start(browser_sessions_sandbox, "skyvern", 5)
    start(browser_sessions_sandbox, "skyvern", 5)
    browser_sessions_sandbox.fault("skyvern", "list_sessions", "unreadable")
    words = ("--provider", "browserbase", "--provider", "skyvern", "--older-than", "50m")
    assert look(*words) == (1, [(ZOMBIE, zombie), (UNCLEAR, "skyvern")])


def test_an_expiry_is_looked_at(browser_sessions_sandbox: Sandbox, look: Look) -> None:
    """Of a session that its list still calls active."""
    start_at = datetime.now(UTC) - timedelta(minutes=20)
    ref = browser_sessions_sandbox.start("browser_use", {"timeout": 240}, age=timedelta(minutes=20))
    browser_sessions_sandbox.add(
        ref,
        {
            "id": ref.id,
            "status": "active",
            "startedAt": start_at.isoformat(),
            "timeoutAt": (start_at + timedelta(minutes=10)).isoformat(),
        },
    )
    assert look("--provider", "browser_use", "--older-than", "15m") == (1, [(ZOMBIE, str(ref))])


@pytest.mark.parametrize(
    "words",
    [
        ["skyvern:pbs_1"],
        ["--provider", "selenium"],
        *(["--older-than", text] for text in ("6", "-1h", "1.5h", "1000000d")),
    ],
)
def test_invalid_arguments_do_not_mean_that_all_is_well(look: Look, words: list[str]) -> None:
    """Without any key nothing is checked, and that does not mean that there are no zombies."""
    with pytest.raises(SystemExit) as end:
        look(*words)
    assert end.value.code == 2


def test_no_key_is_no_all_clear(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing would be looked at."""
    for provider in PROVIDERS.values():
        for name in provider.key_variables:
            monkeypatch.delenv(name, raising=False)
    with pytest.raises(SystemExit) as end:
        look()
    assert end.value.code == 2


def test_ctrl_c_is_no_verdict(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints nothing, no traceback either, and the exit code is a shell's own for it."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.argv", ["watch_for_zombies.py"])
    monkeypatch.setattr("browser_sessions.Client.list_many", interrupt)
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(PROGRAM), run_name="__main__")
    assert (end.value.code, *capsys.readouterr()) == (130, "", "")


def test_the_script_for_cron_says_that_there_are_no_keys(tmp_path: Path) -> None:
    """A watch that watches nothing is not silent, since cron mails what is printed."""
    script = shutil.copy(PROGRAM.with_name("zombies.sh"), tmp_path)
    ended = subprocess.run(["/bin/sh", script], env={}, capture_output=True, text=True, check=False)
    keys = tmp_path.resolve() / "keys"
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        2,
        "",
        f"zombies.sh: there are no keys to read in {keys}\n",
    )
