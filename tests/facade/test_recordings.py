"""Where a session is watched, and the recordings of it, as each provider has them."""

from __future__ import annotations

import errno
import functools
import io
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from browser_sessions import PROVIDERS, Client, LiveView, Recording, errors
from tests.facade.fetching import BACKENDS, KEY, async_client, run, sync_client
from tests.facade.provider_case import CASES, able
from tests.facade.vendors import Bench, open_bench

each_watched = pytest.mark.parametrize("slug", able("live_view"))
each_recorded = pytest.mark.parametrize("slug", able("recordings"))
SECRET = "signature=s3cr3t"  # noqa: S105 - none
AMOUNTS = {"browser_use": {"enableRecording": True}}


@pytest.fixture(scope="module")
def served() -> Iterator[Bench]:
    """One sandbox for all tests of the module."""
    with open_bench() as bench:
        yield bench


@pytest.fixture
def bench(served: Bench) -> Bench:
    """The sandbox as it is at its start."""
    return served.anew()


@pytest.fixture
def client(bench: Bench) -> Iterator[Client]:
    """A client of the sandbox."""
    with Client(api_keys=bench.server.api_keys, base_urls=bench.server.base_urls) as client:
        yield client


@each_watched
def test_live_views(bench: Bench, client: Client, slug: str) -> None:
    """A running session is watched; its URL is in no `repr`, and expires where the provider reports it."""
    ref = bench.server.start(slug)
    bench.server.advance(5)
    view = client.live_view(ref)
    assert view.url.startswith(CASES[slug].live_view)
    assert repr(view) == f"LiveView(expires_at={view.expires_at!r})"
    fields = PROVIDERS[slug].operations["live_view"].fields
    assert (view.expires_at is not None) == ("expires_at" in fields)
    if view.expires_at:
        assert view == LiveView(view.url, client.get(ref).expires_at)


@each_watched
def test_a_session_that_has_ended_is_not_watched(bench: Bench, client: Client, slug: str) -> None:
    """Except Skyvern's, whose page stays; a missing one is an error of its own."""
    over = bench.server.start(slug, age=timedelta(hours=2), status="completed")
    if slug == "skyvern":
        assert client.live_view(over).url.startswith(CASES[slug].live_view)
    else:
        with pytest.raises(errors.NotConnectable, match=f"^{over} cannot be watched"):
            client.live_view(over)
    with pytest.raises(errors.SessionNotFound):
        client.live_view(bench.server.ref(slug, "missing"))


@each_recorded
def test_recordings(bench: Bench, client: Client, slug: str) -> None:
    """None while the session runs, and then those that there are, with what the provider reports about them."""
    running = bench.server.start(slug, AMOUNTS.get(slug))
    bench.server.advance(5)
    assert client.recordings(running) == ()
    over = bench.server.start(slug, AMOUNTS.get(slug), age=timedelta(hours=2), status="completed")
    if slug == "browserbase":
        assert client.recordings(over) == ()
        client.request_recording(over)
    bench.server.advance(60)
    (recording,) = client.recordings(over)
    assert recording.url.startswith("https://")
    assert recording.url not in repr(recording)
    given = {name for name in Recording.__slots__ if getattr(recording, name) is not None}
    assert given == PROVIDERS[slug].operations["recordings"].fields
    with pytest.raises(errors.SessionNotFound):
        client.recordings(bench.server.ref(slug, "missing"))


def test_what_is_not_offered() -> None:
    """Nothing is sent, and the error names those that can."""
    client = sync_client(lambda _: pytest.fail("a request was sent"))
    for call in (client.live_view, client.recordings):
        with pytest.raises(errors.Unsupported, match=r"^Bright Data does not offer"):
            call("brightdata:a")
    for slug in PROVIDERS:
        if slug != "browserbase":
            with pytest.raises(errors.Unsupported, match=r"`request` of `recordings`; these do: Browserbase$"):
                client.request_recording(f"{slug}:a")


