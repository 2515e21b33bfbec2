"""The tools that decide the output's bytes, which must have the versions that `constraints/` pins."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from codegen.errors import SourcesError, ToolchainError
from codegen.settings import read_text

TOOLS = ("openapi-python-client", "jinja2", "ruff")

CONSTRAINTS = "constraints/dev.txt"

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)", re.MULTILINE)


def require_pinned_tools(root: Path) -> None:
    """Raise unless the tools are installed in exactly the pinned versions.

    Raises:
        SourcesError: The constraints cannot be read, or do not pin one of the tools.
        ToolchainError: A tool is missing, or has another version.

    """
    pins = read_pins(root / CONSTRAINTS)
    for tool in TOOLS:
        if tool not in pins:
            raise SourcesError(root / CONSTRAINTS, f"does not pin {tool}")
        installed = _installed(tool)
        if installed != pins[tool]:
            raise ToolchainError(tool, installed, pins[tool])


def read_pins(path: Path) -> dict[str, str]:
    """Return the version that a constraints file pins for each distribution, by lower-case name."""
    return {match["name"].lower(): match["version"] for match in _PIN.finditer(read_text(path))}


def _installed(tool: str) -> str | None:
    try:
        return version(tool)
    except PackageNotFoundError:
        return None
