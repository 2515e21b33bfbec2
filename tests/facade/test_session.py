"""What a view can do, whatever it is of."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

import browser_sessions
from browser_sessions import PROVIDERS, BrowserSession, Cost, Recording, SessionFailure, SessionStatus
from tests.facade.viewing import decode, full_body

SECRET = "s3cr3t-Zx81"  # noqa: S105 - none

WHOLE: dict[str, Any] = {
    "provider": "browser_use",
    "id": "a",
    "status": SessionStatus.TIMED_OUT,
    "raw_status": "stopped",
    "created_at": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    "duration": timedelta(minutes=1, microseconds=5),
    "connect_url": SECRET,
    "live_view_url": SECRET,
    "recordings": (Recording(SECRET, "a.webm", 5, "c", datetime(2026, 1, 2, tzinfo=UTC)),),
    "proxy_bytes": 0,
    "cost": Cost(Decimal("0.10"), "USD", final=True),
    "metadata": {"a": "b"},
    "marker": "m",
    "failure": SessionFailure("c", None),
    "derived": frozenset({"status", "duration"}),
    "unexpected": ("proxyCost",),
    "raw": None,
}


def test_a_view_cannot_be_changed() -> None:
    """It is frozen and has slots, however it was made, and so are its parts."""
    made = BrowserSession(**WHOLE)
    viewed = browser_sessions.view(decode("browserbase", {"id": "a"}))
    for each in (made, viewed, made.cost, made.recordings[0], made.failure):
        name = dataclasses.fields(each)[0].name  # type: ignore[arg-type]
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(each, name, "b")
        with pytest.raises(dataclasses.FrozenInstanceError):
            delattr(each, name)
        assert not hasattr(each, "__dict__")
    assert type(viewed) is BrowserSession


def test_views_are_equal_by_all_fields_and_hashed_by_their_reference() -> None:
    """Whatever field is another, the views are others; in a dict they are found by their name."""
    session = BrowserSession(**WHOLE)
    assert session == BrowserSession(**WHOLE)
    for name in WHOLE:
        other: dict[str, Any] = {name: "other"}
        assert session != dataclasses.replace(session, **other)
    assert dataclasses.replace(session, origin="list") == session
    later = dataclasses.replace(session, status=SessionStatus.RUNNING)
    assert hash(later) == hash(session) == hash(session.ref)


@pytest.mark.parametrize("slug", PROVIDERS)
def test_views_survive_copies_and_pickles(slug: str) -> None:
    """A copy is equal, frozen, and has a model of its own."""
    session = browser_sessions.view(decode(slug, full_body(slug)))
    for each in (copy.copy(session), copy.deepcopy(session), *pickles(session)):
        assert each == session
        assert type(each) is BrowserSession
        assert each.to_dict(raw=True, secrets=True) == session.to_dict(raw=True, secrets=True)


def pickles(value: Any) -> list[Any]:
    """Return a value as it comes back from each pickle protocol."""
    return [pickle.loads(pickle.dumps(value, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]  # noqa: S301 - our own


def test_a_repr_shows_what_is_there_and_no_secret() -> None:
    """What is absent is left out, and the model, which has a repr of its own."""
    assert repr(BrowserSession(**WHOLE)) == (
        "BrowserSession(provider='browser_use', id='a', status=<SessionStatus.TIMED_OUT: 'timed_out'>, "
        "raw_status='stopped', created_at=datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc), "
        "duration=datetime.timedelta(seconds=60, microseconds=5), connect_url='***', live_view_url='***', "
        "recordings=(Recording(filename='a.webm', size=5, checksum='c', "
        "modified_at=datetime.datetime(2026, 1, 2, 0, 0, tzinfo=datetime.timezone.utc)),), proxy_bytes=0, "
        "cost=Cost(amount=Decimal('0.10'), unit='USD', final=True), metadata={'a': 'b'}, marker='m', "
        f"failure=SessionFailure(code='c', message=None), derived={WHOLE['derived']!r}, unexpected=('proxyCost',))"
    )
    assert repr(browser_sessions.view(decode("browserbase", {"id": "a"}))) == (
        "BrowserSession(provider='browserbase', id='a', status=<SessionStatus.UNKNOWN: 'unknown'>)"
    )


def test_a_view_is_json() -> None:
    """Times are ISO texts with `Z`, durations seconds, decimals texts, sensitive values hidden."""
    expected = {
        "ref": "browser_use:a",
        "provider": "browser_use",
        "id": "a",
        "status": "timed_out",
        "raw_status": "stopped",
        "created_at": "2026-01-02T03:04:05.000006Z",
        "started_at": None,
        "ended_at": None,
        "expires_at": None,
        "updated_at": None,
        "duration": 60.000005,
        "connect_url": "***",
        "live_view_url": "***",
        "recordings": [
            {"url": "***", "filename": "a.webm", "size": 5, "checksum": "c", "modified_at": "2026-01-02T00:00:00Z"}
        ],
        "proxy_bytes": 0,
        "billable_bytes": None,
        "cost": {"amount": "0.10", "unit": "USD", "final": True},
        "region": None,
        "account_id": None,
        "metadata": {"a": "b"},
        "marker": "m",
        "failure": {"code": "c", "message": None},
        "derived": ["duration", "status"],
        "unexpected": ["proxyCost"],
        "origin": "get",
    }
    session = BrowserSession(**WHOLE)
    assert json.loads(json.dumps(session.to_dict())) == session.to_dict() == expected
    recordings = [expected["recordings"][0] | {"url": SECRET}]  # type: ignore[index,operator]
    open_values = {"connect_url": SECRET, "live_view_url": SECRET, "recordings": recordings}
    assert session.to_dict(secrets=True) == expected | open_values


def with_secrets(value: Any, names: frozenset[str]) -> Any:
    """Return JSON data in which each property that has one of some names is the secret."""
    if isinstance(value, dict):
        return {name: SECRET if name in names else with_secrets(item, names) for name, item in value.items()}
    return [with_secrets(item, names) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("slug", PROVIDERS)
@pytest.mark.parametrize("shape", [lambda text: text, lambda text: [text], lambda text: {"a": {"b": text}}])
def test_a_secret_is_shown_to_who_asks_alone(slug: str, shape: Any) -> None:
    """What the spec marks sensitive is in no repr, and in `to_dict()` with `secrets=True` alone, fit or unfit."""
    sensitive = PROVIDERS[slug].sensitive
    text = json.dumps(with_secrets(full_body(slug), sensitive))
    body = json.loads(text.replace(f'"{SECRET}"', json.dumps(shape(SECRET))))
    session = browser_sessions.view(decode(slug, body))
    assert SECRET not in repr(session) + str(session) + f"{session}" + repr(session.recordings)
    assert SECRET not in json.dumps(session.to_dict()) + json.dumps(session.to_dict(raw=True))
    assert (SECRET in json.dumps(session.to_dict(raw=True, secrets=True))) is bool(sensitive)
    assert session.to_dict(raw=True, secrets=True)["raw"] == session.raw.to_dict()


URL = f"wss://user:{SECRET}@a.example/b?token={SECRET}#{SECRET}"
MASKED = "wss://***@a.example/b?***"


def test_no_url_is_shown_with_what_may_be_a_secret() -> None:
    """Whether the spec marks it or not: in no repr, and in `to_dict()` none that leads to the session."""
    body = {
        "browser_session_id": "a",
        "browser_address": URL,
        "app_url": URL,
        "status": URL,
        "organization_id": f"of {URL}",
        "recordings": [{"url": URL, "filename": "a.webm"}],
        "new": {"browser_address": [URL], "target_url": URL},
    }
    session = browser_sessions.view(decode("skyvern", body))
    assert SECRET not in repr(session) + f"{session}"
    assert f"connect_url='***', live_view_url={MASKED!r}" in repr(session)
    shown = session.to_dict(raw=True)
    assert (shown["connect_url"], shown["live_view_url"], shown["recordings"][0]["url"]) == ("***", MASKED, "***")
    assert (shown["raw_status"], shown["account_id"]) == (URL, f"of {URL}")
    changes = {"browser_address": "***", "app_url": MASKED, "recordings": [{"url": "***", "filename": "a.webm"}]}
    new = {"browser_address": "***", "target_url": URL}
    assert {**shown["raw"]} == body | changes | {"new": new}
    assert session.to_dict(raw=True, secrets=True)["raw"] == body
    assert (session.to_dict(secrets=True)["connect_url"], session.connect_url) == (URL, URL)


def test_no_url_within_a_field_is_shown_with_what_may_be_a_secret() -> None:
    """The text of a session masks URLs in labels and failures; its JSON keeps them."""
    labels = {"a": [{"b": f"see {URL} {SECRET}"}], "c": 5, "d": {"e": None}}
    failure = SessionFailure(URL, f"GET {URL} failed")
    session = BrowserSession(**WHOLE | {"metadata": labels, "failure": failure, "region": URL})
    shown = f"metadata={{'a': [{{'b': 'see {MASKED} {SECRET}'}}], 'c': 5, 'd': {{'e': None}}}}"
    assert f"region={MASKED!r}, {shown}, marker='m', failure={failure!r}" in repr(session)
    assert repr(failure) == f"SessionFailure(code={MASKED!r}, message='GET {MASKED} failed')"
    assert repr(SessionFailure()) == "SessionFailure(code=None, message=None)"
    found = session.to_dict()
    assert (found["metadata"], found["failure"]) == (labels, {"code": URL, "message": f"GET {URL} failed"})


@pytest.mark.parametrize("tags", [{"a": {"b": [1]}}, ["a"]])
def test_what_is_made_of_a_view_is_its_own(tags: Any) -> None:
    """Changing the JSON data changes neither the view nor the model, however deep."""
    session = browser_sessions.view(decode("anchorbrowser", {"session_id": "a", "tags": tags, "new": {"a": [1]}}))
    before = copy.deepcopy(session)
    found = session.to_dict(raw=True)
    found["metadata"].get("a", found["metadata"]).clear()
    found["metadata"].get("tags", []).append("b")
    found["raw"]["new"]["a"].append(2)
    assert session == before


def test_a_view_of_a_deep_response_is_json() -> None:
    """A view can be written as JSON as deep as a response can be decoded."""
    deep: Any = "a"
    for _ in range(300):
        deep = {"a": [deep]}
    body = {"id": "a", "userMetadata": {"signingKey": SECRET, "deep": deep}}
    found = browser_sessions.view(decode("browserbase", body)).to_dict(raw=True)
    assert found["raw"]["userMetadata"]["signingKey"] == "***"
    for each in (found["metadata"]["deep"], found["raw"]["userMetadata"]["deep"]):
        here = each
        while isinstance(here, dict):
            here = here["a"][0]
        assert here == "a"


def test_the_status_of_a_session_that_has_ended_is_terminal() -> None:
    """Only the statuses of ended sessions are terminal; an unknown status may mean anything."""
    assert {each.value for each in SessionStatus if each.is_terminal} == {"completed", "ended", "failed", "timed_out"}
    assert [str(each) for each in SessionStatus] == [each.name.lower() for each in SessionStatus]
