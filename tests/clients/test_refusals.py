from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.arguments import Arguments, Instance
from tests.clients.calls import SENDING, Calls
from tests.clients.sending import REFUSED
from tests.clients.synthetic import Synthetic, load_operations

OPERATIONS = load_operations()
UTC = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
NAIVE = dt.datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - the value to refuse
NEW = {"job": "build", "region": "us", "window": Instance("", {"from": UTC})}
"""The required arguments of a run's create."""


@pytest.mark.parametrize("function", SENDING)
@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_lacks_is_refused(synthetic: Synthetic, function: str, number: float) -> None:
    """NaN or an infinity in a model or a dict raises ValueError, because Python would write invalid JSON."""
    calls = Calls(synthetic, OPERATIONS["create_run"])
    for body in (Instance("NewRun", NEW | {"ratio": number}), {"ratio": [number]}):
        with pytest.raises(ValueError, match=r"not JSON compliant|finite"):
            calls.request(function, {("body", "body"): body})
    assert calls.requests == []


class Nowhere(dt.tzinfo):
    """A time zone without an offset, which makes a time naive."""

    def utcoffset(self, _: dt.datetime | None) -> None:
        """Return nothing."""

    tzname = dst = utcoffset


def _naive() -> Iterator[Any]:
    """Yield pairs of an operation and arguments that contain a naive datetime."""
    step = Instance("Step", {"command": "a", "at": NAIVE})
    bodies: dict[str, Any] = {
        "property": Instance("NewRun", NEW | {"deadline": NAIVE}),
        "no offset": Instance("NewRun", NEW | {"deadline": NAIVE.replace(tzinfo=Nowhere())}),
        "nested": Instance("NewRun", NEW | {"window": Instance("", {"from": UTC, "to": NAIVE})}),
        "array": Instance("NewRun", NEW | {"steps": [step]}),
        "arrays": Instance("NewRun", NEW | {"times": [[UTC], [UTC, NAIVE]]}),
        "union": Instance("NewRun", NEW | {"schedule": Instance("Every", {"until": NAIVE})}),
        "map": Instance("NewRun", NEW | {"options": Instance("", {}, {"a": NAIVE})}),
        "anything": Instance("NewRun", NEW | {"anything": {"a": [NAIVE]}}),
        "unknown": Instance("NewRun", NEW, {"a": [{"b": NAIVE}]}),
        "dict": {"a": NAIVE},
        "nested dict": {"a": [{"b": NAIVE}]},
    }
    for place, body in bodies.items():
        yield pytest.param("create_run", {("body", "body"): body}, id=place)
    run = {("path", "run_id"): "a"}
    yield pytest.param("list_runs", {("query", "startedAfter"): NAIVE, ("header", "X-Trace"): "b"}, id="query")
    yield pytest.param("replace_steps", run | {("body", "body"): [step]}, id="body of an array")
    yield pytest.param("set_reminders", run | {("body", "body"): Instance("", {}, {"a": NAIVE})}, id="body of a map")
    yield pytest.param(
        "get_ticket", run | {("body", "body"): Instance("Ticket", {"user": "a", "since": NAIVE})}, id="form"
    )


@pytest.mark.parametrize("function", SENDING)
@pytest.mark.parametrize(("name", "arguments"), list(_naive()))
def test_a_naive_time_is_refused(synthetic: Synthetic, function: str, name: str, arguments: Arguments) -> None:
    """A naive time raises ValueError in any argument, because without an offset the moment is unknown."""
    calls = Calls(synthetic, OPERATIONS[name])
    with pytest.raises(ValueError, match=REFUSED):
        calls.request(function, arguments)
    assert calls.requests == []


def test_a_naive_time_in_a_response_stays_unchanged(synthetic: Synthetic) -> None:
    """A naive time in a response is read and written without an offset, and refused in a request."""
    models = synthetic.module("models")
    raw = {"name": None, "deadline": "2026-01-02T03:04:05"}
    changes = models.RunChanges.from_dict(raw)
    assert (changes.deadline, changes.to_dict()) == (NAIVE, raw)
    calls = Calls(synthetic, OPERATIONS["update_run"])
    for function in SENDING:
        with pytest.raises(ValueError, match=REFUSED):
            calls.request_for(function, calls.client(), "a", body=changes)
    assert calls.requests == []


@pytest.mark.parametrize("function", SENDING)
@pytest.mark.parametrize(
    "run_id",
    [
        *("all", "ALL", " All ", "\thistory\n", "History", "hi\u017ftory", "", ".", ".."),
        *("all/", "x/../all", "a/b", "/", "all\\", "run_1/metadata"),
    ],
)
def test_a_reserved_id_is_refused(synthetic: Synthetic, function: str, run_id: str) -> None:
    """A reserved id would reach another route of the API, however the id is written."""
    for name in ("update_run", "delete_run", "stop_run", "list_steps"):
        calls = Calls(synthetic, OPERATIONS[name])
        body: dict[str, Any] = {"body": {}} if calls.operation.body else {}
        with pytest.raises(ValueError, match=REFUSED):
            calls.request_for(function, calls.client(), run_id, **body)
        assert calls.requests == []


@pytest.mark.parametrize("run_id", ["alls", "al l", "all.", "historyall", "external"])
def test_an_id_that_only_looks_reserved_is_sent(synthetic: Synthetic, run_id: str) -> None:
    """Only the exact values are refused, and only where the document reserves them."""
    stop = Calls(synthetic, OPERATIONS["stop_run"])
    for function in SENDING:
        request = stop.request_for(function, stop.client(), run_id)
        assert str(request.url) == f"{synthetic.base}/runs/{run_id.replace(' ', '%20')}/stop"
    names = Calls(synthetic, OPERATIONS["get_names"])
    request = names.request_for("sync", names.client(), "all", "history", 1, response="a", headers="b")
    assert str(request.url) == f"{synthetic.base}/names/all/history/1?response=a"
