"""What is written into `specs/`, and where: from the providers' pages to their specs and their rows.

Everything is fetched and checked before anything is written, and a provider that fails changes nothing. Each file is
replaced whole, the list last: whatever ends the run before that leaves a spec that is not the one its row names, and
such a spec is fetched anew, without its ETag.
"""

from __future__ import annotations

import hashlib
import tomlkit
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import attrs

from codegen.download import Download, Limits, Wanted, download
from codegen.errors import CodegenError, DownloadError, PageError, ProviderFailure, TreeError, quoted
from codegen.pages import Block, read_block, read_page
from codegen.providers import Provider
from codegen.tree import staging

CHANGED, UNCHANGED, NOT_MODIFIED = "changed", "unchanged", "not modified"

LIMITS = Limits()

_PAGES, _BLOCKS = (".md",), (".yaml", ".yml")
_SOURCES = PurePosixPath("specs/sources.toml")


@attrs.frozen
class Vendored:
    """What fetching made of a provider: its row as it is now, and how it and the spec differ from what was there."""

    provider: Provider
    data: bytes
    """The spec."""

    state: str
    """One of CHANGED, UNCHANGED, and NOT_MODIFIED, which is what the server said; all of the spec alone."""

    added: int
    removed: int
    """Lines of the spec that are new, and that are gone; a line that moved is neither."""

    notes: tuple[str, ...]
    """What is new in the row, for people."""


@attrs.frozen
class Fetched:
    """What came of fetching some providers: each is in one of the two, and those that failed changed nothing."""

    vendored: tuple[Vendored, ...]
    failures: tuple[ProviderFailure, ...]


def fetch(root: Path, providers: Mapping[Provider, Path | None], limits: Limits = LIMITS) -> Fetched:
    """Bring the specs of some providers, and their rows in `sources.toml`, up to date with their pages.

    Args:
        root: The repository; nothing is written outside of its `specs/`.
        providers: Whose pages; with each a local file, `.md` or `.yaml`, that stands for the page, or None to ask
            the provider.
        limits: What each download may take.

    Raises:
        TreeError: `specs/` or the list in it is a link, or cannot be written.

    """
    if (root / "specs").is_symlink():
        raise TreeError(root / "specs", "is a link: nothing is written through it")
    _require_file(root / _SOURCES)
    pages = {each.slug: _wanted(each) for each, file in providers.items() if file is None and each.page}
    downloads = download(pages, limits)
    vendored, failures = [], []
    for provider, file in providers.items():
        try:
            vendored.append(_vendor(provider, file, downloads.get(provider.slug), limits))
        except CodegenError as error:
            spec = PurePosixPath(provider.spec.relative_to(root))
            failures.append(ProviderFailure(provider.slug, spec, error))
    _write(root, vendored)
    return Fetched(tuple(vendored), tuple(failures))


def _wanted(provider: Provider) -> Wanted:
    """Return what to ask for; that we have a page already is said only if its block is still what was taken from it."""
    return Wanted(provider.page or "", None)


def _vendor(
    provider: Provider, file: Path | None, downloaded: Download | DownloadError | None, limits: Limits
) -> Vendored:
    _require_file(provider.spec)
    committed = _committed(provider)
    if file is not None:
        block = _read_file(file, limits)
        # What a page's ETag stands for is no longer here once a file has taken its place.
        return _compare(provider, block)
    if downloaded is None:
        example = f"nox -s fetch -- {provider.slug}=path/to/page.md"
        raise PageError(str(_SOURCES), 0, 0, f"names no page: save the page, or its YAML block, and run {example}")
    if isinstance(downloaded, DownloadError):
        raise downloaded
    if downloaded.data is not None:
        return _compare(provider, read_page(downloaded.data, str(provider.page)))
    # Checked all the same: the row may have been edited since.
    kept = read_block(committed, provider.spec.relative_to(provider.root).as_posix())
    return attrs.evolve(_compare(provider, kept), state=NOT_MODIFIED)


def _compare(provider: Provider, block: Block) -> Vendored:
    """Return what a block changes.

    Raises:
        PageError: It describes another operation than the row names.

    """
    if block.operation not in map(str, provider.operations):
        problem = (
            f"describes {quoted(block.operation)}, which the row does not name: "
            f"if that is right, correct the operations in {_SOURCES}"
        )
        raise PageError(block.source, 0, 0, problem)
    committed = _committed(provider)
    info = provider.info if block.info is None else block.info
    row = attrs.evolve(provider, info=info, dialect=block.dialect, sha256=_sha256(block.data))
    old, new = Counter(committed.splitlines()), Counter(block.data.splitlines())
    notes = [
        f"{name} is {quoted(after)}, and was {quoted(before)}"
        for name, before, after in (("info", provider.info, info), ("dialect", provider.dialect, block.dialect))
        if before != after
    ]
    state = UNCHANGED if block.data == committed else CHANGED
    if state == UNCHANGED and provider.sha256 != row.sha256:
        notes.append("sha256 was not that of the spec")
    return Vendored(row, block.data, state, (new - old).total(), (old - new).total(), tuple(notes))


def _read_file(path: Path, limits: Limits) -> Block:
    source = str(path)
    if path.suffix not in _PAGES + _BLOCKS:
        raise PageError(source, 0, 0, f"is neither a page, {_PAGES[0]}, nor a YAML block, {_BLOCKS[0]}")
    try:
        if path.exists() and not path.is_file():  # a pipe may have no end
            raise PageError(source, 0, 0, "is not a file")
        with path.open("rb") as file:
            data = file.read(limits.size + 1)
    except OSError as error:
        raise PageError(source, 0, 0, f"cannot be read: {error.strerror}") from error
    if len(data) > limits.size:
        raise PageError(source, 0, 0, f"is longer than {limits.size:,} bytes")
    return read_page(data, source) if path.suffix in _PAGES else read_block(data, source)


def _write(root: Path, vendored: Iterable[Vendored]) -> None:
    """Replace the specs that changed, and the list if a row did, each whole; all are staged first, for want of room."""
    sources = root / _SOURCES
    text = sources.read_bytes().decode()
    rows = with_rows(text, [each.provider for each in vendored])
    files = {each.provider.spec: each.data for each in vendored if each.state == CHANGED}
    if rows != text:
        files[sources] = rows.encode()
    if files:
        with staging(beside=root / "specs") as stage:
            for path, data in files.items():
                (stage / path.name).write_bytes(data)
            for path in files:
                (stage / path.name).replace(path)


def _require_file(path: Path) -> None:
    """Refuse what is not a file, or not yet one."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise TreeError(path, "is not a file: nothing is written in its place")


def _committed(provider: Provider) -> bytes:
    return provider.spec.read_bytes() if provider.spec.is_file() else b""


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def with_rows(sources, providers):
    document = tomlkit.parse(sources)
    for provider in providers:
        for key in ("info", "dialect", "sha256"):
            document[provider.slug][key] = getattr(provider, key)
    return tomlkit.dumps(document)
