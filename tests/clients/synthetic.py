"""A client of a document of everything that the templates serve and the five providers' documents do not have."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import httpx

from codegen.client import generate_client
from codegen.document import load_document
from codegen.providers import Provider
from codegen.validation import validate_document
from tests.clients.oracle import Oracle

_DOCUMENT = Path(__file__).with_suffix(".yaml")


@attrs.frozen
class Synthetic:
    """The generated client, and the document that it was generated from."""

    document: dict[str, Any] = attrs.field(repr=False)
    project: Path

    @property
    def oracle(self) -> Oracle:
        """The contract, applied to the document."""
        return Oracle(self.document)

    def module(self, name: str) -> ModuleType:
        """Return a module of the client."""
        return importlib.import_module(f"synthetic_client.{name}")

    def schema(self, name: str) -> dict[str, Any]:
        """Return a schema of the document's components."""
        return {"$ref": f"#/components/schemas/{name}"}

    def client(self, transport: httpx.MockTransport) -> Any:
        """Return a client on a transport."""
        package = importlib.import_module("synthetic_client")
        return package.AuthenticatedClient(token="a-token", httpx_args={"transport": transport})  # noqa: S106


def write_client(project: Path) -> Synthetic:
    """Generate the client into a folder, as the pipeline would."""
    document = load_document(_DOCUMENT)
    validate_document(document)
    provider = Provider(project.parent, "synthetic", info="", dialect="openapi", sha256="", operations=())
    generate_client(document, provider, version="0", into=project)
    return Synthetic(document, project)