def test_a_recording_of_what_still_runs_cannot_be_requested(bench: Bench, client: Client) -> None:
    """Running, unrecorded and too old sessions have no recording, and requesting one is an error."""
    running = bench.server.start("browserbase")
    off = {"browserSettings": {"recordSession": False}}
    unrecorded = bench.server.start("browserbase", off, age=timedelta(hours=2), status="completed")
    old = bench.server.start("browserbase", age=timedelta(days=40), status="completed")
    bench.server.advance(1)
    for ref in (running, unrecorded):
        with pytest.raises(errors.InvalidRequest):
            client.request_recording(ref)
    with pytest.raises(errors.SessionNotFound):
        client.request_recording(old)
    assert [client.recordings(each) for each in (running, unrecorded, old)] == [(), (), ()]


@each_recorded
@pytest.mark.parametrize("backend", BACKENDS)
def test_tasks(bench: Bench, client: Client, slug: str, backend: str) -> None:
    """The asynchronous client has the same."""
    ref = bench.server.start(slug)
    bench.server.advance(5)

    async def main() -> None:
        async with async_client(lambda _: httpx.Response(500), **at_sandbox(bench)) as other:
            assert await other.live_view(ref) == client.live_view(ref)
            assert await other.recordings(ref) == client.recordings(ref) == ()
            with pytest.raises((errors.Unsupported, errors.InvalidRequest)):
                await other.request_recording(ref)

    run(backend, main)


def at_sandbox(bench: Bench) -> dict[str, Any]:
    """Return the arguments of a client of the sandbox."""
    return {"api_keys": bench.server.api_keys, "base_urls": bench.server.base_urls, "transport": None}


VIDEO = b"\x00\x00\x00\x18ftypmp42"
FILES = "https://files.example/a.mp4?signature=s3cr3t"


def recorded(slug: str, url: str) -> Any:
    """Return the response of a provider with one recording at a URL."""
    found = {
        "anchorbrowser": {"data": {"items": [{"id": "r", "file_link": url, "size": 5.0}]}},
        "browser_use": {"id": "a", "status": "stopped", "recordingUrl": url},
        "browserbase": {"downloads": [{"pageId": "0", "status": "COMPLETED", "downloadUrl": url}]},
        "skyvern": {"browser_session_id": "a", "recordings": [{"url": url}]},
    }
    return found[slug]


class Host:
    """An API with one recording, and what has its bytes.

    Args:
        slug: The provider.
        url: The address of the recording.
        content: The response at that address.

    """

    def __init__(self, slug: str, url: str = FILES, content: Callable[[], httpx.Response] | None = None) -> None:
        self.slug, self.url = slug, url
        self.content = content or (lambda: httpx.Response(200, content=VIDEO))
        self.keys: dict[str, bool] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Respond to a request, and note whether the key was in it."""
        self.keys[str(request.url)] = any(KEY in value for value in request.headers.values())
        if str(request.url) == self.url or request.url.path.endswith("/fetch"):
            return self.content()
        return httpx.Response(200, json=recorded(self.slug, self.url))


@each_recorded
def test_a_recording_is_saved(slug: str, tmp_path: Path) -> None:
    """The key goes to no host but the API's own."""
    host = Host(slug)
    path = sync_client(host).save_recording(f"{slug}:a", str(tmp_path / "a.mp4"))
    assert (path, path.read_bytes()) == (tmp_path / "a.mp4", VIDEO)
    assert [each.name for each in tmp_path.iterdir()] == ["a.mp4"]
    own = [url for url in host.keys if url != FILES]
    assert {url: host.keys[url] for url in own} == dict.fromkeys(own, True)
    assert host.keys.get(FILES, False) is False
    assert (FILES in host.keys) == (slug != "anchorbrowser")


