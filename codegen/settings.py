"""The repository's own files, read as text or TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from codegen.errors import SourcesError


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        SourcesError: It cannot be read, or is not UTF-8.

    """
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise SourcesError(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourcesError(path, "is not UTF-8") from error


def read_toml(path: Path) -> dict[str, Any]:
    """Return the data of a TOML file.

    Raises:
        SourcesError: It cannot be read, is not UTF-8, or is not TOML.

    """
    try:
        return tomllib.loads(read_text(path))
    except (ValueError, RecursionError) as error:  # the latter: it is nested too deeply
        raise SourcesError(path, f"invalid TOML: {error}") from error
