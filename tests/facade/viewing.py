"""Responses of the providers, as their clients decode them, to be viewed."""

from __future__ import annotations

import functools
import importlib
from pathlib import Path
from typing import Any

import attrs
import httpx
import yaml

from codegen.__main__ import ROOT
from codegen.providers import Provider, load_providers
from tests.clients.client_case import encoded
from tests.clients.operations import operation_named
from tests.documents import overlaid_document

PROVIDERS = {provider.slug: provider for provider in load_providers(ROOT)}

ENVELOPES = {"anchorbrowser": "data", "brightdata": "session"}
"""The property of a response that holds the session, where the response is not the session."""

MODELS = {"anchorbrowser": "SessionEnvelope", "brightdata": "SingleSessionResponse"}
"""The model of a whole response, where it is not Session."""


def decode(slug: str, body: Any) -> Any:
    """Return what a client's `sync` makes of a body."""
    package = importlib.import_module(f"{slug}_client")
    operation = importlib.import_module(f"{slug}_client.api.sessions.get_session")
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=encoded(body)))
    client = package.AuthenticatedClient(token="a-token", httpx_args={"transport": transport})  # noqa: S106 - no token
    return operation.sync("an-id", client=client)


def session_in(slug: str, body: Any) -> Any:
    """Return the session in a body, or the body that is one."""
    return body.get(ENVELOPES.get(slug), body)


@attrs.frozen
class ViewCase:
    """A response of a provider, and the view of it as JSON, without what is absent."""

    slug: str
    name: str
    body: Any
    view: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.slug}, {self.name}"


@functools.cache
def load_cases() -> tuple[ViewCase, ...]:
    """Return the cases of all providers."""
    files = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    return tuple(
        ViewCase(path.stem, name, **case)
        for path in files
        for name, case in yaml.safe_load(path.read_text("utf-8")).items()
    )


def full_body(slug: str) -> Any:
    """Return the body of a provider's case in which nothing is absent."""
    return next(case.body for case in load_cases() if (case.slug, case.name) == (slug, "full"))


def document(slug: str) -> dict[str, Any]:
    """Return a provider's overlaid document."""
    return overlaid_document(provider_of(slug))


def provider_of(slug: str) -> Provider:
    """Return a provider's row in the list of specs."""
    return PROVIDERS[slug]


def examples(slug: str) -> dict[str, Any]:
    """Return the examples of a successful response, by name."""
    found = operation_named(document(slug), "get_session").success(200)["examples"]
    return {name: example["value"] for name, example in found.items()}