@pytest.mark.parametrize(
    ("url", "has_key"),
    [
        ("https://api.skyvern.com/v1/artifacts/a.webm", True),
        ("https://api.skyvern.com:443/v1/artifacts/a.webm", True),
        ("http://api.skyvern.com/v1/artifacts/a.webm", False),
        ("https://api.skyvern.com:8443/v1/artifacts/a.webm", False),
        ("https://api.skyvern.com.example/a.webm", False),
        ("https://files.skyvern.com/a.webm", False),
    ],
)
def test_who_gets_the_key(url: str, has_key: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    """The base URL's own scheme, host and port, and nothing like them."""
    host = Host("skyvern", str(httpx.URL(url)))
    sync_client(host).save_recording("skyvern:a", tmp_path / "a.webm")
    assert host.keys[host.url] is has_key


@pytest.mark.parametrize("backend", BACKENDS)
def test_tasks_save(backend: str, tmp_path: Path) -> None:
    """An asynchronous client writes the file in a thread, with the same care as a synchronous one."""
    host = Host("skyvern")

    async def main() -> None:
        async with async_client(host) as client:
            path = await client.save_recording("skyvern:a", tmp_path / "a.webm")
            assert await anyio.Path(path).read_bytes() == VIDEO
            with pytest.raises(FileExistsError):
                await client.save_recording("skyvern:a", tmp_path / "a.webm")
            host.content = lambda: httpx.Response(200, content=b"other")
            await client.save_recording("skyvern:a", tmp_path / "a.webm", overwrite=True)
            assert await anyio.Path(path).read_bytes() == b"other"

    run(backend, main)


def test_a_file_stays_as_it_is(tmp_path: Path) -> None:
    """It is overwritten only if that is asked for, and only by a whole recording; nothing is sent in vain."""
    path = tmp_path / "a.mp4"
    path.write_bytes(b"mine")
    host = Host("browser_use")
    client = sync_client(host, max_retries=0)
    with pytest.raises(FileExistsError, match="choose another name, or overwrite it"):
        client.save_recording("browser_use:a", path)
    with pytest.raises(FileNotFoundError, match="create it first"):
        client.save_recording("browser_use:a", tmp_path / "missing" / "a.mp4")
    with pytest.raises(ValueError, match="max_size"):
        client.save_recording("browser_use:a", path, overwrite=True, max_size=0)
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError, match="name a file in it"):
        client.save_recording("browser_use:a", tmp_path / "folder", overwrite=True)
    (tmp_path / "folder").rmdir()
    assert host.keys == {}
    for arguments, content, kind in [
        ({"max_size": 5}, httpx.Response(200, content=VIDEO), errors.UnexpectedResponse),
        ({}, httpx.Response(204), errors.UnexpectedResponse),
        ({}, httpx.Response(206, content=VIDEO[:2]), errors.UnexpectedResponse),
        ({}, httpx.Response(503), errors.ProviderUnavailable),
        ({}, httpx.Response(403, content=b"<Error>expired</Error>"), errors.ApiStatusError),
    ]:
        host.content = functools.partial(lambda response: response, content)
        with pytest.raises(kind) as caught:
            client.save_recording("browser_use:a", path, overwrite=True, **arguments)
        assert SECRET not in f"{caught.value!r} {caught.value}"
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("a.mp4", b"mine")]


def test_a_file_that_came_in_the_meantime(tmp_path: Path) -> None:
    """A file that appears in the meantime is not overwritten, and no draft is left beside it."""
    path = tmp_path / "a.mp4"

    def content() -> httpx.Response:
        path.write_bytes(b"another's")
        return httpx.Response(200, content=VIDEO)

    with pytest.raises(FileExistsError):
        sync_client(Host("browser_use", content=content)).save_recording("browser_use:a", path)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("a.mp4", b"another's")]


def test_the_longest_name_of_a_file(tmp_path: Path) -> None:
    """It leaves room for the name of the file beside it."""
    path = tmp_path / ("a" * 255)
    assert sync_client(Host("skyvern")).save_recording("skyvern:a", path).read_bytes() == VIDEO


