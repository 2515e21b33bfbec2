"""What each provider can tell of a session, as people read it: from the facade's table to the README's and docs/.

The facade's table is read as data; nothing of the facade is imported.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from codegen.errors import SourcesError

TABLE = Path("facade/src/browser_sessions/_providers/_table.py")
README = Path("README.md")
PAGE = Path("docs/fields.md")

MEANINGS = {
    "id": "the provider's id for the session",
    "status": "one of pending, running, completed, failed, timed_out, ended, unknown",
    "raw_status": "the provider's own word",
    "created_at": "a time in UTC",
    "started_at": "a time in UTC",
    "ended_at": "a time in UTC",
    "expires_at": "a time in UTC",
    "updated_at": "a time in UTC",
    "duration": "how long it ran, as a `timedelta`",
    "connect_url": "the CDP address",
    "live_view_url": "where people watch the browser",
    "recordings": "addresses, with name, size, checksum and time",
    "proxy_bytes": "bytes through the provider's proxy",
    "billable_bytes": "all bytes that are billed",
    "cost": "an exact amount, its unit, and whether it is final",
    "region": "where it runs",
    "account_id": "whose it is",
    "metadata": "the user's own labels",
    "failure": "code and message",
}
"""The fields of a view that a provider can fill, in their order, and what they are."""

_INTRODUCTION = """\
<!-- Written by `nox -s docs` from the facade's table; do not edit. -->

# Where each field of a view comes from

A `BrowserSession` has the same fields for every provider. What a provider cannot tell is not in its table below, nor in
`browser_sessions.PROVIDERS[slug].fields`. What it can tell is None, or empty, where an answer does not have it.

All times are UTC; one that comes without an offset is taken for UTC. A number or a time that no field can hold is
absent, and its path is in `unexpected`. Properties are those of the session, wherever it stands in the answer:
Anchor Browser's newer answers have it in `data`, Bright Data's in `session`.

A `connect_url` is what the provider sent, whatever became of the session: connect while it is running. A duration is
reported while a session runs by Anchor Browser alone. A price that is a sum is None until all its parts are known.

"""

_SOURCES = """\
Sources: *spec*, the vendored page says so; *seen*, the provider's own SDK, its newer documentation or a public capture
of the wire does; *ours*, our rule.

"""

_BEGIN, _END = "<!-- fields, written by `nox -s docs` -->\n", "<!-- end of fields -->\n"
_ABSENT = "–"  # noqa: RUF001 - a dash, as in any table


def write_pages(root: Path) -> list[Path]:
    """Write the README's table and the page anew, and return the files that changed."""
    changed = []
    for path, text in pages(root).items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed


def read_table(path: Path) -> dict[str, Any]:
    """Return the facade's table, of which nothing is run.

    Raises:
        SourcesError: The file is no Python, or what `ROWS` is there is no literal of a dictionary.

    """
    try:
        module = ast.parse(path.read_bytes())
        (literal,) = (
            node.value
            for node in module.body
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "ROWS" and node.value
        )
        rows = ast.literal_eval(literal)
    except (SyntaxError, ValueError) as error:
        raise SourcesError(path, f"has no literal called ROWS: {error}") from error
    if not isinstance(rows, dict):
        raise SourcesError(path, "has no dictionary called ROWS")
    return rows


def pages(root: Path) -> dict[Path, str]:
    """Return what the files that show the table must be."""
    providers = read_table(root / TABLE)
    return {root / README: _readme(root, providers), root / PAGE: _page(providers)}


def _readme(root: Path, providers: dict[str, Any]) -> str:
    before, begin, rest = (root / README).read_text("utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise SourcesError(root / README, f"has no place for the table, {_BEGIN.strip()} and {_END.strip()}")
    rows = [(f"`{name}`", *(_roots(each, name) for each in providers.values())) for name in MEANINGS]
    headings = ["field", *(each["name"] for each in providers.values())]
    return f"{before}{_BEGIN}{_table(headings, rows)}{_END}{after}"


def _roots(provider: dict[str, Any], field: str) -> str:
    """Return the properties that a field is read from, each whole."""
    read = provider["fields"].get(field, {"from": []})["from"]
    roots = dict.fromkeys(each.partition(".")[0].removesuffix("[]") for each in read)
    return ", ".join(f"`{root}`" for root in roots) or _ABSENT


def _page(providers: dict[str, Any]) -> str:
    fields = [(f"`{name}`", meaning, _tellers(providers, name)) for name, meaning in MEANINGS.items()]
    overview = _table(["field", "what it is", "told by"], fields)
    sections = "\n".join(_section(slug, provider) for slug, provider in providers.items())
    return f"{_INTRODUCTION}{overview}\n{_SOURCES}{sections}"


def _tellers(providers: dict[str, Any], field: str) -> str:
    return ", ".join(each["name"] for each in providers.values() if field in each["fields"])


def _section(slug: str, provider: dict[str, Any]) -> str:
    rows = [
        (
            f"`{field}`",
            ", ".join(f"`{name}`" for name in row["from"]),
            row.get("as", "as it is"),
            row["source"],
        )
        for field, row in sorted(provider["fields"].items(), key=lambda item: [*MEANINGS].index(item[0]))
    ]
    keys = " or ".join(f"`{name}`" for name in provider["key_variables"])
    return (
        f"## {provider['name']}\n\n"
        f"`{slug}`, as [it is described]({provider['documentation']}). Its API is at `{provider['base_url']}`,"
        f" and users keep their key in {keys}, which `view()` has no need of.\n\n"
        f"{_table(['field', 'read from', 'how', 'source'], rows)}"
    )


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
