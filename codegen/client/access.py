"""Where a client's requests go, and where its key goes: what a document says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import attrs

from codegen.errors import GenerationError
from codegen.walk import METHODS, dereference


@attrs.frozen
class Auth:
    """Where the API key goes: the header's name, and what stands before the key in it."""

    header: str
    prefix: str


def base_url_of(document: dict[str, Any]) -> str:
    """Return where requests go: to the first server."""
    if not document.get("servers"):
        raise GenerationError("the document names no server, and the first one is the client's base URL")
    url = str(document["servers"][0]["url"])
    if not re.fullmatch(r"(?i)https?://[^\s{}]+", url):
        raise GenerationError(f"the first server, {url!r}, is no full address, and it is the client's base URL")
    return url


def auth_of(document: dict[str, Any]) -> Auth:
    """Return where the key goes, as the first security requirement of every operation has it."""
    found = [_operation_auth(document, operation) for operation in _operations(document)]
    if not found:
        raise GenerationError("the document has no operation")
    if len(set(found)) > 1:
        raise GenerationError("the operations want keys in different places, and a client has one key")
    return found[0]


def _operation_auth(document: dict[str, Any], operation: dict[str, Any]) -> Auth:
    requirement: dict[str, Any] = next(iter(operation.get("security", [])), {})
    if len(requirement) > 1:
        raise GenerationError(f"an operation wants {len(requirement)} keys at once, and a client has one key")
    for name in requirement:
        scheme = dereference(document, document["components"]["securitySchemes"][name])
        if scheme["type"] == "apiKey" and scheme["in"] == "header":
            return Auth(scheme["name"], "")
        if scheme["type"] == "http" and scheme["scheme"].lower() == "bearer":
            return Auth("Authorization", "Bearer")
    raise GenerationError("the operation's first security requirement is no key in a header and no bearer token")


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (path[method] for method in METHODS if method in path)
