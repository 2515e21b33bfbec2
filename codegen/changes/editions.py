"""A provider's document in one edition of the inputs, as far as it can be had."""

from __future__ import annotations

import json
from typing import Any

import attrs

from codegen.client import Surface, surface_of
from codegen.corrections import Misfit
from codegen.errors import GenerationError, InvalidDocument, Problem, ProviderFailure
from codegen.pipeline import check_document, try_document
from codegen.providers import Provider

# The order of media types decides which one is read.
_ORDERED = "content"


@attrs.frozen
class Edition:
    """What one edition of the inputs makes of a provider."""

    provider: Provider

    document: dict[str, Any] | None = None
    """The overlaid document, without the corrections that do not apply; None if the files cannot be read."""

    surface: Surface | None = None
    """What people see of the client; None if the generator cannot read the document."""

    misfits: tuple[Misfit, ...] = ()
    """What is wrong with the overlay."""

    stages: tuple[dict[str, Any], ...] = ()
    """The provider's own document, and what each correction in turn makes of it."""

    problems: tuple[Problem, ...] = ()
    """Why no client can be made, beside the overlay."""

    @property
    def text(self) -> str:
        """The document as JSON, the same for documents that differ in an order of keys that means nothing."""
        return json.dumps(in_order(self.document))


def read_edition(provider: Provider) -> Edition:
    """Return what a provider's files say, or what is wrong with them; `checked` tells whether that makes a client."""
    try:
        tried = try_document(provider)
    except ProviderFailure as failure:
        return Edition(provider, problems=_problems_of(failure))
    return Edition(provider, tried.document, misfits=tried.misfits, stages=tried.stages)


def checked(edition: Edition) -> Edition:
    """Return an edition with what people see of the client of its document, or why there is none."""
    if edition.document is None:
        return edition
    problems: tuple[Problem, ...] = ()
    surface = None
    try:
        check_document(edition.provider, edition.document)
    except ProviderFailure as failure:
        problems = _problems_of(failure)
    try:
        surface = surface_of(in_order(edition.document))
        missing = surface.problems
    except GenerationError as error:
        missing = (Problem(error.place, error.problem),)
    problems = problems or missing
    return attrs.evolve(edition, surface=surface, problems=problems)


def _problems_of(failure: ProviderFailure) -> tuple[Problem, ...]:
    """Return what is wrong, each with its place in the document, or in the file that cannot be read."""
    if isinstance(failure.error, InvalidDocument):
        return failure.error.problems
    return (Problem(str(failure.file), str(failure.error)),)


def in_order(value: Any, key: str = "") -> Any:
    """Return a document with its keys sorted, where their order means nothing to a client."""
    if isinstance(value, dict):
        keys = value if key == _ORDERED else sorted(value)
        return {each: in_order(value[each], each) for each in keys}
    return [in_order(item) for item in value] if isinstance(value, list) else value
