"""Hundreds of sessions through whatever goes wrong, none of them lost; and whatever would be lost is seen."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from skyvern_client.models import Session

from browser_sessions import BrowserSession, SessionRef, SessionStatus, errors, view
from tests.soak.__main__ import Report, main
from tests.soak.ledger import Ledger
from tests.soak.plans import FAULTS, KINDS, MAX_RETRIES, TASKS, Plan, Step, make_plan
from tests.soak.remains import hold, hold_after

REF = SessionRef("skyvern", "a")
RUNNING = SessionStatus.RUNNING
PLAN = Plan(REF, "fetch", (Step("500", RUNNING), Step("", RUNNING)), BrowserSession, RUNNING)


def session(status: str = "running") -> BrowserSession:
    """Return a session of a status."""
    return view(Session.from_dict({"browser_session_id": "a", "status": status}))


def problems(*results: BrowserSession | errors.BrowserSessionsError, asked: int = 2, plan: Plan = PLAN) -> list[str]:
    """Return what a ledger has against the results that come for one session."""
    ledger = Ledger()
    ledger.ask([plan])
    for result in results:
        ledger.take(plan.ref, result)
    ledger.close(Counter({plan.ref.id: asked}), Counter())
    return ledger.problems


def test_nothing_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    """Of sessions of all providers, by threads and by tasks of asyncio and trio, through every kind of fault."""
    assert main(["--seed", "9", "--sessions", "1", "--round", "24"]) == 0

    said = capsys.readouterr().out
    assert said.startswith("seed        9\nrounds      2, of threads, asyncio, trio, 5 providers")
    assert "sessions    126 of 126 accounted for" in said
    assert "leaks       0 files, sockets and threads" in said
    assert said.endswith("nothing was lost\n")
    rows = {line[30:]: line.split()[:2] for line in said.splitlines() if line[30:] in KINDS}
    assert rows.keys() == {*KINDS}
    assert [kind for kind, (injected, survived) in rows.items() if injected != survived or injected == "0"] == []


@pytest.mark.parametrize("task", TASKS)
def test_a_plan_follows_from_its_arguments(task: str) -> None:
    """Whatever was planned before it; another seed makes another one."""
    numbers = [str(number) for number in range(50)]
    plans = {number: make_plan(1, task, number) for number in numbers}
    Random(1).shuffle(numbers)  # noqa: S311 - no secret

    assert {number: make_plan(1, task, number) for number in numbers} == plans
    assert {number: make_plan(2, task, number) for number in numbers} != plans
    assert len({plan.ref for plan in plans.values()}) == len(plans)


def test_faults_that_are_too_many_are_the_last_ones_error() -> None:
    """A session that fails more often than it is asked for again is no session."""
    plans = [make_plan(1, "fetch", str(number)) for number in range(500)]
    failing = [plan for plan in plans if plan.steps[-1].kind in FAULTS]

    assert failing
    assert {len(plan.steps) for plan in failing} == {MAX_RETRIES + 1}
    assert [plan for plan in failing if plan.outcome is not FAULTS[plan.steps[-1].kind]] == []
    assert {len(plan.steps) for plan in plans if plan not in failing} <= {*range(1, MAX_RETRIES + 2)}


def test_what_is_as_planned_is_no_problem() -> None:
    """A session once, and as it should be."""
    assert problems(session()) == []


def test_whatever_is_lost_is_seen() -> None:
    """Nothing at all, twice the same, another session or error, a fault that nobody met, and what nobody asked for."""
    gone = errors.SessionNotFound("gone", ref=REF)

    assert problems() == ["skyvern:a: nothing came of it"]
    assert [each[:22] for each in problems(session(), session())] == ["skyvern:a: came twice,"]
    assert problems(session("completed"))[0].startswith("skyvern:a: is BrowserSession completed (")
    assert problems(gone) == [
        "skyvern:a: is SessionNotFound  (gone), and not BrowserSession running, after ['500', '']"
    ]
    assert problems(session(), asked=1) == ["skyvern:a: was asked for 1 times, and not 2"]
    assert problems(session(), asked=3) == ["skyvern:a: was asked for 3 times, and not 2"]
    ended = Plan(REF, "fetch", (Step("", SessionStatus.FAILED),), errors.SessionEnded, SessionStatus.FAILED)
    over = errors.SessionEnded("over", session=session("completed"))
    assert problems(over, plan=ended)[0].startswith("skyvern:a: is SessionEnded completed (over)")


def test_whatever_is_left_is_seen(tmp_path: Path) -> None:
    """A file, a socket, a thread; and they are gone once they are closed."""
    before = hold()
    done = threading.Event()
    thread = threading.Thread(target=done.wait, name="left")
    thread.start()
    with (tmp_path / "left").open("w"), socket.socket():
        leaked = hold().leaked_since(before)
        done.set()
        thread.join()

    assert sorted(each.split()[0] for each in leaked) == ["file", "file", "thread"]
    assert any(each.endswith("/left") for each in leaked)
    assert any("socket:" in each for each in leaked)
    assert "thread left" in leaked
    assert hold_after(before).leaked_since(before) == []


def test_memory_that_grows_with_the_sessions_is_seen() -> None:
    """One object for each of them is enough."""
    before, ledger = hold(), Ledger()
    ledger.sessions = 20_000
    kept = [object() for _ in range(ledger.sessions)]
    report = Report(1, 2, 1.0, ledger, (before, 0), hold())

    assert kept
    assert 0.8 < report.growth < 1.2
    assert not report.is_fine
    assert [*report.lines()][-1] == "NOT as it should be; again with --seed 1"


def test_a_run_that_lost_something_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Its exit code says so, and its last lines what."""
    ledger, held = Ledger(), hold()
    ledger.problems.append("skyvern:a: nothing came of it")
    ledger.sessions = 1
    monkeypatch.setattr("tests.soak.__main__.soak", lambda *_: Report(7, 2, 1.0, ledger, (held, 0), held))

    assert main(["--seed", "7"]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "problem     skyvern:a: nothing came of it",
        "NOT as it should be; again with --seed 7",
    ]
