"""The command, run in this process."""

from __future__ import annotations

import os
import subprocess
from signal import Signals
from typing import Any

import pytest
from click.testing import CliRunner, Result

from browser_sessions import PROVIDERS
from browser_sessions.cli._commands import command

UNSET = {
    name: None for provider in PROVIDERS.values() for name in (*provider.key_variables, provider.base_url_variable)
} | {"COLUMNS": None}


def run(*arguments: str, stdin: str = "", columns: Any = None, **environment: Any) -> Result:
    """Run the command; its output is not a terminal, and no variable is set but those that are given."""
    given = UNSET | environment | ({"COLUMNS": str(columns)} if columns else {})
    return CliRunner().invoke(command, arguments, input=stdin, env=given)


def send_at_start(monkeypatch: pytest.MonkeyPatch, signal: Signals) -> None:
    """Send this process a signal each time it has just started a program."""
    start = subprocess.Popen

    def start_and_send(*arguments: Any, **named: Any) -> subprocess.Popen[bytes]:
        process = start(*arguments, **named)
        os.kill(os.getpid(), signal)
        return process

    monkeypatch.setattr(subprocess, "Popen", start_and_send)
