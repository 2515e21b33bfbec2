"""The course of a call, step by step: which attempts and pauses, and what comes of it."""

from __future__ import annotations

import json
import random
import time
from importlib import import_module
from typing import Any

import httpx
import pytest

from browser_sessions import PROVIDERS, SessionRef, errors
from browser_sessions._access import Access
from browser_sessions._attempt import Attempt, Pause, RawResponse
from browser_sessions._bounds import Bounds
from browser_sessions._call import Call, MayExistError, course
from browser_sessions._http import MAX_BODY
from browser_sessions.errors import BrowserSessionsError, ConfigurationError
from tests.facade.failing import LOST, UNSENT
from tests.facade.fetching import KEY, running
from tests.facade.made_up import RECEIPT, call

SESSION = RawResponse(200, httpx.Headers(), json.dumps(running("skyvern")).encode())


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that stands still, and pauses without jitter."""
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    monkeypatch.setattr(random, "uniform", lambda _, most: most)


def status(code: int, content: bytes = b"", **headers: str) -> RawResponse:
    """Return a response."""
    return RawResponse(code, httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()}), content)


def play(of: Call[Any], *came: RawResponse | Exception) -> list[Any]:
    """Return the steps of a call in whose attempts something came, and its result or error; requests are left out."""
    steps: list[Any] = []
    left = [*came]
    taking = course(of)
    response: RawResponse | Exception | None = None
    try:
        while True:
            step = taking.send(response)
            response = left.pop(0) if isinstance(step, Attempt) else None
            steps.append(step._replace(request=None) if isinstance(step, Attempt) else step)  # type: ignore[arg-type]
    except StopIteration as end:
        return [*steps, type(end.value).__name__]
    except (BrowserSessionsError, MayExistError) as error:
        return [*steps, type(error).__name__]


def attempt(**changes: Any) -> Any:
    """Return an attempt of the call that creates."""
    made: Any = Attempt(None, 1030.0, MAX_BODY, RECEIPT)  # type: ignore[arg-type]
    return made._replace(**changes)


def test_the_steps_of_a_call() -> None:
    """Attempts and pauses in turn: each has its own limit, and what is wanted by the provider is kept to."""
    steps = play(call(receipt=None), status(503), status(429, retry_after="7"), SESSION)

    read = attempt(receipt=None)
    assert steps == [read, Pause(0.5), read, Pause(7.0), read, "BrowserSession"]


def test_a_call_says_how_long_and_how_large() -> None:
    """An attempt has the time of the call, up to its deadline, and the size that it allows."""
    assert play(call(bounds=Bounds(5, 0, 60), max_body=7), SESSION)[0] == attempt(end=1005.0, max_body=7)
    assert play(call(bounds=Bounds(90, 0, 60)), SESSION)[0] == attempt(end=1060.0)
    assert MAX_BODY == 10_000_000


def test_the_whole_request_of_a_call() -> None:
    """It is made by the generated operation, of the call's arguments, and once for all attempts."""
    taking = course(call(named={"path": "/elsewhere"}))
    first = next(taking)
    assert isinstance(first, Attempt)
    request = first.request
    assert (request.method, str(request.url)) == ("POST", "https://api.skyvern.com/elsewhere")
    assert (request.content, request.headers["x-api-key"]) == (b'{"timeout":5}', KEY)
    taking.send(status(429))
    assert taking.send(None).request is request  # type: ignore[union-attr]


@pytest.mark.parametrize("came", [*(kind("lost") for kind in UNSENT), status(429)], ids=str)
def test_a_create_that_was_not_received_is_sent_again(came: Any) -> None:
    """There was no connection, or the provider refused it."""
    assert play(call(), came, came, SESSION) == [
        attempt(),
        Pause(0.5),
        attempt(),
        Pause(1.0),
        attempt(),
        "BrowserSession",
    ]
    kind = "RateLimited" if isinstance(came, RawResponse) else "TransportError"
    kind = "RequestTimeout" if isinstance(came, httpx.TimeoutException) else kind
    assert play(call(bounds=Bounds(30, 1, 120)), came, came)[-1] == kind


@pytest.mark.parametrize(
    "came",
    [
        *(kind("lost") for kind in (*LOST, OSError, UnicodeError)),
        *map(status, (200, 204, 303, 408, 500, 502, 503, 504, 520, 526)),
        status(200, b"{}"),
        SESSION._replace(problem="it is larger than 10 MB"),
    ],
    ids=str,
)
def test_a_create_that_may_have_been_received_is_not(came: Any) -> None:
    """Whatever it was that was created may exist; the same call is sent again if it may be repeated."""
    assert play(call(), came) == [attempt(), "MayExistError"]
    assert play(call(), status(429), came)[-1] == "MayExistError"
    is_read_again = not isinstance(came, RawResponse) or came.status_code >= 400
    read = play(call(receipt=None), came, SESSION)
    final = "ApiStatusError" if came == status(303) else "UnexpectedResponse"
    assert read[1:2] == ([Pause(0.5)] if is_read_again else [final])


