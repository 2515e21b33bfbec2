"""The ledger: what it holds and never holds, and which files are one."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from browser_sessions import PROVIDERS, Client, errors
from browser_sessions._access import Access
from browser_sessions._ledger import Ledger, fingerprint
from browser_sessions.errors import CreateUncertain, LedgerError
from tests.facade.fetching import KEY, async_client, run, sync_client
from tests.facade.in_memory import InMemory
from tests.facade.provider_case import MARKING
from tests.facade.test_lifecycle import call, each_backend, each_provider, interrupting
from tests.facade.test_retries import Clock, clock

__all__ = ["clock"]  # a fixture

ACCESS = Access(PROVIDERS["browserbase"], KEY, "https://api.browserbase.com")
MARKER = "-.abcdefghijklmnopqrst"
SALT = b'{"salt": "0123456789abcdef0123456789abcdef"}\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The ledger's path is in a new folder."""
    return tmp_path / "ledger"


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the lines behind the salt."""
    return [json.loads(line) for line in path.read_text().splitlines()[1:]]


def events(path: Path) -> list[tuple[str, str | None]]:
    """Return what happened, and to which session."""
    return [(row["event"], row["id"]) for row in rows(path)]


def line(**changed: Any) -> bytes:
    """Return a line about a session, with something else in it."""
    entry = {
        "time": "2026-01-01T00:00:00+00:00",
        "event": "created",
        "provider": "browserbase",
        "host": "api.browserbase.com",
        "id": "a",
        "marker": MARKER,
        "account_id": None,
        "key": "01234567",
    }
    return json.dumps(entry | changed).encode() + b"\n"


# What it holds


@each_backend
@each_provider
def test_a_session_has_three_lines(slug: str, backend: str | None, path: Path, clock: Clock) -> None:
    """Before it is created, when it has an id, and when it has ended: these values, and nothing else."""
    server = InMemory(slug, clock)

    def work() -> str:
        with sync_client(server, ledger=path, owner="me") as client, client.session(slug) as session:  # type: ignore[call-overload]
            return str(session.id)

    async def work_async() -> str:
        async with async_client(server, ledger=path, owner="me") as client, client.session(slug) as session:  # type: ignore[call-overload]
            return str(session.id)

    began = datetime.now(UTC)
    session_id = run(backend, work_async) if backend else work()

    assert events(path) == [("create", None), ("created", session_id), ("over", session_id)]
    salt = json.loads(path.read_text().splitlines()[0])
    assert salt.keys() == {"salt"}
    (marker,) = {row["marker"] for row in rows(path)} - {None}
    assert marker.startswith("me.")
    times = [datetime.fromisoformat(row["time"]) for row in rows(path)]
    assert [began, *times] == sorted([began, *times])
    for row in rows(path):
        common = {
            "provider": slug,
            "host": httpx.URL(PROVIDERS[slug].base_url).host,
            "key": fingerprint(salt["salt"].encode(), KEY),
        }
        assert common.items() <= row.items()
        assert row.keys() == {*common, "time", "event", "id", "marker", "account_id"}
    assert KEY not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0


@each_provider
def test_the_line_of_a_create_is_there_before_it_is_sent(slug: str, path: Path, clock: Clock) -> None:
    """The line of a create is on the disk before the request is sent."""
    server = InMemory(slug, clock)
    before: list[Any] = []
    server.before(lambda _: before.append(events(path)))

    call(server, None, "create", slug, ledger=path)

    assert before == [[("create", None)]]


@pytest.mark.parametrize("slug", MARKING)
def test_the_marker_is_that_of_the_session(slug: str, path: Path, clock: Clock) -> None:
    """The ledger holds the session's marker, so that a list can be filtered by it."""
    server = InMemory(slug, clock)
    with sync_client(server, ledger=path, owner="team 1") as client:
        client.create(slug)  # type: ignore[call-overload]
        (session,) = client.list(slug)
    assert {row["marker"] for row in rows(path)} == {session.marker}


@each_backend
def test_a_create_that_was_refused(backend: str | None, path: Path, clock: Clock) -> None:
    """Has a line that notes that nothing was created."""
    server = InMemory("browserbase", clock)
    server.fault("create_session", "refused", 422)

    assert type(call(server, backend, "create", "browserbase", ledger=path)) is errors.InvalidRequest

    assert events(path) == [("create", None), ("failed", None)]
    assert len({row["marker"] for row in rows(path)}) == 1


