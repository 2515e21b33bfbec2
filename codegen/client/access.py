"""Where a client's requests go, and where its key goes: what a document says of it."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import attrs

from codegen.allowlist import IGNORED
from codegen.errors import GenerationError, Problem, pointer
from codegen.walk import dereference, walk

_NO_SERVER = "is missing: the first server is the client's base URL, so add it by an overlay"
_NO_KEY = "no operation says where the key goes: give it, or the document, security"


@attrs.frozen
class Auth:
    """Where the API key goes: the header's name, and what stands before the key in it."""

    header: str
    prefix: str

    place: str = attrs.field(default="#", eq=False)
    """Where the document says so."""

    def __str__(self) -> str:
        return " ".join(f"{self.header}: {self.prefix} KEY".split())


def base_url_of(document: dict[str, Any]) -> str:
    """Return where requests go: to the first server."""
    if not document.get("servers"):
        raise GenerationError(_NO_SERVER, "#/servers")
    url = str(document["servers"][0]["url"])
    if not re.fullmatch(r"(?i)https?://[^\s{}]+", url):
        problem = f"{url!r} is not a full http or https address: the first server is the client's base URL"
        raise GenerationError(problem, "#/servers/0/url")
    return url


def auth_of(document: dict[str, Any]) -> Auth:
    """Return where the key goes, as the first security requirement of every operation that wants one has it."""
    found = [_operation_auth(document, *secured) for secured in _secured(document)]
    if not found:
        raise GenerationError(_NO_KEY, "#/paths")
    if len(set(found)) > 1:
        raise GenerationError("the operations want keys in different places, and a client has one key")
    return found[0]


def find_access_problems(document: dict[str, Any]) -> Iterator[Problem]:
    """Yield why requests have no address, which security schemes are missing, and where operations' keys differ.

    Args:
        document: An OpenAPI document, valid or not; what is malformed is passed over.

    """
    if not document.get("servers"):
        yield Problem(pointer("servers"), _NO_SERVER)
    schemes = {part.parts[-1] for part in walk(document) if part.kind == "security scheme"}
    found: dict[str, Auth] = {}
    secured = list(_secured(document))
    for place, requirements in secured:
        for name in (name for each in requirements for name in each if name not in schemes):
            yield Problem(place, f"security scheme {name!r} is not among the components")
        try:
            with contextlib.suppress(LookupError):  # of a scheme that is missing
                found[place] = _operation_auth(document, place, requirements)
        except GenerationError as error:
            yield Problem(place, error.problem)
    for usual, _ in Counter(found.values()).most_common(1):
        for place in (place for place, auth in found.items() if auth != usual):
            text = f"wants the key as {found[place]}, most operations as {usual}, and a client has one key"
            yield Problem(place, text)
    if not secured:
        yield Problem(pointer("paths"), _NO_KEY)


def _secured(document: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield, of each operation whose first security requirement names a key, the place and the requirements."""
    for part in walk(document, IGNORED):
        match part.node:
            case {"security": list(listed)} if part.kind == "operation":
                # An empty one says that the key is optional; ours is sent all the same.
                requirements = [each for each in listed if isinstance(each, dict) and each]
                if not requirements:
                    continue
                yield pointer(*part.parts, "security"), requirements


def _operation_auth(document: dict[str, Any], place: str, requirements: list[dict[str, Any]]) -> Auth:
    if len(requirements[0]) > 1:
        problem = f"an operation wants {len(requirements[0])} keys at once, and a client has one key"
        raise GenerationError(problem, place)
    for name in requirements[0]:
        place = pointer("components", "securitySchemes", name)
        match dereference(document, {"$ref": place}):
            case {"type": "apiKey", "in": "header", "name": str(header)}:
                return Auth(header, "", place)
            case {"type": "http", "scheme": str(scheme)} if scheme.lower() == "bearer":
                return Auth("Authorization", "Bearer", place)
    problem = "the first security requirement of an operation must be an apiKey in a header or an http bearer token"
    raise GenerationError(problem, place)
