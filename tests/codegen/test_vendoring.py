from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import httpx
import pytest

from codegen.__main__ import main
from codegen.document import LIMITS
from codegen.errors import DocumentError, ProviderFailure, SourcesError
from codegen.providers import Provider, load_providers
from codegen.vendoring import Result, Vendored, fetch, open_client

Capture = pytest.CaptureFixture[str]

BLOCK = b"openapi: 3.1.0\npaths:\n  /a/{id}:\n    get: {}\n\n"
OTHER = b"openapi: 3.1.0\npaths:\n  /a/{id}: {get: {}, delete: {}}\n  /a: {post: {}}\n"
ADVICE = "in specs/sources.toml"
SITE = "https://docs.example"


def page(block: bytes, info: str = "get /a/{id}") -> bytes:
    """Return a page with a block."""
    return f"# A\n\n````yaml {info}\n".encode() + block + b"````"


def row(slug: str, page: str = "", info: str = "get /a/{id}", sha256: str | None = None) -> str:
    """Return the text of a row."""
    sha256 = hashlib.sha256(BLOCK).hexdigest() if sha256 is None else sha256
    return (
        f'[{slug}]\n{page}info = "{info}"\ndialect = "openapi"\nsha256 = "{sha256}"  # of specs/{slug}.yaml\n'
        f'[{slug}.operations]\nget_session = "get /a/{{id}}"\nlist_sessions = "get /a"\n'
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository with two providers that have a page, and one without."""
    root = tmp_path / "repository"
    (root / "specs").mkdir(parents=True)
    for slug in ("acme", "brick", "crate"):
        (root / "specs" / f"{slug}.yaml").write_bytes(BLOCK)
    rows = [row(slug, f'page = "{SITE}/{slug}.md"\n') for slug in ("acme", "brick")]
    (root / "specs" / "sources.toml").write_text("# The list.\n\n" + "\n".join([*rows, row("crate")]), "utf-8")
    return root


@pytest.fixture
def pages() -> dict[str, bytes]:
    """Return what the documentation site has, by path."""
    return {"/acme.md": page(BLOCK), "/brick.md": page(BLOCK)}


@pytest.fixture
def client(pages: dict[str, bytes]) -> httpx.Client:
    """Return a client of the site, where `/moved.md` redirects and `/lost.md` breaks the connection."""

    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/moved.md":
            return httpx.Response(308, headers={"Location": f"{SITE}/acme.md"})
        if request.url.path == "/lost.md":
            raise httpx.ReadError("connection lost")
        data = pages.get(request.url.path)
        return httpx.Response(404) if data is None else httpx.Response(200, content=iter([data]))

    return httpx.Client(transport=httpx.MockTransport(respond))


def provider(root: Path, slug: str) -> Provider:
    """Return one provider of the list."""
    return next(each for each in load_providers(root) if each.slug == slug)


def fetched(root: Path, client: httpx.Client, slug: str, file: Path | None = None) -> Result:
    """Fetch one provider."""
    (result,) = fetch(root, {provider(root, slug): file}, client)
    return result


def failure(slug: str, source: str, problem: str) -> ProviderFailure:
    """Return the result of a provider that failed."""
    return ProviderFailure(slug, PurePosixPath("specs", f"{slug}.yaml"), DocumentError(source, 0, 0, problem))


def snapshot(root: Path) -> dict[str, bytes]:
    """Return all files of a repository."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def with_hash(root: Path, slug: str, data: bytes) -> bytes:
    """Return the list with the hash of another spec in one row."""
    before, name, after = (root / "specs" / "sources.toml").read_text("utf-8").partition(f"[{slug}]")
    old = hashlib.sha256(BLOCK).hexdigest()
    return f"{before}{name}{after.replace(old, hashlib.sha256(data).hexdigest(), 1)}".encode()


def test_an_unchanged_page_changes_no_file(root: Path, client: httpx.Client) -> None:
    """An unchanged page leaves every file as it was, even the list."""
    before = snapshot(root)
    acme, brick = provider(root, "acme"), provider(root, "brick")
    assert fetch(root, {acme: None, brick: None}, client) == [
        Vendored(acme, BLOCK, is_changed=False),
        Vendored(brick, BLOCK, is_changed=False),
    ]
    assert snapshot(root) == before


def test_a_changed_page_changes_its_spec_and_hash(root: Path, client: httpx.Client, pages: dict[str, bytes]) -> None:
    """A changed page changes its spec and its hash, and nothing else in the list."""
    pages["/brick.md"] = page(OTHER)
    expected = snapshot(root) | {
        "specs/brick.yaml": OTHER,
        "specs/sources.toml": with_hash(root, "brick", OTHER),
    }
    brick = provider(root, "brick")
    assert fetch(root, {brick: None}, client) == [Vendored(brick, OTHER, is_changed=True)]
    assert snapshot(root) == expected
    assert provider(root, "brick").sha256 == hashlib.sha256(OTHER).hexdigest()


def test_a_changed_info_string_is_a_note(root: Path, client: httpx.Client, pages: dict[str, bytes]) -> None:
    """If the operation is the same; the note says how to correct the row."""
    pages["/acme.md"] = page(OTHER, "v2.json GET /a/{id}")
    notes = ("correct `info` in its row to 'v2.json GET /a/{id}'",)
    acme = provider(root, "acme")
    assert fetched(root, client, "acme") == Vendored(acme, OTHER, is_changed=True, notes=notes)


def test_a_new_provider_gets_its_first_spec(root: Path, client: httpx.Client, tmp_path: Path) -> None:
    """Its row has an empty hash."""
    sources = root / "specs" / "sources.toml"
    sources.write_text(sources.read_text("utf-8") + "\n" + row("dome", sha256=""), "utf-8")
    (tmp_path / "dome.md").write_bytes(page(BLOCK))
    dome = provider(root, "dome")
    assert fetched(root, client, "dome", tmp_path / "dome.md") == Vendored(dome, BLOCK, is_changed=True)
    assert provider(root, "dome").sha256 == hashlib.sha256(BLOCK).hexdigest()
    assert (root / "specs" / "dome.yaml").read_bytes() == BLOCK


def test_a_wrong_hash_is_corrected(root: Path, client: httpx.Client) -> None:
    """A wrong hash is corrected even if the page has not changed."""
    sources = root / "specs" / "sources.toml"
    before = sources.read_bytes()
    sources.write_bytes(with_hash(root, "acme", OTHER))
    acme = provider(root, "acme")
    assert fetched(root, client, "acme") == Vendored(acme, BLOCK, is_changed=False)
    assert sources.read_bytes() == before


@pytest.mark.parametrize("name", ["a.md", "a.yaml", "a.yml"])
def test_a_local_file_can_replace_a_page(root: Path, client: httpx.Client, tmp_path: Path, name: str) -> None:
    """A page, or a block of several operations."""
    (tmp_path / name).write_bytes(page(OTHER) if name == "a.md" else OTHER)
    crate = provider(root, "crate")
    assert fetched(root, client, "crate", tmp_path / name) == Vendored(crate, OTHER, is_changed=True)
    assert (root / "specs" / "crate.yaml").read_bytes() == OTHER


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"# A\n", "has 0 blocks that begin with ````yaml … get /…: expected 1"),
        (page(b"openapi: 3.1.0\npaths: {}\n"), "describes no operation: expected 'get /a/{id}'"),
        (
            page(OTHER.replace(b"get:", b"put:")),
            "describes 'put /a/{id}', 'delete /a/{id}', 'post /a': expected 'get /a/{id}'",
        ),
        (
            page(OTHER, "post /a"),
            (
                "has the info string 'post /a', but the row has 'get /a/{id}': if the page is right, "
                f"correct `info` {ADVICE}"
            ),
        ),
        (
            page(b"paths: {path: '/a/{id}', method: get}\n"),
            f"has the dialect mintlify: if that is right, correct `dialect` {ADVICE}",
        ),
        (b"#" * (LIMITS.size + 1), "is larger than 2,000,000 bytes"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_page_that_does_not_match_its_row_is_refused(
    root: Path, client: httpx.Client, pages: dict[str, bytes], data: bytes, problem: str
) -> None:
    """No file of its provider changes; the files of others do."""
    pages |= {"/acme.md": data, "/brick.md": page(OTHER)}
    expected = snapshot(root) | {"specs/brick.yaml": OTHER, "specs/sources.toml": with_hash(root, "brick", OTHER)}
    acme, brick = provider(root, "acme"), provider(root, "brick")
    assert fetch(root, {acme: None, brick: None}, client) == [
        failure("acme", f"{SITE}/acme.md", problem),
        Vendored(brick, OTHER, is_changed=True),
    ]
    assert snapshot(root) == expected


def test_a_row_without_an_operation_is_refused(root: Path, client: httpx.Client, tmp_path: Path) -> None:
    """The error has the info string of the page, if there is one."""
    sources = root / "specs" / "sources.toml"
    sources.write_text(sources.read_text("utf-8") + "\n" + row("dome", info="x"), "utf-8")
    for name, data, problem in (
        (
            "a.md",
            page(BLOCK),
            f"has the info string 'get /a/{{id}}', but the row has 'x': if the page is right, correct `info` {ADVICE}",
        ),
        ("a.yaml", BLOCK, "describes 'get /a/{id}': expected 'x'"),
    ):
        (tmp_path / name).write_bytes(data)
        assert fetched(root, client, "dome", tmp_path / name) == failure("dome", str(tmp_path / name), problem)


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        (f"{SITE}/gone.md", f"has status 404: if it has moved, correct `page` {ADVICE}"),
        (f"{SITE}/moved.md", f"has status 308: if it has moved, correct `page` {ADVICE}"),
        (f"{SITE}/lost.md", "cannot be downloaded: ReadError: connection lost"),
        ("https://docs.example:x", "cannot be downloaded: InvalidURL: Invalid port: 'x'"),
    ],
)
def test_a_failed_download_is_an_error(root: Path, client: httpx.Client, address: str, problem: str) -> None:
    """Redirects are not followed."""
    sources = root / "specs" / "sources.toml"
    sources.write_text(sources.read_text("utf-8").replace(f"{SITE}/acme.md", address), "utf-8")
    assert fetched(root, client, "acme") == failure("acme", address, problem)