@each_backend
def test_a_create_whose_response_was_lost(backend: str | None, path: Path, clock: Clock) -> None:
    """If the session is found, it is written down; if it is not, it may be there."""
    server = InMemory("browserbase", clock)
    server.fault("create_session", "lost")
    found = call(server, backend, "create", "browserbase", ledger=path)
    assert events(path) == [("create", None), ("created", found.id)]

    server.fault("create_session", "late", 60)
    server.fault("create_session", "lost")
    assert type(call(server, backend, "create", "browserbase", ledger=path)) is CreateUncertain
    assert events(path)[2:] == [("create", None)]


@each_backend
def test_a_create_that_was_interrupted(backend: str | None, path: Path, clock: Clock) -> None:
    """What it created is found, recorded, stopped and ended."""
    server = InMemory("browserbase", clock)

    with pytest.raises(SystemExit):
        call(interrupting(server, SystemExit), backend, "create", "browserbase", ledger=path)  # type: ignore[arg-type]

    session_id = events(path)[-1][1]
    assert events(path) == [("create", None), ("created", session_id), ("over", session_id)]
    assert server.open == []


def test_a_create_that_was_interrupted_before_it_was_sent_again(
    path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After it was refused: nothing was created."""
    server = InMemory("browserbase", clock)
    server.fault("create_session", "refused", 429)

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        call(server, None, "create", "browserbase", ledger=path)

    assert events(path) == [("create", None), ("failed", None)]


def test_an_interruption_while_the_id_is_written(path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The id is written all the same, and the session stopped."""
    server = InMemory("skyvern", clock)
    write = Ledger.write

    def interrupted(self: Ledger, event: str, *args: Any) -> None:
        if event == "created":
            monkeypatch.setattr(Ledger, "write", write)
            raise KeyboardInterrupt
        write(self, event, *args)

    monkeypatch.setattr(Ledger, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        call(server, None, "create", "skyvern", ledger=path)

    assert [event for event, _ in events(path)] == ["create", "created", "over"]
    assert server.open == []


def test_a_session_that_ends_before_it_is_ready(path: Path, clock: Clock) -> None:
    """Has ended in the ledger, too."""
    server = InMemory("skyvern", clock)

    def respond(request: httpx.Request) -> httpx.Response:
        response = server(request)
        if request.method == "GET":
            return httpx.Response(200, json=response.json() | {"status": "failed", "completed_at": "2026-03-04T10:00"})
        return response

    with sync_client(respond, ledger=path) as client:
        run = client.session("skyvern")
        with pytest.raises(errors.SessionEnded), run:
            pass

    assert [event for event, _ in events(path)] == ["create", "created", "over"]


@each_backend
def test_stop_writes_what_it_sees_over(backend: str | None, path: Path, clock: Clock) -> None:
    """No matter who created the session, and whether it was stopped now or before."""
    server = InMemory("browser_use", clock)
    ref = f"browser_use:{server.start()}"

    for _ in range(2):
        call(server, backend, "stop", ref, ledger=path)

    assert events(path) == [("over", ref.partition(":")[2])] * 2
    assert {row["marker"] for row in rows(path)} == {None}


def test_a_marker_that_is_not_ours(path: Path, clock: Clock) -> None:
    """A foreign marker is not written, because its line could not be read again."""
    server = InMemory("browserbase", clock)
    session_id = server.start(userMetadata={"browser-sessions": "another's"})

    call(server, None, "stop", f"browserbase:{session_id}", ledger=path)

    assert [(each.id, each.marker) for each in Ledger(path).read().entries] == [(session_id, None)]


def test_a_line_is_on_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the write has ended; others can write while the disk is waited for."""
    ledger = Ledger(path)
    ledger.write("create", ACCESS, MARKER)
    synced: list[list[tuple[str, str | None]]] = []

    def sync(_: int) -> None:
        with path.open("rb") as another:
            fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)
        synced.append(events(path))

    monkeypatch.setattr(os, "fsync", sync)
    ledger.write("failed", ACCESS, MARKER)

    assert synced == [[("create", None), ("failed", None)]]


# A ledger that cannot be used


def with_mode(path: Path, mode: int) -> None:
    """Make a file with a mode."""
    path.touch()
    path.chmod(mode)


def of_another(path: Path) -> None:
    """Make a file of another user."""
    path.touch()
    os.chown(path, 12345, -1)


def in_a_file(path: Path) -> None:
    """Make a file where the folder should be."""
    path.parent.rmdir()
    path.parent.touch()


def linked(path: Path) -> None:
    """Make a link to a ledger."""
    path.with_name("another").write_bytes(SALT)
    path.symlink_to("another")


UNUSABLE: dict[str, tuple[Any, str]] = {
    "link": (linked, "it is a symbolic link"),
    "fifo": (os.mkfifo, "it is not a regular file"),
    "folder": (Path.mkdir, "Is a directory"),
    "another user": (of_another, "it belongs to another user"),
    "group": (lambda path: with_mode(path, 0o660), "others can write it: chmod 600"),
    "world": (lambda path: with_mode(path, 0o602), "others can write it: chmod 600"),
    "text": (
        lambda path: path.write_text("To do\n"),
        "it is not a ledger: its first line has no salt; name a new file",
    ),
    "torn salt": (
        lambda path: path.write_bytes(SALT[:-1]),
        "it is not a ledger: its first line has no salt; name a new file",
    ),
    "no folder": (in_a_file, "File exists"),
}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
@pytest.mark.parametrize("backend", [None, "trio"])
@pytest.mark.parametrize("name", UNUSABLE)
def test_nothing_is_created_without_a_ledger(name: str, backend: str | None, tmp_path: Path, clock: Clock) -> None:
    """Without a usable ledger nothing is created, changed or waited for."""
    make, problem = UNUSABLE[name]
    path = tmp_path / "folder" / "ledger"
    path.parent.mkdir()
    make(path)
    server = InMemory("browserbase", clock)

    error = call(server, backend, "create", "browserbase", ledger=path)

    assert error == LedgerError(f"the ledger {str(path)!r} cannot be used: {problem}")
    assert server.sent == []
    assert clock.pauses == []


def test_a_device_is_no_ledger() -> None:
    """Whatever it takes."""
    with pytest.raises(LedgerError, match=r"it is not a regular file$"):
        Ledger("/dev/null").write("create", ACCESS, MARKER)


@pytest.mark.parametrize("name", ["fifo", "folder"])
def test_what_is_no_file_is_not_read(name: str, path: Path) -> None:
    """It is an error, not an empty ledger."""
    UNUSABLE[name][0](path)
    with pytest.raises(LedgerError, match=r"it is not a regular file$"):
        Ledger(path).read()


def test_a_system_without_the_means(path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as Windows has no ledger, and nothing is sent."""
    monkeypatch.delattr(os, "O_NOFOLLOW")
    server = InMemory("skyvern", clock)
    error = call(server, None, "create", "skyvern", ledger=path)
    text = f"the ledger {str(path)!r} cannot be used: this system lacks the file locks and owners that it needs"
    assert error == LedgerError(text)
    assert server.sent == []


def test_a_lock_that_is_not_given_back(path: Path, clock: Clock) -> None:
    """The ledger waits a limited time for a lock that is not released."""
    path.write_bytes(SALT)
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(LedgerError, match=r"another process has held its lock for 10 s$"):
            Ledger(path).write("create", ACCESS, MARKER)
    assert 10 <= sum(clock.pauses) <= 10.1


@each_backend
def test_a_ledger_that_can_no_longer_be_written(
    backend: str | None, path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Once the session is there, that is logged, and the session continues to its end."""
    server = InMemory("browserbase", clock)
    server.before(lambda _: path.chmod(0o666))

    async def work_async() -> Any:
        async with async_client(server, ledger=path) as client, client.session("browserbase") as session:
            return session

    def work() -> Any:
        with sync_client(server, ledger=path) as client, client.session("browserbase") as session:
            return session

    session = run(backend, work_async) if backend else work()

    assert server.open == []
    problem = f"the ledger {str(path)!r} cannot be used: others can write it: chmod 600"
    assert [each.getMessage() for each in caplog.records if each.levelno == logging.ERROR] == [
        f"{session.ref}: '{event}' is not in the ledger: {problem}" for event in ("created", "over")
    ]


def test_a_disk_that_is_full(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of a line is an error, and does not spoil the next line."""
    ledger = Ledger(path)
    ledger.write("create", ACCESS, MARKER)
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:20]))
    with pytest.raises(LedgerError, match=r"a line was not written whole: the disk may be full$"):
        ledger.write("create", ACCESS, MARKER)
    monkeypatch.undo()
    ledger.write("create", ACCESS, MARKER)

    contents = ledger.read()
    assert [each.event for each in contents.entries] == ["create", "create"]
    assert contents.problems == ("line 3 cannot be used: it is not JSON",)


