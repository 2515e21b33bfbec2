"""A virtual environment for each of those who are measured: nothing is in it but what they need, pip not even."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable, Sequence
from pathlib import Path

from codegen.__main__ import ROOT
from codegen.providers import load_providers
from codegen.toolchain import read_pins
from tests.bench.contestants import load_vendors

CONSTRAINTS = Path("constraints")
RAW, OURS = "httpx", "ours"

STAMP = "installed.txt"
"""The file in a folder that says, once it is whole, what was installed in it."""

_LIST = """
import json, sys
from importlib.metadata import distributions
print(json.dumps({each.name: each.version for each in distributions()}))
"""


def make_environments(folder: Path) -> dict[str, Path]:
    """Make all environments, and return the Python of each, by name; a vendor's that is as it should be is kept."""
    pins = CONSTRAINTS / "dev.txt"
    projects = ["facade", *(f"generated/{provider.slug}" for provider in load_providers(ROOT))]
    found = {RAW: _made(folder / RAW, pins, ["httpx"])}
    found[OURS] = _made(folder / OURS, pins, [f"./{project}" for project in projects], keep=False)
    for name, requirement in load_vendors().items():
        found[name] = _made(folder / name, CONSTRAINTS / "vendors" / f"{name}.txt", [requirement])
    return found


def install_pyperf(folder: Path) -> Path:
    """Install the harness where any environment can import it from, and return that folder."""
    stamp, wanted = folder / STAMP, read_pins(ROOT / CONSTRAINTS / "dev.txt")["pyperf"]
    if not _is_as(stamp, wanted):
        shutil.rmtree(folder, ignore_errors=True)
        pip("install", "--no-deps", "--constraint", CONSTRAINTS / "dev.txt", "--target", folder, "pyperf")
        stamp.write_text(wanted, "utf-8")
    return folder


def versions(python: Path) -> dict[str, str]:
    """Return the distributions in an environment, and their versions."""
    listed = subprocess.run([python, "-c", _LIST], stdout=subprocess.PIPE, check=True)
    found: dict[str, str] = json.loads(listed.stdout)
    return dict(sorted(found.items()))


def packages_of(python: Path) -> Path:
    """Return the folder that an environment's distributions are installed in."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(subprocess.run([python, "-c", code], stdout=subprocess.PIPE, check=True, text=True).stdout.strip())


def state(python: Path) -> str:
    """Return a text that is another one once a file that is installed in an environment has changed."""
    # Each distribution's list of its files has a hash of every one.
    return digest(packages_of(python).glob("*.dist-info/RECORD"))


def digest(paths: Iterable[Path]) -> str:
    """Return a text that is another one once what is in some files has changed."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(paths))).hexdigest()[:12]


def pip(*arguments: str | Path) -> None:
    """Run pip, which compiles what it installs, as people's does."""
    quiet = ("--quiet", "--quiet", "--disable-pip-version-check")
    subprocess.run([sys.executable, "-m", "pip", *arguments, *quiet], cwd=ROOT, check=True)


def _made(folder: Path, pins: Path, requirements: Sequence[str], *, keep: bool = True) -> Path:
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = folder / STAMP
    wanted = "\n".join([sys.version, *requirements, (ROOT / pins).read_text("utf-8")])
    if not (keep and _is_as(stamp, wanted)):
        venv.create(folder, clear=True, symlinks=sys.platform != "win32")
        pip("--python", python, "install", "--constraint", pins, *requirements)
        stamp.write_text(wanted, "utf-8")
    return python


def _is_as(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text("utf-8") == wanted
