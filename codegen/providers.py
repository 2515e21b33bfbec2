"""The list of providers: one row of `specs/sources.toml` each, and where a provider's files stand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
import tomlkit

from codegen.errors import SourcesError

DIALECTS = ("mintlify", "openapi")

_SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_REQUIRED = ("info", "operation", "dialect", "sha256")
_OPTIONAL = ("page", "etag")


@attrs.frozen
class Provider:
    """One provider: what `sources.toml` says of it, and its files under the repository's `root`."""

    root: Path
    slug: str
    info: str
    operation: str
    dialect: str
    sha256: str
    page: str | None = None
    etag: str | None = None

    @property
    def spec(self) -> Path:
        """The vendored YAML block of the provider's page."""
        return self.root / "specs" / f"{self.slug}.yaml"

    @property
    def overlay(self) -> Path:
        """Our corrections to the spec."""
        return self.root / "overlays" / f"{self.slug}.yaml"

    @property
    def output(self) -> Path:
        """The committed project that is generated from the two."""
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
        SourcesError: `specs/sources.toml` is missing, is not TOML, or has a row that does not say what it must.

    """
    path = root / "specs" / "sources.toml"
    try:
        rows = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SourcesError(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, or nested without end
        raise SourcesError(path, f"is not TOML: {error}") from error
    if not rows:
        raise SourcesError(path, "names no provider")
    for slug, row in rows.items():
        problem = _problem(slug, row)
        if problem:
            raise SourcesError(path, f"[{slug}]: {problem}")
    if list(rows) != sorted(rows):
        raise SourcesError(path, f"keep the providers sorted: {', '.join(sorted(rows))}")
    return tuple(Provider(root, slug, **row) for slug, row in rows.items())


def with_rows(sources: str, providers: Iterable[Provider]) -> str:
    """Return the text of `sources.toml` with the rows of some providers as these are; all else stays as it is."""
    document: Any = tomlkit.parse(sources)
    for provider in providers:
        row = document[provider.slug]
        for key in _REQUIRED + _OPTIONAL:
            value = getattr(provider, key)
            if value is None:
                row.pop(key, None)
            elif row.get(key) != value:
                row[key] = value
    return tomlkit.dumps(document)


def _problem(slug: str, row: Any) -> str | None:
    if not _SLUG.fullmatch(slug):
        return "a slug is lower-case words joined by single underscores"
    if not isinstance(row, dict) or not all(isinstance(value, str) for value in row.values()):
        return "expected a table of strings"
    if missing := [key for key in _REQUIRED if key not in row]:
        return f"misses {', '.join(missing)}"
    if unknown := sorted(row.keys() - set(_REQUIRED + _OPTIONAL)):
        return f"does not know {', '.join(unknown)}"
    return None if row["dialect"] in DIALECTS else f"dialect {row['dialect']!r} is none of {', '.join(DIALECTS)}"
