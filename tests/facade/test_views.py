"""The whole view of each provider's responses."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import browser_sessions
from browser_sessions import PROVIDERS, BrowserSession, SessionStatus
from tests.clients.client_case import ClientCase
from tests.clients.client_case import load_cases as load_clients
from tests.clients.mutations import mutations
from tests.facade.viewing import ENVELOPES, ViewCase, decode, examples, full_body, load_cases, session_in

ABSENT: tuple[Any, ...] = (None, [], {})

each_provider = pytest.mark.parametrize("slug", PROVIDERS)


def seen(slug: str, body: Any) -> dict[str, Any]:
    """Return the view of a response as JSON, without what is absent, and without what each view has."""
    found = browser_sessions.view(decode(slug, body)).to_dict(secrets=True)
    assert (found.pop("provider"), found.pop("ref")) == (slug, f"{slug}:{found['id']}")
    assert found.pop("origin") == "get"
    return {name: value for name, value in found.items() if value not in ABSENT}


@pytest.mark.parametrize("case", load_cases(), ids=str)
def test_a_case(case: ViewCase) -> None:
    """The view of a response is this one, and nothing beyond."""
    assert seen(case.slug, case.body) == case.view


def test_every_status_has_a_case() -> None:
    """Each word of each provider's table is among the cases, and so is what no table has."""
    words = {(case.slug, str(case.view.get("raw_status")).lower()) for case in load_cases()}
    tables = {(slug, word) for slug in PROVIDERS for word in module_of(slug).STATUSES}
    assert tables - words == set()
    assert {case.slug for case in load_cases() if case.view["status"] == "unknown"} == {*PROVIDERS}


@each_provider
def test_every_documented_status_is_mapped(slug: str) -> None:
    """A status that the overlaid spec knows has a row; tables are written in lower case."""
    statuses = module_of(slug).STATUSES
    assert all(word == word.lower() for word in statuses)
    models = importlib.import_module(f"{slug}_client.models")
    if "SessionStatus" in models.__all__:
        assert {each.value.lower() for each in models.SessionStatus} <= statuses.keys()


@each_provider
def test_the_examples_are_seen(slug: str) -> None:
    """Nothing in a documented example is unexpected, and each has a status that we know."""
    for body in examples(slug).values():
        session = browser_sessions.view(decode(slug, body))
        assert session.raw.unexpected == {}
        assert session.status is not SessionStatus.UNKNOWN


@each_provider
def test_the_session_in_a_response_is_viewed_alike(slug: str) -> None:
    """Whether the envelope is viewed or what is in it, all is the same but for `raw` and the paths in it."""
    body = full_body(slug)
    model = decode(slug, body)
    inner = getattr(model, ENVELOPES.get(slug, ""), model)
    outer_view, inner_view = browser_sessions.view(model), browser_sessions.view(inner)
    assert outer_view.raw is model
    assert inner_view.raw is inner
    assert outer_view.to_dict(secrets=True) == inner_view.to_dict(secrets=True)


@each_provider
def test_the_table_of_fields_is_the_code(slug: str) -> None:
    """Taking one property out of full responses changes just the fields that the table reads from it."""
    table = PROVIDERS[slug].fields
    bodies = [case.body for case in load_cases() if case.slug == slug and case.name.startswith("full")]
    assert {name for body in bodies for name in texts(slug, body)} >= table.keys() - {"failure"}

    changed: dict[str, set[str]] = {}
    for body in [*bodies, *failed_bodies(slug)]:
        for place in places(session_in(slug, body)):
            changed.setdefault(place, set()).update(changes(slug, body, place))
    expected = {place: {name for name, read in table.items() if place in read} for place in changed}
    assert changed == expected
    assert {place for read in table.values() for place in read} <= changed.keys()


def failed_bodies(slug: str) -> list[Any]:
    """Return the responses of a provider that say why a session failed, which no full session did."""
    return [
        case.body for case in load_cases() if case.slug == slug and case.name == "failed" and "failure" in case.view
    ]


def changes(slug: str, body: Any, place: str) -> set[str]:
    """Return the fields of a view that change when a property is taken out of the session."""
    without = copy.deepcopy(body)
    remove(session_in(slug, without), place)
    before = texts(slug, body)
    try:
        after = texts(slug, without)
    except importlib.import_module(f"{slug}_client").DecodeError:
        return {"id"}
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def texts(slug: str, body: Any) -> dict[str, str]:
    """Return the fields of a view of a response, as texts, without what is about other fields."""
    found = seen(slug, body)
    return {name: str(value) for name, value in found.items() if name not in {"derived", "unexpected"}}


def places(session: dict[str, Any], within: str = "") -> Iterator[str]:
    """Yield the properties of a session, in the words of the table; those of an object that is one field alone, too."""
    for name, value in session.items():
        place = f"{within}{name}"
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield from places(value[0], f"{place}[].")
        elif isinstance(value, dict) and name == "error":
            yield from places(value, f"{place}.")
        else:
            yield place


def remove(session: dict[str, Any], place: str) -> None:
    """Take a property out of a session, or out of all objects of an array."""
    first, _, rest = place.partition(".")
    if not rest:
        del session[first]
    elif first.endswith("[]"):
        for each in session[first.removesuffix("[]")]:
            remove(each, rest)
    else:
        remove(session[first], rest)


