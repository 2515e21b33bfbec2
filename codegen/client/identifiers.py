"""Names as the generator makes them, of properties, parameters, classes, files and enums' members."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from typing import Any

from openapi_python_client import strings
from openapi_python_client.parser.openapi import generate_operation_id
from openapi_python_client.schema.untrusted_string import UntrustedString

FIELD_PREFIX = "field_"

MAX_NAME = 200
"""Bytes in a name that becomes a file's: file systems take 255, and Python makes longer ones of it."""

RENAMED_PARAMETERS = frozenset({"client", "url"})
"""Parameters that the generator itself gives another name."""


def python_name(name: str) -> str:
    """Return the identifier that the generator makes of a property or parameter."""
    return _as_python_reads(_identifier(name))


def python_names(names: Iterable[str]) -> dict[str, str]:
    """Return the identifiers of names that stand side by side, of which the generator keeps equal ones apart."""
    found = {name: _identifier(name) for name in names}
    if len(set(found.values())) < len(found):
        settled: dict[str, str] = {}
        for name, wanted in found.items():
            identifier = wanted
            for other, taken in settled.items():
                if taken == identifier:  # both are left as they are, and not compared to the others again
                    settled[other] = _identifier(other, skip_snake_case=True)
                    identifier = _identifier(name, skip_snake_case=True)
            settled[name] = identifier
        found = settled
    return {name: _as_python_reads(identifier) for name, identifier in found.items()}


def is_steady(name: str) -> bool:
    """Whether Python reads the generator's identifier for a name as it is written, and not as a normal form of it."""
    return _identifier(name) == python_name(name)


def _identifier(name: str, *, prefix: str = FIELD_PREFIX, skip_snake_case: bool = False) -> str:
    return strings.PythonIdentifier(name, prefix, skip_snake_case)


def _as_python_reads(identifier: str) -> str:
    # https://docs.python.org/3/reference/lexical_analysis.html#identifiers; the generator compares them as they are.
    return unicodedata.normalize("NFKC", identifier)


def class_name(name: str) -> str:
    """Return the class name that the generator makes of a schema's title or name."""
    return _as_python_reads(strings.ClassName(name.rsplit("/", 1)[-1], FIELD_PREFIX))


def class_file(name: str) -> str:
    """Return the file that the generator writes a class to."""
    return f"models/{python_name(name)}.py"


def operation_file(path: str, method: str, operation: dict[str, Any]) -> str:
    """Return the file that the generator writes an operation to."""
    tag = _identifier((operation.get("tags") or ["default"])[0], prefix="tag")
    name = operation.get("operationId")
    if name is None:
        name = generate_operation_id(path=UntrustedString(path), method=method, prefix=FIELD_PREFIX)
    return f"api/{tag}/{_identifier(_identifier(name))}.py"  # twice, as the generator does: `$`, `field_`, `field`


def enum_member_names(enum: list[Any], names: Any) -> list[str]:
    """Return the names of an enum's members, of which `names` may be those that `x-enum-varnames` wants."""
    values = [value for value in enum if value is not None]
    wanted = [str(name) for name in names] if isinstance(names, list) and len(names) == len(values) else None
    if wanted is None:
        return [_enum_member_name(value, index) for index, value in enumerate(values)]
    return [_constant(name) for name in wanted]


def _enum_member_name(value: str | int, index: int) -> str:
    if isinstance(value, int):
        return f"VALUE_NEGATIVE_{-value}" if value < 0 else f"VALUE_{value}"
    return _constant(value.upper() if value[:1].isalpha() else f"VALUE_{index}")


def _constant(name: str) -> str:
    return _as_python_reads(strings.snake_case(name).upper())


def in_literal(text: str) -> str:
    """Return what is left of a text that the generator writes as a literal: it drops what is invisible."""
    return str(json.loads(f'"{strings.in_double_quote_literal(text)}"'))
