"""How sessions that were left running are found and stopped: only ours, only old ones, and the others are reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from browser_sessions import PROVIDERS, BrowserSession, ReapReport, SessionRef, SessionStatus, _reaping, errors
from browser_sessions._ledger import Ledger, fingerprint
from browser_sessions._ledger_entries import LedgerEntry
from browser_sessions._reaping import Reaping, Scope, _is_between, _is_expired
from browser_sessions.errors import BrowserSessionsError, ConfigurationError, InvalidOption, LedgerError
from tests.facade.fetching import KEY, KEYS, async_client, run, sync_client
from tests.facade.in_memory import CREATORS, InMemory
from tests.facade.provider_case import MARKING
from tests.facade.test_ledger import SALT, line
from tests.facade.test_lifecycle import CREATE, LIST, each_backend, each_provider, get_of, stop_of
from tests.facade.test_retries import Clock, clock

__all__ = ["clock"]  # a fixture

OLD = timedelta(minutes=3)
AGE = 240
"""Seconds ago at which the old sessions were created."""

each_marking = pytest.mark.parametrize("slug", MARKING)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The ledger's path is in a new folder."""
    return tmp_path / "ledger"


class Fleet:
    """All providers, in memory, at a time in the past that a test moves.

    Attributes:
        servers: By provider.

    """

    def __init__(self, clock: Clock) -> None:
        self.servers = {slug: InMemory(slug, clock) for slug in CREATORS}
        self._clock = clock
        clock.now -= AGE

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Respond to a request."""
        by_host = {httpx.URL(PROVIDERS[slug].base_url).host: server for slug, server in self.servers.items()}
        return by_host[request.url.host](request)

    def become_old(self) -> None:
        """Let the time pass after which sessions are old; what is sent from now on is remembered alone."""
        self._clock.now += AGE
        for server in self.servers.values():
            server.sent.clear()

    @property
    def sent(self) -> dict[str, list[str]]:
        """What was sent, to those to whom something was."""
        return {slug: server.sent for slug, server in self.servers.items() if server.sent}

    def reap(self, backend: str | None = None, *, client: dict[str, Any] | None = None, **named: Any) -> Any:
        """Return the report, or the error."""
        arguments = {"older_than": OLD, **named}

        async def reap_async() -> ReapReport:
            async with async_client(self, **client or {}) as asynchronous:
                return await asynchronous.reap(**arguments)

        try:
            if backend:
                return run(backend, reap_async)
            with sync_client(self, **client or {}) as synchronous:
                return synchronous.reap(**arguments)
        except BrowserSessionsError as error:
            return error


@pytest.fixture
def fleet(clock: Clock) -> Fleet:
    """All providers."""
    return Fleet(clock)


def create(fleet: Fleet, slug: str, **arguments: Any) -> str:
    """Create a session that is left running by a program that is gone, and return its id."""
    options = {"metadata": arguments.pop("metadata")} if "metadata" in arguments else {}
    with sync_client(fleet, **arguments) as client:
        return str(client.create(slug, **options).id)  # type: ignore[call-overload]


def killed(fleet: Fleet, slug: str, path: Path, **arguments: Any) -> str:
    """Create a session by a program that is killed before its id is in the ledger."""
    session_id = create(fleet, slug, ledger=path, **arguments)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    return session_id


def refs(sessions: Any) -> list[str]:
    """Return the references of sessions, as text."""
    return [str(each.ref) for each in sessions]


def created_at(time: datetime) -> BrowserSession:
    """Return a session that was created then, and runs."""
    raw: Any = None
    return BrowserSession(provider="skyvern", id="a", status=SessionStatus.RUNNING, created_at=time, raw=raw)


# By owner


@each_backend
@each_marking
def test_by_owner(slug: str, backend: str | None, fleet: Fleet) -> None:
    """Old and open sessions whose marker begins with the owner, and no others."""
    ours = [create(fleet, slug, owner="me"), create(fleet, slug, owner="me")]
    others = [create(fleet, slug, owner="me too"), create(fleet, slug), fleet.servers[slug].start()]
    fleet.become_old()
    young = create(fleet, slug, owner="me")
    fleet.servers[slug].sent.clear()

    would = fleet.reap(backend, owner="me")
    assert {*refs(would.stopped)} == {f"{slug}:{each}" for each in ours}
    assert {method.partition(" ")[0] for method in fleet.servers[slug].sent} == {"GET"}
    report = fleet.reap(backend, owner="me", dry_run=False)

    assert report == ReapReport(dry_run=False, stopped=report.stopped)
    assert {*refs(report.stopped)} == {*refs(would.stopped)}
    assert all(each.status.is_terminal for each in report.stopped)
    assert {*fleet.servers[slug].open} >= {*others, young}
    assert not {*fleet.servers[slug].open} & {*ours}
    assert fleet.reap(owner="me").stopped == ()


def test_by_the_owner_of_the_client(fleet: Fleet) -> None:
    """The client's owner is the default, and a provider that keeps no marker is not asked."""
    ours = [f"{slug}:{create(fleet, slug, owner='me')}" for slug in MARKING]
    fleet.become_old()

    report = fleet.reap(client={"owner": "me"}, dry_run=False)

    assert sorted(refs(report.stopped)) == sorted(ours)
    assert fleet.sent.keys() == {*MARKING}


