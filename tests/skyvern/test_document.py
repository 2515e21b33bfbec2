"""The server's own OpenAPI document beside our overlaid description of its operations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import yaml

from codegen.providers import Provider
from tests.skyvern.differences import find_differences
from tests.skyvern.server import Server

KNOWN: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "known.yaml").read_text("utf-8"))["document"]
"""The expected differences, by reason."""


def test_the_server_describes_what_we_describe(server: Server, document: dict[str, Any], provider: Provider) -> None:
    """Each difference has a recorded reason, and each recorded reason has a difference."""
    theirs = httpx.get(f"{server.address}/openapi.json", timeout=60, trust_env=False).json()

    found = list(find_differences(document, theirs, provider))
    known = [line for lines in KNOWN.values() for line in lines]
    assert [line for line in found if line not in known] == []
    assert [line for line in known if line not in found] == []
