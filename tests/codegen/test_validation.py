from __future__ import annotations

import ast
import copy
import json
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.client import generate_client
from codegen.document import canonical, load_document
from codegen.errors import DocumentError, InvalidDocument, Problem
from codegen.providers import Provider
from codegen.validation import validate_document

FOLDER = Path(__file__).parent / "cases"

CASES = [
    pytest.param(case, id=f"{folder}, {path.stem}: {name}")
    for folder in ("validation", "shapes", "names")
    for path in sorted((FOLDER / folder).glob("*.yaml"))
    for name, case in load_document(path).items()
]

Build = Callable[[dict[str, Any]], dict[str, Any]]


def problems_of(document: dict[str, Any]) -> tuple[Problem, ...]:
    """Return what validation finds; anything but its own error is a fault."""
    try:
        validate_document(document)
    except InvalidDocument as error:
        return error.problems
    return ()


@pytest.mark.parametrize("case", CASES)
def test_a_document_has_its_problems(case: dict[str, Any], build: Build) -> None:
    """All at once, each once and with its place as a JSON Pointer; valid documents have none."""
    document = build(case)
    before = canonical(document)
    assert list(map(str, problems_of(document))) == case.get("problems", [])
    assert canonical(document) == before


def test_a_document_without_a_version_is_refused() -> None:
    """An empty document has one clear problem."""
    text = "version None is not supported: expected OpenAPI 3.1.x or 3.0.x"
    assert problems_of({}) == (Problem("#/openapi", text),)


def test_what_the_generator_cannot_read_is_a_problem(build: Build) -> None:
    """A valid document without operations also gets the generator's own problem."""
    document = build({})
    del document["paths"]
    no_key, unread = problems_of(document)
    assert no_key == Problem(
        "#/paths", "no operation has security, so the key has no place: add security to the document by an overlay"
    )
    assert unread.location == "#"
    assert unread.text.startswith(
        "the generator: Failed to parse OpenAPI document 1 validation error for OpenAPI paths "
    )


def test_nothing_is_fetched(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference to another host is refused without a request, wherever it is."""

    def connect(*_: object) -> NoReturn:
        raise AssertionError

    monkeypatch.setattr(socket.socket, "connect", connect)
    address = "http://127.0.0.1:9/schema.json"
    session = {"a": {"$ref": address}, "b": {"$schema": address, "type": "string", "example": 1}}
    place = "#/components/schemas/Session/properties"
    assert problems_of(build({"session": session})) == (
        Problem(f"{place}/a", f"refers to '{address}', but the components have no such schema"),
        Problem(f"{place}/b", "'$schema' is not supported here: correct it by an overlay"),
    )


def test_a_long_message_keeps_its_ends(build: Build) -> None:
    """A problem stays readable, however long a value is."""
    text = "x" * 1000
    problems = problems_of(build({"session": {"a": {"type": "integer", "example": text}}}))
    assert problems == (
        Problem(
            "#/components/schemas/Session/properties/a/example",
            f"'{'x' * 149} … {'x' * 124}' is not of type 'integer'",
        ),
    )


def test_a_long_value_is_cut(build: Build) -> None:
    """Only the beginning of an unsupported value is shown."""
    problems = problems_of(build({"session": {"a": {"const": [1] * 100}}}))
    text = f"[{'1, ' * 33}… is not supported here: correct it by an overlay"
    assert problems == (Problem("#/components/schemas/Session/properties/a/const", text),)


def nested(keyword: str, depth: int) -> dict[str, Any]:
    """Return a schema with so many schemas in each other, itself included."""
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth - 1):
        deeper: dict[str, dict[str, Any]] = {
            "properties": {"type": "object", "properties": {"x": schema}},
            "items": {"type": "array", "items": schema},
            "anyOf": {"anyOf": [schema, {"type": "null"}]},
        }
        schema = deeper[keyword]
    return schema


@pytest.mark.parametrize(("keyword", "depth"), [("properties", 48), ("items", 95), ("anyOf", 48)])
def test_code_is_valid_python_however_deep_a_spec_is(keyword: str, depth: int, build: Build, tmp_path: Path) -> None:
    """Schemas are nested as deeply as a spec can be."""
    spec = tmp_path / "spec.yaml"
    spec.write_text(json.dumps(build({"session": {"a": nested(keyword, depth + 1)}})), "utf-8")
    with pytest.raises(DocumentError):
        load_document(spec)
    spec.write_text(json.dumps(build({"session": {"a": nested(keyword, depth)}})), "utf-8")
    document = load_document(spec)
    validate_document(document)
    provider = Provider(tmp_path, "acme", info="", dialect="openapi", sha256="", operations=())
    generate_client(document, provider, version="1.2.3", into=tmp_path / "acme")
    for path in tmp_path.rglob("*.py"):
        ast.parse(path.read_bytes())


def test_a_union_of_unions_takes_no_exponential_time(build: Build, tmp_path: Path) -> None:
    """Each schema that a union refers to repeatedly is one alternative."""
    union = {f"U{level}": {"anyOf": [{"$ref": f"#/components/schemas/U{level + 1}"}] * 2} for level in range(40)}
    document = build({"schemas": union | {"U40": {"type": "string"}}, "session": {"a": union["U0"]}})
    assert problems_of(document) == ()
    provider = Provider(tmp_path, "acme", info="", dialect="openapi", sha256="", operations=())
    generate_client(document, provider, version="1.2.3", into=tmp_path / "acme")


@pytest.mark.parametrize(("length", "is_taken"), [(197, True), (198, False)])
def test_a_file_has_a_name_of_at_most_200_bytes(length: int, is_taken: bool, build: Build) -> None:  # noqa: FBT001 - a parameter
    """Including the suffix."""
    assert (problems_of(build({"operation": {"operationId": "a" * length}})) == ()) == is_taken


def test_endless_schemas_are_refused(build: Build) -> None:
    """They are a problem, not a crash."""
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(sys.getrecursionlimit()):
        schema = {"type": "array", "items": schema}
    assert problems_of(build({"session": {"a": schema}})) == (
        Problem("#", "is nested too deeply, or refers to itself endlessly"),
    )


def calls(function: Callable[[], object]) -> int:
    """Return how many Python functions a call enters: a measure of cost that no machine's load changes."""
    count = 0

    def profile(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


def many(build: Build, number: int) -> dict[str, Any]:
    """Return a document of many schemas that refer to each other."""
    schemas = {
        f"Schema{index}": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "string"},
                "status": {"type": "string", "enum": ["open", "closed"]},
                "next": {"anyOf": [{"$ref": f"#/components/schemas/Schema{(index + 1) % number}"}, {"type": "null"}]},
            },
            "example": {"id": "a", "next": {"id": "b"}},
        }
        for index in range(number)
    }
    return build({"schemas": schemas, "session": {"first": {"$ref": "#/components/schemas/Schema0"}}})