@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_a_recording_in_parts(backend: str | None, tmp_path: Path) -> None:
    """They are written one after the other."""

    class Parts(Broken):
        def __iter__(self) -> Iterator[bytes]:
            yield from (b"", VIDEO[:3], b"", VIDEO[3:])

    path = tmp_path / "a.webm"
    save(Host("skyvern", content=lambda: httpx.Response(200, stream=Parts())), backend, path)
    assert path.read_bytes() == VIDEO


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_a_recording_that_is_sent_again_is_written_anew(backend: str | None, tmp_path: Path) -> None:
    """The file holds nothing of an attempt that broke off."""
    bodies: list[httpx.Response] = [httpx.Response(200, stream=Broken()), httpx.Response(200, content=VIDEO)]
    save(Host("skyvern", content=lambda: bodies.pop(0)), backend, tmp_path / "a.webm")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("a.webm", VIDEO)]


@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_a_full_disk_is_an_error_of_the_disk(
    backend: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not taken for one of the network, after which the recording would be fetched again."""
    host = Host("skyvern")
    monkeypatch.setattr("browser_sessions._saving.os.fdopen", lambda *_: FullDisk())
    with pytest.raises(OSError, match="No space left") as caught:
        save(host, backend, tmp_path / "a.webm")
    assert caught.value.errno == errno.ENOSPC
    assert [*tmp_path.iterdir()] == []
    assert list(host.keys).count(FILES) == 1


def save(host: Host, backend: str | None, path: Path) -> Path:
    """Save a recording of Skyvern's."""
    if backend is None:
        return sync_client(host).save_recording("skyvern:a", path)

    async def main() -> Path:
        async with async_client(host) as client:
            return await client.save_recording("skyvern:a", path)

    return run(backend, main)


class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that breaks off."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"of the first attempt"
        raise httpx.ReadError("reset")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for each in self:
            yield each


class FullDisk(io.BytesIO):
    """A file on a disk that is full."""

    def write(self, _: Any) -> int:
        """Fail."""
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("arguments", "content", "advice"),
    [
        (
            {"max_size": 5},
            httpx.Response(200, content=VIDEO),
            r"it is larger than 5e-06 MB \(status 200\); pass a larger max_size$",
        ),
        (
            {},
            httpx.Response(302, headers={"Location": "/b.mp4"}),
            r"\(status 302\); it redirects, which is not followed: list the recordings, and fetch the URL yourself$",
        ),
    ],
)
def test_an_error_about_a_recording_names_what_to_do(
    arguments: dict[str, Any], content: httpx.Response, advice: str, tmp_path: Path
) -> None:
    """The error names what to do in place of saving the recording."""
    with pytest.raises(errors.BrowserSessionsError, match=advice):
        sync_client(Host("skyvern", content=lambda: content)).save_recording("skyvern:a", tmp_path / "a", **arguments)


def test_a_refused_url_is_not_a_refused_key(tmp_path: Path) -> None:
    """Skyvern sends 403 for a wrong key; at another host it is the URL that has expired."""
    host = Host("skyvern", content=lambda: httpx.Response(403))
    with pytest.raises(errors.ApiStatusError, match=r"cannot be fetched \(status 403\); such a URL expires") as caught:
        sync_client(host).save_recording("skyvern:a", tmp_path / "a.webm")
    assert type(caught.value) is errors.ApiStatusError
    own = Host("skyvern", "https://api.skyvern.com/v1/a.webm", content=lambda: httpx.Response(403))
    with pytest.raises(errors.AuthenticationFailed):
        sync_client(own).save_recording("skyvern:a", tmp_path / "a.webm")


def test_the_host_in_an_error_is_the_one_that_failed(tmp_path: Path) -> None:
    """The error names the host that failed, not the API's host."""

    def content() -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(errors.TransportError, match=r"could not connect to files\.example"):
        sync_client(Host("skyvern", content=content), max_retries=0).save_recording("skyvern:a", tmp_path / "a.webm")


