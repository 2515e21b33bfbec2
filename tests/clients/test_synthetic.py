from __future__ import annotations

import datetime as dt
import json
import typing
from typing import Any

import httpx
import pytest

from tests.clients.client_case import FUNCTIONS
from tests.clients.synthetic import Synthetic, load_operations

OPERATIONS = load_operations()


def outcome_of(synthetic: Synthetic, operation: str, response: httpx.Response, **arguments: Any) -> tuple[Any, Any]:
    """Return the result of the detailed call, and the result or the error of the plain call."""
    module = synthetic.module(OPERATIONS[operation].module)
    client = synthetic.client(lambda _: response)
    detailed = module.sync_detailed(**arguments, client=client)
    try:
        return detailed, module.sync(**arguments, client=client)
    except (synthetic.module("errors").ApiError, synthetic.module("errors").DecodeError) as error:
        return detailed, error


def sent(synthetic: Synthetic, operation: str, *arguments: Any, **named: Any) -> httpx.Request:
    """Return the request that an operation sends."""
    requests = []

    def keep(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(500)

    module = synthetic.module(OPERATIONS[operation].module)
    module.sync_detailed(*arguments, **named, client=synthetic.client(keep))
    return requests[0]


def test_every_operation_is_there(synthetic: Synthetic) -> None:
    """Each operation has its functions, with resolvable annotations, in the folder of its tag."""
    package = synthetic.package
    modules = [".".join(path.relative_to(package).with_suffix("").parts) for path in package.glob("api/*/[!_]*.py")]
    assert sorted(modules) == sorted(each.module for each in OPERATIONS.values())
    for operation in OPERATIONS.values():
        module = synthetic.module(operation.module)
        for function in FUNCTIONS:
            assert "return" in typing.get_type_hints(getattr(module, function))


def test_parameters_go_where_the_document_says(synthetic: Synthetic) -> None:
    """Path parameters are escaped; query and header parameters are sent as JSON would write them."""
    request = sent(
        synthetic,
        "get_everything",
        "a/b?",
        5,
        limit=0,
        colour=synthetic.module("models").Colour("no colour"),
        since=dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
        tag=["a", "b&c"],
        x_trace="trace",
    )
    assert request.method == "GET"
    assert str(request.url) == (
        "https://synthetic.example/base/everything/a%2Fb%3F/of/5"
        "?limit=0&colour=no+colour&since=2026-01-02T03%3A04%3A05%2B00%3A00&tag=a&tag=b%26c"
    )
    assert request.headers["x-trace"] == "trace"
    assert request.headers["x-key"] == "a-token"


def test_parameters_that_are_not_given_are_not_sent(synthetic: Synthetic) -> None:
    """An optional parameter that is not given leaves no trace in the request."""
    request = sent(synthetic, "get_everything", "a", 5, x_trace="b")
    assert str(request.url) == "https://synthetic.example/base/everything/a/of/5"


@pytest.mark.parametrize("refused", ["", ".", ".."])
def test_no_parameter_of_the_path_may_change_it(synthetic: Synthetic, refused: str) -> None:
    """Every parameter of the path is checked, not only the first one or strings."""
    for arguments in ((refused, 5), ("a", refused)):
        with pytest.raises(ValueError, match="cannot be part of a path"):
            sent(synthetic, "get_everything", *arguments, x_trace="b")


def test_a_body_is_what_its_model_holds(synthetic: Synthetic) -> None:
    """The body is JSON with the model's unknown properties and without its unset attributes."""
    models = synthetic.module("models")
    body = models.NewThing(dt.date(2026, 1, 2), models.Size(7), owner=models.Cat(meows=True), note=None)
    body["more"] = [1]
    request = sent(synthetic, "create_thing", body=body)
    assert (request.method, str(request.url)) == ("POST", "https://synthetic.example/base/things")
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content) == {
        "born": "2026-01-02",
        "size": 7,
        "owner": {"meows": True},
        "note": None,
        "more": [1],
    }


