"""The one version: read from the root's `pyproject.toml`, and written wherever else it must stand."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from codegen.errors import ReleaseError

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_VERSION_LINE = re.compile(r'^version = "[^"]*"$', re.MULTILINE)


def read_version(root: Path) -> str:
    """Return the version that all our distributions have.

    Raises:
        ReleaseError: The root's `pyproject.toml` does not name one.

    """
    path = root / "pyproject.toml"
    try:
        version = tomllib.loads(path.read_text("utf-8"))["project"]["version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{path}: no [project] version can be read") from error
    return str(version)


def write_version(root: Path, version: str) -> None:
    """Write a version into the root's `pyproject.toml`, from where generation takes it.

    Raises:
        ReleaseError: It is not X.Y.Z, or not newer than the version that stands there.

    """
    current = read_version(root)
    if not _VERSION.fullmatch(version):
        raise ReleaseError(f"{version!r} is no version: expected X.Y.Z")
    if _parts(version) <= _parts(current):
        raise ReleaseError(f"{version} is not newer than {current}")
    path = root / "pyproject.toml"
    text, count = _VERSION_LINE.subn(f'version = "{version}"', path.read_text("utf-8"), count=1)
    if count != 1:
        raise ReleaseError(f'{path}: no line that reads version = "X.Y.Z"')
    path.write_text(text, "utf-8")


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
