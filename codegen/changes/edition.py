"""A provider's document in one edition of the inputs, as far as it can be had."""

from __future__ import annotations

import json
from typing import Any

import attrs

from codegen.client.surface import Surface, surface_of
from codegen.corrections import Misfit
from codegen.errors import GenerationError, InvalidDocument, Problem, ProviderFailure
from codegen.pipeline import check_document, try_document
from codegen.providers import Provider


@attrs.frozen
class Edition:
    """What one edition of the inputs makes of a provider."""

    provider: Provider

    document: dict[str, Any] | None = None
    """The document without the corrections that do not apply, its keys sorted; None if a file cannot be read."""

    surface: Surface | None = None
    """What people see of the client; None if the generator cannot read the document."""

    misfits: tuple[Misfit, ...] = ()
    """The actions of the overlays that do not apply."""

    stages: tuple[dict[str, Any], ...] = ()
    """The provider's own document, and what each correction in turn makes of it."""

    problems: tuple[Problem, ...] = ()
    """Why no client can be made, apart from the misfits."""


def read_edition(provider: Provider) -> Edition:
    """Return what a provider's files say, and what is wrong with them."""
    try:
        tried = try_document(provider)
    except ProviderFailure as failure:
        return Edition(provider, problems=_problems_of(failure))
    document = json.loads(json.dumps(tried.document, sort_keys=True))  # an order of keys means nothing to a client
    problems: tuple[Problem, ...] = ()
    surface = None
    try:
        check_document(provider, document)
    except ProviderFailure as failure:
        problems = _problems_of(failure)
    try:
        surface = surface_of(document)
    except GenerationError as error:
        problems = problems or (Problem(error.place, error.problem),)
    return Edition(provider, document, surface, tried.misfits, tried.stages, problems)


def _problems_of(failure: ProviderFailure) -> tuple[Problem, ...]:
    """Return what is wrong, each with its place in the document, or in the file that cannot be read."""
    if isinstance(failure.error, InvalidDocument):
        return failure.error.problems
    return (Problem(str(failure.file), str(failure.error)),)
