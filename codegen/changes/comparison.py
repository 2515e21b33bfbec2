"""What changed since a revision, for every provider and in the facade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from codegen.changes.differences import ADDITIVE, BREAKING, COSMETIC, VERDICTS, Change, python_changes, surface_changes
from codegen.changes.report import Report, Section
from codegen.changes.revision import FACADE, inputs_at
from codegen.client.surface import Element, surface_of
from codegen.errors import ProviderFailure, RevisionError, SourcesError
from codegen.pipeline import build_document, check_document
from codegen.providers import Provider, load_providers

_FACADE_PACKAGE = "browser_sessions"

_SAME_API = Change(COSMETIC, "the API is the same: only texts differ, or an overlay overrides what does")


def compare_with(root: Path, revision: str, slugs: Sequence[str] = ()) -> Report:
    """Return what changed in the work tree since a revision, for the given providers, or for all and the facade.

    Raises:
        RevisionError: git cannot read the revision, or its list of providers is invalid.
        SourcesError: The list of providers is invalid, or a provider is unknown.

    """
    with inputs_at(root, revision) as former:
        before = {each.slug: each for each in _former_providers(former, revision)}
        after = {each.slug: each for each in load_providers(root)}
        known = sorted({**before, **after})
        if unknown := [slug for slug in slugs if slug not in known]:
            problem = f"unknown provider {unknown[0]!r}, here and at {revision}: known are {', '.join(known)}"
            raise SourcesError(root / "specs" / "sources.toml", problem)
        sections = [
            _section(slug, _changes(before.get(slug), after.get(slug))) for slug in known if slug in slugs or not slugs
        ]
        facade = [] if slugs else _facade_changes(former / FACADE, root / FACADE)
    return Report(revision, (*sections, *([_section("facade", facade)] if facade else [])))


def _former_providers(former: Path, revision: str) -> tuple[Provider, ...]:
    try:
        return load_providers(former)
    except SourcesError as error:
        raise RevisionError(revision, f"specs/sources.toml: {error.problem}") from error


def _section(name: str, changes: list[Change]) -> Section:
    return Section(name, tuple(sorted(changes, key=lambda each: (VERDICTS.index(each.verdict), each.text))))


def _facade_changes(old: Path, new: Path) -> list[Change]:
    is_there = all((folder / _FACADE_PACKAGE).is_dir() for folder in (old, new))
    return python_changes(_FACADE_PACKAGE, old, new) if is_there else []


def _changes(before: Provider | None, after: Provider | None) -> list[Change]:
    if after is None:
        return [Change(BREAKING, "the provider was removed")]
    if before is None:
        return [Change(ADDITIVE, "the provider was added")]
    return [] if _inputs(before) == _inputs(after) else list(_client_changes(before, after)) or [_SAME_API]


def _inputs(provider: Provider) -> list[object]:
    """Return all that a client is made of."""
    files = [(path.name, path.read_bytes()) for path in (provider.spec, *provider.overlays) if path.exists()]
    return [provider.dialect, provider.operations, *files]


def _client_changes(before: Provider, after: Provider) -> Iterator[Change]:
    try:
        new = _surface(after)
    except ProviderFailure as failure:
        yield from (Change(BREAKING, f"no client can be made: {line}") for line in str(failure).splitlines())
        return
    try:
        old = _surface(before)
    except ProviderFailure as failure:
        yield Change(ADDITIVE, f"a client can be made again: {str(failure).splitlines()[0]}")
    else:
        yield from surface_changes(old, new)


def _surface(provider: Provider) -> dict[str, Element]:
    document = build_document(provider)
    check_document(provider, document)
    return surface_of(document)
