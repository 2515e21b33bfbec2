"""What overlays decide for all providers alike: the list to go through when a provider is added."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import attrs
import pytest

from codegen.__main__ import ROOT
from codegen.document import load_document
from codegen.mintlify import to_openapi
from codegen.pipeline import build_document, check_document
from codegen.providers import Operation, Provider, load_providers
from codegen.walk import METHODS, Part, resolve, walk


@attrs.frozen
class Decision:
    """What is decided for one provider, and known from its documentation and from the wire."""

    server: str
    header: str
    required: dict[str, list[str]]
    """Of every schema of an answer: what a session cannot do without."""

    errors: set[str]
    """The statuses of failures that are documented or were seen."""

    sensitive: set[str] = attrs.field(factory=set)
    """The properties that must not be printed: credentials, and addresses that are signed."""


DECISIONS = {
    "anchorbrowser": Decision(
        "https://api.anchorbrowser.io",
        "anchor-api-key",
        {"#/components/schemas/SessionEnvelope": ["data"], "#/components/schemas/Session": ["session_id"]},
        {"401", "402", "403", "404", "429", "500"},
        {"Session/properties/configuration"},
    ),
    "brightdata": Decision(
        "https://api.brightdata.com",
        "Authorization: Bearer",
        {"#/components/schemas/SingleSessionResponse": ["session"], "#/components/schemas/Session": ["session_id"]},
        {"400", "401", "403", "404", "429"},
    ),
    "browser_use": Decision(
        "https://api.browser-use.com/api/v3",
        "X-Browser-Use-API-Key",
        {"#/components/schemas/Session": ["id"]},
        {"401", "402", "404", "422", "429"},
        {"Session/properties/liveUrl", "Session/properties/cdpUrl", "Session/properties/recordingUrl"},
    ),
    "browserbase": Decision(
        "https://api.browserbase.com",
        "X-BB-API-Key",
        {"#/components/schemas/Session": ["id"]},
        {"401", "404", "429"},
        {"Session/properties/connectUrl", "Session/properties/seleniumRemoteUrl", "Session/properties/signingKey"},
    ),
    "skyvern": Decision(
        "https://api.skyvern.com",
        "x-api-key",
        {"#/components/schemas/Session": ["browser_session_id"]},
        {"403", "404", "422", "500", "503"},
        {"FileInfo/properties/url"},
    ),
}

pytestmark = pytest.mark.parametrize("provider", load_providers(ROOT), ids=lambda provider: provider.slug)


@cache
def overlaid(provider: Provider) -> dict[str, Any]:
    """Return a provider's overlaid document; no test changes it."""
    return build_document(provider)


def operation_of(provider: Provider) -> dict[str, Any]:
    """Return the operation that reads a session."""
    named = session_operation(provider)
    operation: dict[str, Any] = overlaid(provider)["paths"][named.path][named.method]
    return operation


def session_operation(provider: Provider) -> Operation:
    """Return the row of the operation that reads a session."""
    return next(each for each in provider.operations if each.name == "get_session")


def schemas(document: dict[str, Any]) -> Iterator[Part]:
    """Yield every schema of a document that is not a mere true or false."""
    return (part for part in walk(document) if part.kind == "schema" and isinstance(part.node, dict))


def reached(provider: Provider) -> dict[str, dict[str, Any]]:
    """Return the components, by reference, that an answer with a session is made of."""
    found: dict[str, dict[str, Any]] = {}
    rest = [part.reference for part in schemas({"paths": {"/": {"get": {"responses": success_of(provider)}}}})]
    while rest:
        reference = rest.pop()
        if reference is not None and reference not in found:
            found[reference] = resolve(overlaid(provider), reference)
            inner = {"components": {"schemas": {"": found[reference]}}}
            rest += [part.reference for part in schemas(inner)]
    return found


def success_of(provider: Provider) -> dict[str, Any]:
    """Return the one response, by status, that carries a session."""
    return {status: response for status, response in operation_of(provider)["responses"].items() if status[0] == "2"}


def test_the_spec_is_the_page(provider: Provider) -> None:
    """A vendored spec is never edited: its hash is the one noted when it was fetched."""
    assert hashlib.sha256(provider.spec.read_bytes()).hexdigest() == provider.sha256


def test_the_spec_is_what_the_list_says(provider: Provider) -> None:
    """The page describes the operation that reads a session, in the dialect and under the info string of its row."""
    page = load_document(provider.spec)
    document = to_openapi(page) if provider.dialect == "mintlify" else page
    operations = [
        f"{method} {path}" for path, item in document["paths"].items() for method in METHODS if method in item
    ]

    assert str(session_operation(provider)) in operations
    assert ("openapi" in page) == (provider.dialect == "openapi")
    assert provider.info.lower().endswith(str(session_operation(provider)))
    assert provider.page is None or re.fullmatch(r"https://[a-z.-]+/[a-z0-9/-]+\.md", provider.page)


