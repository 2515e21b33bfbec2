"""A client's project, written by the generator and ruff with the same bytes on every machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from ruff import find_ruff_bin  # type: ignore[import-untyped]  # only for the path of its executable

from codegen.client.generator import build, open_project, render
from codegen.client.vocabulary import teach
from codegen.errors import GenerationError
from codegen.providers import Provider

LINE_LENGTH = 120

# ruff's defaults differ between versions, and it reads configuration in parent folders: so all settings are here. It
# also skips folders named `dist`, and files that a `.gitignore` in a parent folder or in the home folder names.
_RUFF = (
    *("--isolated", "--no-cache", "--no-respect-gitignore", "--exclude="),
    *("--target-version=py311", f"--line-length={LINE_LENGTH}"),
)

_RUFF_STEPS = (
    ("check", *_RUFF, "--fix-only", "--select=F401,I"),
    (
        "format",
        *_RUFF,
        "--config=format.skip-magic-trailing-comma=true",
        "--config=lint.isort.split-on-trailing-comma=false",
    ),
)


def generate_client(document: dict[str, Any], provider: Provider, *, version: str, into: Path) -> None:
    """Write a provider's whole project into a new folder.

    The bytes depend only on the arguments, the templates and the pinned tools.

    Args:
        document: A document that `validate_document` accepts.
        provider: The provider, which decides the names of the package and the distribution.
        version: The distribution's version.
        into: The project's folder.

    Raises:
        GenerationError: The generator refused the document or left a part of it out, or ruff failed.

    """
    into.mkdir(parents=True)
    project = open_project(document, provider, into / provider.package)
    teach(project, document, provider, version)
    build(project)
    for name in ("decoding", "encoding"):
        render(project, f"{name}.py.jinja", into / provider.package / f"{name}.py")
    (into / provider.package / "py.typed").touch()
    for name in ("pyproject.toml", "README.md"):
        render(project, f"project/{name}.jinja", into / name)
    _format(into)


def _format(project: Path) -> None:
    command = find_ruff_bin()
    # Its environment variables are settings too; one names a file that it would write.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RUFF_")}
    for step in _RUFF_STEPS:
        # The working folder decides what ruff treats as first-party code, so it is always the project's.
        result = subprocess.run(  # noqa: S603 - the pinned ruff, with the arguments above
            [command, *step, "."], cwd=project, env=environment, capture_output=True, encoding="utf-8", check=False
        )
        if result.returncode:
            raise GenerationError(f"ruff {step[0]} failed: {' '.join(result.stderr.split())}")
