"""Parts that our templates do not support: each part of a document is checked against `codegen.allowlist`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from codegen.allowlist import BESIDE, KEYWORDS, LIMITS, PARTS, TOGETHER
from codegen.errors import Problem, pointer, unsupported
from codegen.forms import errors_of
from codegen.walk import Part

_SHOWN = 100
"""How many characters of a value a problem shows at most."""

_PARTS = {kind: Draft202012Validator(form) for kind, form in PARTS.items()}


def find_unlisted(parts: Iterable[Part], version: str) -> Iterator[Problem]:
    """Yield the keywords, fields, values and combinations that are not supported.

    Args:
        parts: What `walk` yields for a document, without the parts that the client ignores; malformed ones are skipped.
        version: The version of OpenAPI, `3.0` or `3.1`.

    """
    known = KEYWORDS[version].keys() | LIMITS[version].keys()
    leading, combinations = BESIDE.keys() | TOGETHER.keys(), _combinations(version)
    for part in parts:
        if part.kind == "schema" and isinstance(part.node, dict):
            for keyword in part.node:
                if keyword not in known and not keyword.startswith("x-"):
                    yield unsupported(part.location, repr(keyword))
            if part.node.get("format") == "binary" and part.parts[-1] != "schema":
                yield unsupported(part.location, "format: binary in JSON")
            if not leading.isdisjoint(part.node):
                yield from _problems(combinations, part)
        elif part.kind == "schema" and isinstance(part.node, bool):
            yield unsupported(part.location, "a boolean schema")
        elif part.kind in _PARTS and (part.reference is None or part.kind == "path"):
            yield from _problems(_PARTS[part.kind], part)


@cache
def _combinations(version: str) -> Validator:
    shaping = {keyword for keyword in KEYWORDS[version] if not keyword.startswith("x-")}
    rules: dict[str, Any] = {}
    for keyword, beside in BESIDE.items():
        shaping.discard(keyword)
        rules[keyword] = {"propertyNames": {"not": {"enum": sorted(shaping - beside)}}}
    return Draft202012Validator({"allOf": [{"dependentSchemas": rules}, {"dependentSchemas": TOGETHER}]})


def _problems(validator: Validator, part: Part) -> Iterator[Problem]:
    for error in errors_of(validator, part.node):
        what = repr(error.instance) if len(repr(error.instance)) < _SHOWN else f"{error.instance!r:.{_SHOWN}}…"
        place, path = [*part.parts, *error.absolute_path], list(error.absolute_schema_path)
        if "propertyNames" in path and "dependentSchemas" in path:
            what += f" beside {path[path.index('dependentSchemas') + 1]}"
        elif "propertyNames" in path:
            place.append(str(error.instance))
        yield unsupported(pointer(*place), what)