@each_marking
def test_metadata_only_narrows(slug: str, fleet: Fleet) -> None:
    """Metadata selects only among the owner's sessions."""
    wanted = create(fleet, slug, owner="me", metadata={"job": "nightly", "turn": "1"})
    create(fleet, slug, owner="me", metadata={"job": "daily"})
    create(fleet, slug, metadata={"job": "nightly"})
    fleet.become_old()

    report = fleet.reap(owner="me", metadata={"job": "nightly"})

    assert refs(report.stopped) == [f"{slug}:{wanted}"]


def test_how_old_an_old_session_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session is old from the very moment at which it has the age."""
    moment = datetime(2026, 3, 4, tzinfo=UTC)
    monkeypatch.setattr(_reaping, "datetime", SimpleNamespace(now=lambda _: moment))
    scope = Scope(OLD, None, {}, dry_run=True)
    ages = (OLD, OLD - timedelta(microseconds=1))
    assert [scope.is_old(created_at(moment - age)) for age in ages] == [True, False]


def without_times(fleet: Fleet) -> Callable[[httpx.Request], httpx.Response]:
    """Return what responds without any time."""

    def respond(request: httpx.Request) -> httpx.Response:
        response = fleet(request)
        text = response.text
        for name in ("createdAt", "startedAt", "created_at", "started_at"):
            text = text.replace(f'"{name}"', '"unknown"')
        return httpx.Response(response.status_code, text=text, headers={"content-type": "application/json"})

    return respond


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_session_without_an_age(dry_run: bool, path: Path, fleet: Fleet) -> None:  # noqa: FBT001 - a case
    """A session without an age is reported once and not stopped, however it was found."""
    session_id = create(fleet, "browser_use", owner="me", ledger=path)
    fleet.become_old()

    with sync_client(without_times(fleet), owner="me", ledger=path) as client:
        report = client.reap(older_than=OLD, dry_run=dry_run)

    assert (refs(report.ageless), report.stopped) == ([f"browser_use:{session_id}"], ())
    assert fleet.servers["browser_use"].open == [session_id]


def test_a_session_that_is_still_to_begin(fleet: Fleet, clock: Clock) -> None:
    """Its age is unknown if the clock of this machine is behind: it is reported, and not taken for a young one."""
    clock.now += AGE + 3600
    session_id = create(fleet, "browser_use", owner="me")

    report = fleet.reap(owner="me", dry_run=False)

    assert (refs(report.ageless), report.stopped) == ([f"browser_use:{session_id}"], ())


def test_providers_without_a_key_are_not_asked(fleet: Fleet) -> None:
    """If there is a key for another one; if there is none for any with markers, each is a failure."""
    mine = create(fleet, "browserbase", owner="me")
    fleet.become_old()

    report = fleet.reap(owner="me", client={"api_keys": {"browserbase": KEY}})
    assert refs(report.stopped) == [f"browserbase:{mine}"]
    assert fleet.sent.keys() == {"browserbase"}

    report = fleet.reap(owner="me", client={"api_keys": {"skyvern": KEY}})
    assert {error.provider for error in report.failed} == {*MARKING}
    assert {type(error) for error in report.failed} == {ConfigurationError}
    assert type(fleet.reap(owner="me", client={"api_keys": {}})) is ConfigurationError


def test_a_list_that_cannot_be_read(fleet: Fleet) -> None:
    """An unreadable list is reported as a failure, and the other sessions are reaped."""
    ours = {slug: create(fleet, slug, owner="me") for slug in MARKING}
    fleet.become_old()
    fleet.servers["browserbase"].fault("list_sessions", "refused", 401)
    fleet.servers["browser_use"].fault("list_sessions", "unreadable", times=None)

    report = fleet.reap(owner="me", dry_run=False)

    assert refs(report.stopped) == [f"anchorbrowser:{ours['anchorbrowser']}"]
    assert {error.provider: type(error) for error in report.failed} == {
        "browserbase": errors.AuthenticationFailed,
        "browser_use": errors.UnexpectedResponse,
    }


def test_a_list_with_a_row_that_cannot_be_read(fleet: Fleet) -> None:
    """An unreadable row is reported as a failure, and the other rows are reaped."""
    mine = [create(fleet, "browserbase", owner="me") for _ in range(2)]
    fleet.become_old()

    def respond(request: httpx.Request) -> httpx.Response:
        response = fleet(request)
        if request.url.path == "/v1/sessions":
            body = response.json()
            body[0]["id"] = None
            return httpx.Response(200, json=body)
        return response

    with sync_client(respond, api_keys={"browserbase": KEY}) as client:
        report = client.reap(older_than=OLD, owner="me")

    text = "browserbase: not all rows of the list of sessions can be read; sessions of yours may be among them"
    assert report.failed == (errors.UnexpectedResponse(text, provider="browserbase"),)
    assert {*refs(report.stopped)} < {f"browserbase:{each}" for each in mine}
    assert len(report.stopped) == 1


# By the ledger


@each_backend
@each_provider
def test_by_the_ledger(slug: str, backend: str | None, path: Path, fleet: Fleet) -> None:
    """Each is asked for by its id; others are not even looked at; what has ended leaves the ledger."""
    server = fleet.servers[slug]
    ours = [create(fleet, slug, ledger=path), create(fleet, slug, ledger=path)]
    other = server.start()
    fleet.become_old()
    young = create(fleet, slug, ledger=path)
    server.sent.clear()
    before = path.read_bytes()

    would = fleet.reap(backend, client={"ledger": path})
    assert would == ReapReport(dry_run=True, stopped=would.stopped)
    assert refs(would.stopped) == [f"{slug}:{each}" for each in ours]
    assert server.sent == [get_of(slug, each) for each in (*ours, young)]
    assert path.read_bytes() == before

    server.sent.clear()
    report = fleet.reap(backend, client={"ledger": path}, dry_run=False)

    assert report == ReapReport(dry_run=False, stopped=report.stopped)
    assert refs(report.stopped) == refs(would.stopped)
    assert {*server.open} >= {other, young}
    assert [each for each in server.sent if not each.startswith("GET")] == [stop_of(slug, each) for each in ours]
    assert [each.id for each in Ledger(path).read().entries] == [None, young]


@each_provider
def test_a_session_that_has_already_ended(slug: str, path: Path, fleet: Fleet) -> None:
    """A session that has already ended leaves the ledger and is not reported."""
    session_id = create(fleet, slug, ledger=path)
    with sync_client(fleet) as client:
        client.stop(f"{slug}:{session_id}")
    fleet.become_old()

    assert fleet.reap(client={"ledger": path}) == ReapReport(dry_run=True)
    assert len(Ledger(path).read().lines) == 2
    assert fleet.reap(client={"ledger": path}, dry_run=False) == ReapReport(dry_run=False)
    assert Ledger(path).read().lines == ()


def test_an_owner_narrows_the_ledger(path: Path, fleet: Fleet) -> None:
    """Lines of others are not asked for, also where sessions have no marker."""
    mine = {slug: create(fleet, slug, ledger=path, owner="me") for slug in CREATORS}
    for slug in CREATORS:
        create(fleet, slug, ledger=path, owner="another")
        create(fleet, slug, ledger=path)
    fleet.become_old()

    report = fleet.reap(owner="me", client={"ledger": path})

    assert sorted(refs(report.stopped)) == sorted(f"{slug}:{each}" for slug, each in mine.items())
    assert fleet.servers["skyvern"].sent == [get_of("skyvern", mine["skyvern"])]


def test_a_session_that_is_missing(path: Path, fleet: Fleet) -> None:
    """Has not ended: it stays in the ledger."""
    create(fleet, "skyvern", ledger=path)
    (entry,) = [each for each in Ledger(path).read().entries if each.event == "created"]
    fleet.servers["skyvern"] = InMemory("skyvern", Clock())
    fleet.become_old()

    for _ in range(2):
        assert fleet.reap(client={"ledger": path}, dry_run=False) == ReapReport(dry_run=False, missing=(entry,))


@pytest.mark.parametrize(
    "changed",
    [{"api_keys": KEYS | {"skyvern": "another-key"}}, {"base_urls": {"skyvern": "https://skyvern.example"}}],
    ids=["key", "host"],
)
def test_lines_of_another_key_or_host(changed: dict[str, Any], path: Path, fleet: Fleet) -> None:
    """Lines of another key or host are reported, and no request is sent for them, with an id or without."""
    create(fleet, "skyvern", ledger=path)
    killed(fleet, "skyvern", path)
    created, intent = Ledger(path).read().unsettled()
    fleet.become_old()

    report = fleet.reap(client={"ledger": path, **changed}, dry_run=False)

    assert report == ReapReport(dry_run=False, foreign=(created, intent))
    assert fleet.sent == {}


def test_a_ledger_whose_salt_is_lost(path: Path, fleet: Fleet) -> None:
    """Has only lines of unknown keys."""
    path.write_bytes(line(key=fingerprint(b"", KEY)))

    report = fleet.reap(client={"ledger": path})

    assert [each.id for each in report.foreign] == ["a"]
    assert report.unread == ("line 1 has no salt: the keys of the lines are unknown",)
    assert fleet.sent == {}


def test_lines_of_a_provider_without_a_key(path: Path, fleet: Fleet) -> None:
    """All lines of a provider without a key are one failure, which names the provider."""
    create(fleet, "skyvern", ledger=path)
    create(fleet, "browserbase", ledger=path)
    create(fleet, "browserbase", ledger=path)
    fleet.become_old()

    report = fleet.reap(client={"ledger": path, "api_keys": {"skyvern": KEY}})

    assert [(type(each), each.provider) for each in report.failed] == [(ConfigurationError, "browserbase")]
    assert len(report.stopped) == 1


@pytest.mark.parametrize("ref", ["anchorbrowser:all", "anchorbrowser:History", "skyvern:history"])
def test_an_id_that_is_another_route(ref: str, path: Path, fleet: Fleet) -> None:
    """An id that is another route is reported, and nothing is sent."""
    provider, _, name = ref.partition(":")
    salt = SALT[10:42]
    host = httpx.URL(PROVIDERS[provider].base_url).host
    path.write_bytes(SALT + line(provider=provider, id=name, host=host, key=fingerprint(salt, KEY)))

    report = fleet.reap(client={"ledger": path}, dry_run=False)

    assert [(type(each), each.provider) for each in report.failed] == [(errors.InvalidSessionRef, provider)]
    assert fleet.sent == {}


def test_lines_that_cannot_be_used(path: Path, fleet: Fleet) -> None:
    """Invalid lines are reported, and the other sessions are reaped."""
    session_id = create(fleet, "skyvern", ledger=path)
    with path.open("ab") as file:
        file.write(line(provider="steel") + b"torn")
    fleet.become_old()

    report = fleet.reap(client={"ledger": path}, dry_run=False)

    assert refs(report.stopped) == [f"skyvern:{session_id}"]
    assert [each.partition(":")[0] for each in report.unread] == ["line 4 cannot be used", "line 5 cannot be used"]
    assert path.read_bytes().splitlines()[1:] == [line(provider="steel")[:-1], b"torn"]


def test_another_session_than_was_asked_for(path: Path, fleet: Fleet) -> None:
    """A response about another session is a failure, and that session is not stopped."""
    session_id = create(fleet, "browserbase", ledger=path)
    other = fleet.servers["browserbase"].start()
    fleet.become_old()

    def confused(request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(path=f"/v1/sessions/{other}")
        return fleet(request)

    with sync_client(confused, ledger=path) as client:
        report = client.reap(older_than=OLD, dry_run=False)

    ref = SessionRef("browserbase", session_id)
    text = f"{ref}: the provider sent another session for this id"
    assert report == ReapReport(dry_run=False, failed=(errors.UnexpectedResponse(text, ref=ref),))
    assert {*fleet.servers["browserbase"].open} == {session_id, other}


def test_a_stop_that_fails(path: Path, fleet: Fleet) -> None:
    """A failed stop is reported, the other sessions are stopped, and the next reap tries it again."""
    first, second = create(fleet, "skyvern", ledger=path), create(fleet, "skyvern", ledger=path)
    fleet.become_old()
    fleet.servers["skyvern"].fault("stop_session", "refused", 409)

    report = fleet.reap(client={"ledger": path}, dry_run=False)
    assert [(type(each), str(each.ref)) for each in report.failed] == [(errors.InvalidRequest, f"skyvern:{first}")]
    assert refs(report.stopped) == [f"skyvern:{second}"]

    report = fleet.reap(client={"ledger": path}, dry_run=False)
    assert refs(report.stopped) == [f"skyvern:{first}"]
    assert Ledger(path).read().lines == ()


@pytest.mark.parametrize(("seconds", "stops"), [(59.4, 2), (59.5, 1)])
def test_each_stop_is_tried_for_a_minute(seconds: float, stops: int, path: Path, fleet: Fleet, clock: Clock) -> None:
    """A stop that fails is sent again unless a minute has passed by then."""
    session_id = create(fleet, "skyvern", ledger=path)
    fleet.become_old()
    server = fleet.servers["skyvern"]

    def lose(request: httpx.Request) -> None:
        if request.method == "POST":
            server.before(lambda _: None)
            clock.now += seconds
            raise httpx.ReadTimeout("lost")

    server.before(lose)
    report = fleet.reap(client={"ledger": path}, dry_run=False)

    assert server.sent.count(stop_of("skyvern", session_id)) == stops
    assert (len(report.stopped), len(report.failed)) == ((1, 0) if stops == 2 else (0, 1))


# Creates whose session has no id in the ledger


@each_backend
@each_marking
def test_a_create_that_was_killed(slug: str, backend: str | None, path: Path, fleet: Fleet) -> None:
    """Its session is found by its marker."""
    session_id = killed(fleet, slug, path)
    other = create(fleet, slug)
    fleet.become_old()

    assert refs(fleet.reap(backend, client={"ledger": path}).stopped) == [f"{slug}:{session_id}"]
    assert len(Ledger(path).read().lines) == 1
    report = fleet.reap(backend, client={"ledger": path}, dry_run=False)

    assert report == ReapReport(dry_run=False, stopped=report.stopped)
    assert refs(report.stopped) == [f"{slug}:{session_id}"]
    assert other in fleet.servers[slug].open
    assert Ledger(path).read().lines == ()


@each_provider
def test_a_create_that_was_killed_before_it_was_sent(slug: str, path: Path, fleet: Fleet) -> None:
    """It may have been sent: the line stays."""
    killed(fleet, slug, path)
    (entry,) = Ledger(path).read().entries
    fleet.servers[slug] = InMemory(slug, Clock())
    fleet.become_old()

    report = fleet.reap(client={"ledger": path}, dry_run=False)

    assert report == ReapReport(dry_run=False, missing=(entry,))
    assert Ledger(path).read().entries == [entry]


@each_backend
@pytest.mark.parametrize(("slug", "hours"), [("browserbase", 30), ("browser_use", 28), ("skyvern", 28)])
def test_a_create_of_which_no_session_can_run_is_dropped(
    slug: str, hours: int, backend: str | None, path: Path, fleet: Fleet
) -> None:
    """A day after the longest lifetime that the provider allows; until then its line stays."""
    killed(fleet, slug, path)
    fleet.servers[slug] = InMemory(slug, Clock())
    salt, intent = path.read_bytes().splitlines(keepends=True)
    written = json.loads(intent)

    def intent_of(age: timedelta) -> Any:
        time = (datetime.now(UTC) - age).isoformat()
        path.write_bytes(salt + json.dumps(written | {"time": time}).encode() + b"\n")
        return Ledger(path).read().entries[0]

    young = intent_of(timedelta(hours=hours, minutes=-1))
    assert fleet.reap(backend, client={"ledger": path}, dry_run=False) == ReapReport(dry_run=False, missing=(young,))
    assert Ledger(path).read().entries == [young]
    old = intent_of(timedelta(hours=hours, minutes=1))
    assert fleet.reap(backend, client={"ledger": path}) == ReapReport(dry_run=True, expired=(old,))
    assert Ledger(path).read().entries == [old]
    assert fleet.reap(backend, client={"ledger": path}, dry_run=False) == ReapReport(dry_run=False, expired=(old,))
    assert Ledger(path).read().lines == ()


def test_when_a_create_has_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has, once four hours and a day have passed: the longest that a session of Skyvern can run, and a margin."""
    moment = datetime(2026, 3, 4, tzinfo=UTC)
    monkeypatch.setattr(_reaping, "datetime", SimpleNamespace(now=lambda _: moment))
    longest = timedelta(hours=28)
    times = (moment - longest, moment - longest - timedelta(microseconds=1))
    entries = [
        LedgerEntry(each, "create", "skyvern", "api.skyvern.com", None, None, None, "01234567") for each in times
    ]
    assert [_is_expired(each) for each in entries] == [False, True]


