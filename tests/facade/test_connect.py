"""Where a session's browser is connected to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from browser_sessions import PROVIDERS, AsyncClient, BrowserSession, Client, view
from browser_sessions._connect import is_ready
from browser_sessions.errors import ConfigurationError, NotConnectable
from tests.facade.fetching import running
from tests.facade.provider_case import CASES as PROVIDER_CASES
from tests.facade.viewing import decode, session_in

KEY = "a key/of ours?&="


def session_of(slug: str, **changes: Any) -> BrowserSession:
    """Return a running session of a provider, changed."""
    body = running(slug)
    session_in(slug, body).update(changes)
    return view(decode(slug, body))


CONNECTABLE = [slug for slug, provider in PROVIDERS.items() if provider.connect_url]
EXPECTED: dict[str, tuple[str | None, dict[str, str]]] = {
    slug: (session_of(slug).connect_url, {}) for slug in CONNECTABLE
} | {
    "anchorbrowser": (
        "wss://connect.anchorbrowser.io?apiKey=a%20key%2Fof%20ours%3F%26%3D&sessionId=7d2f1c55-8a3e-4a0e-b2c9-6a1d9e0f4b21",
        {},
    ),
    "skyvern": (session_of("skyvern").connect_url, {"x-api-key": KEY}),
}


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize("slug", EXPECTED)
def test_a_running_session_can_be_connected_to(slug: str, client: type[Client | AsyncClient]) -> None:
    """Our key is where the provider wants it, and nowhere else."""
    info = client(api_keys={slug: KEY}).connect_info(session_of(slug))

    assert (info.url, info.headers) == EXPECTED[slug]


TERMINAL = {slug: PROVIDER_CASES[slug].over for slug in CONNECTABLE}
NOT_YET = {
    slug: PROVIDER_CASES[slug].ready[0]
    for slug in CONNECTABLE
    if len(PROVIDER_CASES[slug].ready) > 1  # the last one is ready
}
NO_ADDRESS_YET = [{"browser_address": None}, {"browser_address": None, "source": "managed"}]


@pytest.mark.parametrize("slug", TERMINAL)
def test_a_session_that_has_ended_cannot_be_connected_to(slug: str) -> None:
    """A URL that is still there is of no use."""
    session = session_of(slug, **TERMINAL[slug])
    require_not_connectable(session, f"it has ended ({session.status})")


@pytest.mark.parametrize("slug", NOT_YET)
def test_a_session_that_is_not_there_yet_cannot(slug: str) -> None:
    """The error names what to do; Skyvern's URL is there before its browser is."""
    session = session_of(slug, **NOT_YET[slug])
    assert not is_ready(session)
    require_not_connectable(session, 'its browser has no URL yet; use wait(…, until="ready")')


@pytest.mark.parametrize("changes", NO_ADDRESS_YET)
def test_a_session_without_an_address_is_not_ready(changes: dict[str, Any]) -> None:
    """Although it runs: a wait continues, and does not return what cannot be connected to."""
    session = session_of("skyvern", **changes)
    assert not is_ready(session)
    require_not_connectable(session, 'its browser has no URL yet; use wait(…, until="ready")')


def test_a_browser_of_the_users_own_never_has_an_address() -> None:
    """Skyvern keeps it to itself: waiting for it would be in vain. With one, it is like any other."""
    session = session_of("skyvern", browser_address=None, source="external")
    problem = "Skyvern gives no URL of a browser whose source is external; connect to it directly"
    require_not_connectable(session, problem)
    with pytest.raises(NotConnectable):
        is_ready(session)
    assert is_ready(session_of("skyvern", source="external"))
    assert is_ready(session_of("skyvern"))


def require_not_connectable(session: BrowserSession, problem: str) -> None:
    """Fail unless a session cannot be connected to, for this reason."""
    with pytest.raises(NotConnectable) as caught:
        Client(api_keys={session.provider: KEY}).connect_info(session)
    assert caught.value == NotConnectable(f"{session.ref} cannot be connected to: {problem}", ref=session.ref)


@pytest.mark.parametrize("slug", PROVIDERS)
@pytest.mark.parametrize("state", [TERMINAL, NOT_YET])
def test_what_is_ready_runs(slug: str, state: dict[str, dict[str, Any]]) -> None:
    """A ready session is running and has its provider's sign of readiness, if the provider has one."""
    assert is_ready(session_of(slug))
    assert slug not in state or not is_ready(session_of(slug, **state[slug]))


