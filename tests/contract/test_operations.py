"""Every operation of the generated clients calls, over HTTP, a mock server that Prism makes from the descriptions."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
import yaml

from browser_sessions import PROVIDERS
from codegen.__main__ import ROOT
from codegen.pipeline import build_document
from codegen.providers import load_providers
from tests.clients.operations import Operation, operations_of

SPECS = {provider.slug: provider for provider in load_providers(ROOT)}
PLAYS: dict[str, list[dict[str, Any]]] = yaml.safe_load((ROOT / "tests/honesty/plays.yaml").read_text("utf-8"))
OPERATIONS = [
    pytest.param(slug, operation, id=f"{slug}-{operation}")
    for slug in PROVIDERS
    for operation in operations_of(build_document(SPECS[slug]))
]
DYNAMIC = 5
"""The number of responses that Prism invents for an operation."""

each_operation = pytest.mark.parametrize(("slug", "operation"), OPERATIONS)


def steps_of(slug: str, operation: Operation) -> list[dict[str, Any]]:
    """Return the arguments of an operation's calls in the provider's play."""
    return [step[operation.name] or {} for step in PLAYS[slug] if operation.name in step]


def call(slug: str, operation: Operation, address: str, arguments: dict[str, Any], prefer: str = "") -> Any:
    """Return the response to an operation's call, which carries a `Prefer` header for Prism."""
    package = importlib.import_module(f"{slug}_client")
    module = importlib.import_module(f"{slug}_client.{operation.module}")
    headers = {"Prefer": prefer} if prefer else {}
    named = {name: value for name, value in arguments.items() if name != "id"}
    ordered = [arguments["id"]] if "id" in arguments else []
    with package.AuthenticatedClient(base_url=address, token="a-key", headers=headers) as client:
        return module.sync_detailed(*ordered, client=client, **named)


def success_of(operation: Operation) -> int:
    """Return the first described success status."""
    return min(int(status) for status in operation.node["responses"])


def unexpected_of(parsed: Any) -> Any:
    """Return the unexpected values in the model or the rows of a success's body."""
    return getattr(parsed, "unexpected", {})


@each_operation
def test_the_clients_requests_are_accepted(addresses: dict[str, str], slug: str, operation: Operation) -> None:
    """Prism accepts a call with each of the play's arguments, and its response is decoded without unexpected values."""
    assert steps_of(slug, operation)
    for arguments in steps_of(slug, operation):
        response = call(slug, operation, addresses[slug], arguments)
        assert (response.status_code, response.error) == (success_of(operation), None), response
        assert unexpected_of(response.parsed) == {}
        if success_of(operation) in operation.bodies:
            assert json.loads(response.content) in operation.examples(success_of(operation))


@each_operation
def test_every_described_failure_is_decoded(addresses: dict[str, str], slug: str, operation: Operation) -> None:
    """Every described failure is decoded, and its model gives back the body."""
    arguments = steps_of(slug, operation)[0]
    failures = [status for status in operation.bodies if status >= 400]
    assert failures
    for status in failures:
        response = call(slug, operation, addresses[slug], arguments, f"code={status}")
        assert (response.status_code, response.error) == (status, None), response
        assert response.parsed.to_dict() in operation.examples(status)


@each_operation
def test_any_body_of_the_schema_is_decoded(addresses: dict[str, str], slug: str, operation: Operation) -> None:
    """Any body that the schema allows is decoded without unexpected values."""
    arguments = steps_of(slug, operation)[0]
    for _ in range(DYNAMIC):
        response = call(slug, operation, addresses[slug], arguments, "dynamic=true")
        assert (response.status_code, response.error) == (success_of(operation), None), response.content
        assert unexpected_of(response.parsed) == {}, response.content