def test_a_create_whose_session_runs_by_another_clock_is_not_dropped(path: Path, fleet: Fleet, clock: Clock) -> None:
    """The clock of this machine may have been moved since."""
    time = datetime.now(UTC) - timedelta(days=3, seconds=AGE)
    clock.now -= timedelta(days=3).total_seconds()
    session_id = killed(fleet, "skyvern", path)
    salt, intent = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(salt + json.dumps(json.loads(intent) | {"time": time.isoformat()}).encode() + b"\n")

    report = fleet.reap(client={"ledger": path}, dry_run=False)

    assert (refs(report.candidates), report.expired) == ([f"skyvern:{session_id}"], ())
    assert len(Ledger(path).read().entries) == 1


def test_a_create_without_a_longest_lifetime_is_never_dropped(path: Path, fleet: Fleet) -> None:
    """A session of Anchor Browser may run for any time."""
    killed(fleet, "anchorbrowser", path)
    fleet.servers["anchorbrowser"] = InMemory("anchorbrowser", Clock())
    salt, intent = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(salt + json.dumps(json.loads(intent) | {"time": "2026-01-01T00:00:00+00:00"}).encode() + b"\n")
    entries = Ledger(path).read().entries
    assert fleet.reap(client={"ledger": path}, dry_run=False) == ReapReport(dry_run=False, missing=tuple(entries))
    assert Ledger(path).read().entries == entries


