from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.document import canonical, copied, load_document
from codegen.errors import OverlayError
from codegen.overlay import Applied, apply_overlay, check_overlay

CASES = [
    pytest.param(case, id=f"{path.stem}: {name}")
    for path in sorted((Path(__file__).parent / "cases" / "overlay").glob("*.yaml"))
    for name, case in load_document(path).items()
]


def overlay(*actions: Any) -> dict[str, Any]:
    """Return an overlay of some actions."""
    return {"overlay": "1.1.0", "info": {"title": "Test", "version": "1"}, "actions": [*actions]}


@pytest.mark.parametrize("case", CASES)
def test_an_overlay_has_its_result_or_error(case: dict[str, Any]) -> None:
    """Type by type; the arguments are not changed."""
    document = case.get("document", {})
    applied = case["overlay"] if "overlay" in case else overlay(*case["actions"])
    before = canonical([document, applied])
    if "error" in case:
        with pytest.raises(OverlayError) as caught:
            apply_overlay(document, applied)
        assert caught.value == OverlayError(*case["error"])
    else:
        result = apply_overlay(document, applied)
        assert canonical(result) == canonical([case["result"], case["matches"]])
    assert canonical([document, applied]) == before


@pytest.mark.parametrize(
    "change",
    [
        {"overlay": "1.0.0"},
        {"overlay": "1.1.17"},
        {"extends": "spec.yaml"},
        {"info": {"title": "", "version": "", "description": "", "x-by": None}},
        {"x-reviewed": [1]},
        {"actions": [{"target": "$", "update": {}, "description": "", "x-why": {}}]},
    ],
    ids=str,
)
def test_every_field_and_extension_is_accepted(change: dict[str, Any]) -> None:
    """The overlay, its info and its actions may have every field and extension of the specification."""
    check_overlay(overlay({"target": "$", "update": {}}) | change)


def test_a_result_shares_nothing() -> None:
    """An edit of a result changes neither the document nor the overlay, nor another part of the result."""
    shared: dict[str, Any] = {"x": [1]}
    document = {"a": shared, "b": shared, "c": [shared, shared]}
    applied = overlay({"target": "$.a", "update": {"n": {"m": []}}}, {"target": "$.c", "update": [shared]})
    result = apply_overlay(document, applied).document
    assert result == {"a": {"x": [1], "n": {"m": []}}, "b": {"x": [1]}, "c": [{"x": [1]}] * 3}
    result["a"]["n"]["m"].append(2)
    result["c"][2]["x"].append(3)
    assert document == {"a": {"x": [1]}, "b": {"x": [1]}, "c": [{"x": [1]}] * 2}
    assert applied["actions"][0]["update"] == {"n": {"m": []}}
    assert result["c"] == [{"x": [1]}, {"x": [1]}, {"x": [1, 3]}]


def test_endless_nesting_is_an_error() -> None:
    """A short overlay can double the depth repeatedly."""
    actions = [{"target": "$" + ".a" * 2**level, "copy": "$"} for level in range(12)]
    with pytest.raises(OverlayError) as caught:
        apply_overlay({"a": {}}, overlay(*actions))
    assert caught.value == OverlayError("actions", "the document is nested too deeply")


def test_endless_growth_is_an_error() -> None:
    """A short overlay can double the document repeatedly, or fill many nodes at once."""
    doubled = [{"target": "$.a", "update": {"x": "y" * 100_000}}]
    for number in range(30):
        doubled += [{"target": "$.a", "update": {f"x{number}": {}}}, {"target": f"$.a.x{number}", "copy": "$.a"}]
    problem = "adds more than 2,000,000 characters: select fewer nodes, or copy less"
    with pytest.raises(OverlayError) as caught:
        apply_overlay({"a": {}}, overlay(*doubled))
    assert caught.value == OverlayError("actions[12] $.a.x5", problem)
    with pytest.raises(OverlayError) as caught:
        apply_overlay({"a": [{}] * 100}, overlay({"target": "$.a.*", "update": {"x": "y" * 20_000}}))
    assert caught.value == OverlayError("actions[0] $.a.*", problem)


def test_applied_is_a_named_tuple() -> None:
    """The result unpacks into the document and the number of nodes that each action matched."""
    document, matches = apply_overlay({"a": [1, 2]}, overlay({"target": "$.a[*]", "remove": True}))
    assert Applied(document, matches) == Applied(document={"a": []}, matches=(2,))


