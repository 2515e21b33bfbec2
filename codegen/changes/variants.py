"""How two types differ, from the point of view of somebody who reads a value."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.client import NULL, Type


def differences(old: Type, new: Type) -> Iterator[str]:
    """Yield each way in which a type differs from what it was, as the end of a kind of change."""
    before, after = _others(old), _others(new)
    if NULL in old.texts and NULL not in new.texts and after:
        yield "no-longer-nullable"
    if NULL in new.texts and NULL not in old.texts and before:
        yield "made-nullable"
    gone, come = set(before) - set(after), set(after) - set(before)
    if gone and come:
        yield "retyped"
    elif come:
        yield "variant-added"
    elif gone:
        yield "variant-removed"
    elif before != after:
        yield "variants-reordered"
    elif old.texts == new.texts and old.spelling != new.spelling:
        yield "respelled"


def accepts(new: Type, old: Type) -> bool:
    """Whether a type has all variants that another has."""
    return set(old.texts) <= set(new.texts)


def _others(each: Type) -> list[str]:
    return [text for text in each.texts if text != NULL]