def test_the_most_exact_status_counts(synthetic: Synthetic) -> None:
    """A status is read by its own response, else by its range's, else by the default response."""
    models = synthetic.module("models")
    problem = models.Problem("a")
    one, many = b'{"reason": "a"}', b'[{"reason": "a"}]'
    for status, content, parsed in [
        (400, one, problem),
        (499, one, problem),
        (404, one, one.decode()),
        (500, many, [problem]),
        (206, many, [problem]),
        (302, many, [problem]),
        (599, one, None),
        (400, many, None),
        (600, many, None),
    ]:
        detailed, error = outcome_of(
            synthetic, "get_everything", httpx.Response(status, content=content), thing_id="a", number=1, x_trace="b"
        )
        assert (detailed.status_code, detailed.parsed, detailed.error) == (status, parsed, None)
        assert error == synthetic.module("errors").ApiError(status, content, detailed.headers, parsed)


def test_successes_may_be_of_several_kinds(synthetic: Synthetic) -> None:
    """Each success status has its own body, or no body."""
    models, errors = synthetic.module("models"), synthetic.module("errors")
    body = models.NewThing(dt.date(2026, 1, 2), models.Size(1))
    for status, content, result in [
        (201, b'{"meows": true}', models.Cat(meows=True)),
        (201, b'"a"', "a"),
        (201, b"5", errors.DecodeError("", "Cat or string", "integer")),
        (201, b'{"meows": 1}', errors.DecodeError("meows", "boolean", "integer")),
        (202, b"whatever", None),
    ]:
        response = httpx.Response(status, content=content)
        assert outcome_of(synthetic, "create_thing", response, body=body)[1] == result


@pytest.mark.parametrize(
    ("headers", "content", "text"),
    [
        ({}, "é".encode(), "é"),
        ({"content-type": "text/plain; charset=latin-1"}, b"\xe9", "é"),
        ({"content-type": "text/plain; charset=utf-8"}, b"\xe9", "\ufffd"),
        ({"content-type": "text/plain; charset=unknown"}, "é".encode(), "é"),
        ({"content-type": "text/plain; charset=hex"}, b"6g", "6g"),
        ({"content-type": "text/plain; charset=undefined"}, b"a", "a"),
        ({"content-type": "text/plain; charset=idna"}, b"\xff", "\ufffd"),
        ({"content-type": "application/json"}, b"{}", "{}"),
        ({}, b"", ""),
    ],
)
def test_text_is_read_whatever_its_charset(
    synthetic: Synthetic, headers: dict[str, str], content: bytes, text: str
) -> None:
    """An unknown or wrong charset raises no error, because it is the server's mistake."""
    for status in (200, 299):
        response = httpx.Response(status, content=content, headers=headers)
        detailed, result = outcome_of(synthetic, "get_text", response)
        assert (detailed.parsed, result) == (text, text)


def test_bytes_are_read_as_they_are(synthetic: Synthetic) -> None:
    """A binary body is returned as its bytes."""
    detailed, result = outcome_of(synthetic, "get_bytes", httpx.Response(200, content=b"\xff\0"))
    assert (detailed.parsed, result) == (b"\xff\0", b"\xff\0")


def test_a_success_may_have_no_body(synthetic: Synthetic) -> None:
    """A success without a body is None; an undocumented success status is an error."""
    errors = synthetic.module("errors")
    assert outcome_of(synthetic, "delete_it", httpx.Response(204))[1] is None
    detailed, error = outcome_of(synthetic, "delete_it", httpx.Response(200))
    assert error == errors.ApiError(200, b"", detailed.headers, None)


