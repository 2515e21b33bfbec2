"""Plain data, checked against a JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema.exceptions import ValidationError, best_match
from jsonschema.protocols import Validator

from codegen.errors import Problem, pointer, shortened


def problems_of(validator: Validator, value: Any, place: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    """Yield what is wrong with a value in a place of a document, without the middle of a long message."""
    for error in errors_of(validator, value):
        deepest = best_match([error]) or error
        yield Problem(pointer(*place, *deepest.absolute_path), shortened(deepest.message))


def errors_of(validator: Validator, value: Any) -> list[ValidationError]:
    """Return the errors sorted by place: the library's order changes from run to run."""
    return sorted(validator.iter_errors(value), key=lambda error: (list(map(str, error.absolute_path)), error.message))
