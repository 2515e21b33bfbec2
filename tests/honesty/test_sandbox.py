"""The sandbox's responses and the clients' requests fit the providers' API descriptions.

These tests run in a separate environment: openapi-core needs another openapi-spec-validator than the pipeline.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import yaml
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from browser_sessions import PROVIDERS
from browser_sessions.sandbox import KEY
from browser_sessions.sandbox._faults import make_fault
from browser_sessions.sandbox._fleet import Clock
from browser_sessions.sandbox._messages import Reply, Request
from browser_sessions.sandbox._scenarios import SCENARIOS
from browser_sessions.sandbox._stand_in import StandIn
from codegen.corrections import apply_corrections
from codegen.document import load_document
from codegen.mintlify import to_openapi
from codegen.normalisation import normalise
from codegen.providers import load_providers
from tests.clients.operations import operations_of

ROOT = Path(__file__).parents[2]
"""The pipeline defines this name in a module that needs all of the pipeline's dependencies."""

SPECS = {provider.slug: provider for provider in load_providers(ROOT)}
OPERATIONS = {slug: {each.name: each for each in spec.operations} for slug, spec in SPECS.items()}
HONESTY = ROOT / "tests" / "honesty"
KNOWN: dict[str, dict[str, dict[str, list[str]]]] = yaml.safe_load((HONESTY / "known.yaml").read_text("utf-8"))
PLAYS: dict[str, list[dict[str, Any]]] = yaml.safe_load((HONESTY / "plays.yaml").read_text("utf-8"))
START = datetime(2026, 3, 4, 9, tzinfo=UTC)

each_provider = pytest.mark.parametrize("slug", PROVIDERS)


def read_spec(slug: str) -> dict[str, Any]:
    """Return a provider's published description."""
    document = load_document(SPECS[slug].spec)
    return to_openapi(document) if SPECS[slug].dialect == "mintlify" else document


@cache
def vendored(slug: str) -> OpenAPI:
    """Return a provider's published description as openapi-core reads it."""
    return OpenAPI.from_dict({"info": {"title": slug, "version": "0"}} | read_spec(slug))


@cache
def document_of(slug: str) -> dict[str, Any]:
    """Return a provider's description with our corrections and operations."""
    document = read_spec(slug)
    for overlay in SPECS[slug].overlays:
        document = apply_corrections(document, load_document(overlay))
    return normalise(document, SPECS[slug].operations)


@cache
def overlaid(slug: str) -> OpenAPI:
    """Return a provider's description with our corrections and operations, as openapi-core reads it."""
    return OpenAPI.from_dict(document_of(slug))


class Play:
    """A provider of the sandbox and its generated client, without a network between them.

    Args:
        slug: The provider.

    Attributes:
        seen: The number of responses by operation and status.

    """

    def __init__(self, slug: str) -> None:
        self._slug = slug
        self.clock = Clock()
        self.clock.freeze(START)
        self.stand_in = StandIn(slug, KEY, self.clock)
        self.seen: Counter[tuple[str, int]] = Counter()

    def ask(self, operation: str, *arguments: Any, key: str = KEY, **named: Any) -> tuple[httpx.Request, Reply]:
        """Return a request of the client, and the sandbox's reply."""
        package = importlib.import_module(f"{self._slug}_client")
        tag = OPERATIONS[self._slug][operation].tag
        module = importlib.import_module(f"{self._slug}_client.api.{tag}.{operation}")
        with package.AuthenticatedClient(token=key) as client:
            request: httpx.Request = module.build_request(*arguments, client=client, **named)
        query = parse_qs(request.url.query.decode(), keep_blank_values=True)
        sent = Request(request.method, request.url.path, request.headers, query, request.content)
        reply = asyncio.run(self.stand_in.respond(sent))
        self.seen[operation, reply.status] += 1
        return request, reply


def mocked(request: httpx.Request, reply: Reply) -> tuple[MockRequest, MockResponse]:
    """Return a request and its reply in openapi-core's own form."""
    url = request.url
    sent = MockRequest(
        f"{url.scheme}://{url.host}",
        request.method.lower(),
        url.path,
        args=parse_qs(url.query.decode(), keep_blank_values=True),
        headers=dict(request.headers),
        data=request.content or None,
        content_type=request.headers.get("content-type", ""),
    )
    is_video = isinstance(reply.body, bytes)
    content = reply.body if is_video else json.dumps(reply.body).encode()
    content_type = "video/mp4" if is_video else "application/json"
    return sent, MockResponse(content, reply.status, headers=dict(reply.headers), content_type=content_type)


def objections(description: OpenAPI, request: httpx.Request, reply: Reply) -> list[str]:
    """Return a description's objections to a reply: each place, and the schema keyword that is violated there."""
    try:
        description.validate_response(*mocked(request, reply))
    except OpenAPIError as error:
        return sorted({*_reasons(error)}) or [repr(error)]
    return []


def refused(description: OpenAPI, request: httpx.Request, reply: Reply) -> list[str]:
    """Return a description's objections to a request."""
    try:
        description.validate_request(mocked(request, reply)[0])
    except OpenAPIError as error:
        return sorted({*_reasons(error)}) or [repr(error)]
    return []


def _reasons(error: BaseException) -> Iterator[str]:
    for cause in (error.__cause__, *getattr(error.__cause__, "schema_errors", ())):
        if hasattr(cause, "absolute_path"):
            yield f"{'.'.join(map(str, cause.absolute_path))}: {cause.validator}"


