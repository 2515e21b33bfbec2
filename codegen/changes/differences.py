"""How two clients differ for people who use them, and how two Python packages do.

What a caller gives may become wider, and what a caller reads may gain parts: whatever else goes or changes is
breaking, unless a rule below says why it is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import griffe

from codegen.changes.change import ADDITIVE, BREAKING, COSMETIC, Change
from codegen.changes.views import Views
from codegen.client.surface import (
    ACCESS,
    CONSTANT,
    ENUM,
    FAILURE,
    MODEL,
    NULL,
    PARAMETER,
    PROPERTY,
    SUCCESS,
    VALUES,
    Part,
    Surface,
)

_Found = list[tuple[str, str, str]]
"""For each change of a part its verdict, what happened, and how the sentence about it ends."""

_RESPONSES = (SUCCESS, FAILURE)

# Not those of types, defaults and values: griffe compares their text, which may differ and mean the same.
_BREAKAGES = {
    griffe.BreakageKind.CLASS_REMOVED_BASE,
    griffe.BreakageKind.OBJECT_CHANGED_KIND,
    griffe.BreakageKind.OBJECT_REMOVED,
    griffe.BreakageKind.PARAMETER_ADDED_REQUIRED,
    griffe.BreakageKind.PARAMETER_CHANGED_KIND,
    griffe.BreakageKind.PARAMETER_CHANGED_REQUIRED,
    griffe.BreakageKind.PARAMETER_MOVED,
    griffe.BreakageKind.PARAMETER_REMOVED,
}


def surface_changes(old: Surface, new: Surface, package: str, views: Views) -> Iterator[Change]:
    """Yield how what people see of a client has changed, spellings aside.

    An operation that is new or gone is one change, together with the classes that only it uses.
    """
    kept = (each for each in old.parts.values() if each.sort in {PARAMETER, *_RESPONSES} and each.holder in new.parts)
    used = old.reached_from(kept)
    received = {name for each in (old, new) for name in each.reached_from(each.of_sort(*_RESPONSES))}
    for label, part in {**old.parts, **new.parts}.items():
        is_apart = not part.holder or (part.holder in old.parts and part.holder in new.parts)
        if is_apart and (part.sort not in {MODEL, ENUM} or label in used):
            is_sent = part.sort == PARAMETER or (part.sort == PROPERTY and part.holder not in received)
            for verdict, event, said in _part_changes(old, new, part, is_sent=is_sent):
                is_read = verdict == BREAKING or part.sort in {PROPERTY, CONSTANT}
                fields = views.fields_of(part) if is_read else ()
                name = f"{package}.{part.import_name}"
                yield Change(verdict, f"{part.sort}-{event}", part.place, name, f"{label} {said}", fields)


def _part_changes(old: Surface, new: Surface, part: Part, *, is_sent: bool) -> _Found:
    """Return how a part of the newer surface, or of the older one if it is gone, has changed."""
    before, after = _at(old, part), _at(new, part)
    if before is None:
        return [_addition(old, part)]
    if after is None:
        is_nothing = part.sort == FAILURE and part.type.texts == (NULL,)
        return [] if is_nothing else [(BREAKING, "removed", f"is gone ({part.type})")]
    verdict = _type_verdict(before, after, is_sent=is_sent)
    optional = ADDITIVE if is_sent else BREAKING
    rules = (
        (before.import_name != after.import_name, BREAKING, "renamed", f"is now called {after.import_name} in Python"),
        (after.is_required and not before.is_required, BREAKING, "made-required", "is now required"),
        (before.is_required and not after.is_required, optional, "made-optional", "is no longer required"),
        (verdict != COSMETIC, verdict, "changed", f"is now {after.type}, and was {before.type}"),
        (before.is_secret and not after.is_secret, BREAKING, "exposed", "is no longer hidden from what is printed"),
        (after.is_secret and not before.is_secret, ADDITIVE, "hidden", "is now hidden from what is printed"),
    )
    return [rule[1:] for rule in rules if rule[0]]


def _addition(old: Surface, part: Part) -> tuple[str, str, str]:
    known = {text for each in old.parts_of(part.holder) if each.sort == SUCCESS for text in each.type.texts}
    access = {text for each in old.of_sort(ACCESS) for text in each.type.texts}
    breaking = (
        (part.is_required, ", and required"),
        (part.sort == SUCCESS and not {*part.type.texts} <= known, ", and returned, not raised"),
        (part.sort == PARAMETER and part.key.lower() in access, ", and called like the key's header"),
    )
    reasons = "".join(reason for applies, reason in breaking if applies)
    return BREAKING if reasons else ADDITIVE, "added", f"is new{reasons} ({part.type})"


def _at(surface: Surface, part: Part) -> Part | None:
    """Return what a part is in a surface: a status may be described by its range there, or by the default."""
    labels = [part.label]
    if part.sort in _RESPONSES:
        wider = [f"{part.key[0]}XX", *(["default"] if part.sort == FAILURE else [])]
        labels += [f"{part.holder}: status {each}" for each in wider]
    return next((surface.parts[label] for label in labels if label in surface.parts), None)


def _type_verdict(old: Part, new: Part, *, is_sent: bool) -> str:
    """Return what it means that a part has other types or another value."""
    before, after = {*old.type.texts}, {*new.type.texts}
    if is_sent:
        return COSMETIC if before == after else ADDITIVE if before < after else BREAKING
    if old.type.texts == new.type.texts:
        return COSMETIC
    is_harmless = (
        # An optional null that arrives nevertheless is UNSET.
        (old.sort == PROPERTY and not new.is_required and after == before - {NULL} < before)
        # Nothing was read from the response, and nothing was known of the values of a map.
        or (old.sort == FAILURE and before == {NULL})
        or (old.key == VALUES and before <= {"Any", "Never"})
    )
    return ADDITIVE if is_harmless else BREAKING


def python_changes(package: str, old: Path, new: Path) -> list[Change]:
    """Return what breaks in the Python API of a package.

    Args:
        package: Its name.
        old: The folder that the package is in, as it was.
        new: The same, as it is.

    """
    before, after = (griffe.load(package, search_paths=[folder], allow_inspection=False) for folder in (old, new))
    return list({_breakage(each) for each in griffe.find_breaking_changes(before, after) if each.kind in _BREAKAGES})


def _breakage(found: griffe.Breakage) -> Change:
    value = found.new_value if found.old_value is None else found.old_value
    which = f" ({value.name})" if isinstance(value, griffe.Parameter) else ""
    # People import `browser_sessions.Client`, wherever it is written.
    name = ".".join(part for part in found.obj.path.split(".") if not part.startswith("_"))
    text = f"{name}: {found.kind.value[0].lower()}{found.kind.value[1:]}{which}"
    return Change(BREAKING, "python-changed", "", name, text)
