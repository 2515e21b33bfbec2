"""Names as Python reads them, the names that the generated code itself needs, and the file of a class."""

from __future__ import annotations

import unicodedata

from openapi_python_client.strings import PythonIdentifier

FIELD_PREFIX = "field_"

RESERVED_CLASSES = frozenset(
    {
        "Any",
        "Array",
        "AuthenticatedClient",
        "Callable",
        "ClassVar",
        "Client",
        "Const",
        "DecodeError",
        "File",
        "HttpResponse",
        "INFINITY",
        "Literal",
        "Mapping",
        "Model",
        "Never",
        "Nullable",
        "OpenIntEnum",
        "OpenStrEnum",
        "Response",
        "Rows",
        "RowsOf",
        "Self",
        "UNSET",
        "UUID",
        "Unset",
    }
)
"""Names that the modules of models and operations import or define."""

RESERVED_PROPERTIES = frozenset(
    {
        "Any",
        "ClassVar",
        "Literal",
        "Mapping",
        "NOTHING",
        "UNSET",
        "UUID",
        "Unset",
        "additional_keys",
        "additional_properties",
        "from_dict",
        "given",
        "to_dict",
        "unexpected",
    }
)
"""Names that a generated model itself uses. Those with capitals are possible only if two names collide."""


RESERVED_PARAMETERS = frozenset({"asyncio_detailed", "build_request", "parse_response", "sync_detailed"})
"""Functions in an operation's module that its other functions call."""


def as_python_reads(identifier: str) -> str:
    """Return the normal form of an identifier; the generator compares identifiers as they are written."""
    # https://docs.python.org/3/reference/lexical_analysis.html#identifiers
    return unicodedata.normalize("NFKC", identifier)


def class_file(name: str) -> str:
    """Return the file that the generator writes a class to."""
    return f"models/{as_python_reads(PythonIdentifier(name, FIELD_PREFIX))}.py"
