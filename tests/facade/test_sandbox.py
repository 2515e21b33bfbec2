"""All providers, on this machine."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

import browser_sessions
from browser_sessions import PROVIDERS, BrowserSession, Client, SessionStatus, errors, sandbox
from browser_sessions.errors import BrowserSessionsError
from browser_sessions.pytest_plugin import StartSession
from browser_sessions.sandbox import SCENARIOS, Sandbox
from codegen.__main__ import ROOT
from tests.facade.provider_case import CASES, STATES

each_provider = pytest.mark.parametrize("slug", PROVIDERS)


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    """One sandbox for all tests, which do not ask for the same sessions where that matters."""
    with sandbox.serve() as server:
        yield server


def fetch(server: Sandbox, slug: str, scenario: str, **arguments: Any) -> BrowserSession | BrowserSessionsError:
    """Return the session that a scenario is, or the error."""
    given: dict[str, Any] = {"api_keys": server.api_keys, "base_urls": server.base_urls, "max_retries": 0} | arguments
    try:
        with Client(**given) as client:
            return client.get(server.ref(slug, scenario))
    except BrowserSessionsError as error:
        return error


@each_provider
def test_each_status_is_the_providers_own(server: Sandbox, slug: str) -> None:
    """Each scenario has the provider's own status, if the provider has one for it."""
    sessions = [fetch(server, slug, state.value) for state in STATES]

    assert tuple(getattr(each, "status", each) for each in sessions) == CASES[slug].statuses
    assert all(getattr(each, "raw_status", None) for each in sessions)


@each_provider
def test_a_session_that_has_ended_has_all_that_its_provider_reports(server: Sandbox, slug: str) -> None:
    """No field of its table is absent, but for the failure, which has not happened, where to connect, and labels."""
    session = fetch(server, slug, "completed")

    assert isinstance(session, BrowserSession)
    absent = {name for name in PROVIDERS[slug].fields if getattr(session, name) in (None, (), {})}
    assert absent <= {"failure", "connect_url", "live_view_url", "metadata", "marker"}
    assert session.unexpected == ()
    assert fetch(server, "brightdata", "failed").failure is not None  # type: ignore[union-attr]


@each_provider
def test_a_running_session_has_nothing_unexpected(server: Sandbox, slug: str) -> None:
    """What a provider does not know before the end, it leaves out or sends as null."""
    session = fetch(server, slug, "running")

    assert isinstance(session, BrowserSession)
    assert session.unexpected == ()


@each_provider
def test_a_running_session_can_be_connected_to(server: Sandbox, slug: str) -> None:
    """A running session has its provider's URL, if there is one; none is invented for another base URL."""
    session = fetch(server, slug, "running")
    assert isinstance(session, BrowserSession)
    client = Client(api_keys=server.api_keys, base_urls=server.base_urls)
    if slug in ("anchorbrowser", "brightdata"):
        with pytest.raises(errors.NotConnectable):
            client.connect_info(session)
    else:
        assert client.connect_info(session).url == session.connect_url


@each_provider
def test_what_goes_wrong_is_the_providers_own_error(server: Sandbox, slug: str) -> None:
    """A session that is missing, a key that is wrong, and a limit that is not there for ever."""
    assert type(fetch(server, slug, "missing")) is errors.SessionNotFound
    assert type(fetch(server, slug, "bad_key")) is errors.AuthenticationFailed
    assert type(fetch(server, slug, "running", api_keys={slug: "another-key"})) is errors.AuthenticationFailed
    limited = fetch(server, slug, "rate_limited")
    assert isinstance(limited, errors.RateLimited)
    assert limited.kind == "rate"
    assert type(fetch(server, slug, "rate_limited")) is errors.RateLimited
    assert isinstance(fetch(server, slug, "rate_limited"), BrowserSession)


@pytest.mark.usefixtures("hasty")
@each_provider
def test_what_passes(server: Sandbox, slug: str) -> None:
    """A 503, a lost response, and then a session; and one that is slow."""
    assert type(fetch(server, slug, "flaky")) is errors.ProviderUnavailable
    assert type(fetch(server, slug, "flaky")) is errors.TransportError
    assert isinstance(fetch(server, slug, "flaky"), BrowserSession)
    assert isinstance(fetch(server, slug, "flaky", max_retries=2), BrowserSession)
    assert type(fetch(server, slug, "slow", timeout=0.2)) is errors.RequestTimeout


