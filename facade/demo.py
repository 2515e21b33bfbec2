"""See the documented sessions of five providers as views, in one table.

The sessions are the examples of the overlaid specs, answered by a transport in this process: no account, no network.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import httpx

from browser_sessions import PROVIDERS, BrowserSession, view
from codegen.__main__ import ROOT
from codegen.pipeline import build_document
from codegen.providers import load_providers

ABSENT, UNSUPPORTED, DERIVED = "-", "", "*"

LEGEND = f"{ABSENT} not said in this answer   blank: never told by this provider   {DERIVED} computed from other fields"

COLUMNS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "status": ("status", str),
    "their word": ("raw_status", str),
    "started": ("started_at", lambda time: f"{time:%m-%d %H:%M:%S}"),
    "ended": ("ended_at", lambda time: f"{time:%m-%d %H:%M:%S}"),
    "ran for": ("duration", lambda duration: str(duration - duration % timedelta(seconds=1))),
    "cost": ("cost", lambda cost: f"{cost.amount:f} {cost.unit}{'' if cost.final else ' so far'}"),
    "proxied": ("proxy_bytes", lambda size: f"{size / 1024**2:.1f} MiB"),
    "billed": ("billable_bytes", lambda size: f"{size / 1024**2:.1f} MiB"),
    "connect": ("connect_url", lambda _: "yes"),
    "recordings": ("recordings", lambda recordings: str(len(recordings))),
}
"""For each column the field of a view, and how its value is shown."""


def main() -> None:
    """Print the table, and what its marks mean."""
    rows = [row(session) for session in documented_sessions()]
    print("\n".join([*aligned([("session", *COLUMNS), *rows]), "", LEGEND]))


def documented_sessions() -> Iterator[BrowserSession]:
    """Yield the views of all examples in the overlaid specs."""
    for provider in load_providers(ROOT):
        (path,) = build_document(provider)["paths"].values()
        examples = path["get"]["responses"]["200"]["content"]["application/json"]["examples"]
        for example in examples.values():
            yield view(fetch(provider.slug, example["value"]))


def fetch(slug: str, body: object) -> Any:
    """Return what a client's `get_session.sync` makes of a body that arrives with status 200."""
    client = importlib.import_module(f"{slug}_client")
    operation = importlib.import_module(f"{slug}_client.api.sessions.get_session")
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    with client.AuthenticatedClient(
        base_url="https://api.example", token="demo", httpx_args={"transport": transport}
    ) as session_client:
        return operation.sync("demo", client=session_client)


def row(session: BrowserSession) -> tuple[str, ...]:
    """Return a session as cells of the table."""
    name = f"{session.provider}:{session.id}"
    return (name if len(name) <= 24 else f"{name[:23]}…", *(cell(session, *column) for column in COLUMNS.values()))  # noqa: PLR2004


def cell(session: BrowserSession, field: str, show: Callable[[Any], str]) -> str:
    """Return a field as a cell; what a provider never tells is not what it did not say."""
    if field not in PROVIDERS[session.provider].fields:
        return UNSUPPORTED
    value = getattr(session, field)
    if value is None or value == ():
        return ABSENT
    return show(value) + (DERIVED if field in session.derived else "")


def aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the rows as lines of text whose columns line up."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


if __name__ == "__main__":
    main()
