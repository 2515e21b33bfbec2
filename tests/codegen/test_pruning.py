from __future__ import annotations

import copy
from pathlib import Path

import pytest

from codegen.document import load_document
from codegen.providers import Operation
from codegen.pruning import prune

OPERATIONS = (Operation("get_session", "get", "/sessions/{id}"), Operation("create_session", "post", "/sessions"))

CASES = load_document(Path(__file__).parent / "cases/pruning/documents.yaml")


@pytest.mark.parametrize("name", CASES)
def test_a_document_is_pruned(name: str) -> None:
    """The argument is not changed."""
    document = copy.deepcopy(CASES[name]["document"])
    assert prune(document, OPERATIONS) == CASES[name]["result"]
    assert document == CASES[name]["document"]