def test_a_session_of_unknown_status_can_be_connected_to() -> None:
    """A session with an unknown status can be connected to if it has a URL."""
    assert Client(api_keys={"browserbase": KEY}).connect_info(session_of("browserbase", status="WARM")).url
    with pytest.raises(NotConnectable):
        Client(api_keys={"browser_use": KEY}).connect_info(session_of("browser_use", status="warm", cdpUrl=None))


def test_a_provider_that_has_no_address() -> None:
    """Bright Data's opens a new session whatever is asked."""
    require_not_connectable(session_of("brightdata"), "Bright Data has no URL for a session that exists")


@pytest.mark.parametrize("slug", EXPECTED)
def test_another_base_url_gets_no_address_of_the_provider(slug: str) -> None:
    """A URL that came from there works; none is made up."""
    client = Client(api_keys={slug: KEY}, base_urls={slug: "http://127.0.0.1:8000"})
    if slug == "anchorbrowser":
        with pytest.raises(NotConnectable, match="its URL is known only at Anchor Browser's own base URL"):
            client.connect_info(session_of(slug))
    else:
        assert client.connect_info(session_of(slug)).url == EXPECTED[slug][0]


@pytest.mark.parametrize("slug", PROVIDERS)
def test_the_providers_own_base_url_may_be_given(slug: str) -> None:
    """The base URL may be the provider's own one, even with a slash at its end."""
    client = Client(api_keys={slug: KEY}, base_urls={slug: f"{PROVIDERS[slug].base_url}/"})
    if slug in EXPECTED:
        assert client.connect_info(session_of(slug)).url == EXPECTED[slug][0]


CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "connecting.yaml").read_text("utf-8"))
ADDRESS_OF = {
    slug: PROVIDERS[slug].fields["connect_url"][0] for slug in CONNECTABLE if "connect_url" in PROVIDERS[slug].fields
}


@pytest.mark.parametrize("slug", ADDRESS_OF)
@pytest.mark.parametrize("address", CASES["no address"])
def test_what_is_not_an_address(slug: str, address: str) -> None:
    """A session is not ready by it, and it is handed on to nothing: a driver may take it for a browser of its own."""
    session = session_of(slug, **{ADDRESS_OF[slug]: address})
    assert (session.connect_url, session.unexpected) == (None, (ADDRESS_OF[slug],))
    assert not is_ready(session)
    require_not_connectable(session, "what the provider sent as its URL is not an absolute http or WebSocket URL")


@pytest.mark.parametrize("slug", ["browser_use", "browserbase"])
@pytest.mark.parametrize("address", CASES["address"])
def test_what_is_an_address(slug: str, address: str) -> None:
    """It is handed on as it was sent, but for a scheme in capitals, which Playwright does not know."""
    session = session_of(slug, **{ADDRESS_OF[slug]: address})
    assert (session.connect_url, session.unexpected, is_ready(session)) == (address, (), True)
    scheme, rest = address.split(":", 1)
    assert Client(api_keys={slug: KEY}).connect_info(session).url == f"{scheme.lower()}:{rest}"


@pytest.mark.parametrize("name", CASES["key in a header"])
def test_where_a_key_goes_in_a_header(name: str) -> None:
    """The key is sent to this machine and, encrypted, to the provider's and base URL's host; others must be allowed."""
    case = CASES["key in a header"][name]
    base_urls = {"skyvern": case["base_url"]} if "base_url" in case else {}
    client = Client(api_keys={"skyvern": KEY}, base_urls=base_urls, plain_http=case.get("plain_http", []))
    session = session_of("skyvern", browser_address=case["address"])
    if "problem" not in case:
        info = client.connect_info(session, hosts=case.get("hosts", []))
        assert (info.url, info.headers) == (case["address"], {"x-api-key": KEY})
        return
    with pytest.raises(NotConnectable) as caught:
        client.connect_info(session, hosts=case.get("hosts", []))
    problem = f"{session.ref} cannot be connected to: its URL is {case['problem']}"
    assert caught.value == NotConnectable(problem, ref=session.ref)


def test_a_host_that_no_name_can_be() -> None:
    """It is looked at more closely before it may get a key."""
    require_not_connectable(session_of("skyvern", browser_address="https://☃☃.example"), "its URL is invalid")


def test_it_needs_a_key_and_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key, the error is the one of fetching."""

    def refuse(_: httpx.Request) -> httpx.Response:
        raise AssertionError

    monkeypatch.delenv("SKYVERN_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match="SKYVERN_API_KEY"):
        Client(transport=httpx.MockTransport(refuse)).connect_info(session_of("skyvern"))
