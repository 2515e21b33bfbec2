"""The life of a session on the real server, through the generated client and the facade."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import skyvern_client
from playwright.sync_api import sync_playwright
from skyvern_client.api.sessions import (
    create_session,
    extend_session,
    get_session,
    list_past_sessions,
    list_sessions,
    stop_session,
)
from skyvern_client.models import BrowserSettings, CreateSessionRequest, ExtendSessionRequest

from browser_sessions import Client, SessionStatus, errors, view
from tests.skyvern.server import Server, sign_key

Api = skyvern_client.AuthenticatedClient
UNKNOWN = "pbs_1"
PROPERTIES = 28
"""Each session has all properties, in every response."""


@contextlib.contextmanager
def started(api: Api, body: CreateSessionRequest | None = None) -> Iterator[skyvern_client.models.Session]:
    """Start a session, yield it, and stop it."""
    session = create_session.sync(client=api, **({"body": body} if body else {}))
    try:
        yield session
    finally:
        stop_session.sync(session.browser_session_id, client=api)


def assert_known(session: Any) -> None:
    """Assert that a session has the client's model, without unknown or unfit values."""
    assert isinstance(session, skyvern_client.models.Session)
    assert len(session.to_dict()) == PROPERTIES
    assert (session.additional_properties, session.unexpected) == ({}, {})
    assert view(session).unexpected == ()


def test_a_life(client: Api, facade: Client) -> None:
    """A session is created, listed, ready, driven, extended, stopped twice, and in the history."""
    settings = CreateSessionRequest(timeout=5, browser_settings=BrowserSettings(timezone_id="Asia/Kolkata"))
    with started(client, settings) as created:
        session_id = created.browser_session_id
        assert_known(created)
        assert view(created).status is SessionStatus.PENDING
        assert created.to_dict() | {"timeout": 5, "source": "managed"} == created.to_dict()

        listed = list_sessions.sync(client=client)
        assert session_id in [each.browser_session_id for each in listed]
        for each in listed:
            assert_known(each)

        session = facade.wait(f"skyvern:{session_id}", until="ready", timeout=60)
        assert (session.status, session.duration, session.unexpected) == (SessionStatus.RUNNING, None, ())
        assert_known(session.raw)
        receipt = session.raw.to_dict()["browser_settings_receipt"]  # a busy server sometimes sends no receipt
        assert receipt is None or receipt["status"] == "verified"

        info = facade.connect_info(session)
        with sync_playwright() as playwright:
            browser = playwright.chromium.connect_over_cdp(info.url, headers=dict(info.headers))
            page = browser.contexts[0].new_page()
            page.goto("data:text/html,<title>A page</title>")
            assert page.title() == "A page"
            assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Asia/Calcutta"
            browser.close()
        assert facade.get(session.ref).status is SessionStatus.RUNNING

        extended = extend_session.sync(session_id, client=client, body=ExtendSessionRequest(additional_minutes=10))
        assert_known(extended)
        assert extended.timeout == 15

        for _ in range(2):
            assert stop_session.sync(session_id, client=client).to_dict() == {"message": "Browser session closed"}
        over = facade.get(session.ref)
        assert (over.status, over.connect_url) == (SessionStatus.COMPLETED, None)
        assert over.duration is not None
        assert over.started_at is not None
        assert over.started_at + over.duration == over.ended_at
        assert_known(over.raw)

        assert session_id not in [each.browser_session_id for each in list_sessions.sync(client=client)]
        past = list_past_sessions.sync(client=client, page=1, page_size=100)
        assert session_id in [each.browser_session_id for each in past]
        for each in past:
            assert_known(each)


def test_the_history_is_read_page_by_page(client: Api) -> None:
    """Pages are disjoint, and a page that is not full is the last one."""
    with contextlib.ExitStack() as sessions:
        ids = {sessions.enter_context(started(client)).browser_session_id for _ in range(3)}
    # Only ended sessions: a session that begins to run meanwhile moves to the first page.
    found: list[str] = []
    for page in itertools.count(1):
        rows = list_past_sessions.sync(client=client, page=page, page_size=2)
        found += [each.browser_session_id for each in rows]
        if len(rows) < 2:
            break
    assert len(found) == len(set(found))
    assert ids <= set(found)


def test_a_page_of_the_history_has_at_most_100_rows(client: Api) -> None:
    """The server refuses a request for more than 100 rows."""
    assert list_past_sessions.sync_detailed(client=client, page_size=101).status_code == 422


def test_a_longer_timeout_is_cut(client: Api) -> None:
    """The server cuts a new timeout to four hours and an extension to six hours in total, and returns the cut value."""
    with started(client, CreateSessionRequest(timeout=1440)) as session:
        assert session.timeout == 240
        assert "240" in str(session.warning)
        body = ExtendSessionRequest(additional_minutes=240)
        extended = extend_session.sync(session.browser_session_id, client=client, body=body)
        assert_known(extended)
        assert extended.timeout == 360
        assert "360" in str(extended.warning)
        assert extend_session.sync_detailed(session.browser_session_id, client=client, body=body).status_code == 409


