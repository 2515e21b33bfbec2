from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

import pytest

from codegen import vendoring
from codegen.__main__ import main
from codegen.download import Limits
from codegen.errors import CodegenError, DownloadError, PageError, ProviderFailure, TreeError
from codegen.providers import Provider, load_providers
from codegen.vendoring import CHANGED, NOT_MODIFIED, UNCHANGED, Fetched, Vendored, fetch
from tests.facade.faulty_server import FaultyServer, Peer

Capture = pytest.CaptureFixture[str]

BLOCK = b"openapi: 3.1.0\npaths:\n  /a/{id}:\n    get: {}\n\n"
OTHER = b"openapi: 3.1.0\npaths:\n  /a/{id}:\n    get: {}\n    put_x: 1\n"
DIALECT = b"paths: {path: '/a/{id}', method: get}\n"
HEAD = "# The list.\n\n"


def page(block: bytes, info: str = "get /a/{id}") -> bytes:
    """Return a page with a block."""
    return f"# A\n\n````yaml {info}\n".encode() + block + b"````"


class Site:
    """A documentation site: pages by path, each with its ETag; it counts what it sends."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[bytes, str]] = {}
        self.said: list[str] = []

    def play(self, peer: Peer) -> None:
        """Answer one request."""
        head = peer.read().decode()
        path = head.split()[1]
        asked = dict(line.split(": ", 1) for line in head.splitlines()[1:] if line).get("If-None-Match")
        data, etag = self.pages.get(path, (b"", ""))
        status = "404 Not Found" if path not in self.pages else "304 Not Modified" if asked == etag else "200 OK"
        self.said.append(f"{path} {status[:3]}")
        body = data if status == "200 OK" else b""
        lines = [f"HTTP/1.1 {status}", *([f"ETag: {etag}"] if etag else []), f"Content-Length: {len(body)}", "", ""]
        peer.send("\r\n".join(lines).encode() + body)


@pytest.fixture
def site() -> Site:
    """What the server has."""
    return Site()


@pytest.fixture
def address(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the site, trusted and without a proxy."""
    FaultyServer.authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FaultyServer(site.play, tls=True) as server:
        yield server.address


@pytest.fixture
def root(address: str, site: Site, tmp_path: Path) -> Path:
    """Return a repository with two providers whose pages are on the site as they are committed, and one without."""
    root = tmp_path / "repository"
    (root / "specs").mkdir(parents=True)
    rows = []
    for slug in ("acme", "brick", "crate"):
        (root / "specs" / f"{slug}.yaml").write_bytes(BLOCK)
        where = f'page = "{address}/{slug}.md"  # a comment\n' if slug != "crate" else ""
        site.pages[f"/{slug}.md"] = (page(BLOCK), f'"{slug}"')
        rows.append(row(slug, where))
    (root / "specs" / "sources.toml").write_text(HEAD + "\n".join(rows), "utf-8")
    return root


def row(slug: str, page: str, **other: str) -> str:
    """Return the text of a row; what is given instead of its own is a value, and None takes it out."""
    values = {
        "info": "get /a/{id}",
        "operation": "get /a/{id}",
        "dialect": "openapi",
        "sha256": hashlib.sha256(BLOCK).hexdigest(),
    }
    lines = [f'{name} = "{value}"\n' for name, value in (values | other).items()]
    return f"[{slug}]\n{page}{''.join(lines)}"


def provider(root: Path, slug: str) -> Provider:
    """Return one provider, as the list has it now."""
    return next(each for each in load_providers(root) if each.slug == slug)


def vendored(root: Path, slug: str, data: bytes, state: str, *changes: Any) -> Vendored:
    """Return what fetching is to make of a provider, whose row is already written."""
    added, removed, notes = changes or (0, 0, ())
    return Vendored(provider(root, slug), data, state, added, removed, notes)


def failure(slug: str, error: CodegenError) -> ProviderFailure:
    """Return what fetching is to say of a provider that fails."""
    return ProviderFailure(slug, PurePosixPath("specs", f"{slug}.yaml"), error)


def fetch_all(root: Path, files: Mapping[str, Path] = MappingProxyType({})) -> Fetched:
    """Fetch the two providers with a page, or those that files are given for."""
    slugs = files or ("acme", "brick")
    return fetch(
        root, {each: files.get(each.slug) for each in load_providers(root) if each.slug in slugs}, Limits(seconds=10)
    )


