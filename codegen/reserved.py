"""Names that the generated code uses for itself, so that nothing in a spec may take them.

A test reads them from the templates' output, and holds these sets to it.
"""

from __future__ import annotations

RESERVED_CLASSES = frozenset(
    {
        "Any",
        "AuthenticatedClient",
        "Callable",
        "ClassVar",
        "Client",
        "Const",
        "File",
        "Literal",
        "Mapping",
        "Model",
        "Never",
        "OpenIntEnum",
        "OpenStrEnum",
        "Response",
        "Self",
        "UNSET",
        "UUID",
        "Unset",
    }
)
"""Names that the modules of models and operations import or define themselves."""

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
        "to_dict",
        "unexpected",
    }
)
"""Names that a generated model uses for itself. Those with capitals can only come of two names that collide."""

RESERVED_PARAMETERS = frozenset(
    {
        "UNSET",
        "Unset",
        "asyncio_detailed",
        "body",
        "client",
        "headers",
        "params",
        "path_segment",
        "response",
        "success",
        "sync_detailed",
        "to_response",
    }
)
"""Names that a generated operation uses for itself."""
