"""Decode one example session of each provider through its generated client, and print them as a table.

The examples are those of the overlaid specs, answered by a transport in this process: no account, no network.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import httpx

from codegen.__main__ import ROOT
from codegen.pipeline import build_document
from codegen.providers import load_providers


@attrs.frozen
class Example:
    """One session of a provider: the name of the example, and the generated model that it decodes to."""

    provider: str
    name: str
    session: Any


HEADINGS = ("provider", "example", "id", "status", "started", "attributes")

# The same three things in five vocabularies: the attributes for the table's id, status and start.
ATTRIBUTES = {
    "anchorbrowser": ("session_id", "status", "created_at"),
    "brightdata": ("session_id", "status", "timestamp"),
    "browser_use": ("id", "status", "started_at"),
    "browserbase": ("id", "status", "started_at"),
    "skyvern": ("browser_session_id", "status", "started_at"),
}


def main() -> None:
    """Print the table."""
    rows = [row(first_example(provider.slug, build_document(provider))) for provider in load_providers(ROOT)]
    print("\n".join(aligned([HEADINGS, *rows])))


def first_example(slug: str, document: dict[str, Any]) -> Example:
    """Return the first example of a provider's overlaid spec, as its client decodes it."""
    (path,) = document["paths"].values()
    examples = path["get"]["responses"]["200"]["content"]["application/json"]["examples"]
    name, example = next(iter(examples.items()))
    answer = fetch(slug, example["value"])
    # Two of the five put the session into an envelope.
    return Example(slug, name, getattr(answer, "data", getattr(answer, "session", answer)))


def fetch(slug: str, body: object) -> Any:
    """Return what a client's `get_session.sync` makes of a body that arrives with status 200."""
    client = importlib.import_module(f"{slug}_client")
    operation = importlib.import_module(f"{slug}_client.api.sessions.get_session")
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    with client.AuthenticatedClient(
        base_url="https://api.example", token="demo", httpx_args={"transport": transport}
    ) as session_client:
        return operation.sync("demo", client=session_client)


def row(example: Example) -> tuple[str, ...]:
    """Return an example as cells of the table."""
    attributes = ATTRIBUTES[example.provider]
    values = [str(getattr(example.session, attribute)) for attribute in attributes]
    return (example.provider, example.name, *values, ", ".join(attributes))


def aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the rows as lines of text whose columns line up."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


if __name__ == "__main__":
    main()
