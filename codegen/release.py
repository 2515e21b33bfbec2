"""The one version: read from the root's `pyproject.toml`, and written wherever else it must stand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from codegen.errors import ReleaseError

_VERSION = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})")
_FACADE, _MODULE = Path("facade/pyproject.toml"), Path("facade/src/browser_sessions/_version.py")
_PIN = re.compile(r'^(    "[a-z-]+-client==)[^"]*', re.MULTILINE)
_MODULE_LINE = re.compile(r'^__version__ = "[^"]*"$', re.MULTILINE)
_VERSION_LINE = re.compile(r'^version = "[^"]*"$', re.MULTILINE)


def read_version(root: Path) -> str:
    """Return the version that all our distributions have.

    Raises:
        ReleaseError: The root's `pyproject.toml` does not name one.

    """
    path = root / "pyproject.toml"
    try:
        version = _project_version(path.read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ReleaseError(f"{path}: no [project] version can be read") from error
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise ReleaseError(f"{path}: {version!r} is no version: expected X.Y.Z")
    return version


def write_version(root: Path, version: str) -> Callable[[], object]:
    """Write a version into the root's `pyproject.toml`, from where generation takes it, and into the facade.

    Returns:
        A function that puts the former version back.

    Raises:
        ReleaseError: It is not X.Y.Z, or not newer than the version that stands there.

    """
    current = read_version(root)
    if not _VERSION.fullmatch(version):
        raise ReleaseError(f"{version!r} is no version: expected X.Y.Z")
    if _parts(version) <= _parts(current):
        raise ReleaseError(f"{version} is not newer than {current}")
    paths = (root / "pyproject.toml", root / _FACADE, root / _MODULE)
    found = {path: path.read_text("utf-8") for path in paths if path.exists()}
    changed = {path: _with_version(path, text, version) for path, text in found.items() if path.suffix == ".toml"}
    if root / _FACADE in changed:
        changed[root / _FACADE] = _PIN.sub(rf"\g<1>{version}", changed[root / _FACADE])
    if root / _MODULE in found:
        changed[root / _MODULE] = _MODULE_LINE.sub(f'__version__ = "{version}"', found[root / _MODULE])
    _write(changed)
    return partial(_write, found)


def _with_version(path: Path, text: str, version: str) -> str:
    """Return a project's settings with another version."""
    text = _VERSION_LINE.sub(f'version = "{version}"', text, count=1)
    if _project_version(text) != version:
        raise ReleaseError(f'{path}: the first line that reads version = "X.Y.Z" is not that of [project]')
    return text


def _write(texts: Mapping[Path, str]) -> None:
    for path, text in texts.items():
        path.write_text(text, "utf-8")


def _project_version(pyproject: str) -> Any:
    return tomllib.loads(pyproject)["project"]["version"]


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