def snapshot(root: Path) -> dict[str, bytes]:
    """Return all files of a repository."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_what_has_not_changed_is_not_written_but_for_its_etag(root: Path, site: Site) -> None:
    """The first time, the ETag is noted; the next time, the page is not even sent."""
    before = snapshot(root)

    assert fetch_all(root) == Fetched(
        (vendored(root, "acme", BLOCK, UNCHANGED), vendored(root, "brick", BLOCK, UNCHANGED)), ()
    )
    after = snapshot(root)
    text = before["specs/sources.toml"].decode()
    expected = text.replace("\n\n[brick]", '\netag = "\\"acme\\""\n\n[brick]').replace(
        "\n\n[crate]", '\netag = "\\"brick\\""\n\n[crate]'
    )
    assert after == before | {"specs/sources.toml": expected.encode()}

    assert fetch_all(root).vendored == (
        vendored(root, "acme", BLOCK, NOT_MODIFIED),
        vendored(root, "brick", BLOCK, NOT_MODIFIED),
    )
    assert snapshot(root) == after
    assert sorted(site.said) == ["/acme.md 200", "/acme.md 304", "/brick.md 200", "/brick.md 304"]


def test_a_changed_page_is_written_with_its_row(root: Path, site: Site) -> None:
    """The spec and the row change together, and nothing else in the list does: comments and order stay."""
    fetch_all(root)
    text = (root / "specs" / "sources.toml").read_text("utf-8")
    site.pages["/brick.md"] = (page(OTHER, "openapi.json GET /a/{id}"), '"new"')

    notes = ("info is 'openapi.json GET /a/{id}', and was 'get /a/{id}'",)
    assert fetch_all(root).vendored == (
        vendored(root, "acme", BLOCK, NOT_MODIFIED),
        vendored(root, "brick", OTHER, CHANGED, 1, 1, notes),
    )
    assert (root / "specs" / "brick.yaml").read_bytes() == OTHER
    head, brick, tail = text.partition("[brick]")[0], text.partition("[brick]")[2].partition("[crate]")[0], "[crate]"
    brick = brick.replace('info = "get', 'info = "openapi.json GET').replace('\\"brick\\"', '\\"new\\"')
    brick = brick.replace(hashlib.sha256(BLOCK).hexdigest(), hashlib.sha256(OTHER).hexdigest())
    assert (root / "specs" / "sources.toml").read_text("utf-8") == head + "[brick]" + brick + tail + text.partition(
        tail
    )[2]


def test_an_etag_that_is_no_longer_sent_is_forgotten(root: Path, site: Site) -> None:
    """The list holds what the last answer said."""
    before = snapshot(root)
    fetch_all(root)
    assert snapshot(root) != before
    site.pages = {path: (data, "") for path, (data, _) in site.pages.items()}
    fetch_all(root)
    assert snapshot(root) == before


@pytest.mark.parametrize("there", [True, False])
def test_an_etag_is_not_trusted_for_a_spec_that_is_another(root: Path, site: Site, *, there: bool) -> None:
    """Whoever edited or lost the committed spec gets the page anew."""
    fetch_all(root)
    after = snapshot(root)
    spec = root / "specs" / "acme.yaml"
    if there:
        spec.write_bytes(BLOCK + b"# edited\n")
    else:
        spec.unlink()
    site.said.clear()

    changes = (0, 1, ()) if there else (5, 0, ())
    assert fetch_all(root).vendored[0] == vendored(root, "acme", BLOCK, CHANGED, *changes)
    assert snapshot(root) == after
    assert sorted(site.said) == ["/acme.md 200", "/brick.md 304"]


def test_a_wrong_hash_in_the_list_is_mended(root: Path) -> None:
    """A row that does not fit its spec is told, even if the page has not changed."""
    sources = root / "specs" / "sources.toml"
    good = hashlib.sha256(BLOCK).hexdigest()
    sources.write_text(sources.read_text("utf-8").replace(good, "0" * 64, 1), "utf-8")

    notes = ("sha256 was not that of the spec",)
    assert fetch_all(root).vendored[0] == vendored(root, "acme", BLOCK, UNCHANGED, 0, 0, notes)
    assert provider(root, "acme").sha256 == good


def test_a_new_provider_needs_no_more_than_its_page_and_its_operation(root: Path, tmp_path: Path) -> None:
    """What a row cannot say before there is a spec may be empty in it."""
    sources = root / "specs" / "sources.toml"
    sources.write_text(sources.read_text("utf-8") + "\n" + row("dome", "", info="", sha256=""), "utf-8")
    (tmp_path / "dome.md").write_bytes(page(BLOCK))

    notes = ("info is 'get /a/{id}', and was ''",)
    found = fetch_all(root, {"dome": tmp_path / "dome.md"})
    assert found == Fetched((vendored(root, "dome", BLOCK, CHANGED, 5, 0, notes),), ())
    assert provider(root, "dome").sha256 == hashlib.sha256(BLOCK).hexdigest()
    assert (root / "specs" / "dome.yaml").read_bytes() == BLOCK


def test_another_dialect_is_taken_and_told(root: Path, site: Site) -> None:
    """A page that says the same in another dialect is for the pipeline to convert."""
    site.pages["/acme.md"] = (page(DIALECT), '"new"')

    notes = ("dialect is 'mintlify', and was 'openapi'",)
    assert fetch_all(root).vendored[0] == vendored(root, "acme", DIALECT, CHANGED, 1, 5, notes)
    assert provider(root, "acme").dialect == "mintlify"


def test_one_that_fails_loses_nothing_of_the_others(root: Path, site: Site, address: str) -> None:
    """Its files are as they were, and the others' are written."""
    site.pages["/acme.md"] = (page(OTHER), '"new"')
    del site.pages["/brick.md"]
    text = (root / "specs" / "sources.toml").read_text("utf-8")

    problem = "the server answers 404: if it has moved, correct the page in specs/sources.toml"
    assert fetch_all(root) == Fetched(
        (vendored(root, "acme", OTHER, CHANGED, 1, 1, ()),),
        (failure("brick", DownloadError(f"{address}/brick.md", problem)),),
    )
    assert (root / "specs" / "acme.yaml").read_bytes() == OTHER
    assert (root / "specs" / "brick.yaml").read_bytes() == BLOCK
    assert (root / "specs" / "sources.toml").read_text("utf-8").partition("[brick]")[2] == text.partition("[brick]")[2]


