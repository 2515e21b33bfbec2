"""The only package that knows the generator: an overlaid document becomes an installable project.

Neither openapi-python-client's Python API and templates nor ruff's formatting are stable, and all three decide the
output's bytes. So they are pinned exactly, called only here, and shielded from the machine: in process, without the
generator's own hooks, and with a ruff that reads no configuration.

`project` writes a client, using `generator`; `vocabulary` gives the templates what `access`, `operations`, `rows` and
`secrecy` find in the document. `rehearsal` reports to the validation what the generator would refuse or lose, and
`surface` describes the public API of the client for `codegen.changes`. `places` maps parts back to the document, and
`properties` takes the generator's properties apart.
"""

from codegen.client.access import find_access_problems
from codegen.client.generator import TEMPLATES
from codegen.client.project import generate_client
from codegen.client.rehearsal import rehearse
from codegen.client.surface import surface_of

__all__ = [
    "TEMPLATES",
    "find_access_problems",
    "generate_client",
    "rehearse",
    "surface_of",
]
