"""docs/proof.md has the same table of proofs as the tests' data."""

from __future__ import annotations

import re
from typing import Any

import yaml

from codegen.__main__ import ROOT
from codegen.document import load_document
from codegen.mintlify import to_openapi
from codegen.providers import Operation, Provider, load_providers

PROVIDERS = load_providers(ROOT)
ROW = re.compile(r"^\| `(\w+)` \|(.*)\|$", re.MULTILINE)


def read(*path: str) -> Any:
    """Return what a YAML file of the tests holds."""
    return yaml.safe_load((ROOT / "tests").joinpath(*path).read_text("utf-8"))


SERVED = {step["do"].partition("?")[0].rstrip("/") for step in read("skyvern", "life.yaml").values()}
CALLED = {slug: {step["do"] for step in vendor["steps"]} for slug, vendor in read("vendors", "calls.yaml").items()}


def described(provider: Provider) -> set[tuple[str, str]]:
    """Return the paths and methods of a provider's page."""
    document = load_document(provider.spec)
    paths = (to_openapi(document) if provider.dialect == "mintlify" else document)["paths"]
    return {(path, method) for path, methods in paths.items() for method in methods}


def proofs(provider: Provider, operation: Operation, page: set[tuple[str, str]]) -> str:
    """Return what proves an operation."""
    path = re.sub(r"{\w+}", "{id}", operation.path)
    by = {
        "server": provider.slug == "skyvern" and f"{operation.method.upper()} {path}" in SERVED,
        "SDK": operation.name in CALLED.get(provider.slug, ()),
        "page": (operation.path, operation.method) in page,
    }
    return ", ".join(name for name, is_proven in by.items() if is_proven) or "text"


def test_the_table_matches_the_proofs() -> None:
    """It has every operation and provider, in the order of the providers."""
    expected: dict[str, dict[str, str]] = {}
    for provider in PROVIDERS:
        page = described(provider)
        for operation in provider.operations:
            expected.setdefault(operation.name, {})[provider.slug] = proofs(provider, operation, page)
    rows = dict(ROW.findall((ROOT / "docs" / "proof.md").read_text("utf-8")))
    table = {name: [cells.get(provider.slug, "") for provider in PROVIDERS] for name, cells in expected.items()}
    assert {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows.items()} == table
