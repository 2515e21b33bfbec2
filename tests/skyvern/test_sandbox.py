"""The sandbox's Skyvern and the real server in the same session life."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from tests.skyvern.lives import find_differences
from tests.skyvern.server import Server

FOLDER = Path(__file__).parent
STEPS: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "life.yaml").read_text("utf-8"))
KNOWN: dict[str, list[str]] = yaml.safe_load((FOLDER / "known.yaml").read_text("utf-8"))["sandbox"]
"""Patterns of the expected differences, by reason."""


def test_the_sandbox_does_what_the_server_does(server: Server) -> None:
    """Each difference has a recorded reason, and each recorded reason has a difference."""
    found = list(find_differences(STEPS, server))
    known = [pattern for patterns in KNOWN.values() for pattern in patterns]
    assert [line for line in found if not any(fnmatchcase(line, each) for each in known)] == []
    assert [each for each in known if not any(fnmatchcase(line, each) for line in found)] == []
