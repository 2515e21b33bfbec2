"""How two clients, or two Python packages, differ for the people who use them.

*Breaking*: code that worked with the older client may stop working, or a type checker may reject it. *Additive*: the
client has more, and what worked still works. *Cosmetic*: only texts changed. In doubt, a change is breaking.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
import griffe

from codegen.client.surface import CLASS, Element

BREAKING, ADDITIVE, COSMETIC = "breaking", "additive", "cosmetic"

VERDICTS = (BREAKING, ADDITIVE, COSMETIC)

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


@attrs.frozen
class Change:
    """One change: its verdict, what changed, and where in the document, of the older revision if it is gone."""

    verdict: str
    text: str
    place: str = ""


def surface_changes(old: dict[str, Element], new: dict[str, Element]) -> Iterator[Change]:
    """Yield how the API of a client has changed; elements of an operation or class that is new or gone are left out.

    Args:
        old: The elements of the older client, by label.
        new: Those of the newer one.

    """
    for label, element in {**old, **new}.items():
        before, after = old.get(label), new.get(label)
        if element.holder and not (element.holder in old and element.holder in new):
            continue
        if before is None:
            # A new class is not listed: the new property or operation that uses it is.
            if element.types != (CLASS,):
                yield Change(BREAKING if element.is_required else ADDITIVE, f"{label} is new: {element}", element.place)
        elif after is None:
            yield Change(BREAKING, f"{label} is gone: {element}", element.place)
        elif str(before) != str(after):
            verdict = ADDITIVE if _is_wider(before, after) else BREAKING
            yield Change(verdict, f"{label} is now {after}, and was {before}", element.place)


def _is_wider(before: Element, after: Element) -> bool:
    """Whether a caller may pass all that was accepted before, or whether nothing changed but that `repr` hides it."""
    if not after.is_given:
        return after.is_secret and attrs.evolve(after, is_secret=False, place=before.place) == before
    return {*before.types} <= {*after.types} and before.is_required >= after.is_required


def python_changes(package: str, old: Path, new: Path) -> list[Change]:
    """Return what breaks in the Python API of a package.

    Args:
        package: Its name.
        old: The folder that held the package at the older revision.
        new: The folder that holds it now.

    """
    before, after = (griffe.load(package, search_paths=[folder], allow_inspection=False) for folder in (old, new))
    return list({_breakage(each) for each in griffe.find_breaking_changes(before, after) if each.kind in _BREAKAGES})


def _breakage(found: griffe.Breakage) -> Change:
    value = found.new_value if found.old_value is None else found.old_value
    which = f" ({value.name})" if isinstance(value, griffe.Parameter) else ""
    # People import `browser_sessions.Client`, whichever module defines it.
    name = ".".join(part for part in found.obj.path.split(".") if not part.startswith("_"))
    return Change(BREAKING, f"{name}: {found.kind.value[0].lower()}{found.kind.value[1:]}{which}")
