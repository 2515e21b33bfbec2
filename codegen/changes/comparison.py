"""What changed since a revision, for every provider and in the facade."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from codegen.changes.change import ADDITIVE, BREAKING, COSMETIC, VERDICTS, Change
from codegen.changes.differences import python_changes, surface_changes
from codegen.changes.edition import Edition, read_edition
from codegen.changes.overruled import overruled_statements
from codegen.changes.report import Report, Section
from codegen.changes.revision import FACADE, inputs_at
from codegen.changes.views import Fields, Views, read_fields
from codegen.errors import SourcesError, pointer
from codegen.providers import Provider, load_providers

_FACADE_PACKAGE = "browser_sessions"

_TEXTS = ("default", "deprecated", "description", "example", "examples", "externalDocs", "summary")
"""What only people read: a client sends no default."""


def compare_with(root: Path, revision: str, slugs: Sequence[str] = ()) -> Report:
    """Return what changed in the work tree since a revision, for the given providers, or for all and the facade.

    Raises:
        RevisionError: git cannot give the revision.
        SourcesError: A list of providers or a table of the facade is invalid, or a provider is unknown.

    """
    with inputs_at(root, revision) as former:
        before = {each.slug: each for each in load_providers(former)}
        after = {each.slug: each for each in load_providers(root)}
        known = sorted({**before, **after})
        if unknown := [slug for slug in slugs if slug not in known]:
            problem = f"unknown provider {unknown[0]!r}, here and at {revision}: there are {', '.join(known)}"
            raise SourcesError(root / "specs" / "sources.toml", problem)
        fields = read_fields(former, root)
        chosen = [slug for slug in known if slug in slugs or not slugs]
        sections = [_compare(slug, before.get(slug), after.get(slug), fields.get(slug, {})) for slug in chosen]
        facade = [] if slugs else _facade_changes(former / FACADE, root / FACADE)
    return Report(revision, tuple(sections), Section("facade", _in_order(facade)))


def _facade_changes(old: Path, new: Path) -> list[Change]:
    is_there = all((folder / _FACADE_PACKAGE).is_dir() for folder in (old, new))
    return python_changes(_FACADE_PACKAGE, old, new) if is_there else []


def _compare(slug: str, before: Provider | None, after: Provider | None, fields: Fields) -> Section:
    everything = tuple(fields)
    if before is None or after is None:
        verdict, event = (ADDITIVE, "added") if before is None else (BREAKING, "removed")
        change = Change(verdict, f"provider-{event}", "#", f"{slug}_client", f"the provider was {event}", everything)
        return Section(slug, (change,), (), everything)
    if _inputs(before) == _inputs(after):
        return Section(slug)
    old, new = read_edition(before), read_edition(after)
    return Section(slug, compare_editions(old, new, fields), new.misfits, everything)


def _inputs(provider: Provider) -> list[object]:
    """Return all that a client is made of."""
    files = [(path.name, path.read_bytes()) for path in (provider.spec, *provider.overlays) if path.exists()]
    return [provider.dialect, provider.operations, *files]


def _in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda each: (VERDICTS.index(each.verdict), each.place, each.kind, each.text)))


def compare_editions(old: Edition, new: Edition, fields: Fields) -> tuple[Change, ...]:
    """Return what changed from one edition of a provider to another, the worst first.

    Args:
        old: The older edition.
        new: The newer one.
        fields: What the facade's table says of the provider.

    """
    changes = list(_problem_changes(old, new, tuple(fields)))
    if old.surface is not None and new.surface is not None:
        views = Views(fields, (old.surface, new.surface))
        changes += surface_changes(old.surface, new.surface, new.provider.package, views)
        changes += _overruled_changes(old, new, views, {each.place for each in changes})
    return _in_order(changes or _cosmetic_changes(old, new))


def _problem_changes(old: Edition, new: Edition, everything: tuple[str, ...]) -> Iterator[Change]:
    package = new.provider.package
    for each in new.problems:
        if each not in old.problems:
            yield Change(BREAKING, "client-impossible", each.location, package, each.text, everything)
    if old.problems and not new.problems:
        text = f"a client can be made again: {old.problems[0].text}"
        yield Change(ADDITIVE, "client-possible", old.problems[0].location, package, text)


def _overruled_changes(old: Edition, new: Edition, views: Views, known: Collection[str]) -> Iterator[Change]:
    """Yield what a provider says only now and its overlay keeps out of the document, where no change is known."""
    before = set(overruled_statements(old.stages, old.stages))
    for place, statement in dict.fromkeys(overruled_statements(new.stages, old.stages)):
        holders = [each for each in views.surfaces[-1].parts.values() if _is_within(place, each.place)]
        is_known = (place, statement) in before or any(_is_within(place, each) for each in known)
        if holders and not is_known:
            part = max(holders, key=lambda each: len(each.place))
            text = f"{part.label}: the provider {statement}, and the overlay hides it"
            name = f"{new.provider.package}.{part.import_name}"
            yield Change(BREAKING, f"{part.sort}-overruled", place, name, text, views.fields_of(part))


def _is_within(place: str, around: str) -> bool:
    return f"{place}/".startswith(f"{around}/")


def _cosmetic_changes(old: Edition, new: Edition) -> list[Change]:
    """Return in which places two documents differ, of which one and the same client is made."""
    before, after = dict(_leaves(old.document)), dict(_leaves(new.document))
    places = [each for each in {**before, **after} if before.get(each, ...) != after.get(each, ...)]
    found = [Change(COSMETIC, "wording-changed", each, "", f"another text or spelling at {each}") for each in places]
    return found or [Change(COSMETIC, "input-changed", "#", "", "the files differ, and the document is the same")]


def _leaves(value: Any, parts: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield each text, and whatever else holds nothing, by its place."""
    is_text = parts[-1:] and parts[-1] in _TEXTS and parts[-2:-1] != ("properties",)
    if isinstance(value, dict | list) and value and not is_text:
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(each, (*parts, key))
    else:
        yield pointer(*parts), value
