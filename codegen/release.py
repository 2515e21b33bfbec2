"""The one version: read from the root's `pyproject.toml`, and written to every other file that repeats it."""

from __future__ import annotations

import re
from pathlib import Path

from codegen.errors import SourcesError, quoted
from codegen.settings import read_text, read_toml

_VERSION = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})")
_PLACES = (
    ("pyproject.toml", '\nversion = "{}"\n'),
    ("facade/pyproject.toml", '\nversion = "{}"\n'),
    ("facade/pyproject.toml", '-client=={}"'),
    ("facade/src/browser_sessions/_version.py", '\n__version__ = "{}"\n'),
)


def read_version(root: Path) -> str:
    """Return the version of all our distributions.

    Raises:
        SourcesError: The root's `pyproject.toml` has no valid version.

    """
    path = root / "pyproject.toml"
    match read_toml(path):
        case {"project": {"version": str(version)}} if _VERSION.fullmatch(version):
            return version
    raise SourcesError(path, "has no version: expected X.Y.Z in [project]")


def write_version(root: Path, version: str) -> None:
    """Write a version to the root's `pyproject.toml`, from which the clients get it, and to the facade.

    Raises:
        SourcesError: The version is not X.Y.Z, or a file does not have the current one.

    """
    current = read_version(root)
    if not _VERSION.fullmatch(version):
        raise SourcesError(quoted(version), "is not a version: expected X.Y.Z")
    texts = {name: read_text(root / name) for name, _ in _PLACES}
    for name, form in _PLACES:
        if form.format(current) not in texts[name]:
            raise SourcesError(root / name, f"expected {form.format(current).strip()}")
        texts[name] = texts[name].replace(form.format(current), form.format(version))
    for name, text in texts.items():
        (root / name).write_text(text, "utf-8")
