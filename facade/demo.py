"""Print sessions of all providers in one table, fetched through the facade from a sandbox on this machine.

`--svg PATH` also draws the table, which is how the README's picture is made.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from browser_sessions import PROVIDERS, BrowserSession, Client, sandbox
from browser_sessions.cli._tables import sessions_table
from browser_sessions.errors import BrowserSessionsError

SCENARIOS = ("running", "completed", "failed", "drifted")
"""Which sessions of each provider are shown; the last one imitates a future API."""

LEGEND = (
    "-  not in this response; blank: the provider never reports it\n"
    "unknown  a status that is not known yet: the provider's own is under raw status"
)

WIDTH = 124
"""Columns of the picture, and of what is not printed to a terminal."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table as wide as the terminal, and what its marks mean."""
    parser = argparse.ArgumentParser(prog="python -m facade.demo", description=__doc__)
    parser.add_argument("--svg", type=Path, metavar="PATH", help="a file to draw the table into")
    options = parser.parse_args(arguments)
    console = Console(record=True, width=None if sys.stdout.isatty() and not options.svg else WIDTH)
    console.print(sessions_table(fetch(), console.width))
    console.print(f"\n{LEGEND}", style="dim", highlight=False)
    if options.svg:
        options.svg.write_text(drawing(console), "utf-8", newline="\n")


def fetch() -> list[tuple[str, BrowserSession | BrowserSessionsError | None]]:
    """Return a session for each provider and scenario, all fetched at once."""
    with sandbox.serve() as server, Client(api_keys=server.api_keys, base_urls=server.base_urls) as client:
        refs = [server.ref(provider, scenario) for provider in PROVIDERS for scenario in SCENARIOS]
        found = dict(client.get_many(refs))
    return [(str(ref), found[ref]) for ref in refs]


def drawing(console: Console) -> str:
    """Return what was printed as an SVG without fonts from the network."""
    svg = console.export_svg(title="all providers, one table", unique_id="demo")
    return re.sub(r"\s*@font-face \{.*?\}\n", "\n", svg, flags=re.DOTALL)


if __name__ == "__main__":
    main()
