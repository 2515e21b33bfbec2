"""What overlays decide for all providers alike: the list to go through when a provider is added."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import attrs
import pytest
import yaml

from codegen.__main__ import ROOT
from codegen.document import load_document
from codegen.mintlify import to_openapi
from codegen.pipeline import build_document, check_document
from codegen.providers import Provider, load_providers
from codegen.schemas import reached as schemas_reached
from codegen.walk import METHODS, Part, dereference, walk
from tests.clients.operations import Operation, operations_of

OPERATIONS: dict[str, dict[str, dict[int | str, list[Any]]]] = yaml.safe_load(
    (ROOT / "tests" / "codegen" / "cases" / "operations.yaml").read_text("utf-8")
)
SOURCE = re.compile(r"\b(?:page|documentation|document|description|SDK|source)\b|\b\d+\.\d+\.\d+\b")
READING = "get_session"
FAILURES = 400
"""The statuses of failures start here."""


@attrs.frozen
class Decision:
    """What is decided for one provider, and known from its documentation and from the wire."""

    server: str
    header: str
    identifying: dict[str, str]
    """The models of a session in responses, each with the one property that it requires."""

    sensitive: set[str] = attrs.field(factory=set)
    """The properties that must not be printed: credentials, and addresses that are or may be signed."""

    reserved: tuple[str, ...] = ()
    """What reaches another route in the place of a session's id."""


DECISIONS = {
    "anchorbrowser": Decision(
        "https://api.anchorbrowser.io",
        "anchor-api-key",
        {"Session": "session_id", "SessionRow": "id", "CreatedSession": "id"},
        {
            *("CreatedSession.cdp_url", "CreatedSession.live_view_url", "CustomProxy.password", "CustomProxy.server"),
            *("CustomProxy.username", "Download.file_link", "Download.original_download_url", "Download.origin_url"),
            *("IntegrationConfiguration.secrets", "LivePage.frontend_url", "LivePage.url"),
            *("Recording.file_link", "Session.configuration", "SessionOptions.initial_url"),
            "SessionRow.user_configuration",
        },
        ("all", "history", "async"),
    ),
    "brightdata": Decision(
        "https://api.brightdata.com",
        "Authorization: Bearer",
        {"Session": "session_id"},
        {"Session.end_url", "Session.target_url"},
    ),
    "browser_use": Decision(
        "https://api.browser-use.com/api/v3",
        "X-Browser-Use-API-Key",
        {"Session": "id"},
        {
            *("CustomProxy.password", "CustomProxy.username", "Download.url"),
            *("Session.cdpUrl", "Session.liveUrl", "Session.recordingUrl"),
        },
    ),
    "browserbase": Decision(
        "https://api.browserbase.com",
        "X-BB-API-Key",
        {"Session": "id"},
        {
            *("ExternalProxy.password", "ExternalProxy.server", "ExternalProxy.username"),
            *("LivePage.debuggerFullscreenUrl", "LivePage.debuggerUrl", "LivePage.faviconUrl"),
            *("LivePage.url", "LiveView.debuggerFullscreenUrl", "LiveView.debuggerUrl", "LiveView.wsUrl"),
            *("LoggedRequest.params", "LoggedRequest.rawBody", "LoggedResponse.rawBody", "LoggedResponse.result"),
            *("Recording.downloadUrl", "Session.connectUrl", "Session.seleniumRemoteUrl", "Session.signingKey"),
        },
    ),
    "skyvern": Decision(
        "https://api.skyvern.com",
        "x-api-key",
        {"Session": "browser_session_id"},
        {
            *("CreateSessionRequest.url", "FileInfo.url", "ProxyAddress.url", "Session.browser_address"),
            *("ValidationError.ctx", "ValidationError.input"),
        },
        ("history", "external"),
    ),
}

pytestmark = pytest.mark.parametrize("provider", load_providers(ROOT), ids=lambda provider: provider.slug)


@cache
def overlaid(provider: Provider) -> dict[str, Any]:
    """Return a provider's overlaid document; no test changes it."""
    return build_document(provider)


def operations(provider: Provider) -> list[Operation]:
    """Return a provider's operations, the one that reads a session first."""
    return sorted(operations_of(overlaid(provider)), key=lambda each: each.name != READING)


def schemas(document: dict[str, Any]) -> Iterator[Part]:
    """Yield every schema of a document that is not a mere true or false."""
    return (part for part in walk(document) if part.kind == "schema" and isinstance(part.node, dict))


