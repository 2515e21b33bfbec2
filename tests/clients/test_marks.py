from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest

from tests.clients.calls import SENDING, Calls
from tests.clients.showing import SECRET, shown
from tests.clients.synthetic import Synthetic, load_operations

MARKED = {
    "Callback": {"url"},
    "CustomProxy": {"password"},
    "Everything": {"secret"},
    "Login": {"password"},
    "Named": {"phrase"},
    "NewRun": {"api_token", "pin", "key", "codes", "tokens", "badge", "vault"},
    "OldRun": {"url"},
    "Repository": {"token"},
    "Run": {"url"},
    "Ticket": {"password"},
    "Whole": {"phrase"},
}
"""The properties that the document marks as a password, as write-only or as sensitive, by model."""


def models_of(synthetic: Synthetic) -> list[Any]:
    """Return the classes of all models."""
    models = synthetic.module("models")
    return [each for each in (getattr(models, name) for name in models.__all__) if attrs.has(each)]


def test_a_model_prints_all_but_what_its_own_schema_marks(synthetic: Synthetic) -> None:
    """A mark holds for one property of one schema; a property with the same name in another schema is printed."""
    printed = {}
    for kind in models_of(synthetic):
        values = {attribute: f"value of {name}" for attribute, name in kind._NAMES.items()}
        text = repr(kind(**values))
        hidden = {name for attribute, name in kind._NAMES.items() if repr(values[attribute]) not in text}
        printed[kind.__name__] = hidden
    assert {name: hidden for name, hidden in printed.items() if hidden} == MARKED
    assert {"Callback", "Repository", "Run", "Step", "StepPage"} <= printed.keys()  # each has a `url`


def test_a_body_shows_no_secret_at_any_depth(synthetic: Synthetic) -> None:
    """Each nested model hides its own marked properties."""
    body = synthetic.module("models").NewRun.from_dict(
        {
            "job": "build",
            "region": "us",
            "window": {"from": "2026-01-02T03:04:05Z"},
            "login": {"user": "a", "password": SECRET},
            "steps": [{"command": "b", "login": {"user": "c", "password": SECRET}}],
            "source": {"kind": "repository", "url": "d", "token": SECRET},
            "proxy": {"type": "custom", "server": "e", "password": SECRET},
            "callback": {"url": SECRET, "password": "f"},
            "api_token": SECRET,
            "pin": SECRET,
            "key": SECRET,
            "codes": [SECRET],
            "labels": {"a": SECRET},
            "unknown": SECRET,
        }
    )
    assert SECRET not in shown(body)
    assert "password='f'" in shown(body)


@pytest.mark.parametrize("function", SENDING)
@pytest.mark.parametrize(
    "change",
    [
        {"deadline": dt.datetime(2026, 1, 2)},  # noqa: DTZ001 - the value to refuse
        {"ratio": float("nan")},
        {"job": "\ud800"},
        {"api_token": f"{SECRET}\ud800"},
    ],
    ids=ascii,
)
def test_an_error_shows_nothing_of_what_it_refuses(synthetic: Synthetic, function: str, change: dict[str, Any]) -> None:
    """The log of the error, with its traceback and the arguments of all its causes, shows no refused value."""
    model = synthetic.module("models").NewRun(job="build", region="us", window={}, api_token=SECRET)
    operations = load_operations()
    for name, arguments in {
        "create_run": {"body": attrs.evolve(model, **change)},
        "end_run": {"run_id": "a", "body": {"status": "done", "token": SECRET} | change},
        "get_ticket": {"run_id": "a", "body": {"user": "a", "password": SECRET} | change},
    }.items():
        assert SECRET not in shown(refusal(Calls(synthetic, operations[name]), function, arguments))


def refusal(calls: Calls, function: str, arguments: dict[str, Any]) -> ValueError | None:
    """Return the error that refuses the arguments, if there is one."""
    try:
        calls.request_for(function, calls.client(), **arguments)
    except ValueError as error:
        return error
    return None
