"""How the operations of two clients differ, and where their requests and keys go."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from codegen.changes.variants import accepts, differences
from codegen.changes.verdicts import Fact
from codegen.client import NULL, Answer, Auth, Operation, Parameter, Surface, Type

_FILES = ("client.py",)

_Change = tuple[str, str, str]
"""The kind of a change, where it is, and what is said of it."""


def access_facts(old: Surface, new: Surface, package: str) -> list[Fact]:
    """Return how the address, and where the key goes, have changed."""
    name = f"{package}.AuthenticatedClient"
    found = [*_address_changes(old.base_url, new.base_url), *_key_changes(old.auth, new.auth)]
    return [Fact(kind, place, name, text, _FILES) for kind, place, text in found]


def _address_changes(old: str | None, new: str | None) -> Iterator[_Change]:
    if old is not None and new is not None and old != new:
        kind = "address-respelled" if old.rstrip("/") == new.rstrip("/") else "address-changed"
        yield kind, "#/servers/0/url", f"the address is {new}, and no longer {old}"


def _key_changes(old: Auth | None, new: Auth | None) -> Iterator[_Change]:
    if old is None or new is None:
        return
    place = new.place
    if old.header != new.header:
        kind = "key-header-respelled" if old.header.lower() == new.header.lower() else "key-header-changed"
        yield kind, place, f"the key goes into the header {new.header}, and no longer into {old.header}"
    if old.prefix != new.prefix:
        yield "key-prefix-changed", place, f"before the key stands {new.prefix!r}, and no longer {old.prefix!r}"


def operation_facts(old: Surface, new: Surface, package: str) -> Iterator[Fact]:
    """Yield how the operations of a package have changed."""
    matched = dict(_matched(old, new))
    for module, older in old.operations.items():
        newer = matched.get(module)
        name = f"{package}.{module}"
        if newer is None:
            yield Fact("operation-removed", older.place, name, f"{_called(older)} is gone", (older.file,))
        else:
            for kind, place, text in _operation_changes(older, newer):
                yield Fact(kind, place, name, text, (older.file, newer.file))
    kept = {newer.module for newer in matched.values()}
    for module, newer in new.operations.items():
        if module not in kept:
            text = f"{_called(newer)} is new"
            yield Fact("operation-added", newer.place, f"{package}.{module}", text, (newer.file,))


def _matched(old: Surface, new: Surface) -> Iterator[tuple[str, Operation]]:
    """Yield the module of each operation that is still there, and what it is now: by its module, else by its path."""
    for module, each in old.operations.items():
        moved = [other for other in new.operations.values() if _route(other) == _route(each)]
        if module in new.operations:
            yield module, new.operations[module]
        elif moved and moved[0].module not in old.operations:
            yield module, moved[0]


def _route(operation: Operation) -> tuple[str, str]:
    return operation.method, _shape(operation.path)


def _shape(path: str) -> str:
    """Return a path without the names of its parameters."""
    return re.sub(r"\{[^{}]*\}", "{}", path)


def _called(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _operation_changes(old: Operation, new: Operation) -> Iterator[_Change]:
    if old.module != new.module:
        yield "operation-renamed", new.place, f"the module is {new.module}, and no longer {old.module}"
    if old.method != new.method:
        yield "operation-method-changed", new.place, f"the method is {new.method}, and no longer {old.method}"
    if _shape(old.path) != _shape(new.path):
        yield "operation-path-changed", new.place, f"the path is {new.path}, and no longer {old.path}"
    yield from _order_changes(old, new)
    yield from _parameter_changes(old, new)
    yield from _answer_changes(old, new)


def _order_changes(old: Operation, new: Operation) -> Iterator[_Change]:
    before, after = _names(old), _names(new)
    kept = [[name for name in names if name in before and name in after] for names in (before, after)]
    in_path = [[name for name in names if name[1] == "path"] for names in kept]
    if in_path[0] != in_path[1]:
        former, order = (", ".join(name for name, _ in names) for names in in_path)
        yield "parameter-reordered", new.place, f"the order is {order}, and no longer {former}"
    elif kept[0] != kept[1]:
        yield "parameters-rearranged", new.place, "the parameters are described in another order"


def _names(operation: Operation) -> list[tuple[str, str]]:
    return [(each.name, each.location) for each in operation.parameters]


def _in_path(operation: Operation) -> list[Parameter]:
    return [each for each in operation.parameters if each.location == "path"]


def _parameter_changes(old: Operation, new: Operation) -> Iterator[_Change]:
    kept = _kept_parameters(old, new)
    for older in old.parameters:
        if older not in kept:
            yield "parameter-removed", older.place, f"the {older.location} parameter {older.name} is gone"
        else:
            newer = kept[older]
            for kind, text in _kept_parameter_changes(older, newer):
                yield f"parameter-{kind}", newer.place, f"the {newer.location} parameter {newer.name} {text}"
    for newer in new.parameters:
        if newer not in kept.values():
            kind = "parameter-added-required" if newer.is_required else "parameter-added"
            is_required = ", and required" if newer.is_required else ""
            yield kind, newer.place, f"the {newer.location} parameter {newer.name} is new{is_required}"


def _kept_parameters(old: Operation, new: Operation) -> dict[Parameter, Parameter]:
    """Return what each parameter that is still there is now: by name and location, by name, or by place in the path."""
    kept: dict[Parameter, Parameter] = {}
    positions = dict(zip(_in_path(old), _in_path(new), strict=False)) if _shape(old.path) == _shape(new.path) else {}
    same: tuple[Callable[[Parameter, Parameter], bool], ...] = (
        lambda older, newer: (older.name, older.location) == (newer.name, newer.location),
        lambda older, newer: older.name == newer.name,
        lambda older, newer: positions.get(older) == newer,
    )
    for is_same in same:
        for older in old.parameters:
            left = [each for each in new.parameters if each not in kept.values() and is_same(older, each)]
            if older not in kept and left:
                kept[older] = left[0]
    return kept


def _kept_parameter_changes(old: Parameter, new: Parameter) -> Iterator[tuple[str, str]]:
    if (old.name, old.python_name) != (new.name, new.python_name):
        yield "renamed", f"is given as {new.python_name}, and no longer as {old.python_name}"
    if old.location != new.location:
        yield "moved", f"is no longer sent in the {old.location}"
    if new.is_required and not old.is_required:
        yield "made-required", "is required"
    if old.is_required and not new.is_required:
        yield "made-optional", "is no longer required"
    if not accepts(new.type, old.type):
        yield "retyped", f"takes {new.type}, and no longer {old.type}"
    elif not accepts(old.type, new.type):
        yield "widened", f"takes {new.type}, and not only {old.type}"
    elif old.type.spelling != new.type.spelling:
        yield "respelled", f"takes {new.type.spelling}, which is the same as {old.type.spelling}"
    if old.default != new.default:
        kind = "added" if old.default is None else "removed" if new.default is None else "changed"
        yield f"default-{kind}", f"has the default {new.default}, and no longer {old.default}"


def _answer_changes(old: Operation, new: Operation) -> Iterator[_Change]:
    for status in {**old.answers, **new.answers}:
        if status not in old.answers:
            newer, covering = new.answers[status], _covering(old, status)
            yield from _added_answer(old, newer) if covering is None else _told_apart(covering, newer)
        elif status not in new.answers:
            older, covering = old.answers[status], _covering(new, status)
            yield from _removed_answer(older) if covering is None else _told_apart(older, covering)
        else:
            yield from _body_changes(old.answers[status], new.answers[status])


def _told_apart(old: Answer, new: Answer) -> Iterator[_Change]:
    """Yield what changes for a status that has an answer of its own, and had that of a range, or the reverse."""
    yield "answer-told-apart", new.place, f"the status {old.status} is now told by {new.status}"
    yield from _body_changes(old, new)


def _covering(operation: Operation, status: str) -> Answer | None:
    """Return the answer for a range of statuses, or for all others, that a status without one of its own falls to."""
    for wider in (f"{status[0]}XX", "default"):
        if wider != status and wider in operation.answers and (wider != "default" or not status.startswith("2")):
            return operation.answers[wider]
    return None


def _added_answer(old: Operation, new: Answer) -> Iterator[_Change]:
    if not new.is_success:
        yield "failure-added", new.place, f"the status {new.status} is new, with {_body(new.type)}"
        return
    known = {text for each in old.answers.values() if each.is_success for text in each.type.texts}
    kind = "success-added" if set(new.type.texts) <= known else "success-added-with-another-type"
    yield kind, new.place, f"the status {new.status} is new, with {_body(new.type)}"


def _removed_answer(old: Answer) -> Iterator[_Change]:
    kind = (
        "success-removed"
        if old.is_success
        else "failure-removed"
        if _has_body(old.type)
        else "failure-without-body-removed"
    )
    yield kind, old.place, f"the status {old.status}, with {_body(old.type)}, is gone"


def _body_changes(old: Answer, new: Answer) -> Iterator[_Change]:
    found = list(differences(old.type, new.type))
    if not found:
        return
    text = f"the status {new.status} has {_body(new.type)}, and no longer {_body(old.type)}"
    if found == ["respelled"]:
        yield "answer-respelled", new.place, f"the status {new.status} has {new.type.spelling} in another order"
    elif new.is_success:
        yield "success-retyped", new.place, text
    else:
        yield "failure-retyped" if _has_body(old.type) else "failure-described", new.place, text


def _has_body(body: Type) -> bool:
    return body.texts != (NULL,)


def _body(body: Type) -> str:
    return f"the body {body}" if _has_body(body) else "no body"