def reached(provider: Provider) -> Iterator[Part]:
    """Yield the schemas of a success's body, of any operation, with all that they refer to."""
    bodies = [
        ("paths", each.path, each.method, "responses", str(status), "content", "application/json", "schema")
        for each in operations(provider)
        for status in each.bodies
        if status < FAILURES
    ]
    parts = [part for part in schemas(overlaid(provider)) if part.parts in bodies]
    return schemas_reached(overlaid(provider), parts)


def test_the_spec_is_the_page(provider: Provider) -> None:
    """A vendored spec is never edited: it has the hash that was recorded on fetching."""
    assert hashlib.sha256(provider.spec.read_bytes()).hexdigest() == provider.sha256


def test_the_spec_is_what_the_list_says(provider: Provider) -> None:
    """The page describes the operation that reads a session, in the dialect and under the info string of its row."""
    page = load_document(provider.spec)
    document = to_openapi(page) if provider.dialect == "mintlify" else page
    described = [f"{method} {path}" for path, item in document["paths"].items() for method in METHODS if method in item]
    named = next(str(each) for each in provider.operations if each.name == READING)

    assert named in described
    assert ("openapi" in page) == (provider.dialect == "openapi")
    assert provider.info.lower().endswith(named)
    assert provider.page is None or re.fullmatch(r"https://[a-z.-]+/[a-z0-9/-]+\.md", provider.page)


def test_every_action_has_a_reason(provider: Provider) -> None:
    """Each action has a reason with a source, and each overlay names the document that it extends."""
    for path in provider.overlays:
        overlay = load_document(path)

        assert [action["target"] for action in overlay["actions"] if not SOURCE.search(action["description"])] == []
        assert overlay["extends"] == f"../specs/{provider.slug}.yaml"


def test_every_overlaid_document_is_valid(provider: Provider) -> None:
    """A client can be made from each."""
    check_document(provider, overlaid(provider))


def test_operations_are_those_of_the_list(provider: Provider) -> None:
    """Each is imported as `<slug>_client.api.<tag>.<name>`, and no other operation becomes code."""
    paths = overlaid(provider)["paths"]
    found = {
        (operation["operationId"], *operation["tags"], f"{method} {path}")
        for path, item in paths.items()
        for method, operation in item.items()
        if method in METHODS
    }

    assert found == {(each.name, each.tag, str(each)) for each in provider.operations}


def test_every_operation_has_a_summary(provider: Provider) -> None:
    """It becomes the docstring of the call and a row of the README."""
    assert [each.name for each in operations(provider) if len(each.node["summary"].split()) < 3] == []


def test_ids_are_opaque(provider: Provider) -> None:
    """An id is text without a format; a session's is refused if it would reach another route."""
    reading, *others = operations(provider)
    (session_id,) = reading.parameters
    found = [each for operation in (reading, *others) for each in operation.parameters if each["in"] == "path"]

    assert [each for each in found if each["schema"].keys() & {"format", "pattern", "enum", "minLength"}] == []
    assert {each["schema"]["type"] for each in found} == {"string"}
    assert {tuple(each.get("x-reserved", ())) for each in found if each["name"] == session_id["name"]} == {
        DECISIONS[provider.slug].reserved
    }


def test_the_client_knows_server_and_key(provider: Provider) -> None:
    """There is one public server, and the security of each operation names the header of the key."""
    document, decision = overlaid(provider), DECISIONS[provider.slug]
    ((name, scheme),) = document["components"]["securitySchemes"].items()
    header = scheme["name"] if scheme["type"] == "apiKey" else f"Authorization: {scheme['scheme'].title()}"

    assert [server["url"] for server in document["servers"]] == [decision.server]
    assert (header, scheme.get("in", "header")) == (decision.header, "header")
    assert [each.name for each in operations(provider) if each.node["security"] != [{name: []}]] == []


def test_only_what_identifies_a_session_is_required(provider: Provider) -> None:
    """Every response requires only the session's identifier and the object that carries the session."""
    identifying = DECISIONS[provider.slug].identifying
    found = {part.parts[-1]: part.node for part in reached(provider) if part.parts[:2] == ("components", "schemas")}
    models = {name: found[name] for name in identifying}

    assert {name: model["required"] for name, model in models.items()} == {k: [v] for k, v in identifying.items()}
    assert {name: model.get("title", name) for name, model in models.items()} == {name: name for name in identifying}
    for name, model in models.items():
        assert model["type"] == "object"
        assert model["properties"][identifying[name]].keys() & {"type", "format"} == {"type"}
        assert model["properties"][identifying[name]]["type"] == "string"
    carrying = {*identifying, "sessions", "session", "data", "items"}
    assert [
        (name, key)
        for name, model in found.items()
        for key, each in model.get("properties", {}).items()
        if key in carrying and "$ref" in each and each["$ref"].rpartition("/")[2] in identifying
        if key not in model.get("required", ())
    ] == []