def test_cost_grows_as_the_number_of_schemas(build: Build) -> None:
    """Eight times the schemas cost eight times as much."""
    small, large = many(build, 5), many(build, 40)
    validate_document(small)  # which builds what the libraries keep
    assert calls(lambda: validate_document(large)) < 8.2 * calls(lambda: validate_document(small))


PLAIN = load_document(FOLDER / "plain.yaml")
RICH = {
    **PLAIN,
    "security": [{"key": []}],
    "components": {
        **PLAIN["components"],
        "parameters": {"Limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}, "example": 1}},
        "schemas": {
            "Session": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "string"},
                    "status": {"type": "string", "enum": ["open", "closed"], "default": "open"},
                    "tags": {"type": "array", "items": {"$ref": "#/components/schemas/Tag"}},
                    "parent": {"anyOf": [{"$ref": "#/components/schemas/Session"}, {"type": "null"}]},
                },
                "example": {"id": "a", "parent": {"id": "b"}},
            },
            "Tag": {"allOf": [{"$ref": "#/components/schemas/Named"}, {"properties": {"at": {"type": "string"}}}]},
            "Named": {"type": "object", "properties": {"name": {"const": "x"}}},
        },
    },
}
RICH["paths"]["/sessions/{id}"]["get"]["security"] = [{"key": []}]
RICH["paths"]["/sessions/{id}"]["get"]["parameters"].append({"$ref": "#/components/parameters/Limit"})

KEYS = (
    *(
        "$ref",
        "$id",
        "$anchor",
        "$defs",
        "$schema",
        "type",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "enum",
        "const",
        "default",
    ),
    *("example", "examples", "format", "items", "properties", "required", "nullable", "discriminator", "pattern"),
    *("additionalProperties", "patternProperties", "x-enum-varnames", "title", "schema", "content", "in", "name"),
    *("style", "explode", "security", "servers", "parameters", "operationId", "tags", "writeOnly", "x-other"),
)
VALUES = st.one_of(
    st.sampled_from(
        ["", "string", "object", "array", "null", "integer", "binary", "uuid", "(", "é\u200b", "query", "get"]
    ),
    st.sampled_from(["#", "#/", "#/info", "#/components/schemas/Session", "#/components/schemas/Lost", "http://x/y"]),
    st.sampled_from([{"$ref": "#/components/schemas/Session"}, {"$ref": "#/components/schemas/Tag"}, {"$ref": 1}]),
    st.sampled_from([{"type": "string"}, {"key": []}, {"application/json": {}}, {"propertyName": "id"}]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
        lambda children: st.lists(children, max_size=2) | st.dictionaries(st.sampled_from(KEYS), children, max_size=2),
        max_leaves=4,
    ),
)


def nodes(node: Any) -> list[tuple[Any, Any]]:
    """Return each node of a document, as what holds it and its key there."""
    keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [pair for key in keys for pair in ((node, key), *nodes(node[key]))]


@given(st.data(), st.sampled_from(["3.1.0", "3.0.3"]))
def test_any_document_is_valid_or_refused(data: st.DataObject, version: str) -> None:
    """Whatever node is deleted, renamed, added or replaced: the result is None or `InvalidDocument`."""
    document = copy.deepcopy({**RICH, "openapi": version})
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(nodes(document)))
        match data.draw(st.sampled_from(["delete", "replace", "add", "rename"])):
            case "delete":
                del holder[key]
            case "add" if isinstance(holder[key], dict):
                holder[key][data.draw(st.sampled_from(KEYS))] = copy.deepcopy(data.draw(VALUES))
            case "rename" if isinstance(holder, dict):
                holder[data.draw(st.sampled_from(KEYS))] = holder.pop(key)
            case _:
                holder[key] = copy.deepcopy(data.draw(VALUES))
    for problem in problems_of(document):
        assert problem.location.startswith("#")
        assert problem.text