@each_marking
def test_a_list_for_a_create_that_fails(slug: str, path: Path, fleet: Fleet) -> None:
    """A failed list does not prove that the session is missing."""
    killed(fleet, slug, path)
    fleet.become_old()
    fleet.servers[slug].fault("list_sessions", "refused", 401)

    report = fleet.reap(client={"ledger": path})

    assert report == ReapReport(dry_run=True, failed=report.failed)
    assert [type(each) for each in report.failed] == [errors.AuthenticationFailed]


def test_candidates(path: Path, clock: Clock) -> None:
    """Without a marker: what is open, not in the ledger, and created between the create and the next line."""
    fleet = Fleet(clock)
    server = fleet.servers["skyvern"]
    before = server.start()
    clock.now += AGE
    known = create(fleet, "skyvern", ledger=path)
    orphan = killed(fleet, "skyvern", path)
    other = server.start()
    clock.now += 12 * 60
    server.start()
    own = [each for each in Ledger(path).read().entries if each.event == "create"]
    assert len(own) == 2
    with path.open("ab") as file:
        file.write(line())

    report = fleet.reap(client={"ledger": path}, older_than=timedelta())

    assert {*refs(report.candidates)} == {f"skyvern:{each}" for each in (orphan, other)}
    assert before in server.open
    assert refs(report.stopped) == [f"skyvern:{known}"]
    assert server.sent[-1] == LIST["skyvern"]


