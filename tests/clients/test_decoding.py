from __future__ import annotations

import typing
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.clients.client_case import ClientCase, encoded, load_cases
from tests.clients.contract import Outcome, check
from tests.clients.everything import EVERYTHING, FULL
from tests.clients.mutations import mutations
from tests.clients.operations import Operation, operations_of
from tests.clients.oracle import Unfit
from tests.clients.synthetic import Synthetic, load_operations

OPERATIONS = [(case, each) for case in load_cases() for each in operations_of(case.document)]
FILES = [each for each in OPERATIONS if not any(status < 300 for status in each[1].bodies)]
"""Operations whose success is a file."""


def for_each(operations: list[tuple[ClientCase, Operation]]) -> pytest.MarkDecorator:
    """Return a mark that runs a test for each of the operations."""
    return pytest.mark.parametrize(
        ("case", "operation"), operations, ids=[f"{case} {each}" for case, each in operations]
    )


def test_a_file_is_its_bytes() -> None:
    """One operation returns a file, and accepts every body as the file's bytes."""
    ((case, operation),) = FILES
    assert (str(case), operation.name, operation.node["responses"]["200"]["content"].keys()) == (
        "anchorbrowser",
        "get_recording",
        {"video/mp4"},
    )
    for content in (b"", b"null", b"\xff\0"):
        response = case.module(operation.module).parse_response(httpx.Response(200, content=content))
        assert (response.parsed, response.error) == (content, None)


SILENT = [
    each for each in OPERATIONS if f"{each[0]} {each[1]}" in {"anchorbrowser stop_session", "skyvern stop_session"}
]
"""Stops whose response body a program does not need."""


@for_each(SILENT)
def test_a_stop_is_a_success_whatever_its_body_says(case: ClientCase, operation: Operation) -> None:
    """A stop accepts any JSON body and an empty one, but not HTML, which comes from another server."""
    module, schema = case.module(operation.module), operation.success(200)["schema"]
    values: tuple[Any, ...] = (None, {}, [], "closed", True, {"data": None}, {"data": {"status": 5}}, {"message": 5})
    for value in values:
        response = module.parse_response(httpx.Response(200, content=encoded(value)))
        assert (case.oracle.plain(response.parsed), response.error) == (case.oracle.decode(schema, value), None)
    response = module.parse_response(httpx.Response(200))
    assert (response.parsed, response.error) == (None, None)
    assert module.parse_response(httpx.Response(200, content=b"<html>")).error is not None


@pytest.mark.parametrize("case", load_cases(), ids=str)
@given(data=st.data())
def test_a_changed_success_follows_the_contract(case: ClientCase, data: st.DataObject) -> None:
    """Every operation returns a truthful model that gives back the whole body, or an error that names the place."""
    operations = [operation for owner, operation in OPERATIONS if owner == case and (owner, operation) not in FILES]
    operation = data.draw(st.sampled_from(operations))
    status = data.draw(st.sampled_from([status for status in operation.bodies if status < 300]))
    body, response = changed(case, operation, status, data)
    promised = typing.get_type_hints(case.module(operation.module).sync)["return"]
    check(case.oracle, operation.bodies[status]["schema"], body, Outcome(response.parsed, response.error, promised))


@pytest.mark.parametrize("case", load_cases(), ids=str)
@given(data=st.data())
def test_a_changed_failure_follows_the_contract(case: ClientCase, data: st.DataObject) -> None:
    """A failure becomes a truthful model that gives back the whole body, or None, but never a decoding error."""
    operation = data.draw(st.sampled_from([*operations_of(case.document)]))
    status = data.draw(st.sampled_from([status for status in operation.bodies if status >= 400]))
    body, response = changed(case, operation, status, data)
    schema = operation.bodies[status]["schema"]
    if response.parsed is None:
        assert response.error is None
        with pytest.raises(Unfit):
            case.oracle.decode(schema, body)
    else:
        check(case.oracle, schema, body, Outcome(response.parsed, response.error, type(response.parsed)))


def changed(case: ClientCase, operation: Operation, status: int, data: st.DataObject) -> tuple[Any, Any]:
    """Return a changed example body of a status, and the client's response for that body."""
    body = data.draw(mutations(operation.examples(status), case.oracle.names))
    module = case.module(operation.module)
    return body, module.parse_response(httpx.Response(status, content=encoded(body)))


MOMENTS = (
    "2026-01-02T03:04:05Z",
    "2026-01-02T03:04:05.678Z",
    "2026-01-02T23:59:60.678901Z",
    "0001-01-01T00:00:00+23:59",
)


@st.composite
def nearly_moments(draw: st.DrawFn) -> str:
    """Return a time in which a few characters are replaced, added or removed."""
    text = list(draw(st.sampled_from(MOMENTS)))
    for _ in range(draw(st.integers(0, 3))):
        index = draw(st.integers(0, len(text) - 1))
        text[index : index + draw(st.integers(0, 2))] = draw(st.sampled_from([*"0129:.,-+TZWtz ", "٣", "\ud800", ""]))
    return "".join(text)


@given(text=nearly_moments())
@example(text="2026-01-02T03:04:05")
@example(text="2026-01-02T03:04:Z")
@example(text="2026-01-02T03:04:05.Z")
@example(text="2026-01-02T03:04:05.1234567xZ")
@example(text="2026-01-02T03:04:05Z\0Z")
@example(text="2026-01-02T24:00:00Z")
@example(text="2026-W01-2T03:04:05Z")
def test_a_time_is_read_by_rfc_3339(text: str) -> None:
    """Decoding refuses texts that Python's own parser accepts or reads differently."""
    case = load_cases()[0]
    schema = {"type": "string", "format": "date-time"}
    try:
        promised = case.oracle.decode(schema, text)
    except Unfit:
        with pytest.raises(case.package.DecodeError):
            case.module("decoding").date_time(text)
    else:
        assert ("datetime", str(case.module("decoding").date_time(text))) == promised


SYNTHETIC = load_operations()

SUCCESSES = [
    ("get_everything", 200, [EVERYTHING, FULL, FULL]),
    *(
        (name, status, SYNTHETIC[name].examples(status))
        for name, status in {
            "list_runs": 200,
            "create_run": 201,
            "list_history": 200,
            "list_all": 200,
            "list_steps": 200,
        }.items()
    ),
]
"""Operations of the synthetic document, with a status and bodies for it."""


@pytest.mark.parametrize(("name", "status", "bodies"), SUCCESSES, ids=[name for name, *_ in SUCCESSES])
@given(data=st.data())
def test_a_changed_body_of_any_kind_follows_the_contract(
    synthetic: Synthetic, name: str, status: int, bodies: list[Any], data: st.DataObject
) -> None:
    """The synthetic document adds rows and the kinds of values that the five documents lack."""
    body = data.draw(mutations(bodies, synthetic.oracle.names))
    operation = synthetic.module(SYNTHETIC[name].module)
    response = operation.parse_response(httpx.Response(status, content=encoded(body)))
    promised = typing.get_type_hints(operation.sync)["return"]
    schema = SYNTHETIC[name].success(status)["schema"]
    check(synthetic.oracle, schema, body, Outcome(response.parsed, response.error, promised))


def test_the_clients_share_their_decoders(case: ClientCase, synthetic: Synthetic) -> None:
    """All clients contain the synthetic client's decoders, so its promises about values hold for all of them."""
    for name in ("decoding.py", "errors.py", "types.py"):
        own, other = (
            (folder / name).read_text("utf-8").partition('"""')[2]
            for folder in (case.provider.output / case.provider.package, synthetic.project / "synthetic_client")
        )
        assert own == other
