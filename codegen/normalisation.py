"""What is decided for all providers alike, so that no overlay repeats it."""

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
    """Return an overlaid document with the names, tags and keys that all our clients have alike.

    Each operation of `operations` gets its name as `operationId`, its tag, and the document's security unless it has
    its own; the document keeps none. Header parameters lose `null`, which no header can carry; those that carry the
    key, or that OpenAPI says to ignore, are removed. Malformed parts stay as they are, for `validate_document` to
    report.
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
            if part.kind == "parameter" and part.node.get("in") == "header" and "schema" in part.node:
                part.node["schema"] = _without_null(part.node["schema"])
    if isinstance(result.get("security"), list):
        del result["security"]
    return result


def find_missing(document: dict[str, Any], operations: Iterable[Operation]) -> Iterator[Problem]:
    """Yield a problem for each operation of `sources.toml` that the document does not describe."""
    described = {part.parts for part in walk(document) if part.kind == "operation"}
    for each in operations:
        if ("paths", each.path, each.method) not in described:
            text = f"specs/sources.toml names the operation {each.name}, which is missing here: describe or remove it"
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


def _without_null(schema: Any) -> Any:
    """Return a schema that allows the same values but null, in whichever way it allows that."""
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key != "nullable"}
    for keyword in ("anyOf", "oneOf", "type"):
        variants = kept.get(keyword)
        if not isinstance(variants, list):
            continue
        others = [each for each in variants if each not in ("null", {"type": "null"})]
        if not others or others == variants:
            continue
        kept[keyword] = others
        if len(others) == 1:
            del kept[keyword]
            kept |= {"type": others[0]} if keyword == "type" else _joined(kept, others[0])
    return kept


def _joined(schema: dict[str, Any], only: Any) -> dict[str, Any]:
    """Return the one alternative that is left, for the schema that held it."""
    return {"allOf": [only]} if not isinstance(only, dict) or "$ref" in only else {**only, **schema}
