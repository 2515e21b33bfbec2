"""What an overlay adds, and the provider now says itself: both together may make a document that is none.

That is the overlay's fault, and mended there. So it is told with what else is wrong with the overlay, and what has
changed is told as if the place were as it was.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from codegen.changes.editions import Edition, checked
from codegen.corrections import Misfit
from codegen.document import canonical, copied
from codegen.errors import Problem, pointer
from codegen.walk import resolve, segments

_LIMIT = 200


def settled(old: Edition, new: Edition) -> Edition:
    """Return a newer edition without the places in which the provider and the overlay say the same thing twice.

    Args:
        old: An edition, checked, with the same overlay.
        new: The newer one, checked; it comes back as it is if that is not all that is wrong with it.

    """
    if not new.problems or old.problems or old.document is None or new.document is None:
        return new
    found = {problem: next(_collisions(old, new, problem.location), None) for problem in new.problems}
    document = copied(new.document)
    misfits = {}
    for problem, place in found.items():
        if place is None:
            return new
        *around, key = segments(place)
        holder = resolve(document, pointer(*around))
        holder[int(key) if isinstance(holder, list) else key] = copied(resolve(old.document, place))
        misfits[place] = Misfit(Problem(place, _text(problem)), says=_said(new, place))
    result = checked(attrs.evolve(new, document=document, problems=()))
    return new if result.problems else attrs.evolve(result, misfits=(*new.misfits, *misfits.values()))


def _text(problem: Problem) -> str:
    return f"the provider now says this itself, and what the overlay adds does not go with it: {problem.text}"


def _said(edition: Edition, place: str) -> str:
    said = canonical(resolve(edition.stages[_first_stage(edition, place) or 0], place))
    return said if len(said) <= _LIMIT else f"{said[:_LIMIT]}…"


def _collisions(old: Edition, new: Edition, place: str) -> Iterator[str]:
    """Yield the places around a place, the outermost first, that only the overlay had, and now the provider has.

    What answers are like is all that may wait: a request that goes otherwise is no fault of the overlay.
    """
    parts = segments(place)
    if "responses" not in parts and parts[:2] != ("components", "schemas"):
        return
    for length in range(1, len(parts) + 1):
        around = pointer(*parts[:length])
        before, after = _first_stage(old, around), _first_stage(new, around)
        if before is not None and after is not None and after < before:
            yield around


def _first_stage(edition: Edition, place: str) -> int | None:
    """Return in which stage something first stands in a place; 0 is what the provider says."""
    for index, stage in enumerate(edition.stages):
        try:
            resolve(stage, place)
        except LookupError:
            continue
        return index
    return None
