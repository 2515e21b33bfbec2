"""The stages in order, for every provider: one code path, whose result `regenerate` writes and `drift` compares."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import attrs

from codegen.client import generate_client
from codegen.corrections import apply_corrections
from codegen.document import load_document
from codegen.errors import CodegenError, DocumentError, InvalidDocument, Problem, ProviderFailure, pointer
from codegen.mintlify import to_openapi
from codegen.normalisation import find_missing, normalise
from codegen.providers import Provider
from codegen.pruning import prune
from codegen.release import read_version
from codegen.toolchain import require_pinned_tools
from codegen.tree import EXTRA, STAGING, Difference, compare_trees, replace_trees
from codegen.validation import validate_document
from codegen.walk import dereference, walk


@attrs.frozen
class Comparison:
    """How the committed clients differ from those that the inputs generate."""

    differences: dict[str, list[Difference]]
    """By provider; paths are relative to the repository. Files that belong to no provider are listed by their name."""

    failures: tuple[ProviderFailure, ...] = ()
    """Providers whose client could not be generated or compared."""

    @property
    def is_clean(self) -> bool:
        """Whether every provider was compared, and nothing differs."""
        return not self.failures and not any(self.differences.values())


def build_document(provider: Provider) -> dict[str, Any]:
    """Return a provider's overlaid document, normalised and pruned, but not validated.

    Raises:
        ProviderFailure: The spec or an overlay is invalid.

    """
    document = _read_spec(provider)
    for overlay in provider.overlays:
        with _attributing(provider, overlay):
            before, document = document, apply_corrections(document, load_document(overlay))
            if overlay == provider.operations_overlay:
                _require_named(provider, before, document)
    return prune(normalise(document, provider.operations), provider.operations)


def _require_named(provider: Provider, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Raise if our own overlay describes an operation that the list does not name, so that no client would have it."""
    described, known = ({part.parts for part in walk(each) if part.kind == "operation"} for each in (after, before))
    named = {("paths", each.path, each.method) for each in provider.operations}
    if unnamed := sorted(described - known - named, key=str):
        text = "is missing from specs/sources.toml: add it there, or remove it here"
        raise InvalidDocument(tuple(Problem(pointer(*parts), text) for parts in unnamed))


def _read_spec(provider: Provider) -> dict[str, Any]:
    with _attributing(provider, provider.spec):
        document = load_document(provider.spec)
        if provider.dialect == "mintlify":
            return to_openapi(document)
        if "paths" not in document:
            raise DocumentError(provider.spec, 0, 0, f"is not OpenAPI: run nox -s fetch -- {provider.slug}")
        return document


def check_document(provider: Provider, document: dict[str, Any]) -> None:
    """Raise unless a client can be made from a provider's document.

    Raises:
        ProviderFailure: Everything that is wrong with it.

    """
    with _attributing(provider):
        problems = list(find_missing(document, provider.operations))
        try:
            validate_document(document)
        except InvalidDocument as error:
            # If no operation is left, that follows from the missing ones.
            problems += [each for each in error.problems if not problems or each.location != pointer("paths")]
        if problems:
            raise InvalidDocument(tuple(_naming(document, each) for each in problems))


def _naming(document: dict[str, Any], problem: Problem) -> Problem:
    """Name the parameter that has a problem: its index differs in the overlay if `normalise` removed others."""
    place = re.match(r"#/paths/[^/]+/(?:[a-z]+/)?parameters/\d+", problem.location)
    with contextlib.suppress(LookupError):
        match dereference(document, {"$ref": place[0]}) if place else None:
            case {"name": str(name)}:
                return attrs.evolve(problem, text=f"parameter {name!r}: {problem.text}")
    return problem


def regenerate(root: Path, providers: Iterable[Provider], *, strays: bool) -> Comparison:
    """Write the clients of some providers, all of them or none.

    Args:
        root: The repository.
        providers: Whose clients to write.
        strays: Whether to remove files in `generated/` that belong to no provider.

    Returns:
        What differed before. If there are failures, nothing was written.

    """
    return _run(root, tuple(providers), strays=strays, write=True)


def compare(root: Path, providers: Iterable[Provider], *, strays: bool) -> Comparison:
    """Return what `regenerate` with the same arguments would change, and write nothing."""
    return _run(root, tuple(providers), strays=strays, write=False)


def _run(root: Path, providers: tuple[Provider, ...], *, strays: bool, write: bool) -> Comparison:
    require_pinned_tools(root)
    version = read_version(root)
    fresh: dict[Provider, Path] = {}
    failures: list[ProviderFailure] = []
    with tempfile.TemporaryDirectory(prefix=STAGING, dir=root if write else None) as stage:
        for provider in providers:
            try:
                fresh[provider] = _generate(provider, version, Path(stage, provider.slug))
            except ProviderFailure as failure:
                failures.append(failure)
        differences = {provider.slug: _differences(provider, tree) for provider, tree in fresh.items()}
        unknown = _strays(root / "generated", providers) if strays else []
        for path in unknown:
            differences[path.name] = [Difference(PurePosixPath(path.relative_to(root)), EXTRA)]
        if write and not failures:
            changed = {each.output: tree for each, tree in fresh.items() if differences[each.slug]}
            replace_trees(changed | dict.fromkeys(unknown), graveyard=Path(tempfile.mkdtemp(dir=stage)))
    return Comparison(differences, tuple(failures))


def _generate(provider: Provider, version: str, into: Path) -> Path:
    document = build_document(provider)
    check_document(provider, document)
    with _attributing(provider):
        generate_client(document, provider, version=version, into=into)
    return into


def _differences(provider: Provider, fresh: Path) -> list[Difference]:
    prefix = PurePosixPath("generated", provider.slug)
    return [attrs.evolve(each, path=prefix / each.path) for each in compare_trees(provider.output, fresh)]


def _strays(generated: Path, providers: Iterable[Provider]) -> list[Path]:
    known = {provider.slug for provider in providers}
    if not generated.is_dir():
        return []
    return sorted(path for path in generated.iterdir() if path.name not in known)


@contextlib.contextmanager
def _attributing(provider: Provider, path: Path | None = None) -> Iterator[None]:
    """Add to an error its provider and, unless it is in the overlaid document, its file relative to the root."""
    file = None if path is None else PurePosixPath(path.relative_to(provider.root))
    try:
        yield
    except DocumentError as error:
        raise ProviderFailure(provider.slug, file, attrs.evolve(error, source=file or error.source)) from error
    except CodegenError as error:
        raise ProviderFailure(provider.slug, file, error) from error
