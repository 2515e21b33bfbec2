from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import pointer
from codegen.walk import CircularReference, Part, dereference, resolve, segments, target_of, walk

TEXT: dict[str, Any] = {"type": "string"}

DOCUMENT: dict[str, Any] = {
    "paths": {
        "/a": {
            "parameters": [{"name": "b", "schema": TEXT, "examples": {"c": {}}}],
            "get": {
                "requestBody": {"content": {"d": {"schema": TEXT, "encoding": {"e": {"headers": {"f": {}}}}}}},
                "responses": {"200": {"headers": {"g": {"schema": TEXT}}, "links": {"h": {}}}, "x-i": {}},
                "callbacks": {"j": {"{$url}": {"post": {}}, "x-k": {}}, "l": {"$ref": "#/components/callbacks/m"}},
            },
            "fetch": {},
        },
        "x-n": {},
    },
    "webhooks": {"x-o": {}},
    "components": {
        "schemas": {
            "x-p": {
                "properties": {"schema": TEXT, "$ref": TEXT, "items": True},
                "allOf": [{}],
                "items": True,
                "additionalProperties": False,
                "unevaluatedProperties": TEXT,
                "example": {"properties": {"q": {}}},
            }
        },
        "securitySchemes": {"r": {}},
    },
}

KINDS = [
    ("document", "#"),
    ("path", "#/paths/~1a"),
    ("parameter", "#/paths/~1a/parameters/0"),
    ("schema", "#/paths/~1a/parameters/0/schema"),
    ("example", "#/paths/~1a/parameters/0/examples/c"),
    ("operation", "#/paths/~1a/get"),
    ("body", "#/paths/~1a/get/requestBody"),
    ("media type", "#/paths/~1a/get/requestBody/content/d"),
    ("schema", "#/paths/~1a/get/requestBody/content/d/schema"),
    ("encoding", "#/paths/~1a/get/requestBody/content/d/encoding/e"),
    ("header", "#/paths/~1a/get/requestBody/content/d/encoding/e/headers/f"),
    ("response", "#/paths/~1a/get/responses/200"),
    ("header", "#/paths/~1a/get/responses/200/headers/g"),
    ("schema", "#/paths/~1a/get/responses/200/headers/g/schema"),
    ("link", "#/paths/~1a/get/responses/200/links/h"),
    ("callback", "#/paths/~1a/get/callbacks/j"),
    ("path", "#/paths/~1a/get/callbacks/j/{$url}"),
    ("operation", "#/paths/~1a/get/callbacks/j/{$url}/post"),
    ("callback", "#/paths/~1a/get/callbacks/l"),
    ("path", "#/webhooks/x-o"),
    ("components", "#/components"),
    ("schema", "#/components/schemas/x-p"),
    ("schema", "#/components/schemas/x-p/properties/schema"),
    ("schema", "#/components/schemas/x-p/properties/$ref"),
    ("schema", "#/components/schemas/x-p/properties/items"),
    ("schema", "#/components/schemas/x-p/allOf/0"),
    ("schema", "#/components/schemas/x-p/items"),
    ("schema", "#/components/schemas/x-p/unevaluatedProperties"),
    ("security scheme", "#/components/securitySchemes/r"),
]


def test_every_part_is_found_with_its_kind_and_place() -> None:
    """Parts follow the grammar: extensions, the content of examples and names that look like fields are not parts."""
    assert [(part.kind, part.location) for part in walk(DOCUMENT)] == KINDS


def test_fields_can_be_left_out_with_their_content() -> None:
    """Only the specification's fields are left out, not a property of that name."""
    left_out = ("/callbacks", "/headers", "/items", "/webhooks")
    expected = [
        (kind, place)
        for kind, place in KINDS
        if place.endswith("/properties/items") or not any(field in place for field in left_out)
    ]
    found = walk(DOCUMENT, without={"callbacks", "headers", "items", "webhooks"})
    assert [(part.kind, part.location) for part in found] == expected


