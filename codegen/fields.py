"""The documentation of each provider's fields and operations: the README's tables and docs/fields.md.

The properties of each field and the operations are read from the facade's table, the meaning of a field from the
docstring of `BrowserSession`. Both are read as text; the facade is not imported.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from codegen.errors import SourcesError
from codegen.settings import read_text

VIEW = Path("facade/src/browser_sessions/_session.py")
TABLE = Path("facade/src/browser_sessions/_providers/_table.py")
README = Path("README.md")
PAGE = Path("docs/fields.md")

_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n     .*)*)", re.MULTILINE)

_INTRODUCTION = """\
<!-- Written by `nox -s docs` from the facade's table and docstrings; do not edit. -->

# Where each field of a view comes from

A `BrowserSession` has the same fields for every provider. A field that a provider cannot fill is missing from its table
below and from `browser_sessions.PROVIDERS[slug].fields`. A field that it can fill is None, or empty, if the response
has no value for it.

All times are UTC; a time without an offset is read as UTC. A number or a time that does not fit its field is absent,
and its path is in `unexpected`. Properties are those of the session, wherever the response has it: Anchor Browser's
newer responses in `data`, Bright Data's in `session`.

A `connect_url` is what the provider sent, even if the session has ended: connect while it is running. Only Anchor
Browser reports a duration while a session runs. A price that is a sum is None until all its parts are known.

"""

_SOURCES = """\
Sources: *spec*, the vendored page; *seen*, the provider's own SDK, its newer documentation or a public capture of the
wire; *ours*, our own rule.

"""

_FIELDS = "<!-- fields, written by `nox -s docs` -->\n", "<!-- end of fields -->\n"
_OPERATIONS = "<!-- operations, written by `nox -s docs` -->\n", "<!-- end of operations -->\n"
_ABSENT = "–"  # noqa: RUF001 - a dash, as in any table


def write_pages(root: Path) -> list[Path]:
    """Write the README's tables and the page, and return the files that changed."""
    changed = []
    for path, text in pages(root).items():
        if not path.exists() or read_text(path) != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed


def read_table(path: Path) -> dict[str, Any]:
    """Return the facade's table without running any of it.

    Raises:
        SourcesError: The file is not valid Python, or does not set `ROWS` to a dictionary literal.

    """
    try:
        (literal,) = (
            node.value
            for node in _parse(path)
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "ROWS" and node.value
        )
        rows = ast.literal_eval(literal)
    except ValueError as error:
        raise SourcesError(path, f"has no literal called ROWS: {error}") from error
    if not isinstance(rows, dict):
        raise SourcesError(path, "has no dictionary called ROWS")
    return rows


def pages(root: Path) -> dict[Path, str]:
    """Return the text of each file that shows the fields.

    Raises:
        SourcesError: The table, the docstring of the view or the README lacks a part that the pages need.

    """
    providers = read_table(root / TABLE)
    meanings = _read_meanings(root / VIEW, {name for each in providers.values() for name in each["fields"]})
    return {root / README: _readme(root / README, providers, meanings), root / PAGE: _page(providers, meanings)}


def _read_meanings(path: Path, filled: set[str]) -> dict[str, str]:
    """Return the descriptions in `BrowserSession`'s docstring of the fields that some provider fills, in its order."""
    docstrings = {node.name: ast.get_docstring(node) for node in _parse(path) if isinstance(node, ast.ClassDef)}
    _, _, attributes = (docstrings.get("BrowserSession") or "").partition("\nAttributes:\n")
    meanings = {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(attributes) if name in filled}
    if missing := sorted(filled - meanings.keys()):
        raise SourcesError(path, f"the docstring of BrowserSession does not describe {', '.join(missing)}")
    return meanings


def _parse(path: Path) -> list[ast.stmt]:
    try:
        return ast.parse(read_text(path)).body
    except (SyntaxError, ValueError) as error:  # the latter: a null byte
        raise SourcesError(path, f"is not Python: {error}") from error