# What is read


INVALID = {
    "garbage": (bytes(range(256)).replace(b"\n", b"") + b"\n", "it is not JSON"),
    "nested": (b"[" * 60_000 + b"\n", "it is not JSON"),
    "list": (b"[]\n", "it has other names than an entry"),
    "more": (line(more=1), "it has other names than an entry"),
    "second salt": (SALT, "it has other names than an entry"),
    "event": (line(event="extended"), "its event is unknown"),
    "event list": (line(event=[]), "its event is unknown"),
    "first day": (line(time="0001-01-01T00:00:00+00:00"), "its time is not one of a session"),
    "last day": (line(time="9999-12-31T23:59:59-23:59"), "its time is not one of a session"),
    "provider": (line(provider="steel"), None),
    "long provider": (line(provider="a" * 60_000), None),
    "id": (line(id=".."), "'..' is not an id of a session"),
    "id of a number": (line(id=1), "the provider and the id of a session must be strings"),
    "no id": (line(id=None), "it has no id, or one too many"),
    "id too many": (line(event="create"), "it has no id, or one too many"),
    "time": (line(time="yesterday"), None),
    "time of a number": (line(time=1), None),
    "time without offset": (line(time="2026-01-01T00:00:00"), "its time has no offset"),
    "marker": (line(marker="'] or ['"), "its marker is invalid"),
    "no marker": (line(marker=None), "its marker is invalid"),
    "host": (line(host=None), "its host, its account or its key is invalid"),
    "account": (line(account_id=1), "its host, its account or its key is invalid"),
    "key": (line(key="secret"), "its host, its account or its key is invalid"),
    "key of a number": (line(key=1), None),
    "long": (b'"' + b"a" * 70_000 + b'"\n', "it is torn off, or too long"),
}


