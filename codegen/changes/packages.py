"""How the code of two packages differs, and what that means for their Python API."""

from __future__ import annotations

import ast
from pathlib import Path

import attrs
import griffe

# What changes in a type or in the value of an attribute is told better by the documents.
_TOLD = {
    griffe.BreakageKind.CLASS_REMOVED_BASE,
    griffe.BreakageKind.OBJECT_CHANGED_KIND,
    griffe.BreakageKind.OBJECT_REMOVED,
    griffe.BreakageKind.PARAMETER_ADDED_REQUIRED,
    griffe.BreakageKind.PARAMETER_CHANGED_KIND,
    griffe.BreakageKind.PARAMETER_CHANGED_REQUIRED,
    griffe.BreakageKind.PARAMETER_MOVED,
    griffe.BreakageKind.PARAMETER_REMOVED,
}


@attrs.frozen(order=True)
class Breakage:
    """What is gone or has changed in a Python API: a dotted name, what about it, and in which module."""

    name: str
    text: str
    module: str


def differing_files(old: Path, new: Path) -> list[str]:
    """Return the modules below two folders whose code differs, docstrings aside, by their paths."""
    before, after = _code(old), _code(new)
    return sorted(name for name in {**before, **after} if before.get(name) != after.get(name))


def breakages(package: str, old: Path, new: Path) -> list[Breakage]:
    """Return what breaks in the Python API of a package.

    Args:
        package: Its name.
        old: The folder that the package is in, as it was.
        new: The same, as it is.

    """
    before, after = (griffe.load(package, search_paths=[folder], allow_inspection=False) for folder in (old, new))
    found = griffe.find_breaking_changes(before, after)
    return sorted({_breakage(each) for each in found if each.kind in _TOLD})


def _breakage(found: griffe.Breakage) -> Breakage:
    value = found.new_value if found.old_value is None else found.old_value
    which = f" ({value.name})" if isinstance(value, griffe.Parameter) else ""
    # People import `browser_sessions.Client`, wherever it is written.
    name = ".".join(part for part in found.obj.path.split(".") if not part.startswith("_"))
    return Breakage(name, f"{found.kind.value[0].lower()}{found.kind.value[1:]}{which}", found.obj.module.path)


def _code(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): _bare(path.read_text("utf-8")) for path in folder.rglob("*.py")}


def _bare(source: str) -> str:
    """Return a module's code without docstrings, comments and layout."""
    module = ast.parse(source)
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [each for each in node.body if not _is_text(each)]
    return ast.dump(module)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
