from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegen.document import load_document
from codegen.errors import InvalidDocument
from codegen.validation import validate_document

CASES = [
    pytest.param(case, id=f"{path.stem}: {name}")
    for path in sorted((Path(__file__).parent / "cases" / "names").glob("*.yaml"))
    for name, case in load_document(path).items()
]


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any], build: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """A name that would be lost, or another's, is refused at its place, with its repair; any other is taken."""
    document = build(case)
    if problems := case.get("problems"):
        with pytest.raises(InvalidDocument) as caught:
            validate_document(document)
        assert list(map(str, caught.value.problems)) == problems
    else:
        validate_document(document)
