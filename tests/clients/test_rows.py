from __future__ import annotations

import copy
import typing
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.clients.client_case import encoded
from tests.clients.copies import COPIES
from tests.clients.synthetic import Synthetic

GOOD = [{"run_id": "a"}, {"run_id": "b", "memory": 1024.0, "status": "HIBERNATING"}]
BAD: list[Any] = [{"run_id": None}, 5, None]
MIXED = [BAD[0], GOOD[0], BAD[1], GOOD[1], BAD[2]]


def parse(synthetic: Synthetic, name: str, body: Any) -> Any:
    """Return an operation's result for a success with this body."""
    operation = synthetic.module(f"api.runs.{name}")
    return operation.parse_response(httpx.Response(200, content=encoded(body)))


def runs(synthetic: Synthetic, raw: list[Any]) -> list[Any]:
    """Return the models of raw runs."""
    return [synthetic.module("models").Run.from_dict(each) for each in raw]


def error(path: str, expected: str, got: str, synthetic: Synthetic) -> Any:
    """Return a decoding error."""
    return synthetic.module("errors").DecodeError(path, expected, got)


def test_rows_are_a_list_of_those_that_fit(synthetic: Synthetic) -> None:
    """The other rows are kept unchanged by their index in the response, so that every row is counted."""
    for raw in (GOOD, MIXED, [], [*BAD, GOOD[0]], [GOOD[0], *BAD]):
        items = parse(synthetic, "list_runs", {"items": raw}).parsed.items
        assert (type(items), type(items).__bases__[0]) == (synthetic.module("types").Rows, list)
        assert items == runs(synthetic, [each for each in raw if each in GOOD])
        assert items.unexpected == {index: each for index, each in enumerate(raw) if each not in GOOD}
        assert items.sent == len(raw)


def test_a_row_has_all_that_other_models_have(synthetic: Synthetic) -> None:
    """A row with an unfit optional property fits, and the path gives the value's place in the response."""
    raw = [{}, {"run_id": "a", "memory": "much", "machine": {"cores": None}}]
    page = parse(synthetic, "list_runs", {"items": raw}).parsed
    assert page.items[0].unexpected == {"memory": "much", "machine.cores": None}
    assert page.unexpected == {"items[0]": {}, "items[1].memory": "much", "items[1].machine.cores": None}


def test_unfit_rows_go_out_where_they_came(synthetic: Synthetic) -> None:
    """A model with unchanged rows gives back its body, including unfit rows at their places."""
    models = synthetic.module("models")
    for raw in (GOOD, MIXED, []):
        body = {"items": raw, "next_cursor": None, "unknown": raw}
        page = models.RunPage.from_dict(body)
        assert page.to_dict() == body
        assert models.RunPage.from_dict(page.to_dict()) == page
        wrapped = models.WrappedRuns.from_dict({"data": {"runs": raw}})
        assert wrapped.to_dict() == {"data": {"runs": raw}}


def test_a_row_that_is_changed_goes_out_changed(synthetic: Synthetic) -> None:
    """A caller may change the models in the rows, and the changes are written."""
    page = synthetic.module("models").RunPage.from_dict({"items": copy.deepcopy(MIXED)})
    page.items[0].run_id = "c"
    assert page.to_dict() == {"items": [BAD[0], {"run_id": "c"}, BAD[1], GOOD[1], BAD[2]]}
    page.items.append(page.items[0])
    assert page.to_dict()["items"].count({"run_id": "c"}) == 2


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("list_runs", {"items": BAD}, ("items[0].run_id", "string", "null")),
        ("list_runs", {"items": BAD[1:]}, ("items[0]", "object", "integer")),
        ("list_runs", {"items": [{}]}, ("items[0].run_id", "string", "nothing")),
        ("list_runs", {"items": None}, ("items", "array", "null")),
        ("list_runs", {"items": {"0": GOOD[0]}}, ("items", "array", "object")),
        ("list_runs", {}, ("items", "array", "nothing")),
        ("list_runs", GOOD, ("", "object", "array")),
        ("list_steps", {"steps": [{"command": 5}, {}]}, ("steps[0].command", "string", "integer")),
        ("list_history", [{"run_id": 5}, {}], ("[0].run_id", "string", "integer")),
        ("list_history", [5, {}], ("[0]", "Run or OldRun", "integer")),
        ("list_history", {}, ("", "array", "object")),
        ("list_all", {"data": {"runs": BAD}}, ("data.runs[0].run_id", "string", "null")),
        ("list_all", {"runs": BAD}, ("runs[0].id", "integer", "nothing")),
        ("list_all", [{"id": "a"}], ("[0].id", "integer", "string")),
    ],
)
def test_rows_without_a_fitting_row_are_an_error(
    synthetic: Synthetic, name: str, body: Any, expected: tuple[str, str, str]
) -> None:
    """If no row fits, decoding fails: an empty list or an unset optional property would hide the rows."""
    response = parse(synthetic, name, body)
    assert (response.parsed, response.error) == (None, error(*expected, synthetic))


