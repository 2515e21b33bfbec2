"""Virtual environments for the contestants: each holds what one user would install, without pip."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import venv
from collections.abc import Sequence
from pathlib import Path

from benchmarks.trees import ROOT, projects

FOLDER = ROOT / ".nox" / "bench" / "tmp"
"""The folder that keeps environments between runs, unless another one is given."""

_PINS = "constraints/dev.txt"
_NAMES = "import importlib.metadata as m, json; print(json.dumps([each.name for each in m.distributions()]))"


def vendor(name: str, folder: Path) -> Path:
    """Return the Python of an environment with a vendor's SDK; the environment is kept until its pins change."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        requirement = tomllib.load(file)["tool"]["workspace"]["vendors"][name]
    pins = f"constraints/vendors/{name}.txt"
    return _environment(folder / name, pins, [requirement], stamp=(ROOT / pins).read_text("utf-8"))


def raw(folder: Path) -> Path:
    """Return the Python of an environment with only httpx."""
    return _environment(folder / "httpx", _PINS, ["httpx"], stamp=(ROOT / _PINS).read_text("utf-8"))


def ours(root: Path, folder: Path) -> Path:
    """Return the Python of a new environment with a tree's facade and clients."""
    return _environment(folder, _PINS, list(map(str, projects(root))))


def installed(python: Path) -> tuple[float, int]:
    """Return the size of an environment in megabytes, and the number of its distributions."""
    names = json.loads(subprocess.run([python, "-c", _NAMES], stdout=subprocess.PIPE, check=True).stdout)
    files = (path for path in python.parents[1].glob("lib/*/site-packages/**/*") if path.is_file())
    return sum(path.stat().st_size for path in files) / 1e6, len(names)


def _environment(folder: Path, pins: str, requirements: Sequence[str], stamp: str = "") -> Path:
    python, stamped = folder / "bin" / "python", folder / "installed.txt"
    if not (stamp and stamped.exists() and stamped.read_text("utf-8") == stamp):
        venv.create(folder, clear=True, symlinks=True)
        _pip("--python", str(python), "install", "--constraint", pins, *requirements)
        stamped.write_text(stamp, "utf-8")
    return python


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--quiet", "--disable-pip-version-check"]
    subprocess.run(command, cwd=ROOT, check=True)
