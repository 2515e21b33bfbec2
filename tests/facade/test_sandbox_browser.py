"""A browser that stands in for those of the sandbox's sessions: each provider reports where it is in its own form."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from browser_sessions import Client, errors, sandbox
from browser_sessions.cli._commands import command
from browser_sessions.sandbox import KEY, Sandbox

WEBSOCKET = "ws://127.0.0.1:9222/devtools/browser/1"
CHROMIUM = "chromium --remote-debugging-port=9222"
HTTP = {"browser_use": {}, "skyvern": {"x-api-key": KEY}}
"""What has to be sent to the http URL of a session."""


def client_of(server: Sandbox) -> Client:
    """Return a client that uses a sandbox."""
    return Client(api_keys=server.api_keys, base_urls=server.base_urls)


def discovered(url: str, headers: dict[str, str]) -> Any:
    """Return what the http URL of a browser gives, or the status."""
    response = httpx.get(f"{url}/json/version/", headers=headers)
    return response.json() if response.is_success else response.status_code


def test_a_session_that_is_created() -> None:
    """It is connected to as at its provider, until it has ended."""
    with sandbox.serve(browser=WEBSOCKET) as server, client_of(server) as client:
        server.freeze()
        for slug in ("browser_use", "browserbase", "skyvern"):
            session = client.create(slug)
            server.advance(1)
            info = client.connect_info(client.get(session.ref))
            if slug == "browserbase":
                assert (info.url, info.headers) == (WEBSOCKET, {})
                continue
            assert (info.url, info.headers) == (f"{server.url}/{slug}/browsers/{session.id}", HTTP[slug])
            assert discovered(info.url, info.headers) == {"webSocketDebuggerUrl": WEBSOCKET}
            final = client.stop(session.ref)
            assert discovered(info.url, info.headers) == 404
            assert final.connect_url in (None, info.url)


def test_a_session_that_was_started_or_has_a_name() -> None:
    """It has the URL, too, and so have those after a reset."""
    with sandbox.serve(browser=WEBSOCKET) as server, client_of(server) as client:
        server.reset()
        for ref in (server.start("browserbase", age=timedelta(minutes=1)), server.ref("browserbase", "running")):
            assert client.connect_info(client.get(ref)).url == WEBSOCKET
        assert [session.connect_url for session in client.list("skyvern")] == []
        server.start("skyvern", age=timedelta(minutes=1))
        (row,) = client.list("skyvern")
        assert discovered(str(row.connect_url), HTTP["skyvern"]) == {"webSocketDebuggerUrl": WEBSOCKET}


def test_an_address_is_found_while_its_session_runs() -> None:
    """Only a running session with a browser has an address, which Skyvern gives only for its key."""
    with sandbox.serve(browser=WEBSOCKET) as server:
        server.freeze()
        address = f"{server.url}/skyvern/browsers/{server.start('skyvern').id}"
        assert discovered(address, HTTP["skyvern"]) == 404
        server.advance(1)
        assert [discovered(address, headers) for headers in ({}, {"x-api-key": "wrong"})] == [403, 403]
        assert discovered(f"{server.url}/skyvern/browsers/pbs_1", HTTP["skyvern"]) == 404
    with sandbox.serve() as server:
        running = server.ref("browser_use", "running").id
        assert discovered(f"{server.url}/browser_use/browsers/{running}", {}) == 404


def test_what_cannot_be_connected_to() -> None:
    """Anchor Browser sends its URL only in reply to a create, and Bright Data has none."""
    with sandbox.serve(browser=WEBSOCKET) as server, client_of(server) as client:
        url = f"{server.base_urls['anchorbrowser']}/v1/sessions"
        created = httpx.post(url, headers={"anchor-api-key": KEY}).json()
        assert created["data"]["cdp_url"] == WEBSOCKET
        for ref in (f"anchorbrowser:{created['data']['id']}", server.start("brightdata")):
            with pytest.raises(errors.NotConnectable):
                client.connect_info(client.get(ref))


def test_an_http_address() -> None:
    """The WebSocket URL is what is found there."""
    with sandbox.serve(browser=WEBSOCKET) as first, client_of(first) as client:
        http = client.get(first.start("browser_use")).connect_url
        for address in (http, f"{http}/"):
            with sandbox.serve(browser=address) as server, client_of(server) as another:
                assert another.connect_info(another.get(server.ref("browserbase", "running"))).url == WEBSOCKET


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("chrome", "the browser's address is not an absolute WebSocket or http URL"),
        ("ws://", "the browser's address is not an absolute WebSocket or http URL"),
        ("http://[", "the browser's address is not an absolute WebSocket or http URL"),
        ("file:///a", "the browser's address is not an absolute WebSocket or http URL"),
        (
            "http://user:secret@127.0.0.1:1/secret?secret",
            f"no browser at http://127.0.0.1:1 gives its address: start one that does, such as {CHROMIUM}",
        ),
    ],
)
def test_where_no_browser_is(address: str, problem: str) -> None:
    """The error shows nothing that may be secret."""
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$"), sandbox.serve(browser=address):
        pass


def test_what_gives_no_address() -> None:
    """A server whose response is not a browser's address is refused."""
    with sandbox.serve() as server, pytest.raises(ValueError, match="gives its address"):
        sandbox.serve(browser=server.base_urls["skyvern"]).__enter__()


def test_the_command() -> None:
    """It takes a URL, and refuses one without a browser."""
    program = "import sys, browser_sessions as b; sys.exit(b.get(sys.argv[1]).connect_url != sys.argv[2])"
    words = ["--", sys.executable, "-c", program, "browserbase:running", WEBSOCKET]
    assert CliRunner().invoke(command, ["sandbox", "--browser", WEBSOCKET, *words]).exit_code == 0
    result = CliRunner().invoke(command, ["sandbox", "--browser", "chrome"])
    assert result.exit_code == 1
    assert result.stderr == "Error: the browser's address is not an absolute WebSocket or http URL\n"
