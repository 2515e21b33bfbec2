"""What a session is created with: each option in each provider's request, and what is refused before it is sent."""

from __future__ import annotations

import asyncio
import functools
import importlib
import json
import pickle
import re
import string
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator, OAS31Validator

import browser_sessions
from browser_sessions import PROVIDERS, BrowserSession, Profile, Proxy, SessionStatus, errors
from browser_sessions._options import Options, checked_options, checked_owner, make_marker
from browser_sessions._reading import MARKER
from browser_sessions.sandbox import KEY
from browser_sessions.sandbox._fleet import Clock
from browser_sessions.sandbox._messages import Request
from browser_sessions.sandbox._stand_in import StandIn
from tests.facade.provider_case import able, names
from tests.facade.viewing import document

FILES: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parent / "creates").glob("*.yaml"))
}
LABELS = {"anchorbrowser": ("session", "tags"), "browserbase": ("userMetadata",), "browser_use": ("metadata",)}
"""Where the metadata of a session is in a request."""

SESSIONS: dict[str, tuple[str, str]] = {
    "anchorbrowser": ("session_id", "tags"),
    "browserbase": ("id", "userMetadata"),
    "browser_use": ("id", "metadata"),
}
"""The properties of a session that have its id, and its metadata."""

START = datetime(2026, 3, 4, 9, tzinfo=UTC)

each_creator = pytest.mark.parametrize("slug", FILES)
each_labelled = pytest.mark.parametrize("slug", LABELS)


class CreateCase(NamedTuple):
    """Options for a session of a provider, and what they become."""

    slug: str
    name: str
    given: dict[str, Any]
    marker: str | None
    body: Any
    error: errors.BrowserSessionsError | None
    is_refused: bool

    def __str__(self) -> str:
        return f"{self.slug}, {self.name}"


def load_case(slug: str, name: str, row: dict[str, Any]) -> CreateCase:
    """Return a case of a file."""
    kinds = [kind for kind in row if kind in errors.__all__]
    those = names(able("create", next(iter(row["given"]), None)))
    assert row.keys() - {"given", "marker", "is_refused"} == ({*kinds} or {"body"})
    error = getattr(errors, kinds[0])(row[kinds[0]].replace("{those}", those), provider=slug) if kinds else None
    return CreateCase(slug, name, row["given"], row.get("marker"), row.get("body"), error, row.get("is_refused", False))


CASES = [load_case(slug, name, row) for slug, file in FILES.items() for name, row in file["cases"].items()]