@pytest.mark.parametrize(
    ("following", "seconds", "is_candidate"),
    [
        *((60, each, True) for each in (-60, 660)),  # a minute around the ten that a create may take
        *((60, each, False) for each in (-61, 661)),
        (3600, 3660, True),
        (3600, 3661, False),
        (None, -61, False),
        (None, 10**6, True),
    ],
)
def test_when_a_candidate_was_created(following: int | None, seconds: int, is_candidate: bool) -> None:  # noqa: FBT001 - a case
    """From shortly before its create until the next line, or until no response to the create can come."""
    sent = datetime(2026, 3, 4, tzinfo=UTC)
    next_line = None if following is None else sent + timedelta(seconds=following)
    session = created_at(sent + timedelta(seconds=seconds))
    assert _is_between(session, sent, next_line) == is_candidate


def test_candidates_are_never_stopped(path: Path, fleet: Fleet) -> None:
    """Whether there is a next line or not; they may be another's."""
    killed(fleet, "skyvern", path)
    fleet.become_old()
    server = fleet.servers["skyvern"]
    other = server.start()
    entries = Ledger(path).read().entries

    report = fleet.reap(client={"ledger": path}, older_than=timedelta(), dry_run=False)

    assert report == ReapReport(dry_run=False, candidates=report.candidates)
    assert other in {each.id for each in report.candidates}
    assert CREATE["skyvern"] not in server.sent
    assert {each.partition(" ")[0] for each in server.sent} == {"GET"}
    assert Ledger(path).read().entries == entries
    assert fleet.reap(client={"ledger": path}, older_than=timedelta(), metadata={"a": "b"}).candidates == ()
    assert fleet.reap(client={"ledger": path}, older_than=timedelta(days=1)).candidates == ()


