from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.document import canonical, copied, load_document
from codegen.errors import DialectError, pointer
from codegen.examples import find_unfit_examples
from codegen.mintlify import to_openapi
from codegen.structure import find_dangling_references, find_malformed
from codegen.walk import walk

FOLDER = Path(__file__).parent / "cases" / "mintlify"
PAGES = {path.stem: load_document(path) for path in sorted((FOLDER / "pages").glob("*.yaml"))}


@pytest.mark.parametrize("case", PAGES.values(), ids=PAGES.keys())
def test_a_page_becomes_its_document(case: dict[str, Any]) -> None:
    """Type by type; the page is not changed."""
    before = canonical(case["page"])
    assert canonical(to_openapi(case["page"])) == canonical(case["document"])
    assert canonical(case["page"]) == before


@pytest.mark.parametrize("case", PAGES.values(), ids=PAGES.keys())
def test_a_rebuilt_document_is_valid(case: dict[str, Any]) -> None:
    """Each rebuilt document is valid OpenAPI once it has the names that only an overlay can give."""
    document = to_openapi(case["page"])
    document["info"] = {"title": "Lantern", "version": "1"}
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["operationId"] = "do_it"
    parts = list(walk(document))
    assert [
        *find_malformed(document, parts, "3.1"),
        *find_dangling_references(document, parts),
        *find_unfit_examples(document, parts, "3.1"),
    ] == []


REFUSALS = load_document(FOLDER / "refusals.yaml")


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(refusal, id=f"{part}: {'/'.join(map(str, refusal[0]))} = {refusal[1]}")
        for part, refusals in REFUSALS["refusals"].items()
        for refusal in refusals
    ],
)
def test_what_cannot_be_rebuilt_is_refused(refusal: list[Any]) -> None:
    """At its place, on every level of a page."""
    place, value, problem = refusal[:3]
    page = removed(REFUSALS["page"], place) if value == "-" else replaced(REFUSALS["page"], place, value)
    with pytest.raises(DialectError) as caught:
        to_openapi(page)
    assert caught.value == DialectError(pointer(*refusal[-1] if len(refusal) > 3 else place), problem)


def test_the_page_of_the_refusals_is_valid() -> None:
    """So each refusal has the cause of its case."""
    assert to_openapi(REFUSALS["page"])["paths"].keys() == {"/lamps/{id}"}


def test_inner_schemas_are_left_to_validation() -> None:
    """Below the first level nothing is refused or repaired."""
    schema = {"properties": [], "patternProperties": 1, "allOf": {}, "anyOf": None, "items": [1], "nullable": "yes"}
    page = replaced(REFUSALS["page"], ["components", "schemas"], {"Lamp": schema, "Room": 1})
    assert to_openapi(page)["components"]["schemas"] == {"Lamp": schema, "Room": 1}


def test_an_error_names_place_and_problem() -> None:
    """The message begins with the place as a JSON Pointer."""
    assert str(DialectError(pointer("paths", "a/b"), "is missing")) == "#/paths/a~1b: is missing"


def test_a_document_shares_nothing() -> None:
    """An edit of a document changes neither the page nor another part of the document."""
    shared: dict[str, Any] = {"type": "array", "items": {"allOf": [{"enum": ["a"]}]}, "default": ["a"]}
    media_type = {"schemaArray": [shared], "examples": {"one": {"value": shared}}}
    page = copied(REFUSALS["page"])
    page["paths"]["response"] = {"200": {"a/a": media_type}, "201": {"a/a": media_type}}
    before = canonical(page)
    document = to_openapi(page)
    unchanged = canonical(document["paths"]["/lamps/{id}"]["get"]["responses"]["201"])
    first = document["paths"]["/lamps/{id}"]["get"]["responses"]["200"]["content"]["a/a"]
    first["schema"]["items"]["enum"].append("b")
    first["schema"]["default"].append("b")
    first["examples"]["one"]["value"]["default"].append("b")
    assert canonical(page) == before
    assert canonical(document["paths"]["/lamps/{id}"]["get"]["responses"]["201"]) == unchanged


JUNK: list[Any] = [None, True, 0, 1.5, "", "string", "#/components/schemas/Lamp", [], [{}], ["a"], {}, {"a": {}}]
JUNK += [{"type": "object"}, {"allOf": [1]}, {"refIdentifier": []}, {"schemas": {}}]


@given(data=st.data())
def test_any_page_is_a_document_or_an_error(data: st.DataObject) -> None:
    """Whatever is removed, renamed or replaced in it."""
    page = data.draw(st.sampled_from([*PAGES.values(), REFUSALS]))["page"]
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(places(page)))
        change = data.draw(st.sampled_from(["remove", "rename", "replace", "move"]))
        if change == "replace" or not place:
            page = replaced(page, place, data.draw(st.sampled_from(JUNK)))
        elif change == "move":
            page = replaced(page, place, node_at(page, data.draw(st.sampled_from(places(page)))))
        elif change == "remove" or isinstance(place[-1], int):
            page = removed(page, place)
        else:
            name = data.draw(st.sampled_from(["a", "type", "schema", "refIdentifier", "title & title", "x-a"]))
            page = replaced(removed(page, place), [*place[:-1], name], node_at(page, place))
        if not isinstance(page, dict):
            break
    before = canonical(page)
    found = outcome(page)
    assert canonical(page) == before
    if isinstance(found, DialectError):
        assert str(found.place).startswith("#")
    else:
        assert found.keys() == {"openapi", "servers", "paths", "components"}


def outcome(page: Any) -> dict[str, Any] | DialectError:
    """Return the document or the error."""
    try:
        return to_openapi(page)
    except DialectError as error:
        return error


def places(node: Any, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the keys and indices that lead to every part of plain data."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place, *(found for key, child in items for found in places(child, (*place, key)))]


def node_at(node: Any, place: Sequence[str | int]) -> Any:
    """Return the part to which keys and indices lead."""
    for part in place:
        node = node[part]
    return node


def replaced(node: Any, place: Sequence[str | int], value: Any) -> Any:
    """Return plain data with another value at one place."""
    if not place:
        return value
    result = copied(node)
    node_at(result, place[:-1])[place[-1]] = copied(value)
    return result


def removed(node: Any, place: Sequence[str | int]) -> Any:
    """Return plain data without the part at one place."""
    result = copied(node)
    del node_at(result, place[:-1])[place[-1]]
    return result
