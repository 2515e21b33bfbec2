"""Where a key and a base URL come from, and which are refused."""

from __future__ import annotations

import httpx
import pytest

from browser_sessions import PROVIDERS, AsyncClient, Client, SessionRef
from browser_sessions._access import PLAIN_HTTP, Access, find_access, is_loopback
from browser_sessions.errors import ConfigurationError
from tests.facade.fetching import responding, sync_client

each_provider = pytest.mark.parametrize("slug", PROVIDERS)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        for name in (*provider.key_variables, provider.base_url_variable):
            monkeypatch.delenv(name, raising=False)


@each_provider
@pytest.mark.parametrize("is_ref", [True, False])
def test_arguments_come_before_the_environment(slug: str, is_ref: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """The usual variable comes before another one; an empty one is ignored; where the key is from is known."""
    of = SessionRef(slug, "an-id") if is_ref else slug
    provider = PROVIDERS[slug]
    *_, last = provider.key_variables
    monkeypatch.setenv(provider.base_url_variable, "")
    for name in provider.key_variables:
        monkeypatch.setenv(name, "")
    monkeypatch.setenv(last, "the-last-one")
    assert find_access(of, {}, {}) == Access(provider, "the-last-one", provider.base_url, last)
    monkeypatch.setenv(provider.key_variables[0], "the-first-one")
    monkeypatch.setenv(provider.base_url_variable, "https://elsewhere.example/api")
    found = find_access(of, {}, {})
    assert found == Access(provider, "the-first-one", "https://elsewhere.example/api", provider.key_variables[0])
    assert not found.is_own
    assert "the-first-one" not in repr(found)
    found = find_access(of, {slug: "given"}, {slug: f"{provider.base_url}/"})
    assert found == Access(provider, "given", f"{provider.base_url}/", "api_keys")
    assert found.is_own


def refused(keys: dict[str, str], base_urls: dict[str, str]) -> str:
    """Return why Skyvern's access is refused, of a session and of none."""
    with pytest.raises(ConfigurationError) as caught:
        find_access(SessionRef("skyvern", "a"), keys, base_urls)
    assert caught.value == ConfigurationError(str(caught.value), ref=SessionRef("skyvern", "a"))
    with pytest.raises(ConfigurationError) as of_none:
        find_access("skyvern", keys, base_urls)
    assert of_none.value == ConfigurationError(str(caught.value), provider="skyvern")
    return str(caught.value)


@each_provider
def test_a_missing_key_names_its_variables(slug: str) -> None:
    """The error about a missing key names the environment variables and the argument."""
    variables = " or ".join(PROVIDERS[slug].key_variables)
    with pytest.raises(ConfigurationError) as caught:
        find_access(slug, {}, {})
    name = PROVIDERS[slug].name
    assert str(caught.value) == f"no API key for {name}: set {variables}, or pass api_keys={{{slug!r}: …}} in Python"


QUOTES = "is in quotes: remove them, for example from the file that sets the variable"
CHARACTERS = "has white space around it, or characters that no header can carry: set the key alone"


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ('"key-12345"', QUOTES),
        ("'key-12345'", QUOTES),
        ('"key-12345', QUOTES),
        ("key-12345'", QUOTES),
        ('"', QUOTES),
        (" key-12345", CHARACTERS),
        ("key-12345\n", CHARACTERS),
        ("kéy-12345", CHARACTERS),
        ("key\t12345", CHARACTERS),
    ],
)
def test_a_key_that_cannot_be_one(key: str, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent; the error names where the key is from, and does not show it."""
    assert refused({"skyvern": key}, {}) == f"the API key for Skyvern (from api_keys) {problem}"
    monkeypatch.setenv("SKYVERN_API_KEY", key)
    assert refused({}, {}) == f"the API key for Skyvern (from SKYVERN_API_KEY) {problem}"


OWN_HTTP = "is plain http to another machine, which would show the API key on the way: use https"
HTTP = (
    f"{OWN_HTTP}, a tunnel to localhost or, if all that is on the way is your own, plain_http=['skyvern'] in Python, "
    "or BROWSER_SESSIONS_PLAIN_HTTP=skyvern"
)
AROUND = "has quotes or white space around it: remove them"
PARTS = "has a user, a query or a fragment: give the key by itself, and the URL without them"
SCHEME = "is not an http or https URL"


@pytest.mark.parametrize(
    ("base_url", "problem"),
    [
        ("http://skyvern:8000", HTTP),
        ("http://host.docker.internal:8000", HTTP),
        ("http://192.168.1.20:8000", HTTP),
        ("http://api.skyvern.com", OWN_HTTP),
        ("http://localhost.example", HTTP),
        ("http://127.0.0.1.example", HTTP),
        ("http://user:password@127.0.0.1", PARTS),
        ("https://a.example?a=b", PARTS),
        ("https://a.example#a", PARTS),
        ("ftp://a.example", SCHEME),
        ("a.example", SCHEME),
        ("https://", SCHEME),
        ("https://a.example:port", SCHEME),
        ("//a.example", SCHEME),
        (" https://a.example", AROUND),
        ("https://a.example/\n", AROUND),
        ("https://a.example/\xa0", AROUND),
        ('"https://a.example"', AROUND),
        ("'https://a.example'", AROUND),
        ("https://a.example'", AROUND),
        ('"', AROUND),
        (" ", AROUND),
    ],
)
def test_a_base_url_that_must_not_get_a_key(base_url: str, problem: str) -> None:
    """The error names where the URL may be from and what to do, and does not show it."""
    subject = "the base URL for Skyvern (from base_urls or SKYVERN_BASE_URL)"
    assert refused({"skyvern": "a-key"}, {"skyvern": base_url}) == f"{subject} {problem}"


@pytest.mark.parametrize(
    "base_url",
    ["http://127.0.0.1:8", "http://127.9.9.9", "http://[::1]:80/v3/", "http://localhost", "https://a.example"],
)
def test_a_base_url_that_may_get_a_key(base_url: str) -> None:
    """Plain http stays on this machine, unless something else is allowed."""
    assert find_access("skyvern", {"skyvern": "a-key"}, {"skyvern": base_url}).base_url == base_url


SELF_HOSTED = [
    "http://skyvern:8000",
    "http://host.docker.internal:8000",
    "http://192.168.1.20:8000",
    "http://[fd00::5]:8000/api",
]


@pytest.mark.parametrize("base_url", SELF_HOSTED)
def test_plain_http_in_a_network_of_ones_own(base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is allowed by an argument or by the environment, for the providers that are named, and never for their own."""
    for named in ("skyvern", "skyvern,browserbase", " browserbase  skyvern ", "browserbase, skyvern"):
        monkeypatch.setenv(PLAIN_HTTP, named)
        found = find_access("skyvern", {"skyvern": "a-key"}, {"skyvern": base_url})
        assert (found.base_url, found.plain_http) == (base_url, True)
        assert refused({"skyvern": "a-key"}, {"skyvern": "http://api.skyvern.com"}).endswith(OWN_HTTP)
        assert refused({"skyvern": "a-key"}, {"skyvern": "http://skyvern.com:8000"}).endswith(OWN_HTTP)
    for unset in ("", "browserbase", " , "):
        monkeypatch.setenv(PLAIN_HTTP, unset)
        assert refused({"skyvern": "a-key"}, {"skyvern": base_url}).endswith(HTTP)
    access = find_access("skyvern", {"skyvern": "a-key"}, {"skyvern": base_url}, ["skyvern"])
    assert access == Access(PROVIDERS["skyvern"], "a-key", base_url, "api_keys", plain_http=True)


@pytest.mark.parametrize("named", ["yes", "1", "skyvern;browserbase", "Skyvern", "http://skyvern:8000"])
def test_plain_http_for_an_unknown_provider(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an error of each call: what was meant is not known."""
    monkeypatch.setenv(PLAIN_HTTP, named)
    assert refused({"skyvern": "a-key"}, {}).startswith(f"{PLAIN_HTTP} names an unknown provider. There are: anchorb")


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_plain_http_of_a_client(client: type[Client | AsyncClient]) -> None:
    """Its argument is checked at once; one name may be a text."""
    with pytest.raises(ConfigurationError, match="plain_http: there is no provider 'nobody'"):
        client(plain_http=["nobody"])
    with pytest.raises(ConfigurationError, match="plain_http: there is no provider 'nobody'"):
        client(plain_http="nobody")
    client(plain_http="skyvern")


def test_the_nearest_provider_is_named() -> None:
    """The error about an unknown provider in `api_keys` suggests the nearest one, and hides what may be a key."""
    with pytest.raises(ConfigurationError, match=r"^api_keys: there is no provider 'skyvrn'\. Did you mean skyvern\?"):
        Client(api_keys={"skyvrn": "a-key"})
    with pytest.raises(ConfigurationError, match=r"^api_keys: there is no such provider\. There are: anchorbrowser"):
        Client(api_keys={"sk.live.1": "skyvern"})


def test_plain_http_is_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request goes where it may; of a provider that is not named, none is sent."""
    monkeypatch.delenv(PLAIN_HTTP, raising=False)
    urls = {"skyvern": "http://skyvern:8000", "browserbase": "http://browserbase:8000"}
    client = sync_client(responding("skyvern"), base_urls=urls, plain_http=["skyvern"])
    assert client.get("skyvern:a").provider == "skyvern"
    with pytest.raises(ConfigurationError, match=r"Browserbase .* is plain http to another machine"):
        client.get("browserbase:a")


@each_provider
@pytest.mark.parametrize("spelling", ["{}", "{}/", "{}//"])
def test_the_providers_own_address_however_it_is_spelled(slug: str, spelling: str) -> None:
    """Capitals in its host, a port that goes without saying, and a slash at the end make no other URL."""
    own = PROVIDERS[slug].base_url
    host = httpx.URL(own).host
    for same in (own, own.replace(host, host.upper()), own.replace(host, f"{host}:443"), own.replace("https", "HTTPS")):
        assert find_access(slug, {slug: "a-key"}, {slug: spelling.format(same)}).is_own
    assert not find_access(slug, {slug: "a-key"}, {slug: spelling.format(own.replace(host, f"{host}:8443"))}).is_own


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("skyvern.localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("notlocalhost", False),
        ("localhost.example", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_which_hosts_are_this_machine(host: str, expected: bool) -> None:  # noqa: FBT001
    """Addresses of the loopback interface, and the names that are reserved for it."""
    assert is_loopback(host) is expected