def arguments(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as arguments: in a file, a lifetime is a number, and an object of ours a mapping."""
    made = dict(given)
    if "lifetime" in made:
        made["lifetime"] = timedelta(seconds=made["lifetime"])
    for name, kind in {"proxy": Proxy, "profile": Profile}.items():
        if isinstance(made.get(name), dict):
            made[name] = kind(**made[name])
    return made


def folder(slug: str, operation: str) -> Any:
    """Return a module of a provider's folder."""
    return importlib.import_module(f"browser_sessions._providers.{slug}.{operation}")


def body_of(slug: str, marker: str | None = None, **given: Any) -> dict[str, Any]:
    """Return what options become."""
    body: dict[str, Any] = folder(slug, "creates").body(checked_options(slug, **given), marker)
    return body


def client_of(slug: str) -> Any:
    """Return a provider's generated client."""
    return importlib.import_module(f"{slug}_client").AuthenticatedClient(token=KEY)


def sent(request: httpx.Request) -> tuple[str, Any]:
    """Return where a request goes, and its JSON."""
    return f"{request.method} {request.url}", json.loads(request.content) if request.content else None


@functools.cache
def validator_of(slug: str) -> Any:
    """Return what validates a create's body against the overlaid spec."""
    spec = document(slug)
    dialect = OAS31Validator if spec["openapi"].startswith("3.1") else OAS30Validator
    return dialect({"$ref": "#/components/schemas/CreateSessionRequest", "components": spec["components"]})


class Sandboxed:
    """A provider of the sandbox, without a network before it."""

    def __init__(self, slug: str) -> None:
        clock = Clock()
        clock.freeze(START)
        self._slug = slug
        self._stand_in = StandIn(slug, KEY, clock)

    def ask(self, module: Any, *ordered: Any, **named: Any) -> Any:
        """Return the model of what an operation responds."""
        request = module.OPERATION.build_request(*ordered, client=client_of(self._slug), **named)
        asked = Request(request.method, request.url.path, request.headers, content=request.content)
        reply = asyncio.run(self._stand_in.respond(asked))
        return module.OPERATION.parse_response(httpx.Response(reply.status, json=reply.body)).parsed

    def create(self, **given: Any) -> BrowserSession:
        """Create a session, and view the response."""
        creates = folder(self._slug, "creates")
        made: BrowserSession = creates.view(self.ask(creates, body=body_of(self._slug, **given)))
        return made


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case(case: CreateCase) -> None:
    """It is this request on the wire, which the overlaid spec allows, or this error."""
    if case.error is not None:
        with pytest.raises(type(case.error)) as caught:
            body_of(case.slug, case.marker, **arguments(case.given))
        assert caught.value == case.error
        return
    body = body_of(case.slug, case.marker, **arguments(case.given))
    request = folder(case.slug, "creates").OPERATION.build_request(client=client_of(case.slug), body=body)
    assert sent(request) == (FILES[case.slug]["create"], case.body)
    assert validator_of(case.slug).is_valid(body) is not case.is_refused
    model = importlib.import_module(f"{case.slug}_client.models").CreateSessionRequest
    assert model.from_dict(body).unexpected == {}


@each_creator
def test_every_option_has_a_case(slug: str) -> None:
    """The cases send each option that a provider has, and show that options of other providers are refused."""
    options = PROVIDERS[slug].operations["create"].options
    sent_ones = {option for case in CASES if case.slug == slug and case.error is None for option in case.given}
    unsupported = {
        option
        for case in CASES
        if case.slug == slug and isinstance(case.error, errors.Unsupported)
        for option in case.given
    }
    assert sent_ones == options.keys()
    assert sent_ones | unsupported == {*Options._fields}


@pytest.mark.parametrize("case", [case for case in CASES if "options" in case.given and not case.error], ids=str)
def test_options_may_be_a_model(case: CreateCase) -> None:
    """The provider's own request, or one in which models stand, is sent like the data that it is."""
    models = importlib.import_module(f"{case.slug}_client.models")
    model = models.CreateSessionRequest.from_dict(case.given["options"])
    nested = {name: getattr(model, attribute) for attribute, name in model._NAMES.items()}
    for options in (model, nested | model.additional_properties):
        assert body_of(case.slug, case.marker, **arguments(case.given | {"options": options})) == case.body


@each_creator
def test_none_is_not_sent(slug: str) -> None:
    """It is what is not given, also where a provider has no such option."""
    assert checked_options(slug, **dict.fromkeys(Options._fields)) == checked_options(slug) == Options()


@each_creator
def test_options_are_not_changed(slug: str) -> None:
    """What is given stays as it was, whatever is merged with it."""
    given = {"session": {"tags": ["a"]}, "userMetadata": {}, "metadata": {}}
    body_of(slug, "me.1", lifetime=timedelta(minutes=5), options=given)
    assert given == {"session": {"tags": ["a"]}, "userMetadata": {}, "metadata": {}}


@each_creator
def test_options_that_are_nothing_to_send(slug: str) -> None:
    """A request of another provider, and what JSON cannot express, is refused, and none of it is shown."""
    other = next(each for each in FILES if each != slug)
    request = importlib.import_module(f"{other}_client.models").CreateSessionRequest()
    endless: dict[str, Any] = {}
    endless["self"] = endless
    expected = f"options must be a mapping, or a CreateSessionRequest of {slug}_client"
    unwritten = "options cannot be written as JSON: it has a value that is not JSON, or contains itself"
    for options, text in (
        (request, f"{expected}, not CreateSessionRequest of {other}_client"),
        (["hunter2"], f"{expected}, not list of builtins"),
        ({"a": {"hunter2"}}, unwritten),
        ({"a": float("nan")}, unwritten),
        ({"a": "\ud800"}, unwritten),
        (endless, unwritten),
        ({"a": request}, unwritten),
    ):
        with pytest.raises(errors.InvalidOption) as caught:
            body_of(slug, options=options)
        assert caught.value == errors.InvalidOption(text, provider=slug)
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)


