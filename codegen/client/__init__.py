"""The only package that knows the generator: an overlaid document becomes an installable project.

openapi-python-client's Python API, its templates and ruff's formatting are nobody's promise, and all three
decide the output's bytes. So they are pinned exactly, called here and nowhere else, and shielded from the
machine: in process, without the generator's own hooks, and with a ruff that reads no configuration.

`project` writes a client, by way of `generator`; its templates are given what `access` and `operations` find out.
`identifiers` and `rehearsal` tell the validation what the generator would do, and `surface` tells `codegen.changes`
what people would see of the client; both find where it comes from by `places`.
"""

from codegen.client.access import Auth, auth_of
from codegen.client.generator import TEMPLATES, UNREAD
from codegen.client.identifiers import (
    MAX_NAME,
    RENAMED_PARAMETERS,
    class_file,
    class_name,
    enum_member_names,
    in_literal,
    is_steady,
    operation_file,
    python_name,
    python_names,
)
from codegen.client.project import generate_client
from codegen.client.rehearsal import rehearse
from codegen.client.surface import surface_of

__all__ = [
    "MAX_NAME",
    "RENAMED_PARAMETERS",
    "TEMPLATES",
    "UNREAD",
    "Auth",
    "auth_of",
    "class_file",
    "class_name",
    "enum_member_names",
    "generate_client",
    "in_literal",
    "is_steady",
    "operation_file",
    "python_name",
    "python_names",
    "rehearse",
    "surface_of",
]