@pytest.mark.parametrize("case", load_clients(), ids=str)
@given(data=st.data())
def test_whatever_decodes_can_be_seen(case: ClientCase, data: st.DataObject) -> None:
    """No model that a client can decode makes `view` raise, or say what the model does not."""
    slug = case.provider.slug
    bodies = [*case.examples(200), full_body(slug)]
    model = case.response(data.draw(mutations(bodies, case.oracle.names))).parsed
    if model is None:
        return
    session = browser_sessions.view(model)
    require_well_typed(session)
    inner = getattr(model, ENVELOPES.get(slug, ""), model)
    assert (session.id, session.raw) == (getattr(inner, case.identifying[-1]), model)
    assert session.unexpected[: len(model.unexpected)] == (*model.unexpected,)
    require_faithful(session, inner.to_dict())
    assert session == browser_sessions.view(copy.deepcopy(model))
    assert hash(session) == hash(session.ref)
    assert session.to_dict(raw=True, secrets=True)["raw"] == model.to_dict()


def require_well_typed(session: BrowserSession) -> None:
    """Fail unless each field is of its type: times are in UTC, amounts finite, numbers of 64 bits."""
    for name in ("created_at", "started_at", "ended_at", "expires_at", "updated_at"):
        time = getattr(session, name)
        assert time is None or (type(time) is datetime and time.tzinfo is UTC)
    for size in (session.proxy_bytes, session.billable_bytes, *(each.size for each in session.recordings)):
        assert size is None or (type(size) is int and -(2**63) <= size < 2**63)
    assert session.duration is None or type(session.duration) is timedelta
    assert session.cost is None or (type(session.cost.amount) is Decimal and session.cost.amount.is_finite())
    assert type(session.status) is SessionStatus
    for text in ("raw_status", "connect_url", "live_view_url", "region", "account_id"):
        assert getattr(session, text) is None or type(getattr(session, text)) is str
    assert type(session.metadata) is dict
    given = {name for name, value in session.to_dict().items() if value not in ABSENT}
    assert session.derived <= given
    assert given - {"provider", "ref", "derived", "unexpected", "origin"} <= PROVIDERS[session.provider].fields.keys()


def require_faithful(session: BrowserSession, body: dict[str, Any]) -> None:
    """Fail if a field that is there has no property that was sent, or a text is not the very text that was sent."""
    for name, properties in PROVIDERS[session.provider].fields.items():
        value = getattr(session, name)
        if value in (None, (), {}) or name in session.derived:
            continue
        roots = [each.partition(".")[0].removesuffix("[]") for each in properties]
        assert name == "status" or roots[0] in body
        if isinstance(value, str) and name not in {"status", "marker"}:
            assert value == body[roots[0]]


def module_of(slug: str) -> Any:
    """Return a provider's module."""
    return importlib.import_module(f"browser_sessions._providers.{slug}")


def a_response() -> Any:
    """Return what `sync_detailed` returns."""
    package = importlib.import_module("skyvern_client")
    operation = importlib.import_module("skyvern_client.api.sessions.get_session")
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"browser_session_id": "a"}))
    client = package.AuthenticatedClient(token="a", httpx_args={"transport": transport})  # noqa: S106 - no token
    return operation.sync_detailed("a", client=client)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: None, "None is neither"),
        (lambda: "skyvern:pbs_1", "str is neither"),
        (lambda: {"id": "a"}, "make a model of the dict first, with `from_dict` of what `sync` returns"),
        (a_response, "of the Response, pass `parsed`"),
        (lambda: browser_sessions.view(decode("skyvern", {"browser_session_id": "a"})), "this is a view already"),
        (lambda: importlib.import_module("skyvern_client.models").FileInfo(), "FileInfo is neither"),
        (lambda: importlib.import_module("skyvern_client").UNSET, "Unset is neither"),
        (lambda: importlib.import_module("skyvern_client").ApiError(404, b"", {}, None), "ApiError is neither"),
        (type("Odd", (), {"__module__": None}), "Odd is neither"),
        (type("Call", (), {"__await__": None}), "await the Call first"),
    ],
)
def test_what_is_not_a_model_is_refused(make: Any, problem: str) -> None:
    """The error says what to pass instead."""
    with pytest.raises(TypeError) as caught:
        browser_sessions.view(make())
    assert str(caught.value) == f"view() takes what a client's `sync` returns, or the session in it: {problem}"


def test_a_model_of_ones_own_is_seen_like_the_clients() -> None:
    """A subclass of a model is that model, in whatever module it stands."""
    models = importlib.import_module("browserbase_client.models")
    kind = type("MySession", (models.Session,), {"__slots__": ()})
    for _ in range(2):
        assert browser_sessions.view(kind("a")).ref == browser_sessions.SessionRef("browserbase", "a")


def test_an_amount_does_not_depend_on_the_callers_context() -> None:
    """The precision and the traps of the thread's decimal context do not change an amount."""
    import decimal  # noqa: PLC0415 - for this alone

    costs = {"browserCost": "0.12345678901234567890123456789", "proxyCost": "1e-30"}
    body = {"id": "a", "proxyUsedMb": "1.00000001", **costs}
    expected = seen("browser_use", body)
    assert expected["cost"]["amount"] == "0.123456789012345678901234567891"
    with decimal.localcontext(decimal.Context(prec=3, traps=[])):
        assert seen("browser_use", body) == expected
        assert seen("browser_use", {"id": "a", "proxyUsedMb": "N/A"})["unexpected"] == ["proxyUsedMb"]
