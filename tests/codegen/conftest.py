"""Copies of the repository that a test may break."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegen.__main__ import ROOT
from codegen.document import load_document
from codegen.providers import Provider, load_providers


def _copy(providers: tuple[Provider, ...], root: Path) -> Path:
    """Copy what the pipeline reads and writes for some providers."""
    shutil.copytree(ROOT / "constraints", root / "constraints")
    shutil.copy2(ROOT / "pyproject.toml", root)
    for folder in ("specs", "overlays"):
        (root / folder).mkdir()
    for provider in providers:
        shutil.copy2(provider.spec, root / "specs")
        for overlay in provider.overlays:
            shutil.copy2(overlay, root / "overlays")
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(provider.output, root / "generated" / provider.slug, ignore=ignored)
    head, *rows = re.split(r"^(?=\[\w+\])", (ROOT / "specs" / "sources.toml").read_text("utf-8"), flags=re.MULTILINE)
    kept = [row for row in rows if row[1 : row.index("]")] in {provider.slug for provider in providers}]
    (root / "specs" / "sources.toml").write_text(head + "".join(kept), "utf-8")
    return root


def keep_reading_alone(root: Path) -> None:
    """Leave each provider in a copy the one operation that its page describes."""
    path = root / "specs" / "sources.toml"
    operations = re.compile(r"^(?!get_session|info)[\w.]+ = \"(?:get|post|put|patch|delete) /.*\n", re.MULTILINE)
    path.write_text(operations.sub("", path.read_text("utf-8")), "utf-8")
    for overlay in (root / "overlays").glob("*.operations.yaml"):
        overlay.unlink()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """All providers."""
    return _copy(load_providers(ROOT), tmp_path / "repository")


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """Bright Data and Browserbase alone: generation is what takes time."""
    providers = {provider.slug: provider for provider in load_providers(ROOT)}
    return _copy((providers["brightdata"], providers["browserbase"]), tmp_path / "repository")


@pytest.fixture
def build() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Make a document of a plain one and of what a case puts into its parts."""

    def build(case: dict[str, Any]) -> dict[str, Any]:
        document = load_document(Path(__file__).parent / "cases" / "plain.yaml")
        path = document["paths"]["/sessions/{id}"]
        document["openapi"] = case.get("openapi", document["openapi"])
        document["paths"].update(case.get("paths", {}))
        path.update(case.get("path", {}))
        path["get"].update(case.get("operation", {}))
        path["get"]["parameters"] += case.get("parameters", [])
        document["components"].update(case.get("components", {}))
        document["components"]["schemas"].update(case.get("schemas", {}))
        document["components"]["schemas"]["Session"]["properties"].update(case.get("session", {}))
        document.update(case.get("document", {}))
        return document

    return build