def test_a_default_alone_is_the_success_too(synthetic: Synthetic) -> None:
    """If only a default response is documented, every success and every failure is read by it."""
    errors = synthetic.module("errors")
    for status in (200, 204, 299):
        response = httpx.Response(status, content=b"[1, null]")
        assert outcome_of(synthetic, "get_default", response)[1] == [1, None]
    detailed, error = outcome_of(synthetic, "get_default", httpx.Response(500, content=b"[1]"))
    assert error == errors.ApiError(500, b"[1]", detailed.headers, [1])
    response = httpx.Response(200, content=b"[1.0, 2.5]")
    assert outcome_of(synthetic, "get_default", response)[1] == errors.DecodeError("[1]", "integer", "number")


def test_successes_of_a_create_and_of_a_stop(synthetic: Synthetic) -> None:
    """A success with a body is its model, one without a body is None, and every documented failure is parsed."""
    models, errors = synthetic.module("models"), synthetic.module("errors")
    body = {"job": "build"}
    successes: list[tuple[str, dict[str, Any], int, bytes, Any]] = [
        ("create_run", {"body": body}, 201, b'{"run_id": "a"}', models.Run(run_id="a")),
        ("create_run", {"body": body}, 201, b"", errors.DecodeError("", "JSON", "nothing")),
        ("create_run", {"body": body}, 202, b"", None),
        ("stop_run", {"run_id": "a"}, 202, b"", None),
        ("pause_run", {"run_id": "a"}, 204, b"", None),
        ("get_ticket", {"run_id": "a", "body": {"user": "b"}}, 200, b"ticket", "ticket"),
    ]
    for operation, arguments, status, content, result in successes:
        response = httpx.Response(status, content=content)
        assert outcome_of(synthetic, operation, response, **arguments)[1] == result
    failures: dict[str, dict[str, Any]] = {"create_run": {"body": body}, "list_runs": {"x_trace": "a"}}
    for operation, arguments in failures.items():
        response = httpx.Response(409, content=b'{"reason": "a"}')
        detailed, error = outcome_of(synthetic, operation, response, **arguments)
        assert error == errors.ApiError(409, b'{"reason": "a"}', detailed.headers, models.Problem("a"))


def test_a_document_without_a_model_makes_a_client(modelless: Synthetic) -> None:
    """The client without models can be imported completely, and its operations work."""
    assert not modelless.module("models").__all__
    for path in modelless.package.rglob("[!_]*.py"):
        modelless.module(".".join(path.relative_to(modelless.package).with_suffix("").parts))
    client = modelless.client(lambda request: httpx.Response(200 if request.method == "GET" else 204, content=b"a"))
    assert modelless.module("api.things.get_text").sync("a", client=client) == "a"
    assert modelless.module("api.things.delete_thing").sync("a", client=client) is None


def test_the_values_of_a_map_are_of_its_type(synthetic: Synthetic) -> None:
    """A map's values become models; unfit values stay raw and are named; everything is written back."""
    models = synthetic.module("models")
    body = {
        "run_id": "a",
        "labels": {"b": "c", "d": 3, "e": None},
        "machines": {"f": {"cores": 4, "disk": {"kind": 7}}, "g": {"cores": "four"}, "h": 3},
        "tries": {"last": 5, "i": ["2026-03-04T08:00:00Z"], "j": ["soon"], "k": None},
    }
    run = models.Run.from_dict(body)

    assert run.labels.additional_properties == body["labels"]
    assert type(run.machines["f"]) is models.Machine
    assert (run.machines["h"], run.tries.last) == (3, 5)
    assert run.tries["i"] == [dt.datetime(2026, 3, 4, 8, tzinfo=dt.UTC)]
    assert run.unexpected.keys() >= {"labels.d", "labels.e", "machines.h", "tries.j", "tries.k"}
    assert "labels.b" not in run.unexpected
    given = run.to_dict()
    assert (given["labels"], given["machines"], given["tries"]["j"]) == (body["labels"], body["machines"], ["soon"])
    assert models.Run.from_dict(given) == run
