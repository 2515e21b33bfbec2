from __future__ import annotations

import copy
import datetime as dt
import inspect
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clients.arguments import UNSET, Arguments, Instance, Member
from tests.clients.calls import SENDING, Calls
from tests.clients.client_case import TOKEN, ClientCase, load_cases
from tests.clients.drawing import arguments
from tests.clients.operations import operations_of
from tests.clients.sending import REFUSED, Refused, Sent, expected, sent_by
from tests.clients.synthetic import Synthetic, load_operations

OPERATIONS = load_operations()
KEY = {"x-key": TOKEN}
URL = "https://synthetic.example/base"
UTC = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize("name", OPERATIONS)
@given(data=st.data())
def test_a_request_holds_the_arguments(synthetic: Synthetic, name: str, data: st.DataObject) -> None:
    """A request holds the arguments and nothing else, unless they are refused and nothing is sent."""
    check(Calls(synthetic, OPERATIONS[name]), data)


@pytest.mark.parametrize("case", load_cases(), ids=str)
@given(data=st.data())
def test_a_providers_request_holds_the_arguments(case: ClientCase, data: st.DataObject) -> None:
    """Every operation of every client sends its arguments and nothing else, or refuses them."""
    check(Calls(case, data.draw(st.sampled_from([*operations_of(case.document)]))), data)


def check(calls: Calls, data: st.DataObject) -> None:
    """Draw arguments and a function, and assert that the function sends the expected request."""
    given = data.draw(arguments(calls.operation))
    function = data.draw(st.sampled_from(SENDING))
    try:
        promised = expected(calls.operation, given, calls.case.base, calls.case.key)
    except Refused:
        with pytest.raises(ValueError, match=REFUSED):
            calls.request(function, given)
        assert calls.requests == []
    else:
        assert sent_by(calls.request(function, given)) == promised


LISTED: Arguments = {
    ("query", "status"): Member("Status", "paused"),
    ("query", "size"): None,
    ("query", "startedAfter"): UTC,
    ("query", "day"): dt.date(2026, 1, 2),
    ("query", "archived"): False,
    ("query", "label"): ["a b", "c&d"],
    ("query", "q"): "",
    ("query", "sort"): UNSET,
    ("query", "page"): 2,
    ("query", "page_size"): 50,
    ("query", "cursor"): None,
    ("header", "X-Trace"): "t",
    ("header", "x-user-agent"): None,
    ("header", "X-Priority"): 1,
    ("header", "X-Dry-Run"): True,
}
"""Arguments of a list."""


@pytest.mark.parametrize("function", SENDING)
def test_a_list_sends_its_parameters_in_the_documents_order(synthetic: Synthetic, function: str) -> None:
    """Arrays repeat their name; unset parameters and null optional ones are omitted."""
    request = Calls(synthetic, OPERATIONS["list_runs"]).request(function, LISTED)
    assert sent_by(request) == Sent(
        "GET",
        f"{URL}/runs",
        [
            ("status", "paused"),
            ("startedAfter", "2026-01-02T03:04:05+00:00"),
            ("day", "2026-01-02"),
            ("archived", "false"),
            ("label", "a b"),
            ("label", "c&d"),
            ("q", ""),
            ("page", "2"),
            ("page_size", "50"),
        ],
        KEY | {"x-trace": "t", "x-priority": "1", "x-dry-run": "true"},
        b"",
    )


CREATED = Instance(
    "NewRun",
    {
        "job": "build",
        "region": "us",
        "window": Instance("", {"from": UTC, "to": None}, {"zone": "UTC"}),
        "name": None,
        "size": Member("Size", 3),
        "colour": None,
        "deadline": UNSET,
        "machine": Instance("Machine", {"disk": Instance("", {"kind": Member("", "ssd")})}),
        "steps": [Instance("Step", {"command": "a", "at": UTC}), Instance("Step", {"command": "b", "login": UNSET})],
        "source": Instance("Repository", {"kind": "repository", "url": "c", "branch": None}),
        "proxy": Instance("CustomProxy", {"type": "custom", "server": "d", "password": "e"}),
        "schedule": Instance("Daily", {"hour": 4}),
        "labels": Instance("", {}, {"f": "g"}),
        "anything": [1, {"h": None}],
        "times": [[], [UTC]],
    },
    {"unknown": {"i": 1.5}},
)
"""The body of a create; a property with a default is given only where its value differs from the default."""

SENT = {
    "job": "build",
    "region": "us",
    "window": {"from": "2026-01-02T03:04:05+00:00", "to": None, "zone": "UTC"},
    "name": None,
    "size": 3,
    "colour": None,
    "machine": {"disk": {"kind": "ssd"}},
    "steps": [{"command": "a", "at": "2026-01-02T03:04:05+00:00"}, {"command": "b"}],
    "source": {"kind": "repository", "url": "c", "branch": None},
    "proxy": {"type": "custom", "server": "d", "password": "e"},
    "schedule": {"hour": 4},
    "labels": {"f": "g"},
    "anything": [1, {"h": None}],
    "times": [[], ["2026-01-02T03:04:05+00:00"]],
    "unknown": {"i": 1.5},
}


@pytest.mark.parametrize("function", SENDING)
@pytest.mark.parametrize("body", [CREATED, SENT], ids=["model", "dict"])
def test_a_body_is_sent_as_it_was_given(synthetic: Synthetic, function: str, body: Any) -> None:
    """A model's nulls are sent, its defaults and unset attributes are not, and a dict is sent unchanged."""
    request = Calls(synthetic, OPERATIONS["create_run"]).request(function, {("body", "body"): body})
    sent = json.dumps(SENT, sort_keys=True)
    assert sent_by(request) == Sent("POST", f"{URL}/runs", [], KEY | {"content-type": "application/json"}, sent)