@pytest.mark.parametrize(
    ("data", "line", "problem"),
    [
        (b"# A\n", 0, "has lost its block: expected one that begins with ````yaml … get /…"),
        (page(BLOCK)[:-2], 3, "the block that begins here has no end"),
        (
            page(BLOCK.replace(b"get:", b"put:")),
            3,
            "the info string names 'get /a/{id}', but the block describes 'put /a/{id}'",
        ),
        (
            page(BLOCK.replace(b"{id}", b"{name}"), "get /a/{name}"),
            0,
            (
                "describes 'get /a/{name}', and no longer 'get /a/{id}': "
                "if that is right, correct `operation` in specs/sources.toml"
            ),
        ),
    ],
)
def test_a_page_that_is_not_what_it_was_changes_nothing(
    root: Path, site: Site, data: bytes, line: int, problem: str
) -> None:
    """It is one error that says where and what, and no byte of the provider's changes."""
    fetch_all(root)
    before = snapshot(root)
    site.pages["/acme.md"] = (data, '"new"')

    assert fetch_all(root).failures == (failure("acme", PageError(str(provider(root, "acme").page), line, 0, problem)),)
    assert snapshot(root) == before


def test_a_row_that_was_edited_is_held_to_the_spec(root: Path) -> None:
    """That the page has not changed does not make an operation right that is none of its."""
    fetch_all(root)
    sources = root / "specs" / "sources.toml"
    sources.write_text(sources.read_text("utf-8").replace('operation = "get', 'operation = "put', 1), "utf-8")

    problem = (
        "describes 'get /a/{id}', and no longer 'put /a/{id}': "
        "if that is right, correct `operation` in specs/sources.toml"
    )
    assert fetch_all(root).failures == (failure("acme", PageError("specs/acme.yaml", 0, 0, problem)),)


@pytest.mark.parametrize("name", ["a.md", "a.yaml", "a.yml"])
def test_a_local_file_stands_for_the_page(root: Path, site: Site, tmp_path: Path, name: str) -> None:
    """A page or a block is taken from a file; the page's ETag is then nothing to go by any more."""
    fetch_all(root)
    site.said.clear()
    file = tmp_path / name
    file.write_bytes(page(OTHER, "a get /a/{id}") if name == "a.md" else OTHER)

    notes = ("info is 'a get /a/{id}', and was 'get /a/{id}'",) if name == "a.md" else ()
    assert fetch_all(root, {"acme": file}) == Fetched((vendored(root, "acme", OTHER, CHANGED, 1, 1, notes),), ())
    assert (root / "specs" / "acme.yaml").read_bytes() == OTHER
    assert [provider(root, "acme").etag, provider(root, "brick").etag] == [None, '"brick"']
    assert site.said == []


def test_a_local_file_that_says_the_same_changes_nothing(root: Path, tmp_path: Path) -> None:
    """Not even the ETag is forgotten."""
    fetch_all(root)
    before = snapshot(root)
    (tmp_path / "a.yaml").write_bytes(BLOCK)

    assert fetch_all(root, {"acme": tmp_path / "a.yaml"}).vendored == (vendored(root, "acme", BLOCK, UNCHANGED),)
    assert snapshot(root) == before


