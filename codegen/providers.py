"""The list of providers: one row of `specs/sources.toml` each, and the paths of a provider's files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
from jsonschema import Draft202012Validator

from codegen.errors import SourcesError
from codegen.forms import problems_of
from codegen.settings import read_toml
from codegen.walk import METHODS

DIALECTS = ("mintlify", "openapi")
TAG = "sessions"
"""The tag of an operation whose row names no other."""

_TEXT = {"type": "string"}
_NAME = {"pattern": r"^[a-z][a-z0-9]*(_[a-z0-9]+)*\Z"}
_ROUTE = {"type": "string", "pattern": f"^({'|'.join(METHODS)}) /"}
_TAG = {"type": "object", "propertyNames": _NAME, "additionalProperties": _ROUTE}
_OPERATIONS = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": _NAME,
    "additionalProperties": {"if": {"type": "object"}, "then": _TAG, "else": _ROUTE},
}
_ROW = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("info", "page", "sha256"), _TEXT),
        "dialect": {"enum": DIALECTS},
        "operations": _OPERATIONS,
    },
    "required": ["info", "dialect", "sha256", "operations"],
    "additionalProperties": False,
}
_FORM = Draft202012Validator(
    {"type": "object", "minProperties": 1, "propertyNames": _NAME, "additionalProperties": _ROW}
)


@attrs.frozen
class Operation:
    """One operation of a provider: its name in our client, and its route."""

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
        """The operations that the page does not describe; the file may be missing."""
        return self.root / "overlays" / f"{self.slug}.operations.yaml"

    @property
    def overlays(self) -> tuple[Path, ...]:
        """The overlays that exist, in the order in which they are applied."""
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
        SourcesError: `specs/sources.toml` is missing, is invalid TOML, or has an invalid row.

    """
    path = root / "specs" / "sources.toml"
    rows = read_toml(path)
    for problem in problems_of(_FORM, rows):
        raise SourcesError(path, str(problem))
    return tuple(_provider(root, path, slug, row) for slug, row in sorted(rows.items()))


def _provider(root: Path, path: Path, slug: str, row: dict[str, Any]) -> Provider:
    operations = tuple(_operations(row.pop("operations")))
    for names in ([str(each) for each in operations], [f"{each.tag}.{each.name}" for each in operations]):
        if repeated := [name for name, count in Counter(names).items() if count > 1]:
            raise SourcesError(path, f"[{slug}.operations] has {', '.join(repeated)} more than once")
    return Provider(root, slug, operations=operations, **row)


def _operations(table: dict[str, Any]) -> Iterator[Operation]:
    """Yield the operations of a table from names to routes; a nested table has those of another tag."""
    for key, value in table.items():
        tag, routes = (key, value) if isinstance(value, dict) else (TAG, {key: value})
        for name, route in routes.items():
            method, _, path = route.partition(" ")
            yield Operation(name, method, path, tag)
