"""What a provider says now, and its overlay keeps out of the document: there, nothing seems to have changed.

A correction puts what was seen in the place of what a page says. When the page then says something else in that
place, and what it says does not fit what the overlay makes of it, the clients go on as if nothing had happened.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import attrs

from codegen.changes.editions import Edition
from codegen.changes.verdicts import BREAKING, Fact
from codegen.client import Attribute, Auth, Model, auth_of
from codegen.document import canonical
from codegen.errors import GenerationError, pointer
from codegen.schemas import alternatives, members_of, types_of
from codegen.walk import dereference, walk

_DEPTH = 8
"""Levels of objects in objects that are compared: a schema may hold itself."""


@attrs.frozen
class _Schema:
    """A schema, in the document that its references lead to."""

    document: dict[str, Any]
    node: Any

    def alternatives(self) -> list[_Schema]:
        return [_Schema(self.document, each) for each in alternatives(self.document, self.node)]

    def kinds(self) -> set[str]:
        return {*types_of(self.node)}

    def items(self) -> _Schema:
        return _Schema(self.document, self.node.get("items", {}))

    def properties(self) -> dict[str, _Schema]:
        found = members_of(self.document, self.node).properties
        return {name: _Schema(self.document, each) for name, each in found.items()}


def overruled_facts(old: Edition, new: Edition, known: list[Fact]) -> list[Fact]:
    """Return what a provider says now and did not before, and its overlay hides, beside the facts that are known."""
    told = [fact.place for fact in known if fact.verdict == BREAKING]
    added = {fact.place for fact in known if fact.kind == "property-added"}
    before, places, origins = _overruled(old), _first_stages(old), _first_stages(new)
    found: dict[str, Fact] = {}
    for origin, misfits in _overruled(new).items():
        # What the overlay had from itself, and the provider now has too, was never told otherwise.
        is_ours = origin not in places or places[origin] > origins[origin]
        for place, text in misfits.items():
            is_known = text == before.get(origin, {}).get(place) or place in added
            if not is_ours and not is_known and not any(_touches(place, each) for each in told):
                fact = _fact(new, origin, place, text)
                found.setdefault(fact.place, fact)
    return [*found.values(), *_unsent_facts(old, new)]


def _touches(place: str, other: str) -> bool:
    return f"{place}/".startswith(f"{other}/") or f"{other}/".startswith(f"{place}/")


def _first_stages(edition: Edition) -> dict[str, int]:
    """Return for each schema the stage in which it first stands in its place; 0 is what the provider says."""
    found: dict[str, int] = {}
    for index, stage in enumerate(edition.stages):
        for place in _schemas(stage):
            found.setdefault(place, index)
    return found


def _schemas(document: dict[str, Any]) -> dict[str, Any]:
    return {part.location: part.node for part in walk(document) if part.kind == "schema"}


def _overruled(edition: Edition) -> dict[str, dict[str, str]]:
    """Return for each corrected schema what was said, by its place, that does not fit what it was corrected to."""
    found: dict[str, dict[str, str]] = {}
    for before, after in pairwise(edition.stages):
        kept = _schemas(after)
        for place, node in _schemas(before).items():
            if place in kept and canonical(node) != canonical(kept[place]):
                said, corrected = _Schema(before, node), _Schema(after, kept[place])
                with contextlib.suppress(LookupError):  # a page may refer into nowhere until its overlay mends it
                    found.setdefault(place, {}).update(_misfits(said, corrected, place, _DEPTH))
    return found


def _misfits(said: _Schema, kept: _Schema, place: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield in which places what is said has a type that is not kept, or lacks a property that is."""
    choices = kept.alternatives()
    for each in said.alternatives() if depth else ():
        for kind in sorted(each.kinds()):
            found = [[*_misfits_of(kind, each, choice, place, depth)] for choice in choices if _takes(choice, kind)]
            if choices and not found:
                names = " | ".join(sorted({name for choice in choices for name in choice.kinds()}))
                yield place, f"{kind}, and the overlay has {names}"
            yield from min(found, key=len, default=())


def _takes(choice: _Schema, kind: str) -> bool:
    found = choice.kinds()
    return kind == "any" or bool({kind, "any"} & found) or (kind == "integer" and "number" in found)


def _misfits_of(kind: str, said: _Schema, kept: _Schema, place: str, depth: int) -> Iterator[tuple[str, str]]:
    if kind == "array":
        yield from _misfits(said.items(), kept.items(), f"{place}/items", depth - 1)
    if kind == "object":
        properties = said.properties()
        for name, inner in kept.properties().items():
            there = place + pointer("properties", name)[1:]
            if name in properties:
                yield from _misfits(properties[name], inner, there, depth - 1)
            else:
                yield there, "nothing, and the overlay has it"


def _fact(edition: Edition, origin: str, place: str, text: str) -> Fact:
    package = edition.provider.package
    for model in edition.surface.models.values() if edition.surface is not None else ():
        for each in model.attributes.values():
            if _touches(each.place, place) and each.place != model.place:
                return _property_fact(package, model, each, place, text)
    within = f" at {place.removeprefix(origin)}" if place != origin else ""
    return Fact("answer-overruled", origin, package, f"the provider now says{within} {text}")


def _property_fact(package: str, model: Model, each: Attribute, place: str, text: str) -> Fact:
    name = f"{package}.models.{model.name}.{each.python_name}"
    said = f"of {model.name}.{each.name}, the provider now says {text}"
    return Fact("property-overruled", place, name, said, model=model.name, attribute=each.name)


def _unsent_facts(old: Edition, new: Edition) -> Iterator[Fact]:
    """Yield the parameters and keys that the provider now asks for, and that the overlay has otherwise."""
    for place, text in sorted(_unsent(new).items() - _unsent(old).items()):
        yield Fact("request-overruled", place, f"{new.provider.package}.AuthenticatedClient", text)


def _unsent(edition: Edition) -> dict[str, str]:
    """Return by its place what the provider describes as part of a request, and the client does not send."""
    said, kept = edition.stages[0], edition.stages[-1]
    auth = auth_of(kept)
    sent = {(each["name"], each["in"]) for _, each in _parameters(kept)} | {(auth.header, "header")}
    return {
        place: f"the provider now takes the {each['in']} parameter {each['name']}, and the overlay removes it"
        for place, each in _parameters(said)
        if (each["name"], each["in"]) not in sent
    } | dict(_refused_keys(said, auth))


def _parameters(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in walk(document):
        if part.kind == "parameter" and part.parts[0] == "paths":
            yield part.location, dereference(document, part.node)


def _refused_keys(said: dict[str, Any], auth: Auth) -> Iterator[tuple[str, str]]:
    """Yield where the provider wants a key, if the client's is none of those that it takes."""
    for part in walk(said):
        if part.kind == "operation" and part.parts[0] == "paths":
            wanted = part.node.get("security", said.get("security", []))
            if wanted and not any(_is_key(said, each, auth) for each in wanted):
                yield f"{part.location}/security", f"the provider now wants {canonical(wanted)}"


def _is_key(said: dict[str, Any], requirement: dict[str, Any], auth: Auth) -> bool:
    try:
        return auth_of({**said, "paths": {"/": {"get": {"security": [requirement]}}}}) == auth
    except GenerationError:
        return False
