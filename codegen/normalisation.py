"""Decisions for all providers alike, which no overlay has to repeat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from codegen.document import copied
from codegen.errors import Problem, pointer
from codegen.providers import Operation
from codegen.walk import dereference, walk

# https://spec.openapis.org/oas/v3.1.0#parameter-object: "the parameter definition SHALL be ignored".
_IGNORED_HEADERS = {"accept", "authorization", "content-type"}


def normalise(document: dict[str, Any], operations: Iterable[Operation]) -> dict[str, Any]:
    """Return an overlaid document with the names, tags and keys that all our clients share.

    Each operation of `operations` gets its name as `operationId`, its tag, and the document's security unless it has
    its own; the document keeps none. Header parameters that carry the key, or that OpenAPI says to ignore, are
    removed. Malformed parts stay as they are, for `validate_document` to report.
    """
    result: dict[str, Any] = copied(document)
    names = {("paths", each.path, each.method): each for each in operations}
    keys = _key_headers(result)
    for part in list(walk(result)):
        if isinstance(part.node, dict):
            if part.kind == "operation" and part.parts in names:
                _name(part.node, names[part.parts], result)
            if part.kind in {"operation", "path"}:
                _remove_keys(result, part.node, keys)
    if isinstance(result.get("security"), list):
        del result["security"]
    return result


def find_missing(document: dict[str, Any], operations: Iterable[Operation]) -> Iterator[Problem]:
    """Yield a problem for each operation of `sources.toml` that the document does not describe."""
    described = {part.parts for part in walk(document) if part.kind == "operation"}
    for each in operations:
        if ("paths", each.path, each.method) not in described:
            text = f"the operation {each.name} of specs/sources.toml is missing: describe or remove it"
            yield Problem(pointer("paths", each.path, each.method), text)


def _name(operation: dict[str, Any], named: Operation, document: dict[str, Any]) -> None:
    operation["operationId"] = named.name
    operation["tags"] = [named.tag]
    if isinstance(document.get("security"), list):
        operation.setdefault("security", copied(document["security"]))


def _key_headers(document: dict[str, Any]) -> set[str]:
    schemes = [part.node for part in walk(document) if part.kind == "security scheme" and isinstance(part.node, dict)]
    names = [scheme.get("name") for scheme in schemes if scheme.get("in") == "header"]
    return _IGNORED_HEADERS | {name.lower() for name in names if isinstance(name, str)}


def _remove_keys(document: dict[str, Any], holder: dict[str, Any], keys: set[str]) -> None:
    if isinstance(parameters := holder.get("parameters"), list):
        holder["parameters"] = [each for each in parameters if not _is_key(document, each, keys)]


def _is_key(document: dict[str, Any], parameter: Any, keys: set[str]) -> bool:
    try:
        target = dereference(document, parameter)
    except LookupError:
        return False
    name = target.get("name") if isinstance(target, dict) and target.get("in") == "header" else None
    return isinstance(name, str) and name.lower() in keys