def test_a_session_without_an_end(client: Api) -> None:
    """A session without an end has a null timeout in all responses."""
    with started(client, CreateSessionRequest(timeout=None)) as session:
        assert_known(session)
        assert (session.timeout, view(session).expires_at) == (None, None)
        assert get_session.sync(session.browser_session_id, client=client).timeout is None


def test_a_path_may_end_in_a_slash(server: Server, client: Api) -> None:
    """A path with a final slash gets the same response, without a redirect."""
    with started(client) as session:
        paths = ("", "/history", f"/{session.browser_session_id}")
        for url in (f"{server.address}/v1/browser_sessions{path}" for path in paths):
            plain, slashed = (
                httpx.get(each, headers={"x-api-key": server.key}, timeout=60, trust_env=False)
                for each in (url, f"{url}/")
            )
            assert (slashed.status_code, slashed.json()) == (200, plain.json())


WRONG = [
    ({"timeout": 1}, 422, "greater_than_equal"),
    ({"timeout": "abc"}, 422, "int_parsing"),
    ({"url": "data:text/html,x"}, 400, "Invalid url"),
    ({"proxy_session_id": "x", "proxy_location": "RESIDENTIAL_DE"}, 400, "RESIDENTIAL_ISP"),
    ({"browser_profile_id": "bp_1"}, 404, "Browser profile bp_1 not found"),
]


@pytest.mark.parametrize(("body", "status", "reason"), WRONG)
def test_an_invalid_create_is_refused(client: Api, body: dict[str, Any], status: int, reason: str) -> None:
    """A wrong create starts no session, and the error has the server's reason."""
    before = len(list_sessions.sync(client=client))
    with pytest.raises(skyvern_client.ApiError) as caught:
        create_session.sync(client=client, body=body)
    assert caught.value.status_code == status
    assert reason in json.dumps(caught.value.parsed.to_dict())
    assert len(list_sessions.sync(client=client)) == before


def test_an_unknown_session_is_not_found(client: Api, facade: Client) -> None:
    """Each operation responds 404 for a missing session."""
    body = ExtendSessionRequest(additional_minutes=1)
    for call in (get_session, stop_session):
        assert call.sync_detailed(UNKNOWN, client=client).status_code == 404
    assert extend_session.sync_detailed(UNKNOWN, client=client, body=body).status_code == 404
    with pytest.raises(errors.SessionNotFound):
        facade.get(f"skyvern:{UNKNOWN}")


def test_an_ended_session_cannot_be_extended(client: Api) -> None:
    """The server responds 409 to extending an ended session."""
    with started(client) as session:
        pass
    body = ExtendSessionRequest(additional_minutes=1)
    response = extend_session.sync_detailed(session.browser_session_id, client=client, body=body)
    assert response.status_code == 409


KEYS = {
    "wrong": ("wrong", errors.AuthenticationFailed),
    "of another server": (sign_key(b"another", "o_1"), errors.AuthenticationFailed),
}


@pytest.mark.parametrize("name", KEYS)
def test_every_operation_refuses_an_unknown_key(server: Server, name: str) -> None:
    """Each operation refuses the key before it looks for a session."""
    key, _ = KEYS[name]
    body = ExtendSessionRequest(additional_minutes=1)
    with skyvern_client.AuthenticatedClient(base_url=server.address, token=key) as client:
        for response in (
            *(call.sync_detailed(client=client) for call in (create_session, list_sessions, list_past_sessions)),
            *(call.sync_detailed(UNKNOWN, client=client) for call in (get_session, stop_session)),
            extend_session.sync_detailed(UNKNOWN, client=client, body=body),
        ):
            assert (response.status_code, response.parsed.detail) == (403, "Could not validate credentials")


@pytest.mark.parametrize("name", KEYS)
def test_an_unknown_key_raises_its_error(server: Server, name: str) -> None:
    """The error says that the key is wrong, not the session."""
    key, error = KEYS[name]
    with Client(api_keys={"skyvern": key}, base_urls={"skyvern": server.address}) as client, pytest.raises(error):
        client.get(f"skyvern:{UNKNOWN}")


def test_a_key_of_a_deleted_organization_is_refused(server: Server) -> None:
    """The server responds 404, and the error still says that the key is wrong."""
    key = sign_key(server.secret, "o_2")
    with (
        Client(api_keys={"skyvern": key}, base_urls={"skyvern": server.address}) as client,
        pytest.raises(errors.AuthenticationFailed),
    ):
        client.get(f"skyvern:{UNKNOWN}")


def test_a_wrong_path_in_the_base_url_is_a_status_error(server: Server) -> None:
    """The server responds 404, and the error does not say that a session is missing."""
    with (
        Client(api_keys={"skyvern": server.key}, base_urls={"skyvern": f"{server.address}/v1"}) as client,
        pytest.raises(errors.ApiStatusError) as caught,
    ):
        client.get(f"skyvern:{UNKNOWN}")
    assert not isinstance(caught.value, errors.SessionNotFound)
