"""The body of a create while it is made: from the provider's own options, and from ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from browser_sessions._options import Options
from browser_sessions._providers import PROVIDERS
from browser_sessions._reading import MARKER
from browser_sessions.errors import InvalidOption


class RequestDraft:
    """The body of a create, while it is made.

    Args:
        slug: The provider.
        given: The provider's own options: a model, JSON data that may contain models, or None.
        kind: The provider's model of a body.
        encode: Its client's function that writes a body as JSON.

    Attributes:
        data: The body.

    Raises:
        InvalidOption: `given` is none of these, or cannot be written as JSON.

    """

    def __init__(self, slug: str, given: object, kind: type, encode: Callable[[Any], bytes]) -> None:
        self._provider = PROVIDERS[slug]
        self.data: dict[str, Any] = {}
        if given is None:
            return
        if not isinstance(given, kind | Mapping):
            package = type(given).__module__.partition(".")[0]
            expected = f"a mapping, or a CreateSessionRequest of {slug}_client"
            raise self.invalid(f"options must be {expected}, not {type(given).__name__} of {package}")
        try:
            self.data = json.loads(encode(given))
        except (TypeError, ValueError, RecursionError):
            pass
        else:
            return
        # Raised here, so that no error behind it holds a value.
        raise self.invalid("options cannot be written as JSON: it has a value that is not JSON, or contains itself")

    def put(self, option: str, value: object, *path: str) -> None:
        """Set a property, by the names that lead to it.

        Raises:
            InvalidOption: It is set already, or something on the way to it is not an object.

        """
        place = self.part(option, *path[:-1])
        if path[-1] in place:
            raise self.twice(option, *path)
        place[path[-1]] = value

    def put_given(self, option: str, value: object, *path: str) -> None:
        """Set a property, unless the value is None."""
        if value is not None:
            self.put(option, value, *path)

    def put_parts(self, option: str, parts: Mapping[str, object], *path: str) -> None:
        """Set properties of one object, except those whose value is None."""
        for name, value in present(parts).items():
            self.put(option, value, *path, name)

    def part(self, option: str, *path: str) -> dict[str, Any]:
        """Return the object at the end of a path, which is made if it is not there."""
        place = self.data
        for length, name in enumerate(path, 1):
            place = place.setdefault(name, {})
            if not isinstance(place, dict):
                raise self.twice(option, *path[:length])
        return place

    def check_metadata(self, size: int) -> None:
        """Raise `InvalidOption` if there is more metadata, with the marker, than the provider takes."""
        limit = self._provider.operations["create"].options["metadata"]
        if limit.most is not None and size > limit.most:
            takes = f"{self._provider.name} takes {limit.most}"
            raise self.invalid(f"metadata has {size} {limit.unit} with the marker, and {takes}: leave some of it out")

    def twice(self, option: str, *path: str) -> InvalidOption:
        """Return the error for a property that two options set."""
        advice = "remove it from options" + (", or pass lifetime=None" if option == "lifetime" else "")
        return self.invalid(f"{option} and options both set {'.'.join(path)!r}: {advice}")

    def invalid(self, text: str) -> InvalidOption:
        """Return an error of this provider."""
        return InvalidOption(text, provider=self._provider.slug)


def present(parts: Mapping[str, object]) -> dict[str, object]:
    """Return properties without those whose value is None."""
    return {name: value for name, value in parts.items() if value is not None}


def labels_of(options: Options, marker: str | None) -> Iterator[tuple[str, str, str]]:
    """Yield the labels of a new session, the marker last: the option, the name and the value of each."""
    for name, value in (options.metadata or {}).items():
        yield "metadata", name, value
    if marker is not None:
        yield "the marker", MARKER, marker


def units(lifetime: timedelta | None, unit: timedelta) -> int | None:
    """Return a lifetime as a number of units."""
    return None if lifetime is None else lifetime // unit
