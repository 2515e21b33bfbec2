"""The list of providers: one row of `specs/sources.toml` each, and where a provider's files stand."""

from __future__ import annotations

import keyword
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import attrs

from codegen.errors import SourcesError
from codegen.walk import METHODS

DIALECTS = ("mintlify", "openapi")
TAG = "sessions"
"""The tag of an operation whose row names no other."""

_SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_TEXTS = ("info", "dialect", "sha256", "page")
_OPTIONAL = {"page"}
_EXAMPLE = 'get_session = "get /sessions/{id}"'


@attrs.frozen
class Operation:
    """One operation of a provider: the name that our client gives it, and where the provider serves it."""

    name: str
    method: str
    path: str
    tag: str = TAG

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@attrs.frozen
class Provider:
    """One provider: its row in `sources.toml`, and its files under the repository's `root`."""

    root: Path
    slug: str
    info: str
    dialect: str
    sha256: str
    operations: tuple[Operation, ...]
    page: str | None = None

    @property
    def spec(self) -> Path:
        """The vendored YAML block of the provider's page."""
        return self.root / "specs" / f"{self.slug}.yaml"

    @property
    def overlay(self) -> Path:
        """Our corrections to the spec."""
        return self.root / "overlays" / f"{self.slug}.yaml"

    @property
    def operations_overlay(self) -> Path:
        """The operations that the page does not describe; the file is optional."""
        return self.root / "overlays" / f"{self.slug}.operations.yaml"

    @property
    def overlays(self) -> tuple[Path, ...]:
        """The overlays that there are, in the order in which they are applied."""
        return (self.overlay, *([self.operations_overlay] if self.operations_overlay.exists() else []))

    @property
    def output(self) -> Path:
        """The committed project that is generated from the spec and the overlays."""
        return self.root / "generated" / self.slug

    @property
    def package(self) -> str:
        """The name under which the client is imported."""
        return f"{self.slug}_client"

    @property
    def distribution(self) -> str:
        """The name under which the client is installed."""
        return f"{self.slug.replace('_', '-')}-client"


def load_providers(root: Path) -> tuple[Provider, ...]:
    """Return all providers, sorted by slug.

    Raises:
        SourcesError: `specs/sources.toml` is missing, invalid TOML, or has an invalid row.

    """
    path = root / "specs" / "sources.toml"
    try:
        rows = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SourcesError(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # invalid UTF-8, invalid TOML, or nested too deeply
        raise SourcesError(path, f"invalid TOML: {error}") from error
    if not rows:
        raise SourcesError(path, "names no provider")
    providers = tuple(_provider(root, path, slug, row) for slug, row in rows.items())
    if list(rows) != sorted(rows):
        raise SourcesError(path, f"keep the providers sorted: {', '.join(sorted(rows))}")
    return providers


def _provider(root: Path, path: Path, slug: str, row: Any) -> Provider:
    problem = _problem(slug, row)
    if problem:
        raise SourcesError(path, f"[{slug}]: {problem}")
    texts = {key: row[key] for key in _TEXTS if key in row}
    try:
        return Provider(root, slug, operations=_operations(row.get("operations")), **texts)
    except ValueError as error:
        raise SourcesError(path, f"[{slug}.operations]: {error}") from error


def _problem(slug: str, row: Any) -> str | None:
    if not _SLUG.fullmatch(slug):
        return "invalid slug: expected lower-case words joined by single underscores"
    if not isinstance(row, dict) or not all(isinstance(row.get(key, ""), str) for key in _TEXTS):
        return f"expected a table with strings for {', '.join(_TEXTS)}"
    if missing := [key for key in _TEXTS if key not in row and key not in _OPTIONAL]:
        return f"misses {', '.join(missing)}"
    if unknown := sorted(row.keys() - {*_TEXTS, "operations"}):
        return f"unknown keys: {', '.join(unknown)}"
    if row["dialect"] not in DIALECTS:
        return f"unknown dialect {row['dialect']!r}: expected one of {', '.join(DIALECTS)}"
    return None


def _operations(table: Any) -> tuple[Operation, ...]:
    """Return the operations of a table from names to routes; a table in it holds those of another tag."""
    if not isinstance(table, dict) or not table:
        raise ValueError(f"expected a table from names to routes: {_EXAMPLE}")
    found = []
    for key, value in table.items():
        tag, routes = (key, value) if isinstance(value, dict) else (TAG, {key: value})
        found += [_operation(name, route, tag) for name, route in routes.items()]
    counts = Counter(map(str, found))
    if repeated := [route for route, count in counts.items() if count > 1]:
        raise ValueError(f"names {', '.join(repeated)} more than once")
    names = Counter(f"{each.tag}.{each.name}" for each in found)
    if repeated := [name for name, count in names.items() if count > 1]:
        raise ValueError(f"gives {', '.join(repeated)} more than one route")
    return tuple(found)


def _operation(name: str, route: Any, tag: str) -> Operation:
    for word in (tag, name):
        if not _SLUG.fullmatch(word):
            raise ValueError(f"invalid name {word!r}: expected lower-case words joined by single underscores")
        if keyword.iskeyword(word):
            raise ValueError(f"invalid name {word!r}: it is a keyword of Python, and nothing so named can be imported")
    method, _, path = str(route).partition(" ")
    if method not in METHODS or not path.startswith("/"):
        raise ValueError(f"{name}: expected a method in lower case and a path: {_EXAMPLE}")
    return Operation(name, method, path, tag)
