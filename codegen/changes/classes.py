"""How the models and enums of two clients differ."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.changes.variants import differences
from codegen.changes.verdicts import Fact
from codegen.client import NULL, Attribute, Enum, Model, Surface


def class_facts(old: Surface, new: Surface, package: str) -> Iterator[Fact]:
    """Yield how the classes of a package have changed."""
    before: dict[str, Model | Enum] = {**old.models, **old.enums}
    after: dict[str, Model | Enum] = {**new.models, **new.enums}
    for name in {**before, **after}:
        older, newer = before.get(name), after.get(name)
        prefix = f"{package}.models.{name}"
        if isinstance(older, Model) and isinstance(newer, Model):
            yield from _model_facts(older, newer, prefix)
        elif isinstance(older, Enum) and isinstance(newer, Enum):
            yield from _enum_facts(older, newer, prefix)
        else:
            if older is not None:
                yield Fact("class-removed", older.place, prefix, f"the class {name} is gone", (older.file,), name)
            if newer is not None:
                yield Fact("class-added", newer.place, prefix, f"the class {name} is new", (newer.file,), name)


def _model_facts(old: Model, new: Model, prefix: str) -> Iterator[Fact]:
    for name in {**old.attributes, **new.attributes}:
        older, newer = old.attributes.get(name), new.attributes.get(name)
        known = older or new.attributes[name]
        for kind, text in _attribute_changes(older, newer):
            place, member = (newer or known).place, f"{prefix}.{known.python_name}"
            yield Fact(kind, place, member, f"{new.name}.{name} {text}", (new.file,), new.name, name)
    if _order(old, new) != _order(new, old):
        text = f"{new.name} has its attributes in another order"
        yield Fact("properties-reordered", new.place, prefix, text, (new.file,))


def _order(model: Model, other: Model) -> list[str]:
    """Return the attributes that two models have, but for those that moved for another reason."""
    return [
        name
        for name, each in model.attributes.items()
        if name in other.attributes and _rank(each) == _rank(other.attributes[name])
    ]


def _rank(each: Attribute) -> tuple[bool, bool]:
    """Return what decides about an attribute's place besides the order of the properties."""
    return each.is_required, each.default is None


def _attribute_changes(old: Attribute | None, new: Attribute | None) -> Iterator[tuple[str, str]]:
    """Yield the kind of each change of an attribute, and what is said of it behind its name."""
    if new is None:
        yield "property-removed", "is gone"
    elif old is None:
        yield ("property-added-required", "is new, and required") if new.is_required else ("property-added", "is new")
    else:
        yield from _kept_attribute_changes(old, new)


def _kept_attribute_changes(old: Attribute, new: Attribute) -> Iterator[tuple[str, str]]:
    if old.python_name != new.python_name:
        yield "property-renamed", f"is read as {new.python_name}, and no longer as {old.python_name}"
    if new.is_required and not old.is_required:
        yield "property-made-required", "is required"
    if old.is_required and not new.is_required:
        yield "property-made-optional", "is no longer required"
    yield from _type_changes(old, new)
    if old.default != new.default:
        yield "property-default-changed", f"has the default {new.default}, and no longer {old.default}"
    if old.is_sensitive and not new.is_sensitive:
        yield "property-exposed", "is no longer marked x-sensitive"
    if new.is_sensitive and not old.is_sensitive:
        yield "property-hidden", "is marked x-sensitive"


def _type_changes(old: Attribute, new: Attribute) -> Iterator[tuple[str, str]]:
    for difference in differences(old.type, new.type):
        if difference == "made-nullable":
            yield "property-made-nullable", "may be null"
        elif difference == "no-longer-nullable":
            kind = "required-property-no-longer-nullable" if new.is_required else "property-no-longer-nullable"
            yield kind, f"may no longer be {NULL}"
        elif difference == "respelled":
            yield "property-respelled", f"is read as {new.type.spelling}, which is the same as {old.type.spelling}"
        else:
            yield f"property-{difference}", f"is read as {new.type}, and no longer as {old.type}"


def _enum_facts(old: Enum, new: Enum, prefix: str) -> Iterator[Fact]:
    for name in {**old.members, **new.members}:
        before, after = old.members.get(name), new.members.get(name)
        if before == after:
            continue
        if after is None:
            kind, text = "word-removed", f"{new.name}.{name}, {before!r}, is gone"
        elif before is None:
            kind, text = "word-added", f"{new.name}.{name}, {after!r}, is new"
        else:
            kind, text = "word-changed", f"{new.name}.{name} is {after!r}, and no longer {before!r}"
        yield Fact(kind, new.place, f"{prefix}.{name}", text, (new.file,), new.name)
