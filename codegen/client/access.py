"""Where a client's requests go, and where its key goes: what a document says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import attrs

from codegen.errors import GenerationError, pointer
from codegen.walk import METHODS, dereference


@attrs.frozen
class Auth:
    """Where the API key goes: the header's name, and what stands before the key in it."""

    header: str
    prefix: str

    place: str = attrs.field(default="#", eq=False)
    """Where the document says so."""


def base_url_of(document: dict[str, Any]) -> str:
    """Return where requests go: to the first server."""
    if not document.get("servers"):
        raise GenerationError("the document names no server, and the first one is the client's base URL", "#/servers")
    url = str(document["servers"][0]["url"])
    if not re.fullmatch(r"(?i)https?://[^\s{}]+", url):
        problem = f"the first server, {url!r}, is no full address, and it is the client's base URL"
        raise GenerationError(problem, "#/servers/0/url")
    return url


def auth_of(document: dict[str, Any]) -> Auth:
    """Return where the key goes, as the first security requirement of every operation that wants one has it."""
    secured = [(place, each) for place, each in _operations(document) if any(each.get("security", []))]
    found = [_operation_auth(document, *operation) for operation in secured]
    if not found:
        raise GenerationError("no operation says where the key goes: give it, or the document, security", "#/paths")
    if len(set(found)) > 1:
        raise GenerationError("the operations want keys in different places, and a client has one key")
    return found[0]


def _operation_auth(document: dict[str, Any], place: str, operation: dict[str, Any]) -> Auth:
    requirement: dict[str, Any] = next(iter(operation.get("security", [])), {})
    if len(requirement) > 1:
        raise GenerationError(f"an operation wants {len(requirement)} keys at once, and a client has one key", place)
    for name in requirement:
        place = pointer("components", "securitySchemes", name)
        scheme = dereference(document, document["components"]["securitySchemes"][name])
        if scheme["type"] == "apiKey" and scheme["in"] == "header":
            return Auth(scheme["name"], "", place)
        if scheme["type"] == "http" and scheme["scheme"].lower() == "bearer":
            return Auth("Authorization", "Bearer", place)
    problem = "the operation's first security requirement is no key in a header and no bearer token"
    raise GenerationError(problem, place)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each operation, and where it says which keys it wants."""
    for path, item in document["paths"].items():
        yield from ((pointer("paths", path, each, "security"), item[each]) for each in METHODS if each in item)
