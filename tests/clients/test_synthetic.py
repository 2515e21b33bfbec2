from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.client_case import FUNCTIONS
from tests.clients.synthetic import Synthetic

OPERATIONS = {
    "things": ["create_thing", "get_everything"],
    "bodies": ["delete_it", "get_bytes", "get_default", "get_text"],
}


def operations(synthetic: Synthetic) -> dict[str, Any]:
    """Return the modules of all operations."""
    return {name: synthetic.module(f"api.{tag}.{name}") for tag, names in OPERATIONS.items() for name in names}


def answer(synthetic: Synthetic, operation: str, response: httpx.Response, **arguments: Any) -> tuple[Any, Any]:
    """Return what the detailed call returns, and what the other returns or raises."""
    module = operations(synthetic)[operation]
    client = synthetic.client(httpx.MockTransport(lambda _: response))
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

    operations(synthetic)[operation].sync_detailed(
        *arguments, **named, client=synthetic.client(httpx.MockTransport(keep))
    )
    return requests[0]


def test_every_operation_is_there(synthetic: Synthetic) -> None:
    """Each has its four functions, in the folder of its tag, and annotations that resolve."""
    package = synthetic.project / "synthetic_client"
    found = {path.name: sorted(each.stem for each in path.glob("[!_]*.py")) for path in (package / "api").glob("[!_]*")}
    assert found == OPERATIONS
    for module in operations(synthetic).values():
        for function in FUNCTIONS:
            assert "return" in typing.get_type_hints(getattr(module, function))


def test_parameters_go_where_the_document_says(synthetic: Synthetic) -> None:
    """Those of the path are escaped; those of the query and of the headers are sent as JSON would write them."""
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
    """What is optional leaves no trace."""
    request = sent(synthetic, "get_everything", "a", 5, x_trace="b")
    assert str(request.url) == "https://synthetic.example/base/everything/a/of/5"


@pytest.mark.parametrize("refused", ["", ".", ".."])
def test_no_parameter_of_the_path_may_change_it(synthetic: Synthetic, refused: str) -> None:
    """Each is checked, not only the first, nor only strings."""
    for arguments in ((refused, 5), ("a", refused)):
        with pytest.raises(ValueError, match="cannot stand in a path"):
            sent(synthetic, "get_everything", *arguments, x_trace="b")


def test_a_body_is_what_its_model_holds(synthetic: Synthetic) -> None:
    """It is JSON, without what is unset, and with what the model does not know."""
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
    """A status is read as itself, else as its range, else as the default."""
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
        detailed, error = answer(
            synthetic, "get_everything", httpx.Response(status, content=content), thing_id="a", number=1, x_trace="b"
        )
        assert (detailed.status_code, detailed.parsed, detailed.error) == (status, parsed, None)
        assert error == synthetic.module("errors").ApiError(status, content, detailed.headers, parsed)


def test_successes_may_be_of_several_kinds(synthetic: Synthetic) -> None:
    """Each status has its own body, or none."""
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
        assert answer(synthetic, "create_thing", response, body=body)[1] == result


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
    """A charset that is none, or wrong, is the server's mistake and no reason to raise."""
    for status in (200, 299):
        response = httpx.Response(status, content=content, headers=headers)
        detailed, result = answer(synthetic, "get_text", response)
        assert (detailed.parsed, result) == (text, text)


def test_bytes_are_read_as_they_are(synthetic: Synthetic) -> None:
    """A binary body is its bytes."""
    detailed, result = answer(synthetic, "get_bytes", httpx.Response(200, content=b"\xff\0"))
    assert (detailed.parsed, result) == (b"\xff\0", b"\xff\0")


def test_a_success_may_have_no_body(synthetic: Synthetic) -> None:
    """It is None then; another success is not the documented one."""
    errors = synthetic.module("errors")
    assert answer(synthetic, "delete_it", httpx.Response(204))[1] is None
    detailed, error = answer(synthetic, "delete_it", httpx.Response(200))
    assert error == errors.ApiError(200, b"", detailed.headers, None)


def test_a_default_alone_is_the_success_too(synthetic: Synthetic) -> None:
    """Where nothing else is documented, it is what every success is read as, and every failure."""
    errors = synthetic.module("errors")
    for status in (200, 204, 299):
        response = httpx.Response(status, content=b"[1, null]")
        assert answer(synthetic, "get_default", response)[1] == [1, None]
    detailed, error = answer(synthetic, "get_default", httpx.Response(500, content=b"[1]"))
    assert error == errors.ApiError(500, b"[1]", detailed.headers, [1])
    response = httpx.Response(200, content=b"[1, 2.0]")
    assert answer(synthetic, "get_default", response)[1] == errors.DecodeError("[1]", "integer", "number")


USE = """
import datetime
import typing

from synthetic_client import ApiError, AuthenticatedClient, DecodeError, models
from synthetic_client.api.bodies import delete_it, get_bytes, get_default, get_text
from synthetic_client.api.things import create_thing, get_everything
from synthetic_client.types import Response, Unset

client = AuthenticatedClient(token="a")
everything = get_everything.sync("a", 1, client=client, x_trace="b")
typing.assert_type(everything, models.Everything)
typing.assert_type(everything.kind, typing.Literal["everything"])
typing.assert_type(everything.word_or_number, typing.Literal["low", 2] | None | Unset)
typing.assert_type(everything.seen, datetime.datetime | Unset)
typing.assert_type(everything.either, models.Cat | models.Dog)
typing.assert_type(everything.nullable_array, list[int | None] | None | Unset)
typing.assert_type(everything.additional_properties, dict[str, typing.Any])
typing.assert_type(
    get_everything.sync_detailed("a", 1, client=client, x_trace="b"),
    Response[models.Everything | list[models.Problem] | models.Problem | str],
)
new = models.NewThing(datetime.date(2026, 1, 2), models.Size.VALUE_1)
typing.assert_type(create_thing.sync(client=client, body=new), models.Cat | str | None)
typing.assert_type(get_bytes.sync(client=client), bytes)
typing.assert_type(get_text.sync(client=client), str)
typing.assert_type(get_default.sync(client=client), list[int | None])
delete_it.sync(client=client)


async def wait() -> None:
    typing.assert_type(await get_text.asyncio(client=client), str)
"""


@pytest.mark.typing
def test_mypy_finds_nothing(synthetic: Synthetic, tmp_path: Path) -> None:
    """The strictest checks pass over the client, and its types are what the document says."""
    use = tmp_path / "use.py"
    use.write_text(USE, "utf-8")
    options = ("--strict", "--config-file=", f"--cache-dir={tmp_path / 'cache'}")
    command = [sys.executable, "-m", "mypy", *options, "-p", "synthetic_client", "-m", "use"]
    environment = {"MYPYPATH": f"{synthetic.project}:{tmp_path}"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False, text=True)  # noqa: S603
    assert (done.returncode, done.stdout, done.stderr) == (0, done.stdout, "")
    assert done.stdout.startswith("Success: no issues found")