@pytest.mark.parametrize("name", INVALID)
def test_a_line_that_cannot_be_used(name: str, path: Path) -> None:
    """An invalid line is reported with its number, and no other line is lost."""
    invalid, problem = INVALID[name]
    path.write_bytes(SALT + line(id="a") + invalid + line(id="b"))

    contents = Ledger(path).read()

    assert [each.id for each in contents.entries] == ["a", "b"]
    (reported,) = contents.problems
    assert reported.startswith("line 3 cannot be used: ")
    assert problem is None or reported == f"line 3 cannot be used: {problem}"
    assert len(reported) < 250


def test_a_line_that_was_torn_off(path: Path) -> None:
    """An incomplete line is reported, not used, and not continued by the next line."""
    path.write_bytes(SALT + line(id="a") + line(id="b")[:-1])
    assert Ledger(path).read().problems == ("line 3 cannot be used: it is torn off, or too long",)
    path.write_bytes(SALT + line(id="a") + line(id="b")[:-9])

    Ledger(path).write("create", ACCESS, MARKER)

    contents = Ledger(path).read()
    assert [(each.event, each.id) for each in contents.entries] == [("created", "a"), ("create", None)]
    assert contents.problems == ("line 3 cannot be used: it is not JSON",)


def test_a_line_without_end_costs_no_memory(path: Path) -> None:
    """A hundred megabytes, which take no room on the disk either."""
    path.write_bytes(SALT + line(id="a"))
    with path.open("r+b") as file:
        file.truncate(100_000_000)
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + line(id="b"))

    contents = Ledger(path).read()

    assert [each.id for each in contents.entries] == ["a", "b"]
    assert sum(len(text) for text, _ in contents.lines) < 100_000


def test_a_ledger_without_salt(path: Path) -> None:
    """Its lines are read, so that they can be reported."""
    path.write_bytes(line(id="a"))
    contents = Ledger(path).read()
    assert (contents.salt, [each.id for each in contents.entries]) == (None, ["a"])
    assert contents.problems == ("line 1 has no salt: the keys of the lines are unknown",)


def test_a_ledger_that_is_missing_or_empty(path: Path) -> None:
    """Holds nothing, and is not made by reading it."""
    assert Ledger(path).read().lines == ()
    Ledger(path).compact()
    assert not path.exists()
    path.touch()
    assert Ledger(path).read().problems == ()
    Ledger(path).compact()
    assert path.read_bytes() == b""