def test_a_candidate_without_an_age(path: Path, fleet: Fleet) -> None:
    """May be one."""
    killed(fleet, "skyvern", path)
    fleet.become_old()

    with sync_client(without_times(fleet), ledger=path) as client:
        report = client.reap(older_than=OLD)

    assert len(report.candidates) == 1


# Arguments, and the ledger as a file


def test_what_is_asked_for_is_checked(path: Path, fleet: Fleet) -> None:
    """Before anything is read or sent."""
    cases: list[tuple[type[BrowserSessionsError], dict[str, Any]]] = [
        (ConfigurationError, {}),
        (InvalidOption, {"owner": "a.b"}),
        (InvalidOption, {"owner": "me", "older_than": timedelta(seconds=-1)}),
        (InvalidOption, {"owner": "me", "older_than": 60}),
    ]
    for error, named in cases:
        assert type(fleet.reap(**named)) is error
    with sync_client(fleet, owner="me") as client, pytest.raises(TypeError, match="older_than"):
        client.reap()  # type: ignore[call-arg]  # on purpose
    assert fleet.sent == {}
    text = "reap needs to know which sessions are yours: pass owner=…, or make a Client(ledger=…)"
    assert fleet.reap() == ConfigurationError(text)
    assert fleet.reap(client={"ledger": path}) == ReapReport(dry_run=True)