def unreadable(tmp_path: Path) -> dict[str, tuple[Path, str]]:
    """Return files that cannot stand for a page, and why."""
    (tmp_path / "folder.md").mkdir()
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "long.yaml").write_bytes(b"#" * 5_000_001)
    (tmp_path / "page.txt").write_bytes(page(BLOCK))
    return {
        "none.md": (tmp_path / "none.md", "cannot be read: No such file or directory"),
        "folder.md": (tmp_path / "folder.md", "is not a file"),
        "pipe.md": (tmp_path / "pipe.md", "is not a file"),
        "zero.md": (tmp_path / "zero.md", "is not a file"),
        "long.yaml": (tmp_path / "long.yaml", "is longer than 5,000,000 bytes"),
        "page.txt": (tmp_path / "page.txt", "is neither a page, .md, nor a YAML block, .yaml"),
    }


@pytest.mark.skipif(os.name == "nt", reason="there are neither pipes nor links there")
def test_a_local_file_that_cannot_be_read_is_told(root: Path, tmp_path: Path) -> None:
    """Nothing is read without end, and what cannot be read at all is an error of its provider."""
    (tmp_path / "zero.md").symlink_to("/dev/zero")
    before = snapshot(root)
    for file, problem in unreadable(tmp_path).values():
        expected = failure("acme", PageError(str(file), 0, 0, problem))
        assert fetch_all(root, {"acme": file}) == Fetched((), (expected,))
    assert snapshot(root) == before


def test_a_provider_without_a_page_needs_a_file(root: Path) -> None:
    """The error says how to give one."""
    problem = "names no page: save the page, or its YAML block, and run nox -s fetch -- crate=path/to/page.md"
    expected = failure("crate", PageError("specs/sources.toml", 0, 0, problem))
    assert fetch(root, {provider(root, "crate"): None}) == Fetched((), (expected,))


@pytest.mark.skipif(os.name == "nt", reason="making a link is not for everybody there")
def test_nothing_is_written_through_a_link(root: Path, site: Site, tmp_path: Path) -> None:
    """A spec, the list, or the folder that is a link is refused; what it leads to stays as it is."""
    site.pages["/acme.md"] = (page(OTHER), "")
    specs, outside = root / "specs", tmp_path / "outside"
    outside.mkdir()
    (specs / "acme.yaml").rename(outside / "acme.yaml")
    (specs / "acme.yaml").symlink_to(outside / "acme.yaml")
    problem = "is not a file: nothing is written in its place"
    assert fetch_all(root).failures == (failure("acme", TreeError(specs / "acme.yaml", problem)),)
    assert (specs / "acme.yaml").is_symlink()
    assert (outside / "acme.yaml").read_bytes() == BLOCK

    text = (specs / "sources.toml").read_bytes()
    (specs / "sources.toml").rename(outside / "sources.toml")
    (specs / "sources.toml").symlink_to(outside / "sources.toml")
    with pytest.raises(TreeError) as caught:
        fetch_all(root)
    assert caught.value == TreeError(specs / "sources.toml", problem)

    specs.rename(tmp_path / "elsewhere")
    specs.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(TreeError) as caught:
        fetch_all(root)
    assert caught.value == TreeError(specs, "is a link: nothing is written through it")
    assert (outside / "sources.toml").read_bytes() == text


