"""The command `browser-sessions`; it needs the extra `cli`."""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""The exit code of what Ctrl-C ended, as shells have it."""


def main() -> None:
    """Run the command, and exit."""
    try:
        import click

        from browser_sessions.cli._commands import command
    except ModuleNotFoundError as error:
        sys.exit(f"browser-sessions: the command needs {error.name}: install the extra, browser-sessions[cli]")
    try:
        code = command.main(prog_name="browser-sessions", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        code = INTERRUPTED
    sys.exit(code)


__all__ = ["main"]