@each_provider
def test_what_drifted_is_a_session_all_the_same(server: Sandbox, slug: str) -> None:
    """Unknown statuses, nulls and fields lose nothing."""
    session = fetch(server, slug, "drifted")

    assert isinstance(session, BrowserSession)
    assert session.status is CASES[slug].drifted


@each_provider
def test_both_forms_of_a_response(server: Sandbox, slug: str) -> None:
    """Only Anchor Browser has two; the view of them is the same."""
    enveloped, flat = fetch(server, slug, "enveloped"), fetch(server, slug, "flat")

    assert isinstance(enveloped, BrowserSession)
    assert isinstance(flat, BrowserSession)
    assert ("data" in enveloped.raw.to_dict(), "data" in flat.raw.to_dict()) == (slug == "anchorbrowser", False)
    assert (enveloped.status, enveloped.duration) == (flat.status, flat.duration)


@each_provider
def test_an_id_that_could_be_none(server: Sandbox, slug: str) -> None:
    """A malformed id is refused by the providers that check its form, and is unknown to the others."""
    refused = slug in ("brightdata", "browser_use")
    with Client(api_keys=server.api_keys, base_urls=server.base_urls) as client:
        with pytest.raises(errors.InvalidRequest if refused else errors.SessionNotFound):
            client.get(f"{slug}:no such form")
        with pytest.raises(errors.SessionNotFound):
            client.get(f"{slug}:3c90c3cc-0d44-4b50-8888-8dd25736052b")


def test_a_life() -> None:
    """Moves with the clock: pending for a second, running for four, and then completed."""
    with sandbox.serve() as server, Client(api_keys=server.api_keys, base_urls=server.base_urls) as client:
        server.freeze()
        ref = server.ref("skyvern", "life")
        assert client.get(ref).status is SessionStatus.PENDING
        server.advance(0.9)
        assert client.get(ref).status is SessionStatus.PENDING
        server.advance(0.1)
        ready = client.wait(ref, until="ready", timeout=5)
        assert (ready.status, ready.connect_url is None) == (SessionStatus.RUNNING, False)
        server.advance(3.9)
        assert client.get(ref).status is SessionStatus.RUNNING
        server.advance(0.1)
        session = client.get(ref)
        assert session.status is SessionStatus.COMPLETED
        assert str(session.duration) == "0:00:04"


def test_sessions_of_your_own(server: Sandbox) -> None:
    """One response after the other, bodies and errors; the last one for ever."""
    body = {"browser_session_id": "pbs_mine", "status": "running"}
    ref = server.add("skyvern:pbs_mine", body, 503, 404)

    with Client(api_keys=server.api_keys, base_urls=server.base_urls, max_retries=0) as client:
        assert client.get(ref).to_dict(raw=True)["raw"] == body
        with pytest.raises(errors.ProviderUnavailable):
            client.get(ref)
        for _ in "ab":
            with pytest.raises(errors.SessionNotFound, match="Browser session pbs_mine not found"):
                client.get(ref)
        server.add(ref, body)
        assert client.get(ref).id == "pbs_mine"


@each_provider
def test_every_error_has_a_body(server: Sandbox, slug: str) -> None:
    """Also one that the provider is not known for."""
    with Client(api_keys=server.api_keys, base_urls=server.base_urls, max_retries=0) as client:
        for status in range(400, 600):
            ref = server.add(f"{slug}:mine", status)
            with pytest.raises(errors.ApiStatusError) as caught:
                client.get(ref)
            assert caught.value.status_code == status
            assert str(caught.value.body).startswith("{")


def test_an_invalid_response_is_refused(server: Sandbox) -> None:
    """An invalid response is an error where it is added, not where it is requested."""
    itself: dict[str, Any] = {}
    itself["a"] = itself
    wrong: tuple[tuple[Any, ...], ...] = (
        *((), ({}, 200), (404, "gone"), (True,), (404.0,)),
        *(({"a": object()},), ({"a": float("nan")},), ({"a": "\ud800"},), (itself,)),
    )
    for responses in wrong:
        with pytest.raises(ValueError, match="cannot be sent: "):
            server.add("skyvern:pbs_1", *responses)


def test_a_response_stays_as_it_was_added(server: Sandbox) -> None:
    """Whatever becomes of the object; and that of a scenario is replaced, also where the key is a bad one."""
    body = {"browser_session_id": "pbs_1", "status": "running"}
    refs = [server.add("skyvern:pbs_1", body), server.add(server.ref("skyvern", "bad_key"), body)]
    body["status"] = "completed"

    with Client(api_keys=server.api_keys, base_urls=server.base_urls) as client:
        assert [client.get(ref).raw_status for ref in refs] == ["running", "running"]


