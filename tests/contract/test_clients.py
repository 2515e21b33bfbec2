"""The generated clients and the facade call, over HTTP, a mock server that Prism makes from the descriptions."""

from __future__ import annotations

import asyncio
import importlib
import json
from typing import Any

import httpx
import pytest

from browser_sessions import PROVIDERS, AsyncClient, BrowserSession, Client, errors, view
from codegen.__main__ import ROOT
from codegen.pipeline import build_document
from codegen.providers import load_providers
from tests.clients.operations import operation_named

KEY = "a-key-of-mine"
SPECS = {provider.slug: provider for provider in load_providers(ROOT)}
CLASSES = {
    400: errors.InvalidRequest,
    401: errors.AuthenticationFailed,
    402: errors.QuotaExceeded,
    403: errors.PermissionDenied,
    404: errors.SessionNotFound,
    422: errors.InvalidRequest,
    429: errors.RateLimited,
    500: errors.ProviderUnavailable,
    503: errors.ProviderUnavailable,
}
MEANT = {
    ("skyvern", 403): errors.AuthenticationFailed,
    ("skyvern", 422): errors.ProviderUnavailable,
    ("anchorbrowser", 403): errors.QuotaExceeded,
}
"""The errors for statuses to which a provider gives a more specific meaning than HTTP does."""

DYNAMIC = 25
"""The number of responses that Prism invents from a schema."""

each_provider = pytest.mark.parametrize("slug", PROVIDERS)


def documented(slug: str) -> dict[int, list[Any]]:
    """Return the example bodies of an overlaid description by status."""
    operation = operation_named(build_document(SPECS[slug]), "get_session")
    return {
        int(status): [example["value"] for example in _examples(response)]
        for status, response in operation.node["responses"].items()
    }


def _examples(response: dict[str, Any]) -> list[Any]:
    content = response.get("content", {}).get("application/json", {})
    return [*content.get("examples", {}).values(), *({"value": value} for value in [content.get("example")] if value)]


def generated(slug: str, address: str, prefer: str = "", **arguments: Any) -> tuple[Any, Any]:
    """Return a provider's operation and a client whose requests carry a `Prefer` header for Prism."""
    package = importlib.import_module(f"{slug}_client")
    operation = importlib.import_module(f"{slug}_client.api.sessions.get_session")
    client = package.AuthenticatedClient(base_url=address, token=KEY, headers=_prefer(prefer), **arguments)
    return operation, client


def _prefer(prefer: str) -> dict[str, str]:
    return {"Prefer": prefer} if prefer else {}


class Asking(httpx.HTTPTransport):
    """A transport that sends Prism a `Prefer` header, or removes the key."""

    def __init__(self, prefer: str = "", *, without: str = "") -> None:
        super().__init__()
        self._prefer, self._without = _prefer(prefer), without

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request with changed headers."""
        request.headers.update(self._prefer)
        if self._without:
            del request.headers[self._without]
        return super().handle_request(request)


def facade(addresses: dict[str, str], transport: httpx.BaseTransport | None = None) -> Client:
    """Return a client of the facade that calls Prism."""
    return Client(api_keys=dict.fromkeys(PROVIDERS, KEY), base_urls=addresses, max_retries=0, transport=transport)


@each_provider
def test_a_documented_session_is_returned(addresses: dict[str, str], slug: str) -> None:
    """All four calls of a client return the session, and the facade returns the same view of it."""
    operation, client = generated(slug, addresses[slug])
    with client:
        parsed = operation.sync("an-id", client=client)
        response = operation.sync_detailed("an-id", client=client)
    assert json.loads(response.content) in documented(slug)[200]
    assert response.parsed == parsed == type(parsed).from_dict(json.loads(response.content))

    async def fetch() -> tuple[Any, Any, BrowserSession]:
        operation, client = generated(slug, addresses[slug])
        async with client, AsyncClient(api_keys={slug: KEY}, base_urls=addresses) as sessions:
            detailed = await operation.asyncio_detailed("an-id", client=client)
            return await operation.asyncio("an-id", client=client), detailed.parsed, await sessions.get(f"{slug}:an-id")

    with facade(addresses) as sessions:
        assert asyncio.run(fetch()) == (parsed, parsed, sessions.get(f"{slug}:an-id")) == (parsed, parsed, view(parsed))


@each_provider
def test_every_documented_failure_is_decoded(addresses: dict[str, str], slug: str) -> None:
    """Every documented failure has its status and body in a client, and its error class in the facade."""
    statuses = {status: bodies for status, bodies in documented(slug).items() if status != 200}
    assert {401, 404} - {401 if slug == "skyvern" else 0} <= statuses.keys()
    for status, bodies in statuses.items():
        operation, client = generated(slug, addresses[slug], f"code={status}")
        with client:
            response = operation.sync_detailed("an-id", client=client)
        assert (response.status_code, response.error) == (status, None)
        assert not bodies or response.parsed.to_dict() in bodies
        with facade(addresses, Asking(f"code={status}")) as sessions, pytest.raises(errors.ApiStatusError) as caught:
            sessions.get(f"{slug}:an-id")
        expected = MEANT.get((slug, status), CLASSES[status])
        assert (caught.value.status_code, type(caught.value)) == (status, expected)


@each_provider
def test_the_key_is_in_the_described_place(addresses: dict[str, str], slug: str) -> None:
    """Prism refuses a request whose key is missing or in another place."""
    schemes = build_document(SPECS[slug])["components"]["securitySchemes"].values()
    (header,) = [scheme.get("name", "Authorization") for scheme in schemes]
    operation, client = generated(slug, addresses[slug], auth_header_name="X-Elsewhere")
    with client:
        assert operation.sync_detailed("an-id", client=client).status_code == 401
    with facade(addresses, Asking(without=header)) as sessions, pytest.raises(errors.AuthenticationFailed) as caught:
        sessions.get(f"{slug}:an-id")
    assert caught.value.status_code == 401


@each_provider
def test_any_body_of_the_schema_is_decoded(addresses: dict[str, str], slug: str) -> None:
    """Any body that the schema allows is decoded without unexpected values, is given back, and can be viewed."""
    operation, client = generated(slug, addresses[slug], "dynamic=true")
    seen = set()
    with client:
        for _ in range(DYNAMIC):
            response = operation.sync_detailed("an-id", client=client)
            assert (response.status_code, response.error) == (200, None), response.content
            assert response.parsed.unexpected == {}, response.content
            assert type(response.parsed).from_dict(response.parsed.to_dict()) == response.parsed
            seen.add(view(response.parsed).id)
    assert len(seen) > 1
    with facade(addresses, Asking("dynamic=true")) as sessions:
        assert sessions.get(f"{slug}:an-id").provider == slug
