"""What a document must be before a client is made of it; all problems are reported at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codegen import client
from codegen.allowlist import IGNORED, KEYWORDS
from codegen.cuts import without
from codegen.errors import InvalidDocument, Problem, pointer
from codegen.examples import find_unfit_examples
from codegen.shapes import find_unserved, find_unsupported
from codegen.structure import find_broken_values, find_lost_references, find_malformed
from codegen.walk import walk


def validate_document(document: dict[str, Any]) -> None:
    """Raise unless the document is valid OpenAPI 3.0 or 3.1, and our templates serve all of it.

    Raises:
        InvalidDocument: Every problem of the structure, the references, the security, the examples, the shapes
            that `codegen.allowlist` does not list, and what the generator itself refuses or cannot write.

    """
    field = "swagger" if "swagger" in document else "openapi"
    number = str(document.get(field))[:3]
    if field == "swagger" or number not in KEYWORDS:
        text = f"version {document.get(field)!r} is not supported: expected OpenAPI 3.1.x or 3.0.x"
        raise InvalidDocument((Problem(pointer(field), text),))
    try:
        problems = tuple(find_broken_values(document)) or tuple(dict.fromkeys(_problems(document, number)))
    except RecursionError:
        problems = (Problem(pointer(), "is nested too deeply, or refers to itself without end"),)
    if problems:
        raise InvalidDocument(problems)


def _problems(document: dict[str, Any], version: str) -> Iterator[Problem]:
    """Yield the problems stage by stage; each sees the document without what was found before it."""
    parts, read = list(walk(document)), list(walk(document, IGNORED))
    malformed = [*find_malformed(document, parts, version), *find_lost_references(document, parts)]
    places = {each.location for each in malformed}
    unsupported = find_unsupported(read, version)
    malformed += [each for each in unsupported if places.isdisjoint({each.location, each.location.rpartition("/")[0]})]
    yield from malformed
    yield from client.find_access_problems(document)
    if malformed:
        document = without(document, malformed)
        parts, read = list(walk(document)), list(walk(document, IGNORED))
    unfit = [*find_unserved(document, read), *find_unfit_examples(document, parts, version)]
    yield from unfit
    yield from client.rehearse(without(document, unfit), (*malformed, *unfit))