def test_a_folder_in_the_place_of_a_spec_is_told(root: Path) -> None:
    """It is not replaced."""
    (root / "specs" / "acme.yaml").unlink()
    (root / "specs" / "acme.yaml").mkdir()
    error = TreeError(root / "specs" / "acme.yaml", "is not a file: nothing is written in its place")
    assert fetch_all(root).failures == (failure("acme", error),)


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_run_that_ends_early_leaves_whole_files(
    root: Path, site: Site, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """Whatever was replaced before is whole, what was not is as it was, and the next run mends the difference."""
    site.pages = {path: (page(OTHER), '"new"') for path in site.pages}
    before = snapshot(root)
    replace: Callable[[Path, Path], Path] = Path.replace
    replaced: list[str] = []

    def ending(self: Path, target: Path) -> Path:
        if len(replaced) == kept:
            raise KeyboardInterrupt
        replaced.append(target.relative_to(root).as_posix())
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", ending)
        with pytest.raises(KeyboardInterrupt):
            fetch_all(root)
    assert replaced == ["specs/acme.yaml", "specs/brick.yaml", "specs/sources.toml"][:kept]
    assert snapshot(root) == before | dict.fromkeys(replaced, OTHER)

    assert fetch_all(root).failures == ()
    assert snapshot(root) | {"specs/sources.toml": b""} == before | {
        "specs/acme.yaml": OTHER,
        "specs/brick.yaml": OTHER,
        "specs/sources.toml": b"",
    }
    assert [provider(root, slug).sha256 for slug in ("acme", "brick")] == [hashlib.sha256(OTHER).hexdigest()] * 2


def run(capsys: Capture, root: Path, *arguments: str) -> tuple[int, str, str]:
    """Run the command, and return its exit code, its output and its complaints."""
    code = main(["fetch", *arguments], root)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_command_says_one_line_of_each_provider(root: Path, site: Site, address: str, capsys: Capture) -> None:
    """What is unchanged, changed, skipped and failed is told, and what to do next."""
    skipped = "crate: skipped: its page is not known; run nox -s fetch -- crate=path/to/page.md\n"
    assert run(capsys, root) == (0, f"acme: unchanged\nbrick: unchanged\n{skipped}", "")
    assert run(capsys, root) == (0, f"acme: not modified\nbrick: not modified\n{skipped}", "")

    site.pages["/acme.md"] = (page(OTHER, "a get /a/{id}"), '"new"')
    del site.pages["/brick.md"]
    changed = "acme: changed (+1 -1 lines); info is 'a get /a/{id}', and was 'get /a/{id}'\n"
    following = "Next: nox -s changes, and then nox -s regenerate -- acme\n"
    failed = "the server answers 404: if it has moved, correct the page in specs/sources.toml"
    complaint = f"brick: {address}/brick.md: {failed}\nNothing was changed for: brick\n"
    assert run(capsys, root) == (1, changed + skipped + following, complaint)


def test_the_command_takes_files(root: Path, site: Site, tmp_path: Path, capsys: Capture) -> None:
    """A provider's name and a file are one argument; of the others, nothing is asked."""
    (tmp_path / "a=b.yaml").write_bytes(OTHER)
    arguments = [f"crate={tmp_path}/a=b.yaml", "brick", "brick"]

    said = "crate: changed (+1 -1 lines)\nbrick: unchanged\nNext: nox -s changes, and then nox -s regenerate -- crate\n"
    assert run(capsys, root, *arguments) == (0, said, "")
    assert site.said == ["/brick.md 200"]
    advice = "save the page, or its YAML block, and run nox -s fetch -- crate=path/to/page.md"
    complaint = f"crate: specs/sources.toml: names no page: {advice}\nNothing was changed for: crate\n"
    assert run(capsys, root, "crate") == (1, "", complaint)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["acme="], "'acme=': expected one file for each provider, as in acme=path/to/page.md\n"),
        (["acme", "acme=a.md"], "'acme=a.md': expected one file for each provider, as in acme=path/to/page.md\n"),
        (["acm=a.md"], "There is no provider 'acm'. Did you mean acme? There are: acme, brick, crate\n"),
    ],
)
def test_the_command_can_be_misused(root: Path, capsys: Capture, arguments: list[str], complaint: str) -> None:
    """What does not say which file is whose ends with 2, before anything is asked."""
    with pytest.raises(SystemExit) as caught:
        run(capsys, root, *arguments)
    assert caught.value.code == 2
    assert capsys.readouterr() == ("", complaint)


def test_a_full_disk_is_told(root: Path, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """All files are staged before one is replaced, so that what there is no room for changes nothing."""
    site.pages["/acme.md"] = (page(OTHER), '"new"')
    before = snapshot(root)

    def full(self: Path, _: bytes) -> int:
        raise OSError(28, os.strerror(28), str(self.name))

    monkeypatch.setattr(Path, "write_bytes", full)
    assert run(capsys, root) == (1, "", "[Errno 28] No space left on device: 'acme.yaml'\n")
    assert snapshot(root) == before


def test_the_limits_are_those_that_are_promised() -> None:
    """Half a minute and five million bytes for each page."""
    assert Limits(size=5_000_000, seconds=30, redirects=5) == vendoring.LIMITS


def test_the_list_stays_readable(root: Path) -> None:
    """What is written is read again, and says the same of every other provider."""
    before = tomllib.loads((root / "specs" / "sources.toml").read_text("utf-8"))
    fetch_all(root)
    after = tomllib.loads((root / "specs" / "sources.toml").read_text("utf-8"))
    assert {slug: {**values, "etag": None} for slug, values in after.items()} == {
        slug: {**values, "etag": None} for slug, values in before.items()
    }