def test_nothing_to_save(tmp_path: Path) -> None:
    """A missing recording and a provider without recordings raise different errors."""
    session = {"id": "a", "status": "active"}
    with pytest.raises(errors.SessionNotFound, match=r"^browser_use:a has no recording, or none yet$"):
        sync_client(lambda _: httpx.Response(200, json=session)).save_recording("browser_use:a", tmp_path / "a.mp4")
    with pytest.raises(errors.Unsupported):
        sync_client(lambda _: httpx.Response(500)).save_recording("brightdata:a", tmp_path / "a.mp4")


@pytest.mark.parametrize(
    "url",
    [
        "/v1/a.mp4",
        "ftp://files.example/a.mp4",
        "https:///a.mp4",
        "https://a:99999/",
        "a b",
        "javascript:alert(1)",
        r"https://files.example\@other.example/a.mp4",
    ],
)
@pytest.mark.parametrize("slug", ["anchorbrowser", "browserbase", "skyvern"])
def test_an_invalid_url_is_unexpected(slug: str, url: str) -> None:
    """An invalid URL is an unexpected response, whose error does not show the URL."""
    with pytest.raises(
        errors.UnexpectedResponse, match="it is not an absolute http or https URL; find it on"
    ) as caught:
        sync_client(lambda _: httpx.Response(200, json=recorded(slug, url))).recordings(f"{slug}:a")
    assert url not in str(caught.value)


@pytest.mark.parametrize("slug", ["anchorbrowser", "browser_use", "browserbase", "skyvern"])
def test_a_live_view_that_is_not_a_url_is_unexpected(slug: str) -> None:
    """It is not taken for a session that has ended, and is not shown."""
    url = "javascript:alert(1)"
    bodies: dict[str, Any] = {
        "anchorbrowser": {"data": {"items": [{"id": "1", "frontend_url": url}]}},
        "browser_use": {"id": "a", "status": "active", "liveUrl": url},
        "browserbase": {"debuggerFullscreenUrl": url},
        "skyvern": {"browser_session_id": "a", "status": "running", "app_url": url},
    }
    with pytest.raises(errors.UnexpectedResponse, match="it is not an absolute http or https URL") as caught:
        sync_client(lambda _: httpx.Response(200, json=bodies[slug])).live_view(f"{slug}:a")
    assert url not in str(caught.value)


PAGES: list[tuple[Any, str | None]] = [
    ([], None),
    ([{"id": "1"}], None),
    ([{"id": "1"}, {"id": "2", "frontend_url": "https://live.example/2"}], "https://live.example/2"),
]


@pytest.mark.parametrize(("pages", "url"), PAGES)
@pytest.mark.parametrize("is_enveloped", [False, True])
def test_the_first_tab_that_can_be_watched(pages: Any, url: str | None, is_enveloped: bool) -> None:  # noqa: FBT001 - a case
    """The live view is the first watchable tab in both forms of the response; the whole browser has no URL."""
    body = {"data": {"count": len(pages), "items": pages}} if is_enveloped else pages
    client = sync_client(lambda _: httpx.Response(200, json=body))
    if url:
        assert client.live_view("anchorbrowser:a") == LiveView(url)
    else:
        with pytest.raises(errors.NotConnectable, match="has no live view yet"):
            client.live_view("anchorbrowser:a")


def test_the_primary_recording_is_first() -> None:
    """The primary recording comes first; each size is an integer, however it is written, and each time is read."""
    rows = [
        {"id": "1", "file_link": "https://a.example/1", "size": 1.5, "created_at": "2026-03-04T08:00:00Z"},
        {"id": "2", "is_primary": True, "file_link": "https://a.example/2", "size": 5.0, "suggested_file_name": "b"},
        {"id": "3"},
    ]
    client = sync_client(lambda _: httpx.Response(200, json={"data": {"items": rows}}))
    assert client.recordings("anchorbrowser:a") == (
        Recording("https://a.example/2", "b", 5),
        Recording("https://a.example/1", modified_at=datetime.fromisoformat("2026-03-04T08:00:00Z")),
    )
