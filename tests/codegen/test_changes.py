from __future__ import annotations

import functools
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.__main__ import ROOT
from codegen.changes.differences import BREAKING, Change, surface_changes
from codegen.client import surface_of
from codegen.client.surface import Element
from codegen.document import copied, load_document
from codegen.errors import pointer
from codegen.normalisation import normalise
from codegen.providers import Operation, load_providers
from codegen.pruning import prune
from codegen.walk import resolve, walk
from tests.documents import overlaid_document

FOLDER = Path(__file__).parent / "cases" / "changes" / "documents"
ROUTE = "get /sessions/{id}"


def cases(*names: str) -> list[Any]:
    """Return the cases of some files."""
    documents = {name: load_document(FOLDER / f"{name}.yaml") for name in names}
    return [pytest.param(case, id=f"{file}: {name}") for file, each in documents.items() for name, case in each.items()]


def schema_of(value: Any) -> Any:
    """Return a schema, which a case gives or names."""
    return {"$ref": f"#/components/schemas/{value}"} if isinstance(value, str) else value


def operation_of(case: dict[str, Any]) -> dict[str, Any]:
    """Return an operation, which by default is given what its path needs, and returns a session."""
    given = case.get("parameters", [])
    names = set(re.findall(r"{(\w+)}", case.get("route", ROUTE))) - {each["name"] for each in given}
    parameters = [{"name": each, "in": "path", "required": True, "schema": {"type": "string"}} for each in names]
    bodies = {status: schema_of(body) for status, body in case.get("responses", {"200": "Session"}).items()}
    responses = {
        status: {"description": status, **({"content": {"application/json": {"schema": body}}} if body else {})}
        for status, body in bodies.items()
    }
    operation = {"security": [{"key": []}], "parameters": parameters + given, "responses": responses}
    if "body" in case:
        operation["requestBody"] = {"content": {"application/json": {"schema": schema_of(case["body"])}}}
    return operation


def document_of(side: dict[str, Any]) -> dict[str, Any]:
    """Return the document of one side of a case."""
    paths: dict[str, Any] = {}
    for case in side["operations"].values():
        method, path = case.get("route", ROUTE).split(" ")
        paths.setdefault(path, {})[method] = operation_of(case)
    properties = {"id": {"type": "string"}, **side["session"]}
    session = {"type": "object", "required": side.get("required", ["id"]), "properties": properties}
    key = side.get("security", {"type": "apiKey", "in": "header", "name": "X-API-Key"})
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Example", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": paths,
        "components": {"securitySchemes": {"key": key}, "schemas": {"Session": session, **side.get("schemas", {})}},
        **side.get("document", {}),
    }
    found: dict[str, Any] = merged(document, side.get("merge", {}))
    return found


def merged(value: Any, update: Any) -> Any:
    """Return a value with an update merged into it, in which null removes a key (RFC 7396)."""
    if not isinstance(value, dict) or not isinstance(update, dict):
        return update
    found = {key: merged(value.get(key, {}), each) for key, each in update.items()}
    return {key: each for key, each in {**value, **found}.items() if key not in update or update[key] is not None}


def api_of(side: dict[str, Any]) -> dict[str, Element]:
    """Return the API of one side of a case."""
    routes = {name: case.get("route", ROUTE).split(" ") for name, case in side["operations"].items()}
    operations = tuple(Operation(name, method, path) for name, (method, path) in routes.items())
    return surface_of(prune(normalise(document_of(side), operations), operations))


def changes_of(case: dict[str, Any]) -> list[Change]:
    """Return what changed from one side of a case to the other."""
    ends, gets = case.get("end", [None, None]), case.get("get", [{}, {}])
    old, new = (
        api_of(
            {
                "session": {} if end is None else {"end": end},
                "operations": {"get_session": get},
                **case.get(side, {}),
            },
        )
        for side, end, get in zip(("before", "after"), ends, gets, strict=True)
    )
    return list(surface_changes(old, new))


@pytest.mark.parametrize("case", cases("properties", "types", "operations", "responses"))
def test_each_edit_has_its_verdict_and_place(case: dict[str, Any]) -> None:
    """Each edit is reported with its verdict, its place in the document, and what the API was and is."""
    found = [f"{each.verdict} | {each.place} | {each.text}" for each in changes_of(case)]
    assert sorted(found) == sorted(case["report"])


@pytest.mark.parametrize("case", cases("spelling"))
def test_two_spellings_have_the_same_api(case: dict[str, Any]) -> None:
    """Two spellings of one API differ in nothing that people import."""
    assert changes_of(case) == []


DOCUMENTS = {provider.slug: provider for provider in load_providers(ROOT)}

slugs = st.sampled_from(sorted(DOCUMENTS))


@functools.cache
def current(slug: str) -> tuple[dict[str, Any], dict[str, Element]]:
    """Return a provider's overlaid document, and the API of its client."""
    document = overlaid_document(DOCUMENTS[slug])
    return document, surface_of(document)


def reworded(value: Any, random: Random, *, is_named: bool = False) -> Any:
    """Return a document with its keys in another order and other descriptions; in `properties`, a key is a name."""
    if isinstance(value, list):
        return [reworded(item, random) for item in value]
    if not isinstance(value, dict):
        return value
    keys = random.sample([*value], len(value))
    texts = () if is_named else ("description", "summary")
    return {
        key: f"text {random.random()}"
        if key in texts
        else reworded(value[key], random, is_named=key in {"properties", "schemas", "responses"} and not is_named)
        for key in keys
    }


@settings(max_examples=3)
@given(slug=slugs, random=st.randoms(use_true_random=False))
def test_texts_and_the_order_of_keys_change_no_api(slug: str, random: Random) -> None:
    """A document and the same one with other descriptions, its keys in any order, have the same API."""
    document, api = current(slug)
    assert list(surface_changes(api, surface_of(reworded(document, random)))) == []


@settings(max_examples=3)
@given(slug=slugs, data=st.data())
def test_a_removed_property_is_breaking(slug: str, data: st.DataObject) -> None:
    """The removal of any property of a provider's document is a breaking change at the property's place."""
    former, api = current(slug)
    document = copied(former)
    properties = sorted(part.parts for part in walk(document) if part.parts[-2:-1] == ("properties",))
    parts = data.draw(st.sampled_from(properties))
    del resolve(document, pointer(*parts[:-1]))[parts[-1]]
    changes = surface_changes(api, surface_of(document))
    assert pointer(*parts) in {change.place for change in changes if change.verdict == BREAKING}
