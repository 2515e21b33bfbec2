"""Where a client's requests and its key go, according to a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import attrs

from codegen.allowlist import IGNORED
from codegen.errors import Problem, pointer
from codegen.walk import Part, dereference, walk

_BESIDE_SECURITY = IGNORED | {"components", "parameters", "requestBody", "responses"}


@attrs.frozen
class Auth:
    """Where the API key goes: the name of the header, and the prefix before the key."""

    header: str
    prefix: str

    place: str = attrs.field(default="#", eq=False)
    """Its place in the document."""

    def __str__(self) -> str:
        return " ".join(f"{self.header}: {self.prefix} KEY".split())


@attrs.frozen
class Access:
    """The base URL of an API, and where the key goes in a request."""

    base_url: str
    auth: Auth


def access_of(document: dict[str, Any]) -> Access:
    """Return where requests and keys go, by the first server and the operations' first security requirement.

    Args:
        document: A document for which `find_access_problems` finds nothing.

    """
    found = [_auth(document, place, requirements[0]) for place, requirements in _secured(document)]
    return Access(str(document["servers"][0]["url"]), next(each for each in found if isinstance(each, Auth)))


def find_access_problems(document: dict[str, Any]) -> Iterator[Problem]:
    """Yield why requests have no base URL, and the operations whose key the client could not send.

    Args:
        document: An OpenAPI document, valid or not; malformed parts are skipped.

    """
    if not document.get("servers"):
        text = "is missing: add the first server, the client's base URL, by an overlay"
        yield Problem(pointer("servers"), text)
    secured = list(_secured(document))
    components = Part("components", ("components",), document.get("components"))
    schemes = {part.parts[-1] for part in components.members("securitySchemes")}
    for name in dict.fromkeys(name for _, requirements in secured for each in requirements for name in each):
        if name not in schemes:
            yield Problem(_scheme(name), "is missing, but the security of operations names it")
    found = {place: _auth(document, place, requirements[0]) for place, requirements in secured}
    yield from dict.fromkeys(each for each in found.values() if isinstance(each, Problem))
    auths = {place: each for place, each in found.items() if isinstance(each, Auth)}
    for usual, _ in Counter(auths.values()).most_common(1):
        for place in (place for place, auth in auths.items() if auth != usual):
            text = f"has the key as {auths[place]}, but most operations have it as {usual}: a client has one key"
            yield Problem(place, text)
    if not secured:
        yield Problem(
            pointer("paths"),
            "no operation has security, so the key has no place: add security to the document by an overlay",
        )


def _secured(document: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the place and the security requirements of each operation that needs a key."""
    for part in walk(document, _BESIDE_SECURITY):
        match part.node:
            case {"security": list(listed)} if part.kind == "operation":
                # An empty one makes the key optional; ours is sent anyway.
                if requirements := [each for each in listed if isinstance(each, dict) and each]:
                    yield pointer(*part.parts, "security"), requirements


def _scheme(name: str) -> str:
    return pointer("components", "securitySchemes", name)


def _auth(document: dict[str, Any], place: str, requirement: dict[str, Any]) -> Auth | Problem | None:
    """Return where the key of an operation goes, or why the client cannot send it; None if the scheme is missing."""
    if len(requirement) > 1:
        return Problem(place, "needs several keys at once, but a client has one key")
    scheme = _scheme(*requirement)
    try:
        node = dereference(document, {"$ref": scheme})
    except LookupError:
        return None
    match node:
        case {"type": "apiKey", "in": "header", "name": str(header)}:
            return Auth(header, "", scheme)
        case {"type": "http", "scheme": str(name)} if name.lower() == "bearer":
            return Auth("Authorization", "Bearer", scheme)
    return Problem(scheme, "must be an apiKey in a header or an http bearer token, since operations name it first")
