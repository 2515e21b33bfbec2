from __future__ import annotations

from typing import Any

import pytest

from codegen.routes import find_unfit_parameters
from codegen.walk import walk


@pytest.mark.parametrize(
    "parameter", [{"$ref": "#/components/parameters/Nothing"}, {"in": "path"}, {"in": 5, "name": "id"}, "id"]
)
def test_an_invalid_parameter_is_reported_once(parameter: Any) -> None:
    """At its place, and not again as missing from the path."""
    operation = {"parameters": [parameter], "responses": {"200": {"description": "A session"}}}
    document = {"paths": {"/sessions/{id}": {"get": operation}}}
    assert list(find_unfit_parameters(document, walk(document))) == []
