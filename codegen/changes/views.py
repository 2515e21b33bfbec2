"""Which fields of a view are read from which part of a client, and which properties none is read from.

The facade's table is read as data. Its properties are those of a session, wherever one stands in a response.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs

from codegen.client.surface import ACCESS, FAILURE, PROPERTY, SUCCESS, VALUES, Part, Surface
from codegen.errors import SourcesError
from codegen.fields import TABLE, read_table

SESSION = "Session"
"""The class of a session, which has this name in every client."""

_LIST = "sessions.list_sessions"
"""The operation whose rows are sessions, too, whatever their class."""

_READ = {SUCCESS, PROPERTY}

Fields = dict[str, frozenset[str]]
"""For each field of a view, the properties of a session that it is read from: `recordings[].url`."""


def read_fields(*roots: Path) -> dict[str, Fields]:
    """Return, by provider, what the facade's tables in some repositories say, taken together.

    Raises:
        SourcesError: A table is not a literal, or a row of it is invalid.

    """
    found: dict[str, Fields] = {}
    for path in (root / TABLE for root in roots if (root / TABLE).exists()):
        try:
            for slug, provider in read_table(path).items():
                fields = found.setdefault(slug, {})
                for name, row in provider["fields"].items():
                    fields[name] = fields.get(name, frozenset()) | {*row["from"]}
        except (AttributeError, KeyError, TypeError) as error:
            raise SourcesError(path, "does not say of every field what it is read from") from error
    return found


@attrs.frozen
class Views:
    """What the views of a provider's sessions are read from, in some editions of its client."""

    fields: Fields
    surfaces: tuple[Surface, ...]

    def fields_of(self, part: Part) -> tuple[str, ...]:
        """Return the fields that are read from a part: all of them, if a session as a whole depends on it."""
        paths = {path for surface in self.surfaces for path in self._paths(surface, part)}
        return tuple(
            field for field, read in self.fields.items() if any(_touches(path, each) for path in paths for each in read)
        )

    def _paths(self, surface: Surface, part: Part) -> Iterator[str]:
        """Yield the paths of a part in a session; an empty path is the session as a whole."""
        holder, is_property = part.holder or part.label, part.sort == PROPERTY
        parts = [part] if is_property else [each for each in surface.parts_of(holder) if each.sort in _READ]
        carried = surface.reached_from(parts) | (set() if is_property else {holder})
        sessions = self._sessions(surface)
        if part.sort == ACCESS or (part.sort != FAILURE and carried & sessions):
            yield ""
        for session in sessions:
            for path, each in _properties(surface, session):
                if each.label == part.label or (not is_property and holder in each.type.classes):
                    yield path

    def _sessions(self, surface: Surface) -> set[str]:
        """Return the class of a session, and that of a row of a list, which has a session's id."""
        ids = self.fields.get("id", frozenset())
        rows = surface.reached_from(each for each in surface.parts_of(_LIST) if each.sort == SUCCESS)
        return {SESSION} | {each.holder for name in rows for each in surface.parts_of(name) if each.key in ids}


def unused_properties(surface: Surface, fields: Fields) -> list[str]:
    """Return the properties of a session, by their paths, that no field is read from."""
    read = {each for properties in fields.values() for each in properties}
    found = {}
    for path, part in _properties(surface, SESSION):
        inner = [each for name in part.type.classes for each in surface.parts_of(name) if each.sort == PROPERTY]
        if part.key != VALUES and all(each.key == VALUES for each in inner):
            found[path] = not any(_touches(path, each) for each in read)
    return [path for path, is_unused in found.items() if is_unused]


def _properties(
    surface: Surface, name: str, path: str = "", around: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Part]]:
    """Yield each property in a session with its path, such as `recordings[].url`."""
    parts = [] if name in around else surface.parts_of(name)  # a class may hold itself
    for part in (each for each in parts if each.sort == PROPERTY):
        here = f"{path}.{part.key}".removeprefix(".")
        yield here, part
        for inner in part.type.classes:
            yield from _properties(surface, inner, here + "[]" * str(part.type).count("list["), around | {name})


def _touches(path: str, read: str) -> bool:
    """Whether one of two properties is the other, or is in it; an empty path is the session."""
    one, other = (f"{each.replace('[]', '')}." for each in (path, read))
    return not path or one.startswith(other) or other.startswith(one)