@pytest.mark.parametrize("page", ["", 'page = "http://docs.example/a.md"\n'])
def test_a_provider_without_a_page_needs_a_file(root: Path, client: httpx.Client, page: str) -> None:
    """The error says how to pass it."""
    sources = root / "specs" / "sources.toml"
    sources.write_text(sources.read_text("utf-8") + "\n" + row("dome", page), "utf-8")
    problem = "has no https page for it: save the page, then run nox -s fetch -- dome=path/to/page.md"
    assert fetched(root, client, "dome") == failure("dome", "specs/sources.toml", problem)


@pytest.mark.parametrize(
    ("old", "new"), [('sha256 = "', 'sha256="'), ('sha256 = "', '"sha256" = "'), ("[acme]\n", '["acme"]\n')]
)
def test_a_list_without_a_hash_line_is_left_alone(
    root: Path, client: httpx.Client, pages: dict[str, bytes], old: str, new: str
) -> None:
    """So are the specs."""
    pages["/acme.md"] = page(OTHER)
    sources = root / "specs" / "sources.toml"
    sources.write_text(sources.read_text("utf-8").replace(old, new, 1), "utf-8")
    before = snapshot(root)
    with pytest.raises(SourcesError) as caught:
        fetched(root, client, "acme")
    assert caught.value == SourcesError(sources, '[acme]: expected a line sha256 = "…"')
    assert snapshot(root) == before


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_an_interrupted_run_leaves_whole_files(
    root: Path, client: httpx.Client, pages: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """Each is the old or the new one, and the next run replaces the rest."""
    pages |= {path: page(OTHER) for path in pages}
    before = snapshot(root)
    asked = dict.fromkeys((provider(root, "acme"), provider(root, "brick")))
    replace: Callable[[Path, Path], Path] = Path.replace
    replaced: list[str] = []

    def interrupted(self: Path, target: Path) -> Path:
        if len(replaced) == kept:
            raise KeyboardInterrupt
        replaced.append(target.relative_to(root).as_posix())
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            fetch(root, asked, client)
    assert replaced == ["specs/acme.yaml", "specs/brick.yaml", "specs/sources.toml"][:kept]
    assert snapshot(root) == before | dict.fromkeys(replaced, OTHER)
    fetch(root, asked, client)
    assert {provider(root, slug).sha256 for slug in ("acme", "brick")} == {hashlib.sha256(OTHER).hexdigest()}


def test_the_client_has_a_timeout_and_follows_no_redirect() -> None:
    """It asks for uncompressed bytes."""
    with open_client() as client:
        assert client.timeout == httpx.Timeout(30)
        assert not client.follow_redirects
        assert client.headers["Accept-Encoding"] == "identity"


def run(capsys: Capture, root: Path, *arguments: str) -> tuple[int, str, str]:
    """Run the command, and return its exit code, its output and its complaints."""
    code = main(["fetch", *arguments], root)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_fetch_reports_each_provider(root: Path, tmp_path: Path, capsys: Capture) -> None:
    """The command reports the result for each provider and what to do next."""
    (tmp_path / "a=b.yaml").write_bytes(OTHER)
    (tmp_path / "a.md").write_bytes(page(BLOCK, "a get /a/{id}"))
    (tmp_path / "bad.md").write_bytes(b"# A\n")
    arguments = [f"crate={tmp_path}/a=b.yaml", f"acme={tmp_path}/a.md", f"brick={tmp_path}/bad.md"]
    said = "crate: changed\nacme: unchanged; correct `info` in its row to 'a get /a/{id}'\n"
    following = "Next: nox -s changes, and then nox -s regenerate -- crate\n"
    problem = "has 0 blocks that begin with ````yaml … get /…: expected 1"
    complaint = f"brick: {tmp_path}/bad.md: {problem}\nbrick: nothing was changed\n"
    assert run(capsys, root, *arguments) == (1, said + following, complaint)
    assert run(capsys, root, arguments[0]) == (0, "crate: unchanged\n", "")
    assert run(capsys, root, "crate=none.md") == (1, "", "[Errno 2] No such file or directory: 'none.md'\n")


def test_fetch_takes_all_providers_by_default(root: Path, capsys: Capture) -> None:
    """Those whose page is known."""
    sources = root / "specs" / "sources.toml"
    text = sources.read_text("utf-8")
    sources.write_text(text.replace(SITE, "https://docs.example:x"), "utf-8")
    code, out, err = run(capsys, root)
    skipped = "crate: skipped: its page is unknown; run nox -s fetch -- crate=path/to/page.md\n"
    assert (code, out) == (1, skipped)
    assert [line.partition(":")[0] for line in err.splitlines()] == ["acme", "acme", "brick", "brick"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["acme="], "'acme=': expected one file for each provider, as in acme=path/to/page.md\n"),
        (["acme", "acme=a.md"], "'acme=a.md': expected one file for each provider, as in acme=path/to/page.md\n"),
        (
            ["acm=a.md"],
            (
                "Unknown provider 'acm'. Did you mean acme? Known: acme, brick, crate. "
                "A new provider? Add a row to specs/sources.toml\n"
            ),
        ),
    ],
)
def test_unclear_arguments_are_misuse(root: Path, capsys: Capture, arguments: list[str], complaint: str) -> None:
    """They end the command with 2 before anything is fetched."""
    with pytest.raises(SystemExit) as caught:
        run(capsys, root, *arguments)
    assert caught.value.code == 2
    assert capsys.readouterr() == ("", complaint)