TEXTS = "metadata must be a mapping from strings to strings"
ALLOWED = "letters, digits, '.', '_', '-' and spaces between them"
CHARACTERS = f"the name is empty, or it or the value has other characters than {ALLOWED}"
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a number": ({"lifetime": 600}, "lifetime must be a timedelta, not int"),
    "no time": ({"lifetime": timedelta(0)}, "lifetime must be above zero, not 0:00:00"),
    "before now": ({"lifetime": timedelta(minutes=-1)}, "lifetime must be above zero, not -1 day, 23:59:00"),
    "a switch": ({"recording": 1}, "recording must be True or False, not int"),
    "another switch": ({"captcha": "no"}, "captcha must be True or False, not str"),
    "a third switch": ({"keep_alive": "no"}, "keep_alive must be True or False, not str"),
    "a region": ({"region": 1}, "region must be a string, not int"),
    "an empty region": ({"region": " "}, "region is empty, or has characters that cannot be printed"),
    "an unsendable region": ({"region": "\ud800"}, "region is empty, or has characters that cannot be printed"),
    "a proxy": ({"proxy": 1}, "proxy must be True, False, a country such as 'de', or a Proxy, not int"),
    "an address": (
        {"proxy": "http://me:hunter2@proxy.example.com"},
        "a proxy's country must be two letters, such as 'de'; your own proxy is Proxy(server=…)",
    ),
    "a profile": ({"profile": 1}, "profile must be a string, not int"),
    "an empty profile": ({"profile": ""}, "profile is empty, or has characters that cannot be printed"),
    "one side": (
        {"viewport": (1280,)},
        "viewport must be a width and a height in whole pixels, such as (1280, 720), not (1280,)",
    ),
    "no height": (
        {"viewport": (1280, 0)},
        "viewport must be a width and a height in whole pixels, such as (1280, 720), not (1280, 0)",
    ),
    "no width": (
        {"viewport": (True, 1)},
        "viewport must be a width and a height in whole pixels, such as (1280, 720), not (True, 1)",
    ),
    "a text": (
        {"viewport": "12"},
        "viewport must be a width and a height in whole pixels, such as (1280, 720), not '12'",
    ),
    "pairs": ({"metadata": [("job", "nightly")]}, f"{TEXTS}, not list"),
    "a value": ({"metadata": {"job": 1}}, f"{TEXTS}: 'job' or its value is not a string"),
    "a name": ({"metadata": {1: "job"}}, f"{TEXTS}: 1 or its value is not a string"),
    "an empty name": (
        {"metadata": {"": "job"}},
        f"metadata '': {CHARACTERS}",
    ),
    "a name with a sign": (
        {"metadata": {"a=b": "job"}},
        f"metadata 'a=b': {CHARACTERS}",
    ),
    "a value with a sign": (
        {"metadata": {"job": "a,b"}},
        f"metadata 'job': {CHARACTERS}",
    ),
    "a value with an end of line": (
        {"metadata": {"job": "a\n"}},
        f"metadata 'job': {CHARACTERS}",
    ),
    "a name with a blank before it": ({"metadata": {" job": "nightly"}}, f"metadata ' job': {CHARACTERS}"),
    "a value with a blank behind it": (
        {"metadata": {"job": "nightly "}},
        f"metadata 'job': {CHARACTERS}",
    ),
    "a value in other letters": (
        {"metadata": {"job": "tägl"}},
        f"metadata 'job': {CHARACTERS}",
    ),
    "the marker's name": (
        {"metadata": {MARKER: "mine"}},
        "metadata 'browser-sessions': the name is reserved for the mark of this package's sessions",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_value(name: str) -> None:
    """The error has the option's name, and not what may be a secret."""
    given, text = WRONG[name]
    with pytest.raises(errors.InvalidOption) as caught:
        checked_options("browserbase", **given)
    assert caught.value == errors.InvalidOption(text, provider="browserbase")


def test_providers_that_create_nothing() -> None:
    """Bright Data's API does not, and those that do are named; an unknown provider is refused like anywhere else."""
    text = f"Bright Data does not offer `create`; these do: {names(able('create'))}"
    with pytest.raises(errors.Unsupported) as caught:
        checked_options("brightdata", proxy=True)
    assert caught.value == errors.Unsupported(text, provider="brightdata")
    with pytest.raises(errors.InvalidOption, match=r"^there is no provider 'skyvrn'\. Did you mean skyvern\? There"):
        checked_options("skyvrn")


def test_a_proxy_that_there_cannot_be() -> None:
    """It is a place or a server, and no part of a server's URL is shown."""
    for wrong, text in (
        ({}, "Proxy() takes a country, for a proxy of the provider's, or a server, for one of yours"),
        (
            {"country": "de", "server": "a:1"},
            "Proxy() takes a country, for a proxy of the provider's, or a server, for one of yours",
        ),
        ({"server": "a:1", "region": "NY"}, "Proxy(server=…) takes no region and no city: the server is where it is"),
        ({"server": "a:1", "city": "NY"}, "Proxy(server=…) takes no region and no city: the server is where it is"),
        (
            {"country": "de", "username": "me"},
            "Proxy(country=…) takes no username and no password: the provider has them",
        ),
        (
            {"country": "de", "password": "hunter2"},
            "Proxy(country=…) takes no username and no password: the provider has them",
        ),
        ({"server": "me:hunter2@a:1"}, "Proxy(server=…) has a user in it: pass username=… and password=… instead"),
        ({"country": 49}, "Proxy(country=…) must be a string, not int"),
        ({"country": "de", "city": ""}, "Proxy(city=…) is empty, or has characters that cannot be printed"),
        ({"country": "d€"}, "a proxy's country must be two letters, such as 'de'; your own proxy is Proxy(server=…)"),
    ):
        with pytest.raises(errors.InvalidOption) as caught:
            Proxy(**wrong)
        assert caught.value == errors.InvalidOption(text)


def test_a_profile_that_there_cannot_be() -> None:
    """It has an id, and is kept or not."""
    with pytest.raises(errors.InvalidOption, match=r"^Profile\(id=…\) is empty, or has characters that cannot be "):
        Profile("")
    with pytest.raises(errors.InvalidOption, match=r"^Profile\(persist=…\) must be True or False, not str$"):
        Profile("mine", persist="no")  # type: ignore[arg-type]  # on purpose


def test_options_are_values_that_show_no_secret() -> None:
    """They can be compared, hashed and pickled; neither a server nor what is in `options` is shown."""
    proxy = Proxy(server="http://proxy.example.com?hunter2", username="hunter2", password="hunter2")  # noqa: S106 - none
    assert pickle.loads(pickle.dumps(proxy)) == proxy  # noqa: S301 - ours
    assert len({proxy, Proxy(country="de"), Profile("mine"), Profile("mine", persist=False)}) == 3
    options = checked_options("skyvern", proxy="de", captcha=False, options={"proxy_location": "hunter2"})
    shown = "Options(proxy=Proxy(country='de', region=None, city=None), captcha=False)"
    assert (repr(options), "hunter2" in repr(proxy)) == (shown, False)
    assert (browser_sessions.Proxy, browser_sessions.Profile) == (Proxy, Profile)


@each_labelled
def test_metadata_that_fits_comes_back(slug: str) -> None:
    """A session returns the metadata as it was given, and the marker beside it."""
    texts = st.text(string.ascii_letters + string.digits + "._- ", max_size=20).map(str.strip)
    model = importlib.import_module(f"{slug}_client.models").Session

    @given(st.dictionaries(texts.filter(lambda name: name not in {"", MARKER}), texts, max_size=9))
    def come_back(metadata: dict[str, str]) -> None:
        marker = make_marker("me")
        labels = functools.reduce(lambda part, name: part[name], LABELS[slug], body_of(slug, marker, metadata=metadata))
        id_name, labels_name = SESSIONS[slug]
        session = browser_sessions.view(model.from_dict({id_name: "a", "status": "RUNNING", labels_name: labels}))
        assert (session.metadata, session.marker) == (metadata, marker)

    come_back()


def test_metadata_that_is_just_short_enough_for_browserbase() -> None:
    """Its limit is for all of it, as JSON, the marker included."""
    marker = make_marker(None)
    room = 511 - len(json.dumps({"a": "", MARKER: marker}, separators=(",", ":")))
    body = body_of("browserbase", marker, metadata={"a": "b" * room})
    assert len(json.dumps(body["userMetadata"], separators=(",", ":"))) == 511
    with pytest.raises(errors.InvalidOption) as caught:
        body_of("browserbase", marker, metadata={"a": "b" * (room + 1)})
    text = "metadata has 512 characters of JSON with the marker, and Browserbase takes 511: leave some of it out"
    assert caught.value == errors.InvalidOption(text, provider="browserbase")


def test_markers() -> None:
    """They have the owner, or a dash, and never the same end twice."""
    assert re.fullmatch(r"-\.[a-z0-9]{20}", make_marker(None))
    assert re.fullmatch(r"my team_2\.[a-z0-9]{20}", make_marker("my team_2"))
    assert len({make_marker("me") for _ in range(50)}) == 50


def test_owners() -> None:
    """They can be in a marker, and are not what stands for none."""
    assert checked_owner("my team_2") == "my team_2"
    allowed = "letters, digits, '_', '-' and spaces between them, or is '-', which means no owner"
    for owner in ("-", "a.b", "a=b", "ä", "a\n", " a", "a "):
        with pytest.raises(errors.InvalidOption) as caught:
            checked_owner(owner)
        expected = "owner is empty, or has characters that cannot be printed"
        if owner.isprintable():
            expected = f"owner {owner!r} has other characters than {allowed}"
        assert caught.value == errors.InvalidOption(expected)
    with pytest.raises(errors.InvalidOption, match=r"^owner must be a string, not int$"):
        checked_owner(1)


@each_creator
def test_the_response_to_a_create_is_viewed(slug: str) -> None:
    """The view has an id, an open status, and the requested lifetime if the response has one."""
    session = Sandboxed(slug).create(lifetime=timedelta(minutes=30))
    lifetime = timedelta(minutes=30) if FILES[slug].get("grants", True) else None
    assert (session.provider, session.origin, session.status.is_terminal) == (slug, "create", False)
    assert session.unexpected == ()
    assert folder(slug, "creates").granted(session) == lifetime
    fields = {name for name, value in session.to_dict(secrets=True).items() if value not in (None, [], {})}
    offered = PROVIDERS[slug].operations["create"].fields
    assert fields - {"provider", "ref", "derived", "origin"} <= offered


def test_a_new_session_of_anchor_browser() -> None:
    """Runs, and has a live view, which is sent once; its connection holds the key, and is in no view."""
    session = Sandboxed("anchorbrowser").create()
    address = f"https://live.anchorbrowser.io?sessionId={session.id}"
    raw = session.raw
    shown = {name: value for name, value in session.to_dict().items() if value not in (None, [], {})}
    expected = {
        "ref": f"anchorbrowser:{session.id}",
        "provider": "anchorbrowser",
        "id": session.id,
        "status": SessionStatus.RUNNING,
        "live_view_url": "***",
        "derived": ["status"],
        "origin": "create",
    }
    assert shown == expected
    assert session.live_view_url == address
    assert "https" not in repr(session) + repr(raw)
    assert "wss" not in repr(session) + repr(raw) + str(session.to_dict(secrets=True))
    inner = browser_sessions.view(getattr(raw, "data", None))
    assert inner.to_dict(secrets=True) == session.to_dict(secrets=True)
    assert browser_sessions.view(raw) == session


def test_what_is_unexpected_in_a_new_session_of_anchor_browser() -> None:
    """A live view that no view can hold is noted by its path."""
    models = importlib.import_module("anchorbrowser_client.models")
    raw = models.CreatedSessionEnvelope.from_dict({"data": {"id": "a", "cdp_url": 1, "live_view_url": "file:///a"}})
    session = folder("anchorbrowser", "creates").view(raw)
    assert (session.live_view_url, session.unexpected) == (None, ("data.cdp_url", "data.live_view_url"))


def test_a_lifetime_that_is_not_the_one_asked_for() -> None:
    """Skyvern's is what its response has; where times are missing or odd, it is not known."""
    session = Sandboxed("skyvern").create(options={"timeout": 90})
    assert folder("skyvern", "creates").granted(session) == timedelta(minutes=90)
    for slug, body in (
        ("browserbase", {"id": "a", "createdAt": "2026-03-04T09:00:00Z"}),
        ("browserbase", {"id": "a", "expiresAt": "2026-03-04T09:00:00Z"}),
        ("browser_use", {"id": "a", "startedAt": "2026-03-04T09:00:00Z"}),
        ("browser_use", {"id": "a", "timeoutAt": "2026-03-04T09:00:00Z"}),
        ("skyvern", {"browser_session_id": "a", "timeout": None}),
        ("skyvern", {"browser_session_id": "a", "timeout": 10**30}),
    ):
        creates = folder(slug, "creates")
        session = creates.view(importlib.import_module(f"{slug}_client.models").Session.from_dict(body))
        assert creates.granted(session) is None


@each_creator
def test_a_stop(slug: str) -> None:
    """It is this request; the response is viewed where it is the session."""
    stops, file, sandbox = folder(slug, "stops"), FILES[slug], Sandboxed(slug)
    request = stops.OPERATION.build_request("an-id", client=client_of(slug), **stops.named("an-id"))
    assert sent(request) == (file["stop"], file.get("stop_body"))
    created = sandbox.create()
    stopped = stops.view(sandbox.ask(stops, created.id, **stops.named(created.id)))
    expected = (created.ref, "stop") if "stop_body" in file else None
    assert (stopped and (stopped.ref, stopped.origin)) == expected


def test_the_table_knows_who_creates_and_stops() -> None:
    """Those with a file, and with no other options than these."""
    operations = {slug: provider.operations for slug, provider in PROVIDERS.items()}
    assert {slug for slug, each in operations.items() if each["create"].is_available} == {*FILES}
    assert {slug for slug, each in operations.items() if each["stop"].is_available} == {*FILES}
    assert {option for each in operations.values() for option in each["create"].options} == {*Options._fields}
    assert {slug: operations[slug]["create"].options["lifetime"] for slug in FILES} == {
        slug: tuple(file["lifetime"]) for slug, file in FILES.items()
    }