def test_optional_rows_may_be_missing(synthetic: Synthetic) -> None:
    """An optional property with rows behaves like any other, except when none of the rows fits."""
    unset = synthetic.module("types").UNSET
    for body, unexpected in [({}, {}), ({"steps": None}, {"steps": None}), ({"steps": {}}, {"steps": {}})]:
        page = parse(synthetic, "list_steps", body).parsed
        assert page.steps is unset
        assert page.unexpected == unexpected
    page = parse(synthetic, "list_steps", {"steps": [{}, {"command": "a"}]}).parsed
    assert (page.steps.unexpected, page.steps.sent, page.steps[0].command) == ({0: {}}, 2, "a")


def test_a_bare_array_may_be_rows(synthetic: Synthetic) -> None:
    """The call returns the rows of a bare array."""
    models = synthetic.module("models")
    rows = parse(synthetic, "list_history", [GOOD[0], 5, {"id": 1}, {"id": 1.5}]).parsed
    assert type(rows) is synthetic.module("types").Rows
    assert rows == [models.Run(run_id="a"), models.OldRun(id=1)]
    assert (rows.unexpected, rows.sent) == ({1: 5, 3: {"id": 1.5}}, 4)


OLD, ANOTHER = {"id": 1}, {"id": 2}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"data": {"runs": GOOD}, "runs": [OLD]}, "WrappedRuns"),
        ({"data": {"runs": MIXED}, "runs": [OLD, ANOTHER]}, "OldRuns"),
        ({"data": {"runs": BAD}, "runs": [OLD, 5]}, "OldRuns"),
        ({"data": {"runs": MIXED}, "runs": [OLD, 5]}, "WrappedRuns"),
        ({"data": {"runs": MIXED}, "runs": []}, "OldRuns"),
        ({"data": {"runs": []}, "runs": [OLD]}, "WrappedRuns"),
        ({"data": {"runs": MIXED}}, "WrappedRuns"),
        ({"runs": [OLD, 5]}, "OldRuns"),
        ([OLD, 5], "Rows"),
        ([], "Rows"),
    ],
)
def test_a_union_is_tried_strictly_first(synthetic: Synthetic, body: Any, kind: str) -> None:
    """The first variant that fits all rows is used; if there is none, the first that fits some row."""
    response = parse(synthetic, "list_all", body)
    assert (type(response.parsed).__name__, response.error) == (kind, None)


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_rows_survive_copies(synthetic: Synthetic, copied: Callable[[Any], Any]) -> None:
    """Copies keep the unfit rows, both of rows alone and of rows in a model."""
    page = synthetic.module("models").RunPage.from_dict({"items": MIXED})
    for rows in (copied(page.items), copied(page).items):
        assert type(rows) is type(page.items)
        assert rows == page.items
        assert (rows.unexpected, rows.sent) == (page.items.unexpected, 5)
    assert copied(page) == page
    assert copied(page).to_dict() == {"items": MIXED}


def test_rows_print_no_value_that_does_not_fit(synthetic: Synthetic) -> None:
    """An unfit value may be a secret, like any value that the document does not describe."""
    rows = synthetic.module("models").RunPage.from_dict({"items": [GOOD[0], {"token": "s3cr3t"}]}).items
    assert "s3cr3t" not in repr(rows) + str(rows)
    assert "'a'" in repr(rows)


def test_the_type_of_rows_is_annotated(synthetic: Synthetic) -> None:
    """In a model and in a call's result, the annotation names the type of the rows."""
    models, types = synthetic.module("models"), synthetic.module("types")
    assert typing.get_type_hints(models.RunPage)["items"] == types.Rows[models.Run]
    history = synthetic.module("api.runs.list_history")
    assert typing.get_type_hints(history.sync)["return"] == types.Rows[models.Run | models.OldRun]
