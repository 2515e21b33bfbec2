"""Who fetches a session, and how: the rows of `contestants.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

import attrs

from codegen.__main__ import ROOT

RAW, SDK, CLIENT, FACADE = "raw", "sdk", "client", "facade"


@attrs.frozen(kw_only=True)
class Contestant:
    """One row; what its fields mean stands in the table's head."""

    name: str
    title: str
    kind: str
    environment: str
    imports: str
    client: str = ""
    session: str = ""
    decode_imports: str = ""
    decode: str = ""
    status: str = ""
    provider: str = ""
    note: str = ""


def load_contestants() -> tuple[Contestant, ...]:
    """Return all rows."""
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return tuple(Contestant(name=name, **row) for name, row in rows.items())


def load_vendors() -> dict[str, str]:
    """Return what is installed of each vendor, by the environment's name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    vendors: dict[str, str] = project["tool"]["workspace"]["vendors"]
    return vendors
