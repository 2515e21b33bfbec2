"""Which fields of a view are read from a part of a client, and from which properties none is read.

The facade's table is read as data. Its properties are those of the session, wherever that stands in an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from codegen.changes.verdicts import KINDS, Fact
from codegen.client import Attribute, Surface
from codegen.errors import SourcesError
from codegen.fields import TABLE, read_table

SESSION = "Session"
"""The class of a session, which is called so in every client."""

Fields = dict[str, frozenset[str]]
"""For each field of a view, the properties of the session that it is read from: `recordings[].url`."""


def read_fields(*roots: Path) -> dict[str, Fields]:
    """Return, by provider, what the facade's tables in some repositories say, taken together.

    Raises:
        SourcesError: A table is no literal, or not what it must be.

    """
    found: dict[str, Fields] = {}
    for path in (root / TABLE for root in roots):
        if path.exists():
            for slug, fields in _read_table(path).items():
                known = found.setdefault(slug, {})
                known.update({name: known.get(name, frozenset()) | read for name, read in fields.items()})
    return found


def _read_table(path: Path) -> dict[str, Fields]:
    table = read_table(path)
    try:
        return {
            slug: {name: frozenset(row["from"]) for name, row in each["fields"].items()} for slug, each in table.items()
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise SourcesError(path, "does not say of every field what it is read from") from error


def reached_fields(fact: Fact, surfaces: Iterable[Surface], fields: Fields) -> tuple[str, ...]:
    """Return the fields of a view that are read from what a fact is about in some clients, in the table's order."""
    if KINDS[fact.kind].reaches_all:
        return tuple(fields)
    paths = [path for surface in surfaces for path in _paths_of(fact, surface)]
    return tuple(name for name, read in fields.items() if any(_touches(path, each) for path in paths for each in read))


def unused_properties(surface: Surface, fields: Fields) -> list[str]:
    """Return the properties of successful answers that no field is read from; those of the session by their path.

    A property beside the session is named by its class: `SessionEnvelope.requestId`.
    """
    read = {each for properties in fields.values() for each in properties}
    found: dict[str, None] = {}
    for path, attribute in _properties(surface):
        is_leaf = not any(surface.models[name].attributes for name in _models(surface, attribute))
        if is_leaf and not any(_touches(path, each) for each in read):
            found[path] = None
    return list(found)


def _paths_of(fact: Fact, surface: Surface) -> list[str]:
    """Return the paths of the session's properties that hold what a fact is about; an empty one is the session."""
    if fact.model is None:
        return []
    holders = [path for path, attribute in _properties(surface) if fact.model in attribute.type.classes]
    if fact.model == SESSION:
        holders.append("")
    if fact.attribute is None:
        return holders
    known = surface.models[fact.model].attributes.get(fact.attribute) if fact.model in surface.models else None
    if known is not None and _holds_session(surface, known):
        return [""]
    return [_joined(holder, fact.attribute) for holder in holders]


def _properties(surface: Surface) -> Iterator[tuple[str, Attribute]]:
    """Yield each property of successful answers with its path, as `recordings[].url`, which begins at the session."""
    answers = [each for operation in surface.operations.values() for each in operation.answers.values()]
    roots = dict.fromkeys(name for each in answers if each.is_success for name in each.type.classes)
    for name in roots:
        yield from _properties_of(surface, name, "" if name == SESSION else name, frozenset())


def _properties_of(surface: Surface, name: str, path: str, around: frozenset[str]) -> Iterator[tuple[str, Attribute]]:
    if name not in surface.models or name in around:  # an enum, or a class that holds itself
        return
    for attribute in surface.models[name].attributes.values():
        items = "[]" * str(attribute.type).count("list[")
        here = _joined(path, attribute.name)
        if SESSION not in attribute.type.classes:
            yield here, attribute
        for inner in _models(surface, attribute):
            below = "" if inner == SESSION else f"{here}{items}"
            yield from _properties_of(surface, inner, below, around | {name})


def _models(surface: Surface, attribute: Attribute) -> list[str]:
    return [name for name in dict.fromkeys(attribute.type.classes) if name in surface.models]


def _holds_session(surface: Surface, attribute: Attribute) -> bool:
    """Whether the session stands in a property, or in what is in it."""
    left, seen = list(attribute.type.classes), set()
    while left:
        name = left.pop()
        if name == SESSION:
            return True
        if name not in seen and name in surface.models:
            left += [inner for each in surface.models[name].attributes.values() for inner in each.type.classes]
        seen.add(name)
    return False


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _touches(path: str, read: str) -> bool:
    """Whether one of two properties is the other, or is in it; an empty path is the session."""
    one, other = (f"{each.replace('[]', '')}." for each in (path, read))
    return not path or one.startswith(other) or other.startswith(one)