@pytest.mark.parametrize("code", [301, 302, 304, 307, 308, 400, 401, 402, 403, 404, 409, 410, 418])
def test_a_create_that_was_refused_is_not(code: int) -> None:
    """The error is the provider's: nothing was created."""
    (_, error) = play(call(), status(code))

    assert issubclass(getattr(errors, error), errors.ApiStatusError)


def test_what_may_exist_has_its_reason() -> None:
    """The error that a call which may be repeated would end in."""
    taking = course(call())
    next(taking)
    with pytest.raises(MayExistError) as caught:
        taking.send(httpx.ReadTimeout("timed out"))
    assert type(caught.value.error) is errors.RequestTimeout
    assert str(caught.value) == str(caught.value.error)


def test_a_certificate_that_is_not_trusted_is_not_tried_again() -> None:
    """It will not be trusted a moment later."""
    came = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate")

    assert play(call(), came) == [attempt(), "TransportError"]


def operation_of(slug: str, name: str, ref: SessionRef | None = None, **named: Any) -> Call[Any]:
    """Return a call to one of the operations that a client has."""
    client = import_module(f"{slug}_client").AuthenticatedClient(token=KEY)
    operation = import_module(f"{slug}_client.api.sessions.{name}")
    access = Access(PROVIDERS[slug], KEY, PROVIDERS[slug].base_url)
    return Call(access, client, operation, type, Bounds(60, 2, 600), () if ref is None else (ref.id,), named, ref)


EMPTY_PAGE: dict[str, Any] = {"items": [], "totalItems": 0, "pageNumber": 3, "pageSize": 2}
OTHERS = [
    (
        operation_of("browser_use", "list_sessions", page_size=2, metadata=["a=b", "c=d"])._replace(max_body=10**8),
        ("GET", "https://api.browser-use.com/api/v3/browsers?pageSize=2&metadata=a%3Db&metadata=c%3Dd", b""),
        attempt(end=1060.0, max_body=10**8, receipt=None),
        (EMPTY_PAGE, "SessionPage"),
    ),
    (
        operation_of("skyvern", "list_sessions"),
        ("GET", "https://api.skyvern.com/v1/browser_sessions", b""),
        attempt(end=1060.0, receipt=None),
        ([], "Rows"),
    ),
    (
        operation_of("skyvern", "create_session", body={"timeout": 5})._replace(receipt=RECEIPT),
        ("POST", "https://api.skyvern.com/v1/browser_sessions", b'{"timeout":5}'),
        attempt(end=1060.0),
        (running("skyvern"), "Session"),
    ),
    (
        operation_of("browserbase", "stop_session", SessionRef("browserbase", "a"), body={"status": "REQUEST_RELEASE"}),
        ("POST", "https://api.browserbase.com/v1/sessions/a", b'{"status":"REQUEST_RELEASE"}'),
        attempt(end=1060.0, receipt=None),
        (running("browserbase"), "Session"),
    ),
]


@pytest.mark.parametrize(("of", "sent", "step", "result"), OTHERS, ids=[each[1][1] for each in OTHERS])
def test_other_operations(of: Call[Any], sent: tuple[Any, ...], step: Any, result: tuple[Any, str]) -> None:
    """A list has a query and no session, a create a body, and a stop both a session and a body."""
    body, name = result
    taking = course(of)
    first = next(taking)
    assert isinstance(first, Attempt)
    assert (first.request.method, str(first.request.url), first.request.content) == sent
    assert first._replace(request=step.request) == step
    with pytest.raises(StopIteration) as ended:
        taking.send(status(200, json.dumps(body).encode()))
    assert ended.value.value.__name__ == name


def test_a_network_that_cannot_be_used_is_an_error_of_the_call() -> None:
    """The call adds its provider to a network's error, since the network does not know the provider."""
    taking = course(call())
    next(taking)
    with pytest.raises(ConfigurationError) as caught:
        taking.send(ConfigurationError("the proxy in HTTPS_PROXY cannot be used"))
    assert caught.value == ConfigurationError("the proxy in HTTPS_PROXY cannot be used", provider="skyvern")


def test_an_argument_that_cannot_be_sent() -> None:
    """A call without a session raises the operation's own error before anything is sent."""
    with pytest.raises(ValueError, match="JSON"):
        next(course(call(arguments=(float("nan"),))))


def test_a_call_shows_no_secret() -> None:
    """The text of a call shows neither the key nor other sensitive parts of its request."""
    assert repr(call()) == "<Call of skyvern>"
    assert KEY not in repr(course(call()).send(None))
