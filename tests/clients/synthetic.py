"""Clients of two synthetic documents: one uses every feature of the templates, the other has no models."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import httpx

from codegen import providers
from codegen.client import generate_client
from codegen.document import load_document
from codegen.normalisation import normalise
from codegen.validation import validate_document
from tests.clients.client_case import TOKEN, Handler
from tests.clients.operations import Operation, operations_of
from tests.clients.oracle import Oracle


@attrs.frozen
class Synthetic:
    """The generated client, and the document that it was generated from."""

    name: str
    project: Path
    document: dict[str, Any] = attrs.field(init=False, repr=False)

    @document.default
    def _loaded(self) -> dict[str, Any]:
        return _load(self.name)

    @property
    def oracle(self) -> Oracle:
        """The contract for the document."""
        return Oracle(self.document)

    @property
    def base(self) -> str:
        """The API's base URL."""
        url: str = self.document["servers"][0]["url"]
        return url

    @property
    def key(self) -> dict[str, str]:
        """The header that carries the key `TOKEN`."""
        return {"x-key": TOKEN}

    @property
    def package(self) -> Path:
        """The folder of the client's package."""
        return self.project / f"{self.name}_client"

    def module(self, name: str) -> ModuleType:
        """Return a module of the client."""
        return importlib.import_module(f"{self.package.name}.{name}")

    def schema(self, name: str) -> dict[str, Any]:
        """Return a schema of the document's components."""
        return {"$ref": f"#/components/schemas/{name}"}

    def client(self, handler: Handler, **arguments: Any) -> Any:
        """Return a client whose requests go to a handler."""
        package = importlib.import_module(self.package.name)
        transport = httpx.MockTransport(handler)
        return package.AuthenticatedClient(token=TOKEN, httpx_args={"transport": transport}, **arguments)


def load_operations(name: str = "synthetic") -> dict[str, Operation]:
    """Return the operations of a document by name."""
    return {each.name: each for each in operations_of(_load(name))}


def write_client(name: str, project: Path) -> Synthetic:
    """Generate a document's client into a folder, as the pipeline would."""
    client = Synthetic(name, project)
    named = operations_of(client.document)
    operations = tuple(providers.Operation(each.name, each.method, each.path, each.node["tags"][0]) for each in named)
    document = normalise(client.document, operations)
    validate_document(document)
    provider = providers.Provider(project.parent, name, info="", dialect="openapi", sha256="", operations=operations)
    generate_client(document, provider, version="0", into=project)
    return client


def _load(name: str) -> dict[str, Any]:
    return load_document(Path(__file__).with_name(f"{name}.yaml"))
