"""Calls that fail, made up: what an error is made from."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import attrs
import httpx
import yaml

from browser_sessions import PROVIDERS, SessionRef, errors
from browser_sessions._access import Access
from browser_sessions._attempt import RawResponse
from browser_sessions._bounds import Bounds
from browser_sessions._call import Call, course
from browser_sessions.errors import BrowserSessionsError

KEY = "a-key-that-is-secret"

UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
LOST = (
    httpx.CloseError,
    httpx.LocalProtocolError,
    httpx.ReadError,
    httpx.ReadTimeout,
    httpx.RemoteProtocolError,
    httpx.WriteError,
    httpx.WriteTimeout,
)
"""What httpx raises of which a request may have been received; of the others, it was not."""


def call_to(
    slug: str, *, key: str = KEY, base_url: str = "", session_id: str | None = "an-id", secrets: tuple[str, ...] = ()
) -> Call[Any]:
    """Return a call to a provider; at its own base URL the key is from the environment, elsewhere from an argument."""
    provider = PROVIDERS[slug]
    source = "api_keys" if base_url else provider.key_variables[0]
    ref = None if session_id is None else SessionRef(slug, session_id)
    access = Access(provider, key, base_url or provider.base_url, source)
    module = importlib.import_module(f"browser_sessions._providers.{slug}")
    client = module.CLIENT(token=key, base_url=access.base_url)
    arguments = ("an-id",) if ref is None else (ref.id,)
    return Call(access, client, module.OPERATION, module.view, Bounds(1, 0, 1), arguments, ref=ref, secrets=secrets)


def response_of(status: int, body: Any = None, headers: Any = ()) -> RawResponse:
    """Return a response; its body is bytes, a text, or else JSON, unless it is None."""
    if not isinstance(body, bytes | str) and body is not None:
        body = json.dumps(body)
    content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body or b""
    return RawResponse(status, httpx.Headers(headers), content)


def failing(
    slug: str, status: int, body: Any = None, headers: Any = (), **arguments: Any
) -> errors.ApiStatusError | errors.UnexpectedResponse:
    """Return the error for a response, which of a success is that of reading it."""
    steps = course(call_to(slug, **arguments))
    next(steps)
    try:
        steps.send(response_of(status, body, headers))
    except (errors.ApiStatusError, errors.UnexpectedResponse) as error:
        return error.with_traceback(None)
    raise AssertionError(status)


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