def test_what_there_is_not(server: Sandbox) -> None:
    """An unknown scenario or provider is an error at once; over HTTP the error has the server's form."""
    for slug, scenario in (("skyvern", "sleeping"), ("nobody", "running")):
        with pytest.raises(ValueError, match="there is no"):
            server.ref(slug, scenario)
    with pytest.raises(errors.InvalidSessionRef):
        server.add("nobody:a", {})
    assert httpx.get(f"{server.url}/elsewhere").status_code == 404
    assert httpx.post(f"{server.base_urls['skyvern']}/v1/browser_sessions/a").status_code == 405
    unknown = httpx.get(f"{server.base_urls['skyvern']}/v1/browser_sessions/a", headers={"x-api-key": sandbox.KEY})
    assert (unknown.status_code, unknown.json()) == (404, {"detail": "Browser session a not found"})


def test_the_environment(server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two variables of each provider, with which nothing else has to be given."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)

    assert len(server.environment) == 2 * len(PROVIDERS)
    for slug in PROVIDERS:
        assert browser_sessions.get(server.ref(slug, "running")).provider == slug


def test_references_are_the_same_everywhere(server: Sandbox) -> None:
    """They can be written down; each is of one scenario of one provider."""
    refs = {str(server.ref(slug, name)) for slug in PROVIDERS for name in SCENARIOS}

    assert len(refs) == len(PROVIDERS) * len(SCENARIOS)
    assert "skyvern:pbs_" in "".join(refs)
    with sandbox.serve() as other:
        assert {str(other.ref(slug, name)) for slug in PROVIDERS for name in SCENARIOS} == refs


def test_nothing_is_left_behind() -> None:
    """The end of the sandbox leaves neither its thread nor its port."""
    before = threading.active_count()
    with sandbox.serve() as server:
        port = int(server.url.rpartition(":")[2])
    with sandbox.serve(port) as server:
        assert server.url.endswith(f":{port}")
    assert threading.active_count() == before


def test_the_fixture(browser_sessions_sandbox: Sandbox) -> None:
    """Pytest finds it by itself, and the environment is set."""
    ref = browser_sessions_sandbox.ref("browserbase", "completed")
    assert browser_sessions.get(ref).status is SessionStatus.COMPLETED


def test_without_its_extra() -> None:
    """The error names what to install, and neither the package nor the plugin needs it before."""
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['uvicorn', 'starlette'])); "
        "import browser_sessions.pytest_plugin; from browser_sessions import sandbox\n"
        "try:\n    sandbox.serve().__enter__()\nexcept ImportError as error:\n    print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert said == "the sandbox needs uvicorn: install the extra, browser-sessions[sandbox]\n"


def test_without_its_extra_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox without its extra names what to install, in this process too."""
    monkeypatch.delitem(sys.modules, "browser_sessions.sandbox._server", raising=False)
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    with pytest.raises(ImportError, match=r"the sandbox needs starlette"), sandbox.serve():
        pass


def test_what_the_readme_shows(browser_sessions_sandbox: Sandbox, browser_session: StartSession) -> None:
    """The examples of tests, to the letter, and the scenarios that there are."""
    readme = (ROOT / "facade" / "README.md").read_text("utf-8").partition("## Test")[2]
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile("\n".join(blocks), "README.md", "exec"), names)  # noqa: S102 - it is what is written there
    names["test_mine"](browser_sessions_sandbox)
    names["test_my_browser"](browser_session, browser_sessions_sandbox)
    rows = re.findall(r"^\| (`.*?) \|", readme, re.MULTILINE)
    assert re.findall(r"`(\w+)`", " ".join(rows)) == [*SCENARIOS] == [*browser_sessions_sandbox.scenarios]


def test_what_the_reference_shows(browser_sessions_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of a life, and the faults of the environment, to the letter."""
    page = (ROOT / "docs" / "reference" / "testing.md").read_text("utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(block, "testing.md", "exec"), names)  # noqa: S102 - it is what is written there
    names["test_a_life"](browser_sessions_sandbox)
    ((name, faults),) = re.findall(r"export (\w+)='(.*)'", page)
    monkeypatch.setenv(name, faults)
    with sandbox.serve() as server:
        headers = {"x-bb-api-key": sandbox.KEY}
        url = f"{server.base_urls['browserbase']}/v1/sessions"
        assert [httpx.get(url, headers=headers).status_code for _ in range(4)] == [200, 200, 429, 429]
