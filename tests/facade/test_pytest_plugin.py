"""The fixture with which a test has sessions of its own: they are stopped, whatever becomes of the test."""

from __future__ import annotations

import pytest

import browser_sessions
from browser_sessions import SessionStatus
from browser_sessions.pytest_plugin import StartSession
from browser_sessions.sandbox import Sandbox

pytest_plugins = ["pytester"]


def test_a_session(browser_session: StartSession, browser_sessions_sandbox: Sandbox) -> None:
    """It runs, and has the options that were given; the sandbox is there first, in whatever order they are named."""
    first = browser_session("browser_use", metadata={"job": "nightly"})
    second = browser_session("anchorbrowser", ready_timeout=60, options={"session": {"proxy": {"active": False}}})
    assert [each.status for each in (first, second)] == [SessionStatus.RUNNING] * 2
    assert browser_sessions.get(first.ref).metadata == {"job": "nightly"}
    assert browser_sessions_sandbox.open_sessions("browser_use") == (first.ref,)


TESTS = """
import pytest

@pytest.fixture(autouse=True)
def session(browser_session):
    return browser_session("browser_use")

def test_that_passes():
    pass

def test_that_fails():
    assert False

def test_that_is_skipped():
    pytest.skip()

def test_that_creates_another(browser_session):
    browser_session("brightdata")

def test_that_is_interrupted():
    raise KeyboardInterrupt
"""


@pytest.mark.usefixtures("browser_sessions_sandbox")
def test_what_becomes_of_sessions(pytester: pytest.Pytester) -> None:
    """They are stopped after tests that pass, fail, are skipped, or create one that cannot be, and after Ctrl-C."""
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_inprocess("-p", "no:xdist", no_reraise_ctrlc=True)
    assert result.parseoutcomes() == {"passed": 1, "failed": 2, "skipped": 1}
    assert "KeyboardInterrupt" in str(result.stdout)
    with browser_sessions.Client() as client:
        assert [each.status for each in client.list("browser_use")] == [SessionStatus.ENDED] * 5


def test_sessions_that_are_not_stopped(pytester: pytest.Pytester, browser_sessions_sandbox: Sandbox) -> None:
    """They are an error of the test, which names each of them."""
    browser_sessions_sandbox.fault("browser_use", "stop_session", "refused", 403, times=None)
    pytester.makepyfile("def test_mine(browser_session):\n    [browser_session('browser_use') for _ in range(2)]\n")
    result = pytester.runpytest_inprocess("-p", "no:xdist")
    result.assert_outcomes(passed=1, errors=1)
    refs = browser_sessions_sandbox.open_sessions("browser_use")
    assert len(refs) == 2
    for ref in refs:
        result.stdout.fnmatch_lines([f"E*{ref}*"])
