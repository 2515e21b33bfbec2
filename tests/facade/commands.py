"""The command, run in this process."""

from __future__ import annotations

from typing import Any

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
