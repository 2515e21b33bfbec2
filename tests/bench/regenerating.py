"""What regenerating the clients costs, next to the stock generator: all five, and one made-up spec that grows."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

import yaml

from codegen.__main__ import ROOT
from codegen.corrections import apply_corrections
from tests.bench.environments import digest
from tests.bench.job import Job
from tests.speed.growth import OVERLAY, synthetic
from tests.speed.regenerate import prepare

SIZES = (1, 50, 200, 800)
OURS, STOCK = "ours", "stock"

_OURS = """\
import shutil, sys
sys.path.insert(0, {code!r})
from pathlib import Path
from codegen.__main__ import main

root = Path({root!r})
shutil.rmtree(root / "generated")
sys.exit(main(["regenerate"], root=root))
"""

_STOCK = """\
import os, subprocess, sys
from pathlib import Path

bin = Path(sys.executable).parent
# The generator finds its formatter by the path.
environment = os.environ | {{"PATH": f"{{bin}}{{os.pathsep}}{{os.environ['PATH']}}"}}
for document in map(Path, {documents!r}):
    options = ("--meta", "uv", "--overwrite", "--path", document, "--output-path", document.with_suffix(""))
    subprocess.run([bin / "openapi-python-client", "generate", *options], env=environment, check=True)
"""


def state() -> str:
    """Return a text that is another one once the generator, or what it reads, has changed."""
    folders = (ROOT / name for name in ("codegen", "constraints", "overlays", "specs"))
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return digest(files)


def five_jobs(folder: Path) -> list[Job]:
    """Return writing all five clients, of which none is there."""
    root, documents = prepare(_emptied(folder))
    return _jobs("regenerate", 0, root, documents)


def growth_jobs(folder: Path) -> list[Job]:
    """Return writing one client of a spec that is larger each time."""
    return [job for size in SIZES for job in _growth(_emptied(folder / str(size)), size)]


def _emptied(folder: Path) -> Path:
    """Return a folder without what an earlier run left in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _growth(folder: Path, size: int) -> list[Job]:
    spec = yaml.dump(synthetic(size), Dumper=yaml.CSafeDumper, sort_keys=False)
    row = {"info": "", "operation": "get /sessions/{id}", "dialect": "openapi"}
    row |= {"sha256": hashlib.sha256(spec.encode()).hexdigest()}
    sources = "[synthetic]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in row.items())
    for name, text in {
        "specs/synthetic.yaml": spec,
        "specs/sources.toml": sources,
        "overlays/synthetic.yaml": yaml.dump(OVERLAY, sort_keys=False),
        "synthetic.json": json.dumps(apply_corrections(synthetic(size), OVERLAY)),
    }.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    (folder / "generated").mkdir()
    shutil.copytree(ROOT / "constraints", folder / "constraints")
    shutil.copy2(ROOT / "pyproject.toml", folder)
    return _jobs("growth", size, folder, [folder / "synthetic.json"])


def _jobs(measure: str, size: int, root: Path, documents: list[Path]) -> list[Job]:
    programs = {
        OURS: _OURS.format(code=str(ROOT), root=str(root)),
        STOCK: _STOCK.format(documents=list(map(str, documents))),
    }
    python = Path(sys.executable)
    return [
        Job(measure, subject, "", size, STOCK, python, program, is_process=True, values=1, warmups=0)
        for subject, program in programs.items()
    ]
