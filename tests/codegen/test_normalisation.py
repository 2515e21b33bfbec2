from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from codegen.document import load_document
from codegen.errors import Problem
from codegen.normalisation import find_missing, normalise
from codegen.providers import Operation

OPERATIONS = (
    Operation("get_session", "get", "/sessions/{id}"),
    Operation("get_account", "get", "/account", "account"),
)

CASES = load_document(Path(__file__).parent / "cases/normalisation/documents.yaml")


@pytest.mark.parametrize("name", CASES)
def test_a_document_is_normalised(name: str) -> None:
    """The argument is not changed."""
    document = copy.deepcopy(CASES[name]["document"])
    assert normalise(document, OPERATIONS) == CASES[name]["result"]
    assert document == CASES[name]["document"]


def test_each_operation_has_its_own_security() -> None:
    """Changing the security of one operation changes no other."""
    paths: dict[str, Any] = {each.path: {each.method: {}} for each in OPERATIONS}
    found = normalise({"security": [{"key": []}], "paths": paths}, OPERATIONS)["paths"]
    assert found["/sessions/{id}"]["get"]["security"] == found["/account"]["get"]["security"]
    assert found["/sessions/{id}"]["get"]["security"] is not found["/account"]["get"]["security"]


def test_missing_operations_are_reported() -> None:
    """An operation of the list that the document does not describe is a problem at its place."""
    document: dict[str, Any] = {"paths": {"/sessions/{id}": {"get": {}, "post": {}}, "/account": {"post": {}}}}
    text = "the operation get_account of specs/sources.toml is missing: describe or remove it"
    assert list(find_missing(document, OPERATIONS)) == [Problem("#/paths/~1account/get", text)]
