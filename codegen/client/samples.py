"""The operations of a client as its README shows them, each with a call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
from openapi_python_client.parser.openapi import GeneratorData

from codegen.client.operations import Operation, operation_of

_FIRST = "get_session"
"""The operation that the README calls, if there is one."""


@attrs.frozen
class Sample:
    """An operation's module, and what it requests."""

    tag: str
    name: str
    operation: Operation

    @property
    def route(self) -> str:
        """The method and the path."""
        parts = (part if isinstance(part, str) else f"{{{part.name}}}" for part in self.operation.path)
        return f"{self.operation.method.upper()} {''.join(parts)}"

    @property
    def summary(self) -> str:
        """What the provider says that the operation does."""
        return self.operation.summary

    def call(self, function: str) -> str:
        """Return a call of one of the operation's functions, with all that it requires."""
        arguments = [_value(each.python_name, each.type) for each in self.operation.path_parameters]
        arguments.append("client=client")
        if self.operation.body and self.operation.body.is_required:
            arguments.append("body=body")
        named = (*self.operation.query, *self.operation.headers)
        arguments += [f"{each.python_name}={_value(each.python_name, each.type)}" for each in named if each.is_required]
        return f"{self.name}.{function}({', '.join(arguments)})"


def samples_of(document: dict[str, Any], data: GeneratorData) -> list[Sample]:
    """Return the operations, first the one that the README calls."""
    found = list(_samples(document, data))
    return sorted(found, key=lambda each: each.name != _FIRST)


def _samples(document: dict[str, Any], data: GeneratorData) -> Iterator[Sample]:
    for tag, collection in data.endpoint_collections_by_tag.items():
        for endpoint in collection.endpoints:
            yield Sample(str(tag), str(endpoint.name), operation_of(document, endpoint))


def _value(name: str, annotation: str) -> str:
    return f'"{name.upper().replace("_", "-")}"' if annotation == "str" else name
