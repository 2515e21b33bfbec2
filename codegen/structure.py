"""Whether a document is OpenAPI 3.0 or 3.1: its structure and its references.

The community's JSON Schemas of the structure descend into every schema, which is slow. So they stop at schemas here,
and each keyword of a schema is checked by itself against the values that our templates support.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from openapi_spec_validator.schemas import schema_v30, schema_v31

from codegen.allowlist import KEYWORDS, LIMITS
from codegen.errors import Problem
from codegen.forms import problems_of
from codegen.walk import CircularReference, Part, dereference, segments

_STRUCTURES = {
    "3.0": (schema_v30, {"$ref": "#/definitions/Schema"}, {"type": "object", "not": {"required": ["$ref"]}}),
    "3.1": (schema_v31, {"$dynamicRef": "#meta"}, {"type": ["object", "boolean"]}),
}
"""The JSON Schemas of documents, their reference to a schema, and what replaces it here."""

_COMPONENT = ("components", "what kind", "its name")

_Place = tuple[str | int, ...]


def find_malformed(document: dict[str, Any], parts: Iterable[Part], version: str) -> Iterator[Problem]:
    """Yield what is not valid OpenAPI, and the values of schema keywords that are not supported.

    Args:
        document: Any document.
        parts: What `walk` yields for it.
        version: The version of OpenAPI, `3.0` or `3.1`.

    """
    yield from problems_of(_structure(version), document)
    keywords = _keywords(version)
    known: set[Any] = set()  # a few texts and numbers are repeated in thousands of places
    for part in parts:
        if part.kind == "schema" and isinstance(part.node, dict):
            for keyword, value in part.node.items():
                key = (keyword, type(value), value) if isinstance(value, str | int | float) else None
                if keyword in keywords and key not in known:
                    problems = list(problems_of(keywords[keyword], value, (*part.parts, keyword)))
                    known |= {key} if key and not problems else set()
                    yield from problems
        elif part.kind == "schema":
            yield from problems_of(keywords["items"], part.node, part.parts)


@cache
def _structure(version: str) -> Validator:
    schema, reference, instead = _STRUCTURES[version]
    structure = json.loads(json.dumps(dict(schema)).replace(json.dumps(reference), json.dumps(instead)))
    validator: Validator = validator_for(structure)(structure)
    return validator


@cache
def _keywords(version: str) -> dict[str, Validator]:
    forms = KEYWORDS[version] | LIMITS[version]
    return {keyword: Draft202012Validator(form) for keyword, form in forms.items()}


def find_dangling_references(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    """Yield the references that do not lead to a component of the right kind.

    Args:
        document: Any document.
        parts: What `walk` yields for it.

    """
    parts = list(parts)
    kinds = {part.parts: part.kind for part in parts if len(part.parts) == len(_COMPONENT)}
    for part in parts:
        if part.reference is None:
            continue
        if not part.reference.startswith("#/") or kinds.get(segments(part.reference)) != part.kind:
            text = f"refers to {part.reference!r}, but the components have no such {part.kind}"
            yield Problem(part.location, text)
        elif _is_circular(document, part):
            yield Problem(part.location, f"refers to {part.reference!r}, which refers back to it")


def _is_circular(document: dict[str, Any], part: Part) -> bool:
    try:
        dereference(document, part.node)
    except CircularReference:
        return True
    except LookupError:
        return False  # another reference leads nowhere
    return False
