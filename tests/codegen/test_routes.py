from __future__ import annotations

from typing import Any

import pytest

from codegen.routes import find_unfit_parameters
from codegen.walk import walk


@pytest.mark.parametrize(
    "parameter", [{"$ref": "#/components/parameters/Nothing"}, {"in": "path"}, {"in": 5, "name": "id"}, "id"]
)
def test_a_parameter_that_cannot_be_read_has_no_echo(parameter: Any) -> None:
    """What is wrong with it is reported where it stands, and not a second time as missing from the path."""
    operation = {"parameters": [parameter], "responses": {"200": {"description": "A session"}}}
    document = {"paths": {"/sessions/{id}": {"get": operation}}}
    assert list(find_unfit_parameters(document, walk(document))) == []
