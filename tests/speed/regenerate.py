"""Measure what regenerating costs, next to the stock generator and as a spec grows; exits with 1 if a bound is broken.

    python tests/speed/regenerate.py [rounds]

All clients are regenerated in one process, and by one stock `openapi-python-client generate` after the other from the
same overlaid documents, in turns, so that whatever else the machine does hits both alike. What this process itself
imports is little on purpose: on Linux a process's memory counts as its children's until they run a program of their
own. So the growth, for which the pipeline is imported, is measured in `growth.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

MAX_RATIO = 0.6
MAX_MEGABYTES = 250

REGENERATE = """
import sys
from pathlib import Path
from codegen.__main__ import main
sys.exit(main(["regenerate"], root=Path(sys.argv[1])))
"""

# The stock generator finds its formatter by the path.
BIN = Path(sys.executable).parent
ENVIRONMENT = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def main() -> int:
    """Measure, print, and return 1 if a bound is broken."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", nargs="?", type=int, default=7, help="how often both are run (7)")
    with tempfile.TemporaryDirectory() as folder:
        holds = compare(Path(folder), parser.parse_args().rounds)
    growth = subprocess.run([sys.executable, Path(__file__).with_name("growth.py")], env=ENVIRONMENT, check=False)
    return 0 if holds and growth.returncode == 0 else 1


def compare(folder: Path, rounds: int) -> bool:
    """Print how regenerating compares with the stock generator, and return whether both bounds hold."""
    root, documents = prepare(folder)
    regenerate(root), generate(documents)  # fills the machine's caches
    pairs = []
    for number in range(rounds):
        if number % 2:
            stock, ours = generate(documents), regenerate(root)
        else:
            ours, stock = regenerate(root), generate(documents)
        pairs.append((ours, stock))

    ratios = [ours / stock for (ours, _), stock in pairs]
    peak = max(megabytes for (_, megabytes), _ in pairs)
    print(f"{len(documents)} clients, {rounds} rounds: median (least to most)")
    print(f"  regenerate       {spread([seconds for (seconds, _), _ in pairs])} s, at most {peak:.0f} MB")
    print(f"  stock generator  {spread([seconds for _, seconds in pairs])} s")
    print(f"  ratio            {spread(ratios)}")
    held = [verdict("ratio", statistics.median(ratios), MAX_RATIO), verdict("memory", peak, MAX_MEGABYTES)]
    return all(held)


def prepare(folder: Path) -> tuple[Path, list[Path]]:
    """Copy what the pipeline reads and writes, and write the overlaid documents."""
    root = folder / "repository"
    for name in ("constraints", "generated", "overlays", "specs"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy2(ROOT / "pyproject.toml", root)
    shown = subprocess.run([sys.executable, "-m", "codegen", "show"], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    documents = []
    for slug, document in json.loads(shown.stdout).items():
        documents.append(folder / f"{slug}.json")
        documents[-1].write_text(json.dumps(document), "utf-8")
    return root, documents


def regenerate(root: Path) -> tuple[float, float]:
    """Return the seconds and the largest memory of one process that writes all clients, of which none is there."""
    shutil.rmtree(root / "generated")
    return run(sys.executable, "-c", REGENERATE, root)


def generate(documents: list[Path]) -> float:
    """Return the seconds that the stock generator takes for all documents, one process after another."""
    command = (BIN / "openapi-python-client", "generate", "--meta", "uv", "--overwrite")
    return sum(run(*command, "--path", path, "--output-path", path.with_suffix(""))[0] for path in documents)


def run(*command: object) -> tuple[float, float]:
    """Run a command, which must succeed, and return its seconds and its largest memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), env=ENVIRONMENT, cwd="/", stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed")
    return seconds, usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def spread(values: list[float]) -> str:
    """Return the median of some values, and their range."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def verdict(name: str, value: float, bound: float) -> bool:
    """Print and return whether a value is within its bound."""
    print(f"{'holds ' if value <= bound else 'BROKEN'}  {name} {value:.2f}, at most {bound}")
    return value <= bound


if __name__ == "__main__":
    sys.exit(main())
