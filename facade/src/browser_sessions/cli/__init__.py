"""The command `browser-sessions`; it needs the extra `cli`."""

from __future__ import annotations

import io
import sys
from typing import cast

INTERRUPTED = 130
"""The exit code after Ctrl-C, as in shells."""


def main() -> None:
    """Run the command, and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None if it is closed
            stream.reconfigure(errors="backslashreplace")  # not every encoding has all that is printed
    try:
        code = _run()
    except KeyboardInterrupt:  # before click could handle it
        code = INTERRUPTED
    except OSError as error:  # such as a full disk
        code = f"browser-sessions: {error}"
    sys.exit(code)


def _run() -> int | str | None:
    try:
        import click

        from browser_sessions.cli._commands import command
    except ModuleNotFoundError as error:
        return f"browser-sessions: the command needs {error.name}: install the extra, browser-sessions[cli]"
    try:
        return cast("int | None", command.main(prog_name="browser-sessions", standalone_mode=False))
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED


__all__ = ["main"]
