"""Calls that fail, made up: what an error is made from."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import attrs
import httpx
import yaml

from browser_sessions import PROVIDERS, SessionRef, _failures, errors
from browser_sessions._access import Access
from browser_sessions.errors import BrowserSessionsError

KEY = "a-key-that-is-secret"


class Call(NamedTuple):
    """What an error says of a call."""

    access: Access
    ref: SessionRef | None
    secrets: tuple[str, ...] = ()


class Response(NamedTuple):
    """What an error says of a response."""

    status_code: int
    headers: httpx.Headers
    content: bytes


def call_to(
    slug: str, *, key: str = KEY, base_url: str = "", session_id: str | None = "an-id", secrets: tuple[str, ...] = ()
) -> Call:
    """Return a call to a provider; at its own base URL the key is from the environment, elsewhere from an argument."""
    provider = PROVIDERS[slug]
    source = "api_keys" if base_url else provider.key_variables[0]
    ref = None if session_id is None else SessionRef(slug, session_id)
    return Call(Access(provider, key, base_url or provider.base_url, source), ref, secrets)


def response_of(status: int, body: Any = None, headers: Any = ()) -> Response:
    """Return a response; its body is bytes, a text, or else JSON, unless it is None."""
    if not isinstance(body, bytes | str) and body is not None:
        body = json.dumps(body)
    content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body or b""
    return Response(status, httpx.Headers(headers), content)


def failing(
    slug: str, status: int, body: Any = None, headers: Any = (), **arguments: Any
) -> errors.ApiStatusError | errors.UnexpectedResponse:
    """Return the error for a response, which of a success is that of reading it."""
    call, response = call_to(slug, **arguments), response_of(status, body, headers)
    if not 200 <= status < 300:
        return _failures.status_error(call, response)
    parsed = importlib.import_module(f"{slug}_client.api.sessions.get_session").parse_response(response)
    if parsed.error is None:
        return _failures.unexpected(call, response, f"status {status} is not documented")
    return _failures.unexpected(call, response, str(parsed.error), parsed.error.path or None)


@attrs.frozen
class Case:
    """A response of a provider, and the whole error that it becomes."""

    slug: str
    name: str
    status: int
    error: dict[str, Any]
    body: Any = None
    headers: dict[str, str] = attrs.field(factory=dict)
    base_url: str = ""

    def __str__(self) -> str:
        return f"{self.slug}, {self.name}"

    @property
    def content(self) -> bytes:
        """The body as it is sent."""
        return response_of(self.status, self.body).content

    @property
    def expected(self) -> BrowserSessionsError:
        """The whole error."""
        fields = dict(self.error)
        kind = getattr(errors, fields.pop("class"))
        message = f"{self.slug}:an-id: {fields.pop('says')}"
        shown = {name.lower(): value for name, value in self.headers.items()} | fields.pop("headers", {})
        is_kept = kind is not errors.UnexpectedResponse and not isinstance(self.body, str)
        body = ("" if self.body is None else json.dumps(self.body)) if is_kept else None
        known = {"ref": SessionRef(self.slug, "an-id"), "status_code": self.status, "headers": shown, "body": body}
        found: BrowserSessionsError = kind(message, **known | fields)
        return found


def load_cases() -> list[Case]:
    """Return the cases of all providers."""
    return [
        Case(path.stem, name, **case)
        for path in sorted((Path(__file__).parent / "failures").glob("*.yaml"))
        for name, case in yaml.safe_load(path.read_text("utf-8")).items()
    ]
