"""From the providers' pages to `specs/`: each spec, and its `sha256` in the list.

Everything is fetched and checked before anything is written, and nothing changes for a provider that fails. Each file
is replaced as a whole, the list last.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import attrs
import httpx

from codegen.document import LIMITS
from codegen.errors import DocumentError, ProviderFailure, SourcesError, quoted
from codegen.pages import Block, operation_of, read_block, read_page
from codegen.providers import Provider
from codegen.tree import STAGING

_SOURCES = PurePosixPath("specs/sources.toml")
_BLOCKS = (".yaml", ".yml")


@attrs.frozen
class Vendored:
    """The spec that a provider's page has now."""

    provider: Provider
    data: bytes

    is_changed: bool
    """Whether it differs from the committed spec."""

    notes: tuple[str, ...] = ()
    """What to correct in the provider's row of `sources.toml`."""


Result = Vendored | ProviderFailure


def open_client() -> httpx.Client:
    """Return a client for `fetch`, to be closed by the caller."""
    headers = {"Accept": "text/markdown, text/plain;q=0.9, */*;q=0.1", "Accept-Encoding": "identity"}
    return httpx.Client(headers=headers, timeout=30, follow_redirects=False)


def fetch(root: Path, providers: Mapping[Provider, Path | None], client: httpx.Client) -> list[Result]:
    """Replace the specs of some providers by those of their pages.

    Args:
        root: The repository; only files in its `specs/` change.
        providers: Each with a local file, `.md` or `.yaml`, to read instead of its page, or None to download the page.
        client: Downloads the pages.

    Returns:
        The result for each provider, in the given order. Nothing changed for a provider that failed.

    Raises:
        SourcesError: The list has no `sha256` line for a provider.
        OSError: A file cannot be read or written.

    """
    results: list[Result] = []
    for provider, file in providers.items():
        try:
            results.append(_vendor(provider, file, client))
        except DocumentError as error:
            results.append(ProviderFailure(provider.slug, PurePosixPath("specs", provider.spec.name), error))
    _write(root, [each for each in results if isinstance(each, Vendored)])
    return results


def _vendor(provider: Provider, file: Path | None, client: httpx.Client) -> Vendored:
    source = str(file or provider.page)
    data = file.read_bytes() if file else _download(provider, client)
    block = read_block(data, source) if file and file.suffix in _BLOCKS else read_page(data, source)
    info = block.info or provider.info
    _check(block, info, provider, source)
    notes = (f"correct `info` in its row to {quoted(info)}",) if info != provider.info else ()
    committed = provider.spec.read_bytes() if provider.spec.exists() else None
    return Vendored(provider, block.data, block.data != committed, notes)


def _check(block: Block, info: str, provider: Provider, source: str) -> None:
    """Refuse a block that does not match its provider's row."""
    operation = operation_of(info)
    if operation != operation_of(provider.info):
        problem = f"has the info string {quoted(info)}, but the row has {quoted(provider.info)}"
        raise DocumentError(source, 0, 0, f"{problem}: if the page is right, correct `info` in {_SOURCES}")
    if operation not in block.operations:
        described = ", ".join(map(quoted, block.operations)) or "no operation"
        raise DocumentError(source, 0, 0, f"describes {described}: expected {quoted(operation or info)}")
    if block.dialect != provider.dialect:
        raise DocumentError(
            source, 0, 0, f"has the dialect {block.dialect}: if that is right, correct `dialect` in {_SOURCES}"
        )


def _download(provider: Provider, client: httpx.Client) -> bytes:
    address = provider.page or ""
    if not address.startswith("https://"):
        example = f"nox -s fetch -- {provider.slug}=path/to/page.md"
        raise DocumentError(str(_SOURCES), 0, 0, f"has no https page for it: save the page, then run {example}")
    data = bytearray()
    try:
        with client.stream("GET", address) as response:
            if response.status_code != httpx.codes.OK:
                problem = f"has status {response.status_code}: if it has moved, correct `page` in {_SOURCES}"
                raise DocumentError(address, 0, 0, problem)
            for chunk in response.iter_raw():
                data += chunk
                if len(data) > LIMITS.size:
                    raise DocumentError(address, 0, 0, f"is larger than {LIMITS.size:,} bytes")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DocumentError(address, 0, 0, f"cannot be downloaded: {type(error).__name__}: {error}") from error
    return bytes(data)


def _write(root: Path, vendored: list[Vendored]) -> None:
    """Replace the specs that changed, and the list; all are staged first, because the disk may be full."""
    sources = root / _SOURCES
    text = sources.read_bytes().decode()
    files = {each.provider.spec: each.data for each in vendored if each.is_changed}
    files[sources] = _with_hashes(sources, text, vendored).encode()
    with tempfile.TemporaryDirectory(prefix=STAGING, dir=root) as stage:
        for path, data in files.items():
            Path(stage, path.name).write_bytes(data)
        for path in files:
            Path(stage, path.name).replace(path)


def _with_hashes(path: Path, text: str, vendored: list[Vendored]) -> str:
    """Return the list with the new hashes of some specs."""
    expected = tomllib.loads(text)
    for each in vendored:
        slug, sha256 = each.provider.slug, hashlib.sha256(each.data).hexdigest()
        expected[slug]["sha256"] = sha256
        row = re.compile(rf'^(\[{slug}\]\n(?:(?!\[).*\n)*?sha256 = )"\w*"', re.MULTILINE)
        text = row.sub(rf'\g<1>"{sha256}"', text)
        if tomllib.loads(text) != expected:
            raise SourcesError(path, f'[{slug}]: expected a line sha256 = "…"')
    return text
