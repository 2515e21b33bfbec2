"""What a document must satisfy before a client is made from it; all problems are reported at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from codegen import client
from codegen.allowlist import IGNORED, KEYWORDS
from codegen.cuts import without
from codegen.errors import InvalidDocument, Problem, pointer
from codegen.examples import find_unfit_examples
from codegen.losses import find_losses
from codegen.marks import find_idle_marks
from codegen.routes import find_unfit_parameters, find_without_responses
from codegen.shapes import find_unlisted
from codegen.structure import find_dangling_references, find_malformed
from codegen.walk import walk


def validate_document(document: dict[str, Any]) -> None:
    """Raise unless the document is valid OpenAPI 3.0 or 3.1 and our templates support all of it.

    Args:
        document: Any document that `load_document` could return.

    Raises:
        InvalidDocument: Every problem of structure, references, security and examples, every part that
            `codegen.allowlist` does not list, and everything that the generator refuses or cannot write.

    """
    field = "swagger" if "swagger" in document else "openapi"
    number = str(document.get(field))[:3]
    if field == "swagger" or number not in KEYWORDS:
        text = f"version {document.get(field)!r} is not supported: expected OpenAPI 3.1.x or 3.0.x"
        raise InvalidDocument((Problem(pointer(field), text),))
    try:
        problems = tuple(dict.fromkeys(_problems(document, number)))
    except RecursionError:
        problems = (Problem(pointer(), "is nested too deeply, or refers to itself endlessly"),)
    if problems:
        raise InvalidDocument(problems)


def _problems(document: dict[str, Any], version: str) -> Iterator[Problem]:
    """Yield the problems stage by stage; each stage gets the document without the parts reported before."""
    parts, read = list(walk(document)), list(walk(document, IGNORED))
    malformed = list(find_without_responses(parts))
    malformed += _without_echoes(find_malformed(document, parts, version), malformed)
    malformed += find_dangling_references(document, parts)
    malformed += _without_echoes((*find_unlisted(read, version), *find_idle_marks(parts, read)), malformed)
    yield from malformed
    yield from client.find_access_problems(document)
    if malformed:
        document = without(document, malformed)
        parts, read = list(walk(document)), list(walk(document, IGNORED))
    unfit = [
        *find_unfit_parameters(document, read),
        *find_losses(document, read),
        *find_unfit_examples(document, parts, version),
    ]
    yield from unfit
    yield from client.rehearse(without(document, unfit), (*malformed, *unfit))


def _without_echoes(found: Iterable[Problem], known: Iterable[Problem]) -> Iterator[Problem]:
    """Yield the problems that are not at a place with a known problem, nor directly inside one."""
    places = {each.location for each in known}
    return (each for each in found if places.isdisjoint({each.location, each.location.rpartition("/")[0]}))