def test_a_response_in_two_shapes_names_the_newer_first(provider: Provider) -> None:
    """If a response may come with or without an envelope, both are described, the envelope first."""
    for operation in operations(provider):
        for status, body in operation.bodies.items():
            first, second = body["schema"].get("anyOf", [None, {}])
            if status < FAILURES and second:
                assert first["$ref"].endswith("Envelope")
                assert not second.get("$ref", "").endswith("Envelope")


def test_credentials_are_marked(provider: Provider) -> None:
    """Every property that is a credential or a signed URL is marked, so that no client prints it."""
    marked = [part for part in schemas(overlaid(provider)) if part.node.get("x-sensitive")]

    assert {f"{part.parts[2]}.{part.parts[-1]}" for part in marked} == DECISIONS[provider.slug].sensitive


def test_every_operation_matches_its_sources(provider: Provider) -> None:
    """Its required parameters, the identifying properties of its successes, and its failures."""
    found = {each.name: described(each) for each in operations(provider)}

    assert found == OPERATIONS[provider.slug]


def described(operation: Operation) -> dict[int | str, list[Any]]:
    """Return an operation in the form of the table."""
    document, statuses = operation.document, sorted(int(status) for status in operation.node["responses"])
    needs = [each["name"] for each in operation.parameters if each.get("required") and each["in"] == "query"]
    if operation.body:
        needs += ["body"] if operation.requires_body else []
        needs += recognised(document, operation.body[1], "body.")
    successes: dict[int | str, list[Any]] = {
        status: recognised(document, operation.bodies[status]["schema"]) if status in operation.bodies else []
        for status in statuses
        if status < FAILURES
    }
    given: dict[int | str, list[Any]] = {"needs": needs} if needs else {}
    return given | successes | {"errors": [status for status in statuses if status >= FAILURES]}


def recognised(document: dict[str, Any], schema: dict[str, Any], place: str = "") -> list[str]:
    """Return the places of what a value must have, in each of its shapes, and the rows that it may have."""
    schema = dereference(document, schema)
    if "anyOf" in schema:
        return [each for variant in schema["anyOf"] for each in recognised(document, variant, place)]
    if "x-rows" in schema:
        return recognised(document, schema["items"], f"{place.removesuffix('.')}[].")
    required, properties = schema.get("required", ()), schema.get("properties", {})
    return [
        found
        for name, each in properties.items()
        if name in required or "x-rows" in each
        for found in recognised(document, each, f"{place}{name}{'' if name in required else '?'}.")
    ] or ([] if place in {"", "body."} else [place.removesuffix(".")])


def test_every_body_has_a_schema_with_a_name_and_examples(provider: Provider) -> None:
    """Each request, success and failure has a named schema and examples, so that it can be played and shown."""
    for operation in operations(provider):
        for status, body in operation.bodies.items():
            assert body["examples"], (operation.name, status)
            assert {"$ref", "anyOf", "x-rows"} & body["schema"].keys(), (operation.name, status)
        if operation.body:
            content = operation.node["requestBody"]["content"]["application/json"]
            assert (content["schema"].keys(), bool(content["examples"])) == ({"$ref"}, True), operation.name


def test_a_mock_server_has_sessions_in_different_states(provider: Provider) -> None:
    """At least two, each of which can be selected by name."""
    reading, *_ = operations(provider)
    examples = reading.success(200)["examples"]
    sessions = [
        value.get("data", value.get("session", value)) for value in (example["value"] for example in examples.values())
    ]

    assert all(name.strip() for name in examples)
    assert len({session["status"].lower() for session in sessions}) >= 2


def test_null_and_single_values_are_written_in_one_way(provider: Provider) -> None:
    """A nullable enum is `anyOf` with null, and an enum of one is a `const`: the generator handles these best."""
    enums = [part for part in schemas(overlaid(provider)) if "enum" in part.node]

    assert [
        part.location for part in enums if None in part.node["enum"] or isinstance(part.node.get("type"), list)
    ] == []
    assert [part.location for part in enums if len(part.node["enum"]) < 2] == []
    assert [part.location for part in schemas(overlaid(provider)) if "nullable" in part.node] == []
