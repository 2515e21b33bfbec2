"""How a generated client builds requests."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from codegen.client import generate_client
from codegen.document import load_document
from codegen.providers import Provider

PACKAGE = "requesting_client"
KEY = "a key"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client with an id in a path, a parameter in the query and a body."""
    folder = tmp_path_factory.mktemp("requesting")
    document = load_document(Path(__file__).parent / "cases" / "plain.yaml")
    operation = document["paths"]["/sessions/{id}"]["get"]
    operation["parameters"].append({"name": "limit", "in": "query", "schema": {"type": "string"}})
    operation["requestBody"] = {"content": {"application/json": {"schema": {"type": "object"}}}}
    provider = Provider(folder, "requesting", info="", dialect="openapi", sha256="", operations=())
    generate_client(document, provider, version="1.2.3", into=folder / "project")
    sys.path.insert(0, str(folder / "project"))
    importlib.import_module(f"{PACKAGE}.api.sessions.get_session")
    yield sys.modules[PACKAGE]
    sys.path.remove(str(folder / "project"))
    for name in [each for each in sys.modules if each.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"id": "a\ud800"}, "id cannot be part of a path: it has half of a surrogate pair"),
        ({"id": "a", "limit": "\udfff"}, "the parameter 'limit' has half of a surrogate pair, which cannot be sent"),
        ({"id": "a", "limit": ["\ud800"]}, "the parameter 'limit' has half of a surrogate pair, which cannot be sent"),
        ({"id": "a", "body": {"b": "\ud800"}}, "the body has half of a surrogate pair, which cannot be sent"),
    ],
)
def test_half_a_surrogate_pair_is_refused(package: Any, arguments: dict[str, Any], problem: str) -> None:
    """The error names the argument; neither it nor its cause shows the text."""
    client = package.AuthenticatedClient(token=KEY)
    with pytest.raises(ValueError, match="surrogate") as caught:
        package.api.sessions.get_session.build_request(client=client, **arguments)
    assert (type(caught.value), str(caught.value)) == (ValueError, problem)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize("is_first", [True, False])
def test_each_httpx_client_builds_what_it_sends(package: Any, is_first: bool) -> None:  # noqa: FBT001 - a parameter
    """A request that is only built uses the one that was set last."""
    sent: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        sent.append(str(request.url))
        return httpx.Response(200, json={"id": "a"})

    transport = httpx.MockTransport(respond)
    client, operation = package.AuthenticatedClient(token=KEY), package.api.sessions.get_session
    setters: list[Callable[[], object]] = [
        lambda: client.set_httpx_client(httpx.Client(base_url="https://sync.example", transport=transport)),
        lambda: client.set_async_httpx_client(httpx.AsyncClient(base_url="https://async.example", transport=transport)),
    ]
    for setter in setters if is_first else setters[::-1]:
        assert setter() is client
    for function in (operation.sync, operation.sync_detailed):
        function("a", client=client)
    for function in (operation.asyncio, operation.asyncio_detailed):
        asyncio.run(function("a", client=client))
    assert sent == [f"https://{each}.example/sessions/a" for each in ("sync", "sync", "async", "async")]
    last = "async" if is_first else "sync"
    assert operation.build_request("a", client=client).url.host == f"{last}.example"


def test_one_httpx_client_leaves_the_other_as_it_is(package: Any) -> None:
    """A client that has only an asynchronous one sends synchronous requests to the API itself."""
    sent: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        sent.append(str(request.url))
        return httpx.Response(200, json={"id": "a"})

    transport = httpx.MockTransport(respond)
    client = package.AuthenticatedClient(token=KEY, httpx_args={"transport": transport})
    client.set_async_httpx_client(httpx.AsyncClient(base_url="https://async.example", transport=transport))
    package.api.sessions.get_session.sync("a", client=client)
    assert sent == ["https://api.example.com/sessions/a"]
