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
from codegen.pipeline import regenerate
from codegen.providers import load_providers


def _without_operations(sources: str) -> str:
    """Return a list of providers that names `get_session` alone: generation is what takes time."""
    return re.sub(r"(?m)(?<=\.operations\]\n)(get_session = .*\n)(?:[\w.]+ = .*\n)*", r"\1", sources)


@pytest.fixture(scope="session")
def one_operation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the pipeline reads and writes, with one operation of each provider; not to be changed."""
    root = tmp_path_factory.mktemp("one_operation")
    shutil.copytree(ROOT / "constraints", root / "constraints")
    shutil.copy2(ROOT / "pyproject.toml", root)
    for folder in ("specs", "overlays"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("*.operations.yaml"))
    sources = root / "specs" / "sources.toml"
    sources.write_text(_without_operations(sources.read_text("utf-8")), "utf-8")
    assert regenerate(root, load_providers(root), strays=True).failures == ()
    return root


@pytest.fixture
def repository(one_operation: Path, tmp_path: Path) -> Path:
    """All providers."""
    return shutil.copytree(one_operation, tmp_path / "repository")


@pytest.fixture
def pair(repository: Path) -> Path:
    """Bright Data and Browserbase alone."""
    sources = repository / "specs" / "sources.toml"
    head, *rows = re.split(r"(?m)^(?=\[\w+\])", sources.read_text("utf-8"))
    others = {provider.slug for provider in load_providers(repository)} - {"brightdata", "browserbase"}
    sources.write_text(head + "".join(row for row in rows if row.startswith(("[brightdata]", "[browserbase]"))))
    for slug in others:
        shutil.rmtree(repository / "generated" / slug)
        for folder in ("specs", "overlays"):
            (repository / folder / f"{slug}.yaml").unlink()
    return repository


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
