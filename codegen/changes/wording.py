"""What differs in two documents beyond the facts: what a client does not read, or has as a text alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from codegen.changes.verdicts import Fact
from codegen.document import canonical
from codegen.errors import pointer

_TEXTS = ("description", "summary", "title", "example", "examples", "externalDocs", "deprecated")
_LIMIT = 60


def wording_facts(old: dict[str, Any], new: dict[str, Any], known: Sequence[Fact]) -> Iterator[Fact]:
    """Yield the places at which two documents differ, but for those that known facts are about."""
    # That no client can be made says where, and not what has changed there.
    places = [fact.place for fact in known if not fact.kind.startswith("client-")]
    found = [each for each in _differences(old, new, ()) if not _is_explained(each, places)]
    yield from found
    if canonical(old) == canonical(new) and json.dumps(old) != json.dumps(new):
        yield Fact("order-changed", "#", "", "the keys stand in another order")


def _differences(old: Any, new: Any, parts: tuple[object, ...]) -> Iterator[Fact]:
    if canonical(old) == canonical(new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and not _is_leaf(parts):
        for key in {**old, **new}:
            place = (*parts, key)
            if key not in new:
                yield Fact("wording-removed", pointer(*place), "", f"{key} is gone")
            elif key not in old:
                yield Fact("wording-added", pointer(*place), "", f"{key} is new: {_short(new[key])}")
            else:
                yield from _differences(old[key], new[key], place)
    elif _is_like(old, new) and not _is_leaf(parts):
        for index, pair in enumerate(zip(old, new, strict=True)):
            yield from _differences(*pair, (*parts, index))
    else:
        yield Fact("wording-changed", pointer(*parts), "", f"{parts[-1]} is {_short(new)}, and no longer {_short(old)}")


def _is_like(old: Any, new: Any) -> bool:
    """Whether two arrays can be compared item by item: the same number of objects."""
    pair = (old, new)
    return all(isinstance(each, list) for each in pair) and len(old) == len(new) and isinstance(new[0], dict)


def _is_leaf(parts: tuple[object, ...]) -> bool:
    last = str(parts[-1]) if parts else ""
    return last in _TEXTS or last.startswith("x-")


def _is_explained(difference: Fact, places: Sequence[str]) -> bool:
    """Whether a difference is in a place that facts are about, or beside it, as `required` is beside `properties`."""
    around, _, key = difference.place.rpartition("/")
    beside = around if key not in _TEXTS else difference.place
    return any(_within(difference.place, place) or _within(place, beside) for place in places)


def _within(place: str, around: str) -> bool:
    return place == around or place.startswith(f"{around}/")


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LIMIT else f"{text[:_LIMIT]}…"
