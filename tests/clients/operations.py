"""The operations of a document, and everything that they refer to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from codegen.walk import METHODS, dereference


@attrs.frozen
class Operation:
    """One operation: its parameters, its request body and its responses."""

    document: dict[str, Any] = attrs.field(repr=False)
    method: str
    path: str
    node: dict[str, Any] = attrs.field(repr=False)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The operation's name, which is also its module's name."""
        name: str = self.node["operationId"]
        return name

    @property
    def module(self) -> str:
        """The name of the operation's module in the client."""
        return f"api.{self.node['tags'][0]}.{self.name}"

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """The parameters in the document's order; those of the path item come last."""
        listed = (*self.node.get("parameters", ()), *self.document["paths"][self.path].get("parameters", ()))
        return [dereference(self.document, each) for each in listed]

    @property
    def requires_body(self) -> bool:
        """Whether a request must have a body."""
        return bool(self.node.get("requestBody", {}).get("required"))

    @property
    def body(self) -> tuple[str, dict[str, Any]] | None:
        """The media type and the schema of the request body, if the document describes one."""
        if "requestBody" not in self.node:
            return None
        ((media_type, content),) = self.node["requestBody"]["content"].items()
        return media_type, content["schema"]

    @property
    def bodies(self) -> dict[int, dict[str, Any]]:
        """The media type objects of all JSON response bodies, by status."""
        responses = {
            int(status): dereference(self.document, response)
            for status, response in self.node["responses"].items()
            if status.isdecimal()
        }
        contents = {status: response.get("content", {}) for status, response in responses.items()}
        return {status: each["application/json"] for status, each in contents.items() if "application/json" in each}

    def success(self, status: int) -> dict[str, Any]:
        """Return the media type object of a status's JSON body."""
        return self.bodies[status]

    def examples(self, status: int) -> list[Any]:
        """Return the examples of a status's JSON body."""
        media_type = self.success(status)
        named = [each["value"] for each in media_type.get("examples", {}).values()]
        return named or [media_type["example"]]


def operation_named(document: dict[str, Any], name: str) -> Operation:
    """Return the document's operation with this name."""
    return next(each for each in operations_of(document) if each.name == name)


def operations_of(document: dict[str, Any]) -> Iterator[Operation]:
    """Yield every operation of a document."""
    for path, item in document["paths"].items():
        yield from (Operation(document, method, path, item[method]) for method in METHODS if method in item)
