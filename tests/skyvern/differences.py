"""The differences between the server's own description and ours, operation by operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codegen.providers import Provider
from codegen.walk import resolve

_JSON = "application/json"


def find_differences(ours: dict[str, Any], theirs: dict[str, Any], provider: Provider) -> Iterator[str]:
    """Yield a line for each difference: the server's description, and ours.

    The comparison covers the kinds of values in requests and successes, required request values, and statuses. Texts,
    limits, defaults and examples do not affect what a client sends or reads, and the server describes hardly any body
    of a failure.
    """
    for named in provider.operations:
        path = theirs["paths"].get(named.path, {})
        if named.method not in path:
            yield f"{named.name}: the server does not describe it"
            continue
        own, other = ours["paths"][named.path][named.method], path[named.method]
        yield from _compared(f"{named.name} request", _request(ours, own), _request(theirs, other))
        for status in sorted(own["responses"].keys() | other["responses"].keys()):
            place = f"{named.name} {status}"
            if status not in other["responses"]:
                yield f"{place}: the server does not describe it"
            elif status not in own["responses"]:
                yield f"{place}: we do not describe it"
            elif status.startswith("2"):
                both = (_response(ours, own, status), _response(theirs, other, status))
                yield from _compared(place, *both) if both[1] else [f"{place}: the server describes no body"]


def _compared(place: str, ours: dict[str, str], theirs: dict[str, str]) -> Iterator[str]:
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            yield f"{place} {name}: {theirs.get(name, 'not there')}, and ours {ours.get(name, 'not there')}"


def _request(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, str]:
    parameters = [each for each in operation.get("parameters", []) if each["in"] == "query"]
    found = {each["name"]: _kinds(document, each["schema"]) for each in parameters}
    content = operation.get("requestBody", {}).get("content", {})
    return found | (_flat(document, content[_JSON]["schema"], is_request=True) if content else {})


def _response(document: dict[str, Any], operation: dict[str, Any], status: str) -> dict[str, str]:
    response = operation["responses"][status]
    response = resolve(document, response["$ref"]) if "$ref" in response else response
    content = response.get("content", {})
    return _flat(document, content[_JSON]["schema"]) if content else {}


def _flat(
    document: dict[str, Any], schema: dict[str, Any], place: str = "", *, is_request: bool = False
) -> dict[str, str]:
    """Return the kinds of values that a schema allows, by place in the body, and the required request values."""
    found: dict[str, str] = {place or "body": _kinds(document, schema)}
    for each in _alternatives(document, schema):
        if "items" in each:
            found |= _flat(document, each["items"], f"{place}[]", is_request=is_request)
        for name, inner in each.get("properties", {}).items():
            within = f"{place}.{name}" if place else name
            found |= _flat(document, inner, within, is_request=is_request)
            if is_request and name in each.get("required", ()):
                found[within] += ", required"
    return found


def _kinds(document: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return the kinds of a schema's values; the server writes each `date-time` as a `date-time-local`."""
    return " | ".join(sorted({_kind(each) for each in _alternatives(document, schema)} - {"date-time-local"}))


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema or "const" in schema:
        return "/".join(map(str, schema.get("enum", [schema.get("const")])))
    return str(schema.get("format") or schema.get("type") or "anything")


def _alternatives(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in schema:
        yield from _alternatives(document, resolve(document, schema["$ref"]))
    elif "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _alternatives(document, each)
    elif isinstance(schema.get("type"), list):
        for each in schema["type"]:
            yield {**schema, "type": each} if each != "null" else {"type": "null"}
    else:
        yield schema
