"""What changed since a revision, for every provider and in the facade."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from codegen.changes.classes import class_facts
from codegen.changes.collisions import settled
from codegen.changes.editions import Edition, checked, read_edition
from codegen.changes.operations import access_facts, operation_facts
from codegen.changes.overruled import overruled_facts
from codegen.changes.packages import Breakage, breakages, differing_files
from codegen.changes.reach import Fields, reached_fields, read_fields
from codegen.changes.report import Change, ProviderReport, Report
from codegen.changes.revision import FACADE, inputs_at
from codegen.changes.verdicts import BREAKING, Fact, order
from codegen.changes.wording import wording_facts
from codegen.client import Surface, generate_client
from codegen.errors import GenerationError, Problem, SourcesError
from codegen.providers import Provider, load_providers

_FACADE_PACKAGE = "browser_sessions"

_Providers = dict[str, Provider]


def compare_with(root: Path, revision: str, slugs: Sequence[str] = ()) -> Report:
    """Return what changed in the work tree since a revision, for the given providers, or for all and the facade.

    Raises:
        RevisionError: git cannot give the revision.
        SourcesError: A list of providers or a table of the facade cannot be read, or there is no such provider.

    """
    with inputs_at(root, revision) as former:
        before = {each.slug: each for each in load_providers(former)}
        after = {each.slug: each for each in load_providers(root)}
        known = sorted({**before, **after})
        for slug in slugs:
            if slug not in known:
                text = f"there is no provider {slug!r}, here or at {revision}: there are {', '.join(known)}"
                raise SourcesError(root / "specs" / "sources.toml", text)
        fields = read_fields(former, root)
        chosen = [slug for slug in known if slug in slugs or not slugs]
        reports = [_provider_report(before, after, slug, fields.get(slug, {})) for slug in chosen]
        facade = () if slugs else _facade_breakages(former / FACADE, root / FACADE)
    return Report(revision, tuple(reports), tuple(facade))


def _facade_breakages(old: Path, new: Path) -> list[Breakage]:
    folders = [folder / _FACADE_PACKAGE for folder in (old, new)]
    if not all(folder.is_dir() for folder in folders) or not differing_files(*folders):
        return []
    return breakages(_FACADE_PACKAGE, old, new)


def _provider_report(before: _Providers, after: _Providers, slug: str, fields: Fields) -> ProviderReport:
    if slug not in after:
        old = read_edition(before[slug])
        return _report([Fact("provider-removed", "#", old.provider.package, "the provider is gone")], old, old, fields)
    if slug in before and _is_same(before[slug], after[slug]):
        return ProviderReport(slug, ())
    new = read_edition(after[slug])
    if slug not in before:
        added = Fact("provider-added", "#", new.provider.package, "the provider is new")
        return _report([added, *_problems((), checked(new))], new, new, fields)
    old = read_edition(before[slug])
    old, new = checked(old), checked(new)
    is_settled = _content(old.provider.overlay) == _content(new.provider.overlay)
    return compare_editions(old, settled(old, new) if is_settled else new, fields)


def _is_same(old: Provider, new: Provider) -> bool:
    """Whether all that a client is made of is the same, so that there is nothing to compare."""
    files = ((old.spec, new.spec), (old.overlay, new.overlay))
    return old.dialect == new.dialect and all(_content(former) == _content(later) for former, later in files)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def compare_editions(old: Edition, new: Edition, fields: Fields) -> ProviderReport:
    """Return what changed from one edition of a provider to another, for whoever imports its client."""
    facts = document_facts(old, new) or _spec_facts(old.provider, new.provider)
    python: list[Breakage] = []
    if not old.problems and not new.problems and old.text != new.text:
        found, python = _code_facts(old, new, facts)
        facts += found
    return _report(facts, old, new, fields, python)


def document_facts(old: Edition, new: Edition) -> list[Fact]:
    """Return what changed, as far as the documents tell it and no code has to be generated."""
    facts = _problems(old.problems, new)
    if old.problems and not new.problems:
        possible = old.problems[0]
        facts.append(Fact("client-possible", possible.location, new.provider.package, possible.text))
    if old.surface is not None and new.surface is not None:
        facts += _surface_facts(old.surface, new.surface, new.provider.package)
    if old.stages and new.stages and not old.problems and not new.problems:
        facts += overruled_facts(old, new, facts)
    if old.document is not None and new.document is not None:
        facts += wording_facts(old.document, new.document, facts)
    return facts


def _report(
    facts: Iterable[Fact], old: Edition, new: Edition, fields: Fields, python: Iterable[Breakage] = ()
) -> ProviderReport:
    surfaces = [each.surface for each in (old, new) if each.surface is not None]
    changes = (Change(each, reached_fields(each, surfaces, fields)) for each in sorted(facts, key=order))
    return ProviderReport(new.provider.slug, tuple(changes), new.misfits, tuple(python))


def _problems(known: Sequence[Problem], new: Edition) -> list[Fact]:
    return [
        Fact(
            "client-still-impossible" if problem in known else "client-impossible",
            problem.location,
            new.provider.package,
            problem.text,
        )
        for problem in new.problems
    ]


def _surface_facts(old: Surface, new: Surface, package: str) -> list[Fact]:
    return [each for find in (access_facts, operation_facts, class_facts) for each in find(old, new, package)]


def _spec_facts(old: Provider, new: Provider) -> list[Fact]:
    """Return which files changed, although the document is the same."""
    return [
        Fact("spec-changed", "#", "", f"{path.relative_to(new.root).as_posix()} has changed")
        for former, path in ((old.spec, new.spec), (old.overlay, new.overlay))
        if _content(former) != _content(path)
    ]


def _code_facts(old: Edition, new: Edition, known: Sequence[Fact]) -> tuple[list[Fact], list[Breakage]]:
    """Return in what the two generated clients differ beyond the known facts, and what breaks in their Python API."""
    package = new.provider.package
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "before"), Path(folder, "after")
        try:
            for edition, into in ((old, before), (new, after)):
                generate_client(json.loads(edition.text), edition.provider, version="0", into=into)
        except GenerationError as error:
            return [Fact("client-impossible", "#", package, str(error))], []
        differing = differing_files(before / package, after / package)
        python = breakages(package, before, after) if differing else []
    return [*_unexplained_code(differing, package, known), *_unexplained_python(python, known)], python


def _unexplained_code(differing: Iterable[str], package: str, known: Sequence[Fact]) -> Iterator[Fact]:
    """Yield the files that differ and that no fact is about; what a folder exports goes with what is in it."""
    explained = {file for fact in known for file in fact.files}
    folders = {file.rpartition("/")[0] for file in explained}
    for file in differing:
        folder, _, name = file.rpartition("/")
        if file not in explained and not (name == "__init__.py" and folder in folders):
            yield Fact("code-changed", "#", package, f"{package}/{file} differs", (file,))


def _unexplained_python(python: Iterable[Breakage], known: Sequence[Fact]) -> Iterator[Fact]:
    """Yield what breaks in modules that no breaking fact is about; a package goes with what is in it."""
    explained = [f"{_module(file)}." for fact in known if fact.verdict == BREAKING for file in fact.files]
    for each in python:
        module = each.module.partition(".")[2]
        if not any(other.startswith(f"{module}.") for other in explained):
            yield Fact("python-changed", "#", each.name, f"{each.name}: {each.text}")


def _module(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")
