"""Operations as requests: whether path, parameters and responses go together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from codegen.errors import Problem, pointer
from codegen.walk import Part, dereference, resolve, segments


def parameters_of(document: dict[str, Any], operation: str) -> list[Part]:
    """Return the parameters of an operation at a place, behind those of its path; references are followed."""
    *path, method = segments(operation)
    item = Part("path", tuple(path), resolve(document, pointer(*path)))
    found = (*item.members("parameters"), *Part("operation", (*path, method), item.node[method]).members("parameters"))
    return [attrs.evolve(each, node=dereference(document, each.node)) for each in found]


def find_without_responses(parts: Iterable[Part]) -> Iterator[Problem]:
    """Yield the operations that describe no response."""
    for part in parts:
        if part.kind == "operation" and isinstance(part.node, dict):
            responses = part.node.get("responses", {})
            if isinstance(responses, dict) and not part.members("responses"):
                yield Problem(part.location, "has no responses: add at least one by an overlay")


def find_unfit_parameters(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    """Yield which parameters do not fit the path of their operation, and which are described twice.

    Args:
        document: A document without malformed parts.
        parts: What `walk` yields for it.

    """
    for part in parts:
        if part.kind == "operation" and part.parts[0] == "paths" and isinstance(part.node, dict):
            parameters = [(each.node["in"], each.node["name"], each) for each in parameters_of(document, part.location)]
            described = {name for place, name, _ in parameters if place == "path"}
            for text in (*_path_problems(str(part.parts[1]), described), *_repeated(parameters)):
                yield Problem(part.location, f"{text}: correct it by an overlay")


def _path_problems(path: str, described: set[str]) -> Iterator[str]:
    names = re.findall(r"{([^{}]*)}", path)
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield f"the path has {{{name}}} more than once"
        if name not in described:
            yield f"no parameter describes {{{name}}} in the path"
    for name in sorted(described - {*names}):
        yield f"the path parameter {name!r} is not in the path"


def _repeated(parameters: list[tuple[str, str, Part]]) -> Iterator[str]:
    """Find the parameters whose names differ in case alone, and those of one list that have one name."""
    known: dict[tuple[str, str], tuple[str, Part]] = {}
    for place, name, part in parameters:
        former, before = known.setdefault((place, name.lower()), (name, part))
        is_override = former == name and before.parts[:-1] != part.parts[:-1]
        if before is not part and not is_override:
            yield f"the {place} parameter {name!r} is described twice" + (f", also as {former!r}" * (former != name))
