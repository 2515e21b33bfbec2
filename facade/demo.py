"""See sessions of five providers in one table, fetched through the facade from a sandbox on this machine.

`--svg PATH` draws the table as well, which is how the README's picture is made.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from browser_sessions import PROVIDERS, BrowserSession, Client, sandbox
from browser_sessions.cli._tables import sessions_table
from browser_sessions.errors import BrowserSessionsError

SCENARIOS = ("running", "completed", "failed", "drifted")
"""Which session of each provider is shown; the last is one of tomorrow's API."""

LEGEND = (
    "-  not said in this answer; blank: this provider never tells\n"
    "unknown  a word that no table has yet: the session is there all the same, and keeps its word"
)

WIDTH = 124


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, and what its marks mean."""
    parser = argparse.ArgumentParser(prog="python -m facade.demo", description=__doc__)
    parser.add_argument("--svg", type=Path, metavar="PATH", help="a file to draw the table into")
    options = parser.parse_args(arguments)
    console = Console(record=True, width=WIDTH)
    console.print(sessions_table(fetch(), WIDTH))
    console.print(f"\n{LEGEND}", style="dim", highlight=False)
    if options.svg:
        options.svg.write_text(drawing(console), "utf-8", newline="\n")


def fetch() -> list[tuple[str, BrowserSession | BrowserSessionsError | None]]:
    """Return the sessions, twenty of them, all fetched at once."""
    with sandbox.serve() as server, Client(api_keys=server.api_keys, base_urls=server.base_urls) as client:
        refs = [server.ref(provider, scenario) for provider in PROVIDERS for scenario in SCENARIOS]
        found = dict(client.get_many(refs))
    return [(str(ref), found[ref]) for ref in refs]


def drawing(console: Console) -> str:
    """Return what was printed as an SVG, which fetches no font from anywhere."""
    svg = console.export_svg(title="five providers, one table", unique_id="demo")
    return re.sub(r"\s*@font-face \{.*?\}\n", "\n", svg, flags=re.DOTALL)


if __name__ == "__main__":
    main()