@each_backend
def test_a_ledger_that_cannot_be_read(backend: str | None, path: Path, fleet: Fleet) -> None:
    """An unreadable ledger is an error, and no session is stopped by its owner either."""
    create(fleet, "browserbase", owner="me")
    fleet.become_old()
    path.symlink_to("another")

    error = fleet.reap(backend, owner="me", client={"ledger": path}, dry_run=False)

    assert error == LedgerError(f"the ledger {str(path)!r} cannot be used: it is a symbolic link")
    assert fleet.sent == {}


def test_a_ledger_that_can_no_longer_be_written(path: Path, fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that became unwritable is reported at the end, once all sessions are stopped."""
    session_id = create(fleet, "skyvern", ledger=path)
    fleet.become_old()
    steps = Reaping._stop_all  # the moment after the ledger was read

    def stop_all(self: Reaping) -> Any:
        path.chmod(0o666)
        return steps(self)

    monkeypatch.setattr(Reaping, "_stop_all", stop_all)
    report = fleet.reap(client={"ledger": path}, dry_run=False)

    text = f"the ledger {str(path)!r} cannot be used: others can write it: chmod 600"
    assert report == ReapReport(dry_run=False, stopped=report.stopped, failed=(LedgerError(text),))
    assert refs(report.stopped) == [f"skyvern:{session_id}"]


def test_no_line_is_lost_that_is_written_meanwhile(path: Path, fleet: Fleet) -> None:
    """A reap loses no line that another process writes in the meantime."""
    create(fleet, "skyvern", ledger=path)
    fleet.become_old()
    late = line(time=datetime.now(UTC).isoformat(), provider="browserbase", id="late")

    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            with path.open("ab") as file:
                file.write(late)
        return fleet(request)

    with sync_client(respond, ledger=path) as client:
        assert len(client.reap(older_than=OLD, dry_run=False).stopped) == 1

    assert path.read_bytes().splitlines(keepends=True)[1:] == [late]
    assert json.loads(late)["id"] == "late"
