"""All of the facade, imported before a test starts threads that would import it; and how to let it wait for nothing.

pytest compiles the modules of a plugin's distribution itself, and CPython 3.11 cannot make two syntax trees at a time.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
from collections.abc import Iterator
from typing import Any

import pytest

import browser_sessions
from browser_sessions import _call, _waiting

for module in pkgutil.walk_packages(browser_sessions.__path__, "browser_sessions."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)


@pytest.fixture(scope="session", autouse=True)
def _state_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the command's ledger out of the home directory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", os.fspath(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True)
def _signals_of_a_terminal() -> Iterator[None]:
    """Take the signals that tests send, although a job in the background ignores SIGINT, and one of nohup SIGHUP."""
    defaults: dict[int, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}
    ignored = [each for each in defaults if signal.getsignal(each) is signal.SIG_IGN]
    for each in ignored:
        signal.signal(each, defaults[each])
    yield
    for each in ignored:
        signal.signal(each, signal.SIG_IGN)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let attempts and polls follow each other at once, where it does not matter when; test_retries says when."""
    for module in (_call, _waiting):
        monkeypatch.setattr(module, "_FIRST_PAUSE", 0.001)
