"""One provider's client, and its expected behaviour."""

from __future__ import annotations

import asyncio
import functools
import importlib
import inspect
import json
import operator
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import httpx

from codegen.__main__ import ROOT
from codegen.providers import Provider, load_providers
from tests.clients.operations import operation_named
from tests.clients.oracle import Oracle
from tests.documents import overlaid_document

TOKEN = "a-token"  # noqa: S105 - clients.toml expects it
SESSION_ID = "an-id"

Handler = Callable[[httpx.Request], httpx.Response]


@attrs.frozen
class ClientCase:
    """One provider's client, with its row of clients.toml."""

    provider: Provider
    method: str
    base: str
    path: str
    header: str
    value: str
    identifying: list[str]
    sensitive: list[list[str | int]]
    enums: dict[str, list[str]] = attrs.field(factory=dict)

    def __str__(self) -> str:
        return self.provider.slug

    @property
    def url(self) -> str:
        """The URL of the session `SESSION_ID`."""
        return self.base + self.path

    @property
    def key(self) -> dict[str, str]:
        """The header that carries the key `TOKEN`."""
        return {self.header.lower(): self.value}

    @property
    def package(self) -> ModuleType:
        """The client's package."""
        return importlib.import_module(self.provider.package)

    @property
    def models(self) -> ModuleType:
        """The package of the models."""
        return self.module("models")

    @property
    def operation(self) -> ModuleType:
        """The operation that reads a session."""
        return self.module("api.sessions.get_session")

    def module(self, name: str) -> ModuleType:
        """Return a module of the client."""
        return importlib.import_module(f"{self.provider.package}.{name}")

    @property
    def document(self) -> dict[str, Any]:
        """The overlaid document."""
        return overlaid_document(self.provider)

    @property
    def oracle(self) -> Oracle:
        """The contract for the overlaid document."""
        return Oracle(self.document)

    def schema(self, status: int) -> dict[str, Any]:
        """Return the schema of the body of a documented status."""
        schema: dict[str, Any] = self._responses[str(status)]["content"]["application/json"]["schema"]
        return schema

    def examples(self, status: int) -> list[Any]:
        """Return the example bodies of a status."""
        content = self._responses[str(status)]["content"]["application/json"]
        assert "examples" in content, f"{self.provider.overlay}: give the status {status} an example"
        return [each["value"] for each in content["examples"].values()]

    @property
    def statuses(self) -> list[int]:
        """The documented statuses."""
        return [int(status) for status in self._responses]

    @property
    def _responses(self) -> dict[str, Any]:
        responses: dict[str, Any] = operation_named(self.document, "get_session").node["responses"]
        return responses

    def client(self, handler: Handler, *, httpx_args: dict[str, Any] | None = None, **arguments: Any) -> Any:
        """Return a client whose requests go to a handler."""
        transport = {"transport": httpx.MockTransport(handler)}
        arguments.setdefault("token", TOKEN)
        return self.package.AuthenticatedClient(httpx_args=transport | (httpx_args or {}), **arguments)

    def responding(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> Any:
        """Return a client that always gets the same response."""
        return self.client(lambda _: httpx.Response(status, content=content, headers=headers))

    def call(self, function: str, client: Any, session_id: str = SESSION_ID) -> Any:
        """Call one of the four functions, and return its result; asynchronous functions are awaited."""
        result = getattr(self.operation, function)(session_id, client=client)
        return asyncio.run(result) if inspect.iscoroutine(result) else result

    def response(self, body: Any, status: int = 200) -> Any:
        """Return the client's response for a JSON body."""
        return self.call("sync_detailed", self.responding(status, encoded(body)))

    def session_in(self, body: Any) -> Any:
        """Return the object in a success's body that identifies the session."""
        return functools.reduce(operator.getitem, self.identifying[:-1], body)

    def session_of(self, model: Any) -> Any:
        """Return the model in a success's model that identifies the session."""
        return functools.reduce(getattr, self.identifying[:-1], model)


FUNCTIONS = ("sync_detailed", "sync", "asyncio_detailed", "asyncio")


def load_cases() -> list[ClientCase]:
    """Return a case for every provider in clients.toml; a test in tests/layout finds missing providers."""
    rows = tomllib.loads((Path(__file__).parent / "clients.toml").read_text("utf-8"))
    return [ClientCase(provider, **rows[provider.slug]) for provider in load_providers(ROOT) if provider.slug in rows]


def encoded(body: Any) -> bytes:
    """Return a body as JSON; infinities become numbers that are too large."""
    return re.sub(r'("(?:\\.|[^"\\])*")|Infinity', lambda match: match[1] or "1e999", json.dumps(body)).encode()
