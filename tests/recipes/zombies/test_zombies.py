"""What is called a zombie: what is not over for certain and too old or past its expiry, and nothing else."""

from __future__ import annotations

import io
import runpy
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from skyvern_client import models

from browser_sessions import PROVIDERS, BrowserSession, Cost, SessionRef, SessionStatus
from browser_sessions.sandbox import Sandbox
from tests.recipes.watch_for_zombies import UNCLEAR, ZOMBIE, judge, main

PROGRAM = Path(__file__).parents[1] / "watch_for_zombies.py"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=7, minutes=5)
LATELY = NOW - timedelta(hours=5)
OLD = "started 2026-03-02 04:55 UTC, 7 h 05 min ago; cost not told"


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
            (ZOMBIE, "pending; created 2026-03-02 04:55 UTC, 7 h 05 min ago; cost not told"),
        ),
        (session("running", created_at=LONG_AGO, started_at=LATELY), None),
        (session("running"), (UNCLEAR, "running; age unknown; cost not told")),
        (
            session("running", started_at=LATELY, expires_at=NOW - timedelta(minutes=3)),
            (ZOMBIE, "running; started 2026-03-02 07:00 UTC, 5 h 00 min ago; expired 0 h 03 min ago; cost not told"),
        ),
        (session("running", started_at=LATELY, expires_at=NOW - timedelta(minutes=1)), None),
        (
            session("running", expires_at=NOW - timedelta(hours=1)),
            (ZOMBIE, "running; age unknown; expired 1 h 00 min ago; cost not told"),
        ),
        (session("running", expires_at=NOW), (UNCLEAR, "running; age unknown; cost not told")),
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
def test_a_session_is_judged_by_what_its_provider_tells(seen: BrowserSession, verdict: tuple[str, str] | None) -> None:
    """Nothing is guessed: what has no age, and a word that nobody knows, is told apart from a zombie."""
    assert judge(seen, NOW, timedelta(hours=6)) == verdict


Look = Callable[..., tuple[int, list[tuple[str, ...]]]]


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Look:
    """Return the program, as a function of its arguments: its exit code, and each line's first two words."""

    def look(*words: object) -> tuple[int, list[tuple[str, ...]]]:
        monkeypatch.setattr("sys.argv", ["watch_for_zombies.py", *map(str, words)])
        code = main()
        return code, [tuple(line.split()[:2]) for line in capsys.readouterr().out.splitlines()]

    return look


def test_of_each_provider_those_are_found_that_go_on(browser_sessions_sandbox: Sandbox, look: Look) -> None:
    """Sessions that are over are none, whatever their age, and the zombies stand first."""
    refs = {
        name: [browser_sessions_sandbox.ref(slug, name) for slug in PROVIDERS]
        for name in ("missing", "completed", "running")
    }
    words = [ref for group in refs.values() for ref in group]
    expected = [(ZOMBIE, str(ref)) for ref in refs["running"]] + [(UNCLEAR, str(ref)) for ref in refs["missing"]]
    assert look("--older-than", "12m", *words) == (1, expected)


@pytest.mark.parametrize(
    ("scenarios", "older_than", "code"),
    [
        (["running"], "12m", 1),
        (["running"], "1h", 0),
        (["running"], "1d", 0),
        (["running", "missing"], "12m", 1),
        (["running", "missing"], "1h", 2),
        (["bad_key"], "1h", 2),
        (["completed", "failed", "timed_out"], "0m", 0),
    ],
)
def test_the_exit_code_says_the_worst_that_is_certain(
    browser_sessions_sandbox: Sandbox,
    look: Look,
    scenarios: list[str],
    older_than: str,
    code: int,
) -> None:
    """Nothing is printed exactly when there is nothing to look at."""
    refs = [browser_sessions_sandbox.ref("skyvern", scenario) for scenario in scenarios]
    found, lines = look("--older-than", older_than, *refs)
    assert (found, bool(lines)) == (code, code != 0)


def test_an_expiry_is_looked_at_in_a_session_of_ones_own(
    browser_sessions_sandbox: Sandbox, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of Browser Use, which tells it, in references from standard input: each once, blank lines and all."""
    start = datetime.now(UTC) - timedelta(minutes=20)
    refs = {
        minutes: browser_sessions_sandbox.add(
            SessionRef("browser_use", f"{minutes:08}-0000-4000-8000-000000000000"),
            {
                "id": f"{minutes:08}-0000-4000-8000-000000000000",
                "status": "active",
                "startedAt": start.isoformat(),
                "timeoutAt": (start + timedelta(minutes=minutes)).isoformat(),
            },
        )
        for minutes in (10, 30)
    }
    lines = "".join(f"{ref} \n\n" for ref in (*refs.values(), *refs.values()))
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    assert look("-") == (1, [(ZOMBIE, str(refs[10]))])


@pytest.mark.parametrize(
    "words",
    [
        ["-"],
        ["@no-such-file"],
        *(["skyvern:pbs_1", "--older-than", text] for text in ("6", "-1h", "1.5h", "1000000d")),
    ],
)
def test_what_makes_no_sense_is_not_taken_for_all_is_well(
    look: Look, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """An empty list is more often a list that broke than one of nothing."""
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(SystemExit) as end:
        look(*words)
    assert end.value.code == 2


def test_ctrl_c_is_no_verdict(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints nothing, no traceback either, and the exit code is a shell's own for it."""

    def interrupted() -> Iterator[str]:
        yield "skyvern:pbs_1"
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.argv", ["watch_for_zombies.py", "-"])
    monkeypatch.setattr("sys.stdin", interrupted())
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
