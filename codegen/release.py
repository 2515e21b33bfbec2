"""The one version: read from the root's `pyproject.toml`, and written wherever else it must stand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from codegen.errors import ReleaseError

_VERSION = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})")
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
    """Write a version into the root's `pyproject.toml`, from where generation takes it.

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
    path = root / "pyproject.toml"
    before = path.read_text("utf-8")
    after = _VERSION_LINE.sub(f'version = "{version}"', before, count=1)
    if _project_version(after) != version:
        raise ReleaseError(f'{path}: the first line that reads version = "X.Y.Z" is not that of [project]')
    path.write_text(after, "utf-8")
    return partial(path.write_text, before, "utf-8")


def _project_version(pyproject: str) -> Any:
    return tomllib.loads(pyproject)["project"]["version"]


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
