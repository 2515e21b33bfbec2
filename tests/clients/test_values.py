from __future__ import annotations

import datetime as dt
import traceback
from typing import Any
from uuid import UUID

import attrs
import pytest

from tests.clients.contract import Outcome, check
from tests.clients.everything import EVERYTHING, FULL
from tests.clients.synthetic import Synthetic

UTC = dt.UTC
LOCAL = dt.timezone(dt.timedelta(hours=5, minutes=30))

FITTING: dict[str, list[tuple[Any, Any]]] = {
    "seen": [
        ("2026-01-02T03:04:05Z", dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02t03:04:05z", dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02 03:04:05Z", dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05", dt.datetime(2026, 1, 2, 3, 4, 5)),  # noqa: DTZ001 - naive stays naive
        ("2026-01-02 03:04:05.5", dt.datetime(2026, 1, 2, 3, 4, 5, 500000)),  # noqa: DTZ001
        ("2026-01-02T03:04:05.1Z", dt.datetime(2026, 1, 2, 3, 4, 5, 100000, UTC)),
        ("2026-01-02T03:04:05.1234567899Z", dt.datetime(2026, 1, 2, 3, 4, 5, 123456, UTC)),
        ("2026-01-02T03:04:05+05:30", dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=LOCAL)),
        ("2026-01-02T03:04:05.000001+05:30", dt.datetime(2026, 1, 2, 3, 4, 5, 1, LOCAL)),
        ("2026-01-02T03:04:05-00:00", dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05-23:59", dt.datetime.fromisoformat("2026-01-02T03:04:05-23:59")),
        ("2024-02-29T23:59:59Z", dt.datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", dt.datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999Z", dt.datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)),
    ],
    "born": [("2026-01-02", dt.date(2026, 1, 2)), ("2024-02-29", dt.date(2024, 2, 29))],
    "uid": [(text, UUID(text)) for text in (EVERYTHING["uid"], EVERYTHING["uid"].upper(), str(UUID(int=0)))],
    "amount": [(5, 5), (5.0, 5.0), (-0.0, -0.0), (1e308, 1e308), (2**64, 2**64), (10**400, 10**400)],
    "count": [(0, 0), (-1, -1), (10**400, 10**400), (1024.0, 1024), (-0.0, 0), (1e300, int(1e300))],
    "switch": [(True, True), (False, False)],
    "id": [("", ""), ("\ud800", "\ud800"), ("2026-01-02", "2026-01-02")],
    "kind": [("everything", "everything")],
    "level": [(3, 3), (3.0, 3)],
    "flag": [(True, True)],
    "word_or_number": [("low", "low"), (2, 2), (2.0, 2), (None, None)],
    "size": [(10, 10), (10.0, 10), (7.0, 7)],
    "day_or_time": [
        ("2026-01-02", dt.date(2026, 1, 2)),
        ("2026-01-02T03:04:05Z", dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (5, 5),
    ],
    "list_types": [("a", "a"), (5, 5), (5.0, 5), (None, None)],
    "matrix": [([], []), ([[]], [[]]), ([[1, 0.5]], [[1, 0.5]])],
    "nullable_array": [(None, None), ([], []), ([None, 1], [None, 1]), ([2.0], [2])],
    "things": [([], []), ([None, {"a": float("inf")}], [None, {"a": float("inf")}])],
    "anything": [(None, None), ({}, {}), ([1], [1])],
    "nothing": [(None, None)],
    "nested": [(5, 5), (5.0, 5), ([True], [True]), (None, None)],
}
"""Raw values of the synthetic document's properties, and their decoded values."""

UNFIT: dict[str, list[Any]] = {
    "seen": [
        *("2026-01-02", "03:04:05Z", "2026-01-02T", "2026-01-02T03Z", "2026-01-02T03:04Z", "20260102T030405Z"),
        *("2026-W01-5T03:04:05Z", "2026-002T03:04:05Z", "2026-1-2T03:04:05Z", "26-01-02T03:04:05Z"),
        *("2026-01-02T03:04:05,5Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05.", "2026-01-02T03:04:05.5.5Z"),
        *("2026-01-02_03:04:05Z", "2026-01-02  03:04:05Z", " 2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z\n"),
        *("2026-01-02T24:00:00Z", "2026-01-02T23:59:60Z", "2026-01-02T23:60:00Z", "2026-01-02T25:00:00Z"),
        *("2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "0000-01-01T00:00:00Z"),
        *("2026-01-02T03:04:05+0530", "2026-01-02T03:04:05+05", "2026-01-02T03:04:05+24:00"),
        *("2026-01-02T03:04:05+05:60", "2026-01-02T03:04:05 Z", "2026-01-02T03:04:05ZZ", "2026-01-02T03:04:05+05:30Z"),
        *("-2026-01-02T03:04:05Z", "+002026-01-02T03:04:05Z", "2026-01-02T03:04:05.\ud800Z"),
        *("\uff12026-01-02T03:04:05Z", "2026-01-02T03:04:05.\u0663Z", "now", "", 1767323045, 0.5, True, None, [], {}),
    ],
    "born": [
        *("2026-01-02T00:00:00Z", "20260102", "2026-W01-5", "2026-1-2", "2026-02-29", "0000-01-01", "2026-01-02\n"),
        *(" 2026-01-02", "\uff12026-01-02", "", 20260102, None, []),
    ],
    "uid": [
        *(EVERYTHING["uid"].replace("-", ""), f"{{{EVERYTHING['uid']}}}", f"urn:uuid:{EVERYTHING['uid']}"),
        *(f"{EVERYTHING['uid']}\n", EVERYTHING["uid"][:-1], EVERYTHING["uid"][:-1] + "g", "", 0, None),
    ],
    "amount": [True, False, "5", "", None, float("inf"), float("-inf"), [], {}],
    "count": [1024.5, 0.5, True, False, "5", None, float("inf"), []],
    "switch": [0, 1, "true", "", None, []],
    "id": [0, 0.5, True, None, ["a"], {}],
    "kind": ["Everything", "everything ", "", None, 0, ["everything"]],
    "level": [4, 3.5, "3", True, None],
    "flag": [False, 1, 1.0, "true", None],
    "word_or_number": ["high", "2", 1, 2.5, True, []],
    "size": [10.5, "10", True, None, float("inf")],
    "day_or_time": ["2026", "", True, None, float("inf"), []],
    "list_types": [0.5, True, [], {}],
    "matrix": [None, {}, [None], [1], [[1], ["a"]], [[True]], "[]"],
    "nullable_array": [[True], [0.5], {}, "", 0, [[None]]],
    "things": [None, {}, "a"],
    "nothing": [0, False, "", "null", [], {}],
    "nested": [True, 5.5, [1], [None], "a", {}, {"barks": "loudly"}],
}
"""Raw values that do not fit."""


def rows(table: dict[str, list[Any]]) -> list[Any]:
    """Return a table's rows, with readable ids."""
    return [pytest.param(name, row, id=f"{name} {ascii(row)[:60]}") for name, column in table.items() for row in column]


@pytest.mark.parametrize(("name", "row"), rows(FITTING))
def test_a_fitting_value_reads_as_its_type(synthetic: Synthetic, name: str, row: tuple[Any, Any]) -> None:
    """A value that fits becomes a value of exactly the promised type."""
    raw, expected = row
    model = synthetic.module("models").Everything.from_dict(FULL | {name: raw})
    value = getattr(model, name)
    if name == "size":
        value = value.value
    assert (type(value), value, repr(value)) == (type(expected), expected, repr(expected))
    assert (model.additional_properties, model.unexpected) == ({}, {})
    written = expected.isoformat() if isinstance(expected, dt.date) else str(expected) if name == "uid" else expected
    assert model.to_dict()[name] == written
    assert type(model.to_dict()[name]) is type(written)
    check(synthetic.oracle, synthetic.schema("Everything"), FULL | {name: raw}, Outcome(model, None, type(model)))


@pytest.mark.parametrize(("name", "raw"), rows(UNFIT))
def test_an_unfit_value_is_an_error_or_unexpected(synthetic: Synthetic, name: str, raw: Any) -> None:
    """An unfit required property is an error that shows no value; an unfit optional one is kept unchanged."""
    everything, errors = synthetic.module("models").Everything, synthetic.module("errors")
    if name in EVERYTHING:
        with pytest.raises(errors.DecodeError) as caught:
            everything.from_dict(FULL | {name: raw})
        assert caught.value.path.startswith(name)
        assert not raw or not isinstance(raw, (str, float)) or str(raw) not in str(caught.value).split()
    else:
        model = everything.from_dict(FULL | {name: raw})
        rest = {each: value for each, value in FULL.items() if each != name}
        assert model == attrs.evolve(everything.from_dict(rest), additional_properties={name: raw})
        assert model.unexpected == {name: raw}
        assert type(model.to_dict()[name]) is type(raw)
        assert model.to_dict()[name] == raw


ERRORS: list[tuple[Any, str]] = [
    ([], "the body: expected object, got array"),
    (None, "the body: expected object, got null"),
    ({"id": 5}, "id: expected string, got integer"),
    ({"id": None}, "id: expected string, got null"),
    ({"kind": "a"}, 'kind: expected "everything", got string'),
    ({"level": 4}, "level: expected 3, got integer"),
    ({"born": "today"}, "born: expected string of format date, got another string"),
    ({"born": True}, "born: expected string of format date, got boolean"),
    ({"uid": "a"}, "uid: expected string of format uuid, got another string"),
    ({"parts": {"name": "a", "weight": 1}}, "parts.since: expected string of format date-time, got nothing"),
    (
        {"parts": {"since": "", "weight": 1, "name": "a"}},
        "parts.since: expected string of format date-time, got another string",
    ),
    ({"parts": FULL["parts"] | {"weight": float("inf")}}, "parts.weight: expected finite number, got number"),
    ({"matrix": [[1], [2, "a"]]}, "matrix[1][1]: expected number, got string"),
    ({"matrix": [1]}, "matrix[0]: expected array, got integer"),
    ({"matrix": {}}, "matrix: expected array, got object"),
    ({"either": {"meows": None}}, "either.meows: expected boolean, got null"),
    ({"either": {"barks": 1}}, "either.barks: expected boolean, got integer"),
    ({"either": {"barks": 1, "meows": 2}}, "either.meows: expected boolean, got integer"),
    ({"either": {}}, "either: expected Cat or Dog, got object"),
    ({"either": [{"barks": True}]}, "either: expected Cat or Dog, got array"),
    ({"nested": "a"}, "nested: expected integer or array or Dog, got string"),
    ({"nested": [1]}, "nested: expected integer or array or Dog, got array"),
    ({"nested": {"barks": "a"}}, "nested.barks: expected boolean, got string"),
    ({"node": {}}, "node.name: expected string, got nothing"),
]
"""Changes to a body, and the error's message."""


@pytest.mark.parametrize(("change", "message"), ERRORS, ids=[message for _, message in ERRORS])
def test_an_error_says_where_and_which_kinds(synthetic: Synthetic, change: Any, message: str) -> None:
    """The message gives the path, the documented type, and the kind of the received value."""
    everything, errors = synthetic.module("models").Everything, synthetic.module("errors")
    with pytest.raises(errors.DecodeError) as caught:
        everything.from_dict(EVERYTHING | change if isinstance(change, dict) else change)
    assert str(caught.value) == message
    assert "".join(traceback.format_exception(caught.value)).count("Traceback") == 1
    path, _, kinds = message.partition(": expected ")
    expected, _, got = kinds.rpartition(", got ")
    assert caught.value == errors.DecodeError("" if path == "the body" else path, expected, got)


MISSING = {
    "id": "string",
    "kind": '"everything"',
    "level": "3",
    "born": "string of format date",
    "uid": "string of format uuid",
    "either": "Cat or Dog",
    "nested": "integer or array or Dog",
    "matrix": "array",
    "node": "object",
    "parts": "object",
    "anything": "anything",
}
"""The expected type in the error for each missing required property."""


def test_required_properties_must_be_present(synthetic: Synthetic) -> None:
    """A missing required property is an error that names it, whatever other properties there are."""
    everything, errors = synthetic.module("models").Everything, synthetic.module("errors")
    for name in EVERYTHING:
        with pytest.raises(errors.DecodeError) as caught:
            everything.from_dict({each: value for each, value in FULL.items() if each != name})
        assert caught.value == errors.DecodeError(name, MISSING[name], "nothing")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"barks": True, "meows": True}, "Cat"),
        ({"barks": True, "meows": 1}, "Dog"),
        ({"barks": 1, "meows": True}, "Cat"),
        ({"barks": True}, "Dog"),
    ],
)
def test_a_union_takes_the_first_variant_that_fits(synthetic: Synthetic, raw: Any, expected: str) -> None:
    """The variants are tried in the document's order."""
    model = synthetic.module("models").Everything.from_dict(EVERYTHING | {"either": raw})
    assert type(model.either).__name__ == expected
    assert model.either.to_dict() == raw


def test_an_unfit_part_makes_its_whole_unfit_only_where_it_is_required(synthetic: Synthetic) -> None:
    """One bad item makes its array bad; a bad optional property only reads as unset."""
    pets = [{"meows": True, "name": 5}, {"barks": 1}]
    node = {"name": "a", "children": [{"name": "b", "tree": {"root": {}}, "parent": 5}, {"name": "c", "children": [0]}]}
    model = synthetic.module("models").Everything.from_dict(EVERYTHING | {"pets": pets, "node": node})
    assert model.unexpected == {
        "node.children[0].tree": {"root": {}},
        "node.children[0].parent": 5,
        "node.children[1].children": [0],
        "pets": pets,
    }
    assert model.to_dict() == EVERYTHING | {"pets": pets, "node": node} | {"parts": model.parts.to_dict()}
