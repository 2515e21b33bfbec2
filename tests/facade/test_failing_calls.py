"""Errors as a client raises them, awaited or not, and what is logged on the way."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import partial

import httpx
import pytest

from browser_sessions import PROVIDERS, SessionRef, errors
from browser_sessions._attempt import RawResponse
from browser_sessions._bounds import Bounds
from browser_sessions._call import course
from browser_sessions.errors import BrowserSessionsError
from tests.facade.failing import KEY, call_to, load_cases
from tests.facade.fetching import BACKENDS, async_client, run, running, sync_client
from tests.facade.made_up import call
from tests.facade.masking import texts_in
from tests.facade.test_failures import UNPRINTABLE

each_provider = pytest.mark.parametrize("slug", PROVIDERS)


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body as it came, which httpx does not look into when it is made."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content


@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_a_client_raises_the_whole_error(backend: str | None, caplog: pytest.LogCaptureFixture) -> None:
    """Every field of it, for every case; the key is from an argument, and in no log."""
    cases = [case for case in load_cases() if not case.base_url and case.error["class"] != "AuthenticationFailed"]
    remaining = iter(cases)

    def respond(_: httpx.Request) -> httpx.Response:
        case = next(remaining)
        return httpx.Response(case.status, content=case.content, headers=case.headers)

    async def fetch_all() -> list[BrowserSessionsError]:
        found = []
        async with async_client(respond, max_retries=0) as client:
            for case in cases:
                with pytest.raises(BrowserSessionsError) as caught:
                    await client.get(f"{case.slug}:an-id")
                found.append(caught.value)
        return found

    def fetch(slug: str) -> BrowserSessionsError:
        with sync_client(respond, max_retries=0) as client, pytest.raises(BrowserSessionsError) as caught:
            client.get(f"{slug}:an-id")
        return caught.value

    with caplog.at_level(logging.DEBUG):
        found = run(backend, fetch_all) if backend else [fetch(case.slug) for case in cases]
    for error, case in zip(found, cases, strict=True):
        error.headers.pop("content-length", None)
        assert (str(error), vars(error)) == (str(case.expected), vars(case.expected))
    assert KEY not in "".join(texts_in([[record.getMessage(), str(record.args)] for record in caplog.records]))


def test_an_error_names_where_its_key_is_from() -> None:
    """The message names where the key is from."""
    with pytest.raises(errors.AuthenticationFailed, match="the key from api_keys is complete"):
        sync_client(lambda _: httpx.Response(401)).get("browserbase:x1")


def test_what_a_transport_of_the_users_own_raises() -> None:
    """An error of the network is ours; a mistake of the user's own is raised as it is."""

    def lose(_: httpx.Request) -> httpx.Response:
        raise ConnectionResetError("gone")

    def fail(_: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError

    with pytest.raises(errors.TransportError, match=r"api\.skyvern\.com \(ConnectionResetError: gone\)"):
        sync_client(lose, max_retries=0).get("skyvern:a")
    with pytest.raises(ZeroDivisionError):
        sync_client(fail).get("skyvern:a")


@pytest.mark.parametrize("coding", ["br", "a\x1b[31mb\nc", "q" * 5000, f"x-{KEY}"])
def test_a_compression_that_was_not_asked_for(coding: str) -> None:
    """It is shown in a line that is no longer than others, without the key."""
    response = httpx.Response(200, headers=[(b"Content-Encoding", coding.encode())], stream=Body(b"{}"))
    with pytest.raises(errors.UnexpectedResponse) as caught:
        sync_client(lambda _: response, max_retries=0).get("skyvern:a")
    message = str(caught.value)
    assert message.startswith("skyvern:a: Skyvern sent an unexpected response: it is compressed as ")
    assert message.isprintable()
    assert len(message) < 500
    assert KEY not in message


def test_a_log_is_made_of_lines(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an id nor a provider can add a line of its own to the log, or colour one of ours."""
    monkeypatch.setattr("browser_sessions._call._FIRST_PAUSE", 0.0)
    for each in UNPRINTABLE:
        said = {"error": {"message": f"a{each}b"}, "detail": f"a{each}b"}
        response = httpx.Response(503, json=said, extensions={"reason_phrase": f"a{each}b".encode()})
        client = sync_client(partial(lambda response, _: response, response), max_retries=1)
        with caplog.at_level(logging.DEBUG), pytest.raises(errors.ProviderUnavailable):
            client.get(SessionRef("skyvern", f"a{each}\x1b[31mERROR"))
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 3 * len(UNPRINTABLE)
    assert [message for message in messages if not message.isprintable()] == []


@each_provider
def test_each_attempt_is_one_record(
    slug: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked, what came of it, how long it took, and which attempt it was; from one logger, and no other."""
    monkeypatch.setattr("browser_sessions._call._FIRST_PAUSE", 0.0)
    statuses: list[int | None] = [500, None, 429, 408, 200]
    requests: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        requests.append(f"{request.method} {request.url}")
        status = statuses[len(requests) - 1]
        if status is None:
            raise httpx.ReadTimeout("timed out")
        return httpx.Response(status, json=running(slug))

    with caplog.at_level(logging.DEBUG):
        sync_client(respond, max_retries=4).get(f"{slug}:an?id ü")

    records = [record for record in caplog.records if record.getMessage().startswith('"')]
    assert {record.name for record in caplog.records} == {"browser_sessions"}
    assert {record.levelno for record in caplog.records} == {logging.INFO}
    found = [re.fullmatch(r'"(.*)" (.*), (\d+\.\d{3}) s, attempt (\d)', each.getMessage()) for each in records]
    groups = [each.groups() for each in found if each]
    assert [(line, status, number) for line, status, _, number in groups] == [
        (line, str(status or "no response"), str(number))
        for number, (line, status) in enumerate(zip(requests, statuses, strict=True), 1)
    ]
    assert requests[0].endswith("/an%3Fid%20%C3%BC")


def test_a_query_and_a_secret_are_not_logged(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log hides the query and secrets of a URL or an id; a call without a session is named after its provider."""
    monkeypatch.setattr("browser_sessions._call._FIRST_PAUSE", 0.0)
    response = RawResponse(503, httpx.Headers(), b"")
    with caplog.at_level(logging.DEBUG):
        for made in (
            call_to("browserbase", session_id=f"wss://a.example/{KEY}?hunter2"),
            call(bounds=Bounds(1, 1, 1), receipt=None, named={"path": "/a?b=hunter2"}),
            call(bounds=Bounds(1, 1, 1), receipt=None, named={"path": "/a/hunter2"}),
        ):
            steps = course(made._replace(bounds=Bounds(1, 1, 1)))
            next(steps)
            steps.send(response)
    messages = [re.sub(r"\d\.\d+ s", "0 s", record.getMessage()) for record in caplog.records]
    assert messages == [
        '"GET https://api.browserbase.com/v1/sessions/wss%3A%2F%2Fa.example%2F***%3Fhunter2" 503, 0 s, attempt 1',
        "browserbase:wss://a.example/***?***: attempt 1 failed (ProviderUnavailable), again in 0 s",
        '"POST https://api.skyvern.com/a?***" 503, 0 s, attempt 1',
        "Skyvern: attempt 1 failed (ProviderUnavailable), again in 0 s",
        '"POST https://api.skyvern.com/a/***" 503, 0 s, attempt 1',
        "Skyvern: attempt 1 failed (ProviderUnavailable), again in 0 s",
    ]


def test_a_session_that_is_fetched_at_once_logs_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing at that level."""
    with caplog.at_level(logging.WARNING):
        sync_client(lambda _: httpx.Response(200, json=running("skyvern"))).get("skyvern:a")
    assert caplog.records == []
