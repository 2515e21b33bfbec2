"""A real Skyvern server, started once, and its clients."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import skyvern_client

import browser_sessions
from codegen.corrections import apply_corrections
from codegen.document import load_document
from codegen.normalisation import normalise
from codegen.providers import Provider, load_providers
from codegen.pruning import prune
from tests.skyvern.judging import find_problems
from tests.skyvern.server import Server, running_server

ROOT = Path(__file__).parents[2]
PYTHON = "SKYVERN_SERVER_PYTHON"
"""The variable that names the Python of the server's environment; `nox -s skyvern` sets it."""


@pytest.fixture(scope="session")
def provider() -> Provider:
    """Skyvern's row in the list of providers."""
    return next(each for each in load_providers(ROOT) if each.slug == "skyvern")


@pytest.fixture(scope="session")
def document(provider: Provider) -> dict[str, Any]:
    """Skyvern's overlaid description, read without the pipeline, which needs the generator."""
    document = load_document(provider.spec)
    for overlay in provider.overlays:
        document = apply_corrections(document, load_document(overlay))
    return prune(normalise(document, provider.operations), provider.operations)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The running server."""
    with running_server(Path(os.environ[PYTHON]), tmp_path_factory.mktemp("skyvern")) as server:
        yield server


class Judged(httpx.HTTPTransport):
    """A transport that fails on any response that does not fit the description."""

    def __init__(self, document: dict[str, Any], address: str) -> None:
        super().__init__()
        self._document = document
        self._address = address

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the server's response."""
        response = super().handle_request(request)
        response.request = request
        response.read()
        assert find_problems(self._document, self._address, response) == []
        return response


@pytest.fixture
def client(server: Server, document: dict[str, Any]) -> Iterator[skyvern_client.AuthenticatedClient]:
    """The generated client; each response is checked against the description."""
    transport = Judged(document, server.address)
    arguments: dict[str, Any] = {"base_url": server.address, "token": server.key, "timeout": 60}
    with skyvern_client.AuthenticatedClient(**arguments, httpx_args={"transport": transport}) as client:
        yield client


@pytest.fixture
def facade(server: Server, document: dict[str, Any]) -> Iterator[browser_sessions.Client]:
    """The facade; each response is checked against the description."""
    with browser_sessions.Client(
        api_keys={"skyvern": server.key},
        base_urls={"skyvern": server.address},
        transport=Judged(document, server.address),
    ) as client:
        yield client
