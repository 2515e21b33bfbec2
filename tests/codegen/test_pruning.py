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
def test_documents(name: str) -> None:
    """A document becomes what the case says, as a whole; the argument stays as it is."""
    document = copy.deepcopy(CASES[name]["document"])
    assert prune(document, OPERATIONS) == CASES[name]["result"]
    assert document == CASES[name]["document"]