@pytest.mark.parametrize("malformed", [None, 1, "text", [], {}, [1], {"a": 1}, {"$ref": 1}])
def test_malformed_parts_are_skipped(malformed: Any) -> None:
    """Any value instead of one part is that part; any value instead of several is skipped."""
    node = {"paths": {"/a": malformed}, "components": malformed, "webhooks": malformed}
    assert Part("path", ("paths", "/a"), malformed) in walk(node)


@pytest.mark.parametrize(
    ("node", "reference"),
    [({"$ref": "#/a"}, "#/a"), ({"$ref": "x", "description": ""}, "x"), ({"$ref": 1}, None), ({}, None), (True, None)],
)
def test_a_part_has_its_reference(node: Any, reference: str | None) -> None:
    """Only a text makes a Reference Object."""
    assert Part("schema", (), node).reference == reference


def test_a_part_has_its_members() -> None:
    """The parts in one field are those that `walk` yields for it, without inner ones."""
    schema = next(part for part in walk(DOCUMENT) if part.location == "#/components/schemas/x-p")
    assert [part.location for part in schema.members("properties")] == [
        "#/components/schemas/x-p/properties/schema",
        "#/components/schemas/x-p/properties/$ref",
        "#/components/schemas/x-p/properties/items",
    ]
    assert schema.members("items") == [Part("schema", ("components", "schemas", "x-p", "items"), node=True)]
    assert schema.members("additionalProperties") == schema.members("anyOf") == []
    assert Part("schema", (), node=True).members("items") == []


def test_a_part_is_found_by_a_reference() -> None:
    """It has the kind of the referring part, and its own place."""
    document = {"a": {"b": TEXT}}
    assert target_of(document, Part("schema", (), {"$ref": "#/a/b"}), "#/a/b") == Part("schema", ("a", "b"), TEXT)


@given(st.lists(st.text(), min_size=1))
def test_a_pointer_leads_back_to_its_place(keys: list[str]) -> None:
    """`segments` reads what `pointer` writes."""
    assert segments(pointer(*keys)) == tuple(keys)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("#/a", {"b": [{"c": 1}]}),
        ("#/a/b/0/c", 1),
        ("#/~1d~0", 2),
        ("#/%7Be%7D", 3),
        ("#/", 4),
        ("#/~01", 5),
    ],
)
def test_a_reference_is_resolved(reference: str, expected: Any) -> None:
    """JSON Pointers are escaped and percent-encoded, and count from zero."""
    document = {"a": {"b": [{"c": 1}]}, "/d~": 2, "{e}": 3, "": 4, "~1": 5}
    assert resolve(document, reference) == expected


@pytest.mark.parametrize(
    "reference",
    [
        *("", "#", "a", "#a", "http://x#/a", "#/x", "#/a/x", "#/a/b/1", "#/a/b/-", "#/a/b/00", "#/a/b/0/c/d"),
        *("#/a/b/²", "#/a/b/" + "9" * 10),
    ],
)
def test_a_reference_to_nowhere_is_a_lookup_error(reference: str) -> None:
    """Whatever the reference is."""
    with pytest.raises(LookupError):
        resolve({"a": {"b": [{"c": 1}]}}, reference)


def test_references_are_followed_to_their_end() -> None:
    """Through a chain of any length."""
    document = {"a": {"$ref": "#/b"}, "b": {"$ref": "#/c"}, "c": {"d": 1}}
    assert [dereference(document, node) for node in (document["a"], document["c"], 1)] == [{"d": 1}, {"d": 1}, 1]


def test_circular_references_have_their_own_error() -> None:
    """It differs from that of a missing target."""
    document = {"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}, "c": {"$ref": "#/d"}}
    with pytest.raises(CircularReference):
        dereference(document, document["a"])
    with pytest.raises(LookupError) as caught:
        dereference(document, document["c"])
    assert not isinstance(caught.value, CircularReference)
