"""What the sandbox answers is what the providers' own descriptions promise, and where it is not, that is known.

In an environment of its own: openapi-core needs another openapi-spec-validator than the pipeline.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from browser_sessions import PROVIDERS, SessionStatus
from browser_sessions.sandbox import KEY
from browser_sessions.sandbox._scenarios import SCENARIOS, Reply, Wire, open_wires
from codegen.corrections import apply_corrections
from codegen.document import load_document
from codegen.mintlify import to_openapi
from codegen.providers import load_providers
from tests.clients.operations import operation_named

ROOT = Path(__file__).parents[2]
"""The pipeline's own name for it is in a module that needs all that the pipeline needs."""

SPECS = {provider.slug: provider for provider in load_providers(ROOT)}
KNOWN: dict[str, dict[str, list[str]]] = yaml.safe_load((ROOT / "tests" / "honesty" / "known.yaml").read_text("utf-8"))


def vendored(slug: str) -> dict[str, Any]:
    """Return a provider's description as it is published, as OpenAPI."""
    document = load_document(SPECS[slug].spec)
    if SPECS[slug].dialect == "mintlify":
        document = {"info": {"title": slug, "version": "0"}} | to_openapi(document)
    return document


def overlaid(slug: str) -> dict[str, Any]:
    """Return a provider's description with our corrections."""
    document = load_document(SPECS[slug].spec)
    document = to_openapi(document) if SPECS[slug].dialect == "mintlify" else document
    return apply_corrections(document, load_document(SPECS[slug].overlay))


def replies(slug: str) -> Iterator[tuple[str, Wire, str, Reply]]:
    """Yield every scenario's replies, until they repeat themselves."""
    for name in SCENARIOS:
        wire = open_wires(KEY)[slug]
        headers = {wire.header: wire.prefix + KEY}
        for _ in range(3):
            yield name, wire, wire.id_of(name), wire.reply(wire.id_of(name), headers)
        yield "malformed", wire, "no-such-form", wire.reply("no-such-form", headers)


def problems(document: dict[str, Any], wire: Wire, session_id: str, reply: Reply) -> list[str]:
    """Return what a description has against a reply: places, with the keyword of the schema that is not met there."""
    host = "/".join(document["servers"][0]["url"].split("/")[:3])
    headers = {wire.header: wire.prefix + KEY}
    request = MockRequest(host, "get", wire.path.replace("{id}", session_id), headers=headers)
    response = MockResponse(json.dumps(reply.body).encode(), reply.status, content_type="application/json")
    try:
        OpenAPI.from_dict(document).validate_response(request, response)
    except OpenAPIError as error:
        return sorted({*_told(error)}) or [repr(error)]
    return []


def _told(error: BaseException) -> Iterator[str]:
    for cause in (error.__cause__, *getattr(error.__cause__, "schema_errors", ())):
        if hasattr(cause, "absolute_path"):
            yield f"{'.'.join(map(str, cause.absolute_path))}: {cause.validator}"


@pytest.mark.parametrize("slug", PROVIDERS)
def test_a_success_is_what_the_vendored_description_promises(slug: str) -> None:
    """Where the description is known to be wrong about what is really sent, it has exactly these objections."""
    found: dict[str, list[str]] = {}
    for name, wire, session_id, reply in replies(slug):
        if reply.status == 200:
            told = problems(vendored(slug), wire, session_id, reply)
            assert found.setdefault(name, told) == told
    assert {name: told for name, told in found.items() if told} == KNOWN.get(slug, {})
    assert {"running", "completed", "drifted", "flaky", "rate_limited"} <= found.keys()


@pytest.mark.parametrize("slug", PROVIDERS)
def test_whatever_it_answers_is_what_the_overlaid_description_promises(slug: str) -> None:
    """Errors too; a session of tomorrow is of no description."""
    document = overlaid(slug)
    described = operation_named(document, "get_session").node["responses"]
    statuses = set()
    for name, wire, session_id, reply in replies(slug):
        if name != "drifted" and str(reply.status) in described:
            statuses.add(reply.status)
            assert problems(document, wire, session_id, reply) == [], (name, reply)
    assert {200, 404} <= statuses


def test_the_objections_would_be_seen() -> None:
    """A wrong type is one, in each description."""
    wire = open_wires(KEY)["skyvern"]
    reply = wire.session("pbs_1", SessionStatus.RUNNING)
    wrong = Reply(200, reply.body | {"browser_session_id": 5, "timeout": "60"})
    found = problems(vendored("skyvern"), wire, "pbs_1", wrong)
    assert found == ["browser_session_id: type", "timeout: anyOf"]