def test_every_action_says_why(provider: Provider) -> None:
    """A correction has a reason for the next reader, and the overlay says what it extends."""
    overlay = load_document(provider.overlay)

    assert [action["target"] for action in overlay["actions"] if len(action["description"].split()) < 5] == []
    assert overlay["extends"] == f"../specs/{provider.slug}.yaml"


def test_the_document_is_valid(provider: Provider) -> None:
    """A client may be made of every overlaid document."""
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


def test_the_id_is_the_only_argument_and_opaque(provider: Provider) -> None:
    """An id is a text to us, without a format, and the key is not an argument of the call."""
    (parameter,) = operation_of(provider)["parameters"]

    assert (parameter["in"], parameter["required"], parameter["schema"]["type"]) == ("path", True, "string")
    assert not {"format", "pattern", "minLength", "maxLength", "enum"} & parameter["schema"].keys()


def test_the_client_knows_server_and_key(provider: Provider) -> None:
    """There is one server for users, and the operation itself says in which header the key goes."""
    document, decision = overlaid(provider), DECISIONS[provider.slug]
    (requirement,) = operation_of(provider)["security"]
    ((name, scopes),) = requirement.items()
    scheme = document["components"]["securitySchemes"][name]
    header = scheme["name"] if scheme["type"] == "apiKey" else f"Authorization: {scheme['scheme'].title()}"

    assert [server["url"] for server in document["servers"]] == [decision.server]
    assert (header, scopes, scheme.get("in", "header")) == (decision.header, [], "header")


def test_the_session_is_a_model_of_that_name(provider: Provider) -> None:
    """A session is imported as `<slug>_client.models.Session`, and is what an answer holds."""
    session = reached(provider)["#/components/schemas/Session"]

    assert session["type"] == "object"
    assert session.get("title", "Session") == "Session"


def test_only_what_identifies_a_session_is_required(provider: Provider) -> None:
    """In an answer, the identifying property and the object that carries it are required, and nothing else."""
    required = {
        reference + part.location.removeprefix("#/components/schemas/-"): part.node["required"]
        for reference, schema in reached(provider).items()
        for part in schemas({"components": {"schemas": {"-": schema}}})
        if "required" in part.node
    }

    assert required == DECISIONS[provider.slug].required
    identifier = required["#/components/schemas/Session"][0]
    kind = reached(provider)["#/components/schemas/Session"]["properties"][identifier]
    assert (kind["type"], kind.get("format")) == ("string", None)


def test_an_answer_in_two_shapes_names_the_newer_first(provider: Provider) -> None:
    """Where the session may come in an envelope or without one, both are components, the envelope first."""
    ((_, response),) = success_of(provider).items()
    schema = response["content"]["application/json"]["schema"]
    shapes = [shape["$ref"] for shape in schema.get("anyOf", [schema])]

    assert shapes == [*DECISIONS[provider.slug].required][: len(shapes)]


def test_credentials_are_marked(provider: Provider) -> None:
    """Every property that is a credential or a signed address is marked, so that no client prints it."""
    marked = [part for part in schemas(overlaid(provider)) if part.node.get("x-sensitive")]

    expected = {f"#/components/schemas/{place}" for place in DECISIONS[provider.slug].sensitive}
    assert {part.location for part in marked} == expected


def test_every_failure_has_a_body_to_show(provider: Provider) -> None:
    """The failures that are documented or were seen are in the document, each with a schema and an example."""
    failures = {
        status: response
        for status, response in operation_of(provider)["responses"].items()
        if status not in success_of(provider)
    }

    assert failures.keys() == DECISIONS[provider.slug].errors
    for response in failures.values():
        content = response["content"]["application/json"]
        assert content["schema"].keys() == {"$ref"}
        assert content["examples"]


def test_there_are_sessions_to_play_with(provider: Provider) -> None:
    """A mock server needs at least two sessions in different states, each of which can be asked for by a name."""
    ((status, response),) = success_of(provider).items()
    examples = response["content"]["application/json"]["examples"]
    sessions = [
        value.get("data", value.get("session", value)) for value in (example["value"] for example in examples.values())
    ]

    assert status == "200"
    assert all(name.strip() for name in examples)
    assert len({session["status"].lower() for session in sessions}) >= 2


def test_null_and_single_values_are_written_in_one_way(provider: Provider) -> None:
    """A nullable enum is `anyOf` with null, and an enum of one is a `const`: the generator makes the most of those."""
    enums = [part for part in schemas(overlaid(provider)) if "enum" in part.node]

    assert [
        part.location for part in enums if None in part.node["enum"] or isinstance(part.node.get("type"), list)
    ] == []
    assert [part.location for part in enums if len(part.node["enum"]) < 2] == []
    assert [part.location for part in schemas(overlaid(provider)) if "nullable" in part.node] == []