def test_sent_bodies_stay_unchanged(synthetic: Synthetic) -> None:
    """A call changes neither a model nor a dict that it sends."""
    calls = Calls(synthetic, OPERATIONS["create_run"])
    model = synthetic.module("models").NewRun.from_dict(SENT)
    for function in SENDING:
        for body in (model, {"window": {"from": UTC, "to": None}, "steps": [{"at": UTC}]}):
            before = copy.deepcopy(body)
            calls.request_for(function, calls.client(), body=body)
            assert body == before


def test_nothing_has_a_default(synthetic: Synthetic) -> None:
    """Optional arguments and attributes are `UNSET` unless given, and required ones have no default."""
    unset, models = synthetic.module("types").UNSET, synthetic.module("models")
    for operation in OPERATIONS.values():
        for function in SENDING:
            signature = inspect.signature(getattr(synthetic.module(operation.module), function))
            defaults = [each.default for each in signature.parameters.values()]
            assert {id(each) for each in defaults} <= {id(unset), id(inspect.Parameter.empty)}
    for name, attributes in {"Pause": ["minutes"], "Machine": ["cores", "disk"], "RunChanges": ["name"]}.items():
        model = getattr(models, name)()
        assert [getattr(model, attribute) is unset for attribute in attributes] == [True] * len(attributes)
        assert model.to_dict() == {}
    with pytest.raises(TypeError, match="region"):
        models.NewRun(job="build", window=models.NewRunWindow(from_=UTC))


@pytest.mark.parametrize("function", SENDING)
@pytest.mark.parametrize("name", ["pause_run", "resume_run", "stop_run", "delete_run"])
@pytest.mark.parametrize("body", [{}, {("body", "body"): UNSET}], ids=["left out", "unset"])
def test_without_a_body_there_is_no_content_type(
    synthetic: Synthetic, function: str, name: str, body: Arguments
) -> None:
    """A request without a body has no Content-Type, because servers refuse an empty JSON body."""
    operation = OPERATIONS[name]
    body = body if operation.body else {}
    request = Calls(synthetic, operation).request(function, {("path", "run_id"): "a"} | body)
    url = f"{URL}{operation.path}".replace("{run_id}", "a")
    assert sent_by(request) == Sent(operation.method.upper(), url, [], KEY, b"")


@pytest.mark.parametrize("function", SENDING)
@pytest.mark.parametrize("name", ["pause_run", "replace_steps", "update_run", "get_ticket", "put_file"])
def test_a_body_of_none_is_no_body(synthetic: Synthetic, function: str, name: str) -> None:
    """A body of None is not sent, unless the API accepts null as a body."""
    operation = OPERATIONS[name]
    request = Calls(synthetic, operation).request(function, {("path", "run_id"): "a", ("body", "body"): None})
    url = f"{URL}{operation.path}".replace("{run_id}", "a")
    assert sent_by(request) == Sent(operation.method.upper(), url, [], KEY, b"")


SCALARS: Arguments = {
    ("path", "word"): Member("Level", "lo"),
    **{("path", name): 1 for name in ("count", "ratio", "flag", "uid")},
    ("path", "moment"): UTC,
}


@pytest.mark.parametrize("function", SENDING)
@pytest.mark.parametrize(
    ("name", "place", "arguments"),
    [("list_runs", "query", {("header", "X-Trace"): "t"}), ("get_scalars", "path", SCALARS)],
)
def test_a_datetime_is_not_sent_as_a_date(
    synthetic: Synthetic, function: str, name: str, place: str, arguments: Arguments
) -> None:
    """A datetime is a date in Python, so without a check its time would be sent too."""
    calls = Calls(synthetic, OPERATIONS[name])
    with pytest.raises(ValueError, match="day is a date, and a datetime cannot be sent"):
        calls.request(function, {**arguments, (place, "day"): UTC})
    calls.request(function, {**arguments, (place, "day"): UTC.date()})
    assert len(calls.requests) == (0 if function == "build_request" else 1)


@pytest.mark.parametrize("function", SENDING)
@pytest.mark.parametrize(
    ("name", "body", "content"),
    [
        ("pause_run", Instance("Pause", {}), "{}"),
        ("pause_run", {}, "{}"),
        ("resume_run", Instance("Pause", {}), "{}"),
        ("resume_run", None, "null"),
        ("update_run", Instance("RunChanges", {}), "{}"),
        ("replace_steps", [], "[]"),
        ("replace_steps", [Instance("Step", {"command": "a"}), {"b": None}], '[{"command": "a"}, {"b": null}]'),
        ("set_reminders", Instance("", {}), "{}"),
        ("set_reminders", {"a": "b"}, '{"a": "b"}'),
    ],
)
def test_an_empty_body_is_a_body(synthetic: Synthetic, function: str, name: str, body: Any, content: str) -> None:
    """Even an empty body is sent if it was given."""
    arguments = {("path", "run_id"): "a", ("body", "body"): body}
    sent = sent_by(Calls(synthetic, OPERATIONS[name]).request(function, arguments))
    media_type = "application/merge-patch+json" if name == "update_run" else "application/json"
    assert (sent.headers, sent.content) == (KEY | {"content-type": media_type}, content)