def scenarios(slug: str) -> Iterator[tuple[str, httpx.Request, Reply]]:
    """Yield the reply for each scenario except the slow one, which sends a running session, and for a malformed id."""
    play = Play(slug)
    for name in SCENARIOS.keys() - {"slow"}:
        for _ in SCENARIOS[name].turns:
            yield name, *play.ask("get_session", play.stand_in.wire.id_of(name))
    yield "malformed", *play.ask("get_session", "no-such-form")


def play_of(slug: str) -> Iterator[tuple[str, Play, httpx.Request, Reply]]:
    """Yield the requests and replies of a provider's play."""
    play = Play(slug)
    ids = {name: play.stand_in.wire.id_of(name) for name in SCENARIOS}
    for number, step in enumerate(PLAYS[slug]):
        given = dict(step)
        play.clock.advance(timedelta(seconds=given.pop("after", 0)))
        (operation, named), *rest = given.items()
        assert not rest, f"step {number} of {slug}: {step}"
        named = dict(named or {})
        ordered = [ids.get(named["id"], named["id"])] if "id" in named else []
        named.pop("id", None)
        request, reply = play.ask(operation, *ordered, **named)
        if operation == "create_session" and reply.status < 300:
            body = reply.body.get("data", reply.body)
            ids[f"session {len(ids) - len(SCENARIOS)}"] = body.get("id") or body["browser_session_id"]
        yield operation, play, request, reply


@each_provider
def test_sessions_fit_the_vendored_description(slug: str) -> None:
    """The published description has exactly the known objections: the places where it is wrong about real responses."""
    found: dict[str, list[str]] = {}
    for name, request, reply in scenarios(slug):
        if reply.status == 200:
            against = objections(vendored(slug), request, reply)
            assert found.setdefault(name, against) == against
    for operation, _, request, reply in play_of(slug):
        if operation == "get_session" and reply.status == 200:
            found["created"] = sorted({*found.get("created", []), *objections(vendored(slug), request, reply)})
    objected = {name: against for name, against in found.items() if against}
    assert objected == KNOWN["vendored"].get(slug, {}), f"tests/honesty/known.yaml, vendored: {slug}: {objected}"
    assert {"running", "completed", "drifted", "flaky", "rate_limited"} <= found.keys()


@each_provider
def test_every_scenarios_replies_fit_the_overlaid_description(slug: str) -> None:
    """Described errors fit as well; no description covers the scenario of the future session."""
    described = document_of(slug)
    statuses = set()
    responses = next(each for each in operations_of(described) if each.name == "get_session").node["responses"]
    for name, request, reply in scenarios(slug):
        if name != "drifted" and str(reply.status) in responses:
            statuses.add(reply.status)
            assert objections(overlaid(slug), request, reply) == [], (name, reply)
    assert {200, 404} <= statuses


@each_provider
def test_a_whole_life_fits_the_overlaid_description(slug: str) -> None:
    """Every operation's requests and replies fit, from before the session exists until long after its end."""
    seen: Counter[tuple[str, int]] = Counter()
    for operation, play, request, reply in play_of(slug):
        assert refused(overlaid(slug), request, reply) == [], (operation, request, request.content)
        known = KNOWN["overlaid"].get(slug, {}).get(f"{operation} {reply.status}", [])
        assert objections(overlaid(slug), request, reply) == known, (operation, request, reply)
        seen = play.seen
    assert {operation for operation, status in seen if status < 300} == OPERATIONS[slug].keys()


@each_provider
def test_every_described_failure_is_sent(slug: str) -> None:
    """The sandbox sends every described failure status of every operation, including those for a wrong key."""
    play = Play(slug)
    for each in operations_of(document_of(slug)):
        arguments = _least(slug, each.name, play)
        for status in sorted(int(status) for status in each.node["responses"] if status >= "4"):
            play.stand_in.faults.add(make_fault(each.name, "refused", status))
            request, reply = play.ask(each.name, *arguments[0], **arguments[1])
            assert reply.status == status
            assert objections(overlaid(slug), request, reply) == [], (each.name, reply)
        request, reply = play.ask(each.name, *arguments[0], key="wrong", **arguments[1])
        assert reply.status == (403 if slug == "skyvern" else 401)
        assert objections(overlaid(slug), request, reply) == [], (each.name, reply)


def _least(slug: str, operation: str, play: Play) -> tuple[list[str], dict[str, Any]]:
    """Return the arguments of an operation's first step in the play, with the running session's id."""
    step = next(each for each in PLAYS[slug] if operation in each)
    named = {name: value for name, value in (step[operation] or {}).items() if name != "id"}
    return [play.stand_in.wire.id_of("running")] if "id" in (step[operation] or {}) else [], named


def test_objections_are_found() -> None:
    """Each description objects to a wrong type and to a body that must not be sent."""
    play = Play("skyvern")
    request, reply = play.ask("get_session", play.stand_in.wire.id_of("running"))
    wrong = Reply(200, reply.body | {"browser_session_id": 5, "timeout": "60"})
    for description in (vendored, overlaid):
        found = objections(description("skyvern"), request, wrong)
        assert {"browser_session_id: type", "timeout: anyOf"} <= {*found}
    request, reply = play.ask("create_session", body={"timeout": 1})
    assert refused(overlaid("skyvern"), request, reply) == ["timeout: minimum"]
