"""Operations as requests: whether path, parameters and responses match."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from codegen.errors import Problem, pointer
from codegen.walk import Part, dereference, resolve, segments


def parameters_of(document: dict[str, Any], operation: str) -> list[Part]:
    """Return the parameters of the path and then of the operation at a place, with references followed."""
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
                yield Problem(part.location, "has no responses: add one by an overlay")


def find_unfit_parameters(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    """Yield the parameters that do not match the path of their operation, and those described twice.

    Args:
        document: A document without malformed parts, apart from parameters.
        parts: What `walk` yields for it.

    """
    for part in parts:
        if part.kind == "operation" and part.parts[0] == "paths" and isinstance(part.node, dict):
            try:
                parameters = parameters_of(document, part.location)
            except LookupError:  # a reference that leads nowhere, which is reported elsewhere
                continue
            for text in _parameter_problems(str(part.parts[1]), parameters):
                yield Problem(part.location, f"{text}: correct it by an overlay")


def _parameter_problems(path: str, parameters: list[Part]) -> Iterator[str]:
    if all(map(_is_named, parameters)):  # else the problem is reported elsewhere
        yield from _path_problems(path, parameters)
        yield from _repeated(parameters)


def _is_named(parameter: Part) -> bool:
    node = parameter.node
    return isinstance(node, dict) and isinstance(node.get("in"), str) and isinstance(node.get("name"), str)


def _path_problems(path: str, parameters: list[Part]) -> Iterator[str]:
    names = re.findall(r"{([^{}]*)}", path)
    described = {each.node["name"] for each in parameters if each.node["in"] == "path"}
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield f"the path contains {{{name}}} more than once"
        if name not in described:
            yield f"no parameter describes {{{name}}} in the path"
    for name in sorted(described - {*names}):
        yield f"the path parameter {name!r} is not in the path"


def _repeated(parameters: list[Part]) -> Iterator[str]:
    """Find parameters whose names differ only in case, and those in one list that share a name."""
    known: dict[tuple[str, str], Part] = {}
    for each in parameters:
        place, name = each.node["in"], each.node["name"]
        before = known.setdefault((place, name.lower()), each)
        former = before.node["name"]
        is_override = former == name and before.parts[:-1] != each.parts[:-1]
        if before is not each and not is_override:
            yield f"the {place} parameter {name!r} is described twice" + (f", also as {former!r}" * (former != name))
