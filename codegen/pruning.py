"""Only parts that our operations use are validated and become code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from codegen.document import copied
from codegen.providers import Operation
from codegen.walk import METHODS, segments, walk

_Name = tuple[str, ...]
"""The place of a component, such as `("components", "schemas", "Session")`; `()` is everything else."""


def prune(document: dict[str, Any], operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the document with only the given operations and the components that they use.

    Malformed parts stay as they are, for `validate_document` to report.
    """
    result: dict[str, Any] = copied(document)
    result.pop("webhooks", None)
    if isinstance(result.get("paths"), dict):
        result["paths"] = _paths(result["paths"], {(each.path, each.method) for each in operations})
    if isinstance(components := result.get("components"), dict):
        reached = _reached(result)
        for section, named in components.items():
            if isinstance(named, dict) and not section.startswith("x-"):
                components[section] = {
                    name: each for name, each in named.items() if ("components", section, name) in reached
                }
    return result


def _paths(paths: dict[str, Any], wanted: set[tuple[str, str]]) -> dict[str, Any]:
    kept = {}
    for path, item in paths.items():
        methods = [method for method in METHODS if (path, method) in wanted]
        if isinstance(item, dict) and methods:
            kept[path] = {key: each for key, each in item.items() if key not in METHODS or key in methods}
        elif methods:
            kept[path] = item
    return kept


def _reached(document: dict[str, Any]) -> set[_Name]:
    """Return the components that the paths refer to, directly or through others."""
    references: dict[_Name, set[_Name]] = defaultdict(set)
    for part in walk(document):
        holder = tuple(map(str, part.parts[:3])) if part.parts[:1] == ("components",) else ()
        if part.reference is not None:
            references[holder].add(segments(part.reference)[:3])
        if part.kind == "operation" and isinstance(part.node, dict):
            references[holder].update(_schemes(part.node.get("security")))
    reached: set[_Name] = set()
    left: list[_Name] = [()]
    while left:
        new = references[left.pop()] - reached
        reached |= new
        left += new
    return reached


def _schemes(security: Any) -> set[_Name]:
    requirements = security if isinstance(security, list) else []
    return {
        ("components", "securitySchemes", name)
        for requirement in requirements
        if isinstance(requirement, dict)
        for name in requirement
    }
