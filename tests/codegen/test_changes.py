from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.__main__ import ROOT
from codegen.changes.change import BREAKING, COSMETIC, Change
from codegen.changes.comparison import compare_editions
from codegen.changes.edition import Edition, read_edition
from codegen.changes.overruled import overruled_statements
from codegen.client import surface_of
from codegen.document import copied, load_document
from codegen.errors import pointer
from codegen.providers import Operation, Provider, load_providers
from codegen.walk import Part, resolve, walk
from tests.documents import overlaid_document

FOLDER = Path(__file__).parent / "cases" / "changes" / "documents"
FIELDS = {
    name: frozenset(read)
    for name, read in {
        "id": ["id"],
        "status": ["state", "end"],
        "ended_at": ["end"],
        "recordings": ["files[].url", "files[].size"],
    }.items()
}
ROUTE = "get /sessions/{id}"
OVERLAY = {
    "overlay": "1.1.0",
    "info": {"title": "Corrections", "version": "1"},
    "actions": [{"target": "$.info.none", "description": "None.", "x-allow-empty": True, "remove": True}],
}


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


def write(root: Path, slug: str, spec: Any, overlay: Any) -> None:
    """Write a provider's two files: JSON is YAML."""
    for folder, document in (("specs", spec), ("overlays", overlay)):
        (root / folder).mkdir(parents=True)
        (root / folder / f"{slug}.yaml").write_text(json.dumps(document), "utf-8")


def edition_of(root: Path, side: dict[str, Any]) -> Edition:
    """Return the edition of one side of a case, read from files like any other."""
    write(root, "example", document_of(side), OVERLAY)
    routes = {name: case.get("route", ROUTE).split(" ") for name, case in side["operations"].items()}
    operations = tuple(Operation(name, method, path) for name, (method, path) in routes.items())
    return read_edition(Provider(root, "example", "", "openapi", "", operations))


def compact(change: Change) -> str:
    """Return all of a change as a case has it."""
    fields = "all" if len(change.view_fields) == len(FIELDS) else " ".join(change.view_fields) or "none"
    return f"{change.verdict} | {change.kind} | {change.place} | {change.text} | {fields}"


def compare(folder: Path, case: dict[str, Any]) -> tuple[Change, ...]:
    """Return what changed from one side of a case to the other."""
    ends, gets = case.get("end", [None, None]), case.get("get", [{}, {}])
    old, new = (
        edition_of(
            folder / side,
            {
                "session": {} if end is None else {"end": end},
                "operations": {"get_session": get},
                **case.get(side, {}),
            },
        )
        for side, end, get in zip(("before", "after"), ends, gets, strict=True)
    )
    return compare_editions(old, new, FIELDS)


@pytest.mark.parametrize("case", cases("properties", "types", "operations", "responses"))
def test_change(case: dict[str, Any], tmp_path: Path) -> None:
    """Each edit is reported with its verdict, its place, and the fields of a view that are read from it."""
    assert list(map(compact, compare(tmp_path, case))) == case["report"]


@pytest.mark.parametrize("case", cases("spelling"))
def test_spelling(case: dict[str, Any], tmp_path: Path) -> None:
    """Two spellings of one client are cosmetic, in places where the documents differ."""
    changes = compare(tmp_path, case)
    assert {change.verdict for change in changes} == {COSMETIC}


PROVIDERS = {provider.slug: provider for provider in load_providers(ROOT)}

slugs = st.sampled_from(sorted(PROVIDERS))


def edition(slug: str, document: dict[str, Any]) -> Edition:
    """Return a provider's edition of a document, which is not validated: that takes longer than all the rest."""
    return Edition(PROVIDERS[slug], document, surface_of(document))


@functools.cache
def published(slug: str) -> Edition:
    """Return a provider's edition as it is published."""
    return read_edition(PROVIDERS[slug])


@functools.cache
def current(slug: str) -> Edition:
    """Return a provider's edition of its overlaid document alone."""
    return edition(slug, overlaid_document(PROVIDERS[slug]))


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
def test_other_texts_in_another_order_are_cosmetic(slug: str, random: Random) -> None:
    """A document and the same one with other descriptions, its keys in any order, have one and the same client."""
    changes = compare_editions(current(slug), edition(slug, reworded(current(slug).document, random)), {})
    assert {change.verdict for change in changes} == {COSMETIC}


@settings(max_examples=3)
@given(slug=slugs, data=st.data())
def test_a_removed_property_is_breaking(slug: str, data: st.DataObject) -> None:
    """Whichever property of a provider's document is removed: it is breaking, in its place."""
    document = copied(current(slug).document)
    parts = data.draw(st.sampled_from(sorted(part.parts for part in walk(document) if is_property(part))))
    del resolve(document, pointer(*parts[:-1]))[parts[-1]]
    changes = compare_editions(current(slug), edition(slug, document), {})
    assert pointer(*parts) in {change.place for change in changes if change.verdict == BREAKING}


def is_property(part: Part) -> bool:
    """Whether a part of a document is a property of a schema."""
    return part.parts[-2:-1] == ("properties",)


def arrays(depth: int, kind: str) -> dict[str, Any]:
    """Return a document with a schema of arrays in arrays, of which the innermost item has a type."""
    schema: dict[str, Any] = {"type": kind}
    for _ in range(depth - 1):
        schema = {"type": "array", "items": schema}
    return {"components": {"schemas": {"A": schema}}}


@pytest.mark.parametrize(("depth", "is_seen"), [(8, True), (9, False)])
def test_what_an_overlay_hides_is_seen_eight_levels_deep(depth: int, is_seen: bool) -> None:  # noqa: FBT001 - a parameter
    """A schema may hold itself, so the comparison ends somewhere."""
    stages = [arrays(depth, "string"), arrays(depth, "integer")]
    found = [said for place, said in overruled_statements(stages, stages) if place == "#/components/schemas/A"]
    assert found == (["now says " + "array of " * (depth - 1) + "string"] if is_seen else [])


UNUSED = {("skyvern", "HTTPValidationError")}
"""Schemas of a page in whose place the overlay has others, so that nothing depends on them."""


@settings(max_examples=3)
@given(slug=slugs, data=st.data())
def test_another_type_in_a_page_is_breaking(slug: str, data: st.DataObject) -> None:
    """Whichever property a provider's own page describes otherwise: it is breaking, whatever the overlay has there."""
    page = copied(published(slug).stages[0])
    described = [part.parts for part in walk(page) if is_property(part) and (slug, *part.parts[2:3]) not in UNUSED]
    parts = data.draw(st.sampled_from(sorted(described)))
    properties = resolve(page, pointer(*parts[:-1]))
    is_boolean = properties[parts[-1]].get("type") == "boolean"
    properties[parts[-1]] = {"type": "integer" if is_boolean else "boolean"}
    with TemporaryDirectory() as folder:
        write(Path(folder), slug, page, load_document(PROVIDERS[slug].overlay))
        changed = read_edition(attrs.evolve(PROVIDERS[slug], root=Path(folder), dialect="openapi"))
    changes = compare_editions(published(slug), changed, {})
    assert any(f"/properties/{parts[-1]}" in change.place for change in changes if change.verdict == BREAKING)
