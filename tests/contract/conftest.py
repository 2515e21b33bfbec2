"""Prism, Stoplight's mock server, serves each provider's overlaid description on this machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from codegen.__main__ import ROOT
from codegen.pipeline import build_document
from codegen.providers import load_providers

SECONDS_TO_START = 60


@pytest.fixture(scope="session")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The URL that serves each provider's description."""
    folder = tmp_path_factory.mktemp("prism")
    with ExitStack() as servers:
        starting = {}
        for provider in load_providers(ROOT):
            document = folder / f"{provider.slug}.json"
            document.write_text(json.dumps(_with_local_times(build_document(provider))), "utf-8")
            starting[provider.slug] = servers.enter_context(_prism(document))
        yield {slug: _address_in(log) for slug, log in starting.items()}


def _with_local_times(schema: Any) -> Any:
    """Return a description with a pattern for local times, because Prism invents any text for their format."""
    if isinstance(schema, list):
        return [_with_local_times(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "date-time-local":
        return {"type": "string", "pattern": "^2026-0[1-9]-1[0-9]T0[0-9]:[0-5][0-9]:[0-5][0-9]$"}
    return {name: _with_local_times(value) for name, value in schema.items()}


@contextmanager
def _prism(document: Path) -> Iterator[Path]:
    """Start a server, yield its log, and end the server."""
    log = document.with_suffix(".log")
    command = [os.environ["PRISM"], "mock", str(document), "--port", "0"]
    with log.open("w", encoding="utf-8") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:  # noqa: S603 - pinned
        try:
            yield log
        finally:
            process.terminate()


def _address_in(log: Path) -> str:
    """Return the URL that a server logs, as soon as it is logged."""
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        if found := re.search(r"listening on (http://\S+)", log.read_text("utf-8")):
            return found[1]
        time.sleep(0.05)
    pytest.fail(f"Prism did not start within {SECONDS_TO_START} s: {log.read_text('utf-8')}")