def _readme(path: Path, providers: dict[str, Any], meanings: dict[str, str]) -> str:
    headings = [each["name"] for each in providers.values()]
    fields = [(f"`{name}`", *(_roots(each, name) for each in providers.values())) for name in meanings]
    names = dict.fromkeys(name for each in providers.values() for name in each["operations"])
    rows = [row for name in names for row in _operation_rows(name, [*providers.values()])]
    text = _with_table(path, read_text(path), _FIELDS, _table(["field", *headings], fields))
    return _with_table(path, text, _OPERATIONS, _table(["operation", *headings], rows))


def _with_table(path: Path, text: str, place: tuple[str, str], table: str) -> str:
    begin, end = place
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SourcesError(path, f"has no place for a table: expected {begin.strip()} and {end.strip()}")
    return f"{before}{begin}{table}{end}{after}"


def _operation_rows(name: str, providers: list[dict[str, Any]]) -> list[list[str]]:
    """Return a row for an operation, and one for each of its options that some providers lack or bound."""
    offered = [each["operations"].get(name) for each in providers]
    options = dict.fromkeys(option for each in offered if each for option in each.get("options", {}))
    rows = [[f"`{name}`", *(_ABSENT if each is None else "yes" for each in offered)]]
    for option in options:
        given = [(each or {}).get("options", {}).get(option) for each in offered]
        if any(bounds or (bounds is None and each is not None) for each, bounds in zip(offered, given, strict=True)):
            rows.append([f"`{name}`, `{option}`", *(_ABSENT if each is None else _bounds(each) for each in given)])
    return rows


def _bounds(option: dict[str, Any]) -> str:
    """Return the unit and the bounds of an option, if it has any."""
    least, most = option.get("least"), option.get("most")
    if least is not None and most is not None:
        return f"{least:,} to {most:,} {option['unit']}"
    bound = f"at most {most:,} " if least is None and most is not None else f"at least {least:,} " if least else ""
    return f"{bound}{option.get('unit') or 'yes'}"


def _roots(provider: dict[str, Any], field: str) -> str:
    """Return the top-level properties of the session that a field is read from."""
    read = provider["fields"].get(field, {"from": []})["from"]
    roots = dict.fromkeys(each.partition(".")[0].removesuffix("[]") for each in read)
    return ", ".join(f"`{root}`" for root in roots) or _ABSENT


def _page(providers: dict[str, Any], meanings: dict[str, str]) -> str:
    fields = [(f"`{name}`", meaning, _fillers(providers, name)) for name, meaning in meanings.items()]
    overview = _table(["field", "meaning", "filled by"], fields)
    sections = "\n".join(_section(slug, provider, [*meanings]) for slug, provider in providers.items())
    return f"{_INTRODUCTION}{overview}\n{_SOURCES}{sections}"


def _fillers(providers: dict[str, Any], field: str) -> str:
    return ", ".join(each["name"] for each in providers.values() if field in each["fields"])


def _section(slug: str, provider: dict[str, Any], order: list[str]) -> str:
    rows = [
        (
            f"`{field}`",
            ", ".join(f"`{name}`" for name in row["from"]),
            row.get("as", "as it is"),
            row["source"],
        )
        for field, row in sorted(provider["fields"].items(), key=lambda item: order.index(item[0]))
    ]
    keys = " or ".join(f"`{name}`" for name in provider["key_variables"])
    sdk = provider["sdk"]
    known = " and ".join(f"`{name}`" for name in sdk["variables"]) or "none"
    return (
        f"## {provider['name']}\n\n"
        f"`{slug}`, as [its documentation]({provider['documentation']}) describes it. Its API is at"
        f" `{provider['base_url']}`, or where `{provider['base_url_variable']}` says, and its key is read from {keys};"
        f" `view()` needs no key. Of these variables the client of its own SDK, {sdk['name']}, reads {known}.\n\n"
        f"{_table(['field', 'read from', 'how', 'source'], rows)}"
    )


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