KEYS = st.sampled_from("abc")
PRIMITIVES: st.SearchStrategy[Any] = st.sampled_from([None, False, True, 0, 1, 1.0, "", "x"])
VALUES = st.recursive(PRIMITIVES, lambda children: st.lists(children, max_size=3) | st.dictionaries(KEYS, children))
DOCUMENTS = st.dictionaries(KEYS, VALUES)
SEGMENTS = [
    ".a",
    ".b",
    ".c",
    ".*",
    "..*",
    "..a",
    "[0]",
    "[-1]",
    "[::2]",
    "['a', 'b', 'a']",
    "[?@.a]",
    "[?@ == 1]",
    "[?!@.b]",
]
QUERIES = st.lists(st.sampled_from(SEGMENTS), max_size=4).map(lambda segments: "".join(["$", *segments]))
EFFECTS = (
    st.fixed_dictionaries({"update": VALUES})
    | st.fixed_dictionaries({"copy": QUERIES})
    | st.fixed_dictionaries({"remove": st.booleans()}, optional={"update": VALUES})
)
ACTIONS = st.tuples(QUERIES, EFFECTS).map(lambda action: {"target": action[0], **action[1]})


def outcome(document: dict[str, Any], applied: Any) -> Applied | OverlayError:
    """Return the result or the error."""
    try:
        return apply_overlay(document, applied)
    except OverlayError as error:
        return error


def places(node: Any) -> int:
    """Count the nodes of plain data."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return 1 + sum(map(places, children))


@given(document=DOCUMENTS, actions=st.lists(ACTIONS, min_size=1, max_size=4, unique_by=canonical))
def test_applying_is_a_function(document: dict[str, Any], actions: list[dict[str, Any]]) -> None:
    """The same arguments have the same result, are not changed, and actions can be applied one by one."""
    applied = overlay(*actions)
    before = canonical([document, applied])
    found = outcome(document, applied)
    assert canonical([document, applied]) == before
    again = outcome(copied(document), copied(applied))
    if isinstance(found, OverlayError):
        assert again == found
        return
    assert canonical(again) == canonical(found)
    step, counts = document, []
    for action in actions:
        step, (count,) = apply_overlay(step, overlay(action))
        counts.append(count)
    assert canonical(found) == canonical([step, counts])


@given(document=DOCUMENTS, query=QUERIES)
def test_matches_are_distinct_nodes(document: dict[str, Any], query: str) -> None:
    """Each matched node counts once; a removal removes as many, with their content."""
    found = outcome(document, overlay({"target": query, "remove": False}))
    assert isinstance(found, Applied)
    assert canonical(found.document) == canonical(document)
    removed = outcome(document, overlay({"target": query, "remove": True}))
    if isinstance(removed, OverlayError):
        assert removed == OverlayError(f"actions[0] {query}", "the document itself cannot be removed")
        return
    assert removed.matches == found.matches
    assert places(document) - places(removed.document) >= found.matches[0]
    assert (places(document) == places(removed.document)) == (found.matches == (0,))


@given(data=st.data())
def test_any_data_is_an_overlay_or_an_error(data: st.DataObject) -> None:
    """Whatever replaces a part of an overlay, there is a result or an `OverlayError`."""
    applied: Any = overlay({"target": "$.a", "update": {"b": [1]}}, {"target": "$.c", "remove": True, "x-why": ""})
    parts = data.draw(st.sampled_from([place for place, _ in nodes(applied)]))
    junk = PRIMITIVES | st.sampled_from([{}, [], {"target": "$"}, "$", "$[", "1.1.0", [{}], {"update": 1}])
    mutated = replaced(applied, parts, data.draw(junk))
    assert isinstance(outcome({"a": {"b": []}, "c": 1}, mutated), Applied | OverlayError)


def nodes(node: Any, parts: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    """Return every part of plain data with the keys and indices that lead to it."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [(parts, node), *(found for key, child in items for found in nodes(child, (*parts, key)))]


def replaced(node: Any, parts: tuple[str | int, ...], value: Any) -> Any:
    """Return plain data with another value at one place."""
    if not parts:
        return value
    result = copied(node)
    parent = result
    for part in parts[:-1]:
        parent = parent[part]
    parent[parts[-1]] = value
    return result