# Several writers, and compaction

PROCESSES = 20


WRITERS = f"""
import os, sys
from browser_sessions import PROVIDERS
from browser_sessions._access import Access
from browser_sessions._ledger import Ledger

def write(number):
    access = Access(PROVIDERS["browserbase"], "a-key", "https://api.browserbase.com")
    ledger = Ledger(sys.argv[1])
    for turn in range(10):
        marker = f"p{{number}}.{{turn:020}}"
        ledger.write("create", access, marker)
        if turn % 2:
            ledger.write("failed", access, marker)
        if turn % 3 == 0:
            ledger.compact()

for number in range({PROCESSES}):
    if not os.fork():
        write(number)
        os._exit(0)
for _ in range({PROCESSES}):
    assert os.wait()[1] == 0
"""


def test_processes_lose_no_line_of_one_another(path: Path) -> None:
    """Each writes and compacts; what none of them settled is there in the end, once."""
    subprocess.run([sys.executable, "-c", WRITERS, path], check=True)  # noqa: S603 - this very interpreter

    contents = Ledger(path).read()
    left = sorted(str(each.marker) for each in contents.unsettled())
    assert left == sorted(f"p{number}.{turn:020}" for number in range(PROCESSES) for turn in range(0, 10, 2))
    assert contents.problems == ()
    assert [each.name for each in path.parent.iterdir()] == ["ledger"]


def test_threads_lose_no_line_of_one_another(path: Path) -> None:
    """They share a client's ledger."""
    ledger = Ledger(path)

    def work(number: int) -> None:
        for turn in range(10):
            ledger.write("create", ACCESS, f"t{number}.{turn:020}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({each.marker for each in ledger.read().entries}) == 200


def test_a_file_that_is_replaced_while_its_lock_is_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or removed: the line goes to the new one."""
    ledger = Ledger(path)
    ledger.write("create", ACCESS, MARKER)
    lock = Ledger._lock
    ways: list[Callable[[], object]] = [lambda: path.with_name("new").rename(path), path.unlink]
    path.with_name("new").write_bytes(SALT + line(id="a"))

    def replaced(self: Ledger, file: int) -> None:
        if ways:
            ways.pop(0)()
        lock(self, file)

    monkeypatch.setattr(Ledger, "_lock", replaced)
    ledger.write("create", ACCESS, MARKER)

    assert [event for event, _ in events(path)] == ["create"]


def test_what_compaction_removes(path: Path) -> None:
    """All lines of what has ended or failed; what cannot be read stays."""
    own, other, third = (f"-.{letter * 20}" for letter in "abc")
    garbage = b"\xff\xfe\n"
    over = [line(event="create", id=None, marker=own), line(marker=own), line(event="over", marker=None)]
    failed = [line(event="create", id=None, marker=other), line(event="failed", id=None, marker=other)]
    kept = [line(host="localhost:8000"), garbage, line(id="b", marker=third)]
    path.write_bytes(SALT + b"".join([over[0], failed[0], kept[0], *over[1:], kept[1], failed[1], kept[2]]) + b"torn")
    path.with_name("ledger.new").touch()

    Ledger(path).compact()

    assert path.read_bytes() == SALT + b"".join(kept) + b"torn\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["ledger"]


def test_compaction_that_fails(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves the file as it was, and nothing beside it."""
    before = SALT + line() + line(event="over")
    path.write_bytes(before)

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(LedgerError, match=r"No space left on device$"):
        Ledger(path).compact()
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["ledger"]


# Arguments


def test_owners_and_paths_of_a_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner that no marker can hold is refused at once; a path is resolved when the client is made."""
    with pytest.raises(errors.InvalidOption, match=r"^owner 'a.b' has other characters"):
        Client(owner="a.b")
    with pytest.raises(TypeError):
        Client(ledger=1)  # type: ignore[arg-type]  # on purpose
    monkeypatch.chdir(tmp_path)
    server = InMemory("skyvern", Clock())
    with sync_client(server, ledger="here/ledger") as client:
        monkeypatch.chdir("/")
        client.create("skyvern")
    assert [event for event, _ in events(tmp_path / "here/ledger")] == ["create", "created"]
    assert (tmp_path / "here").stat().st_mode & 0o777 == 0o700
