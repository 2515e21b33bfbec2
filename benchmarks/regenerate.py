"""Compare generating our five clients with five runs of the stock generator, and measure one spec as it grows.

    python -m benchmarks.regenerate [--rounds N] [--fast]

Our pipeline corrects, validates, generates and formats; the stock generator gets corrected specs. Both take
turns in each round; a ratio is the median of the rounds.
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import yaml

from benchmarks import synthetic
from benchmarks.figures import print_machine, print_table, ratio, turns
from benchmarks.trees import ROOT

GOAL = 0.42
SIZES = (400, 800)
OURS, STOCK = "nox -s regenerate", "stock generator"

# The stock generator finds its formatter by the path.
BIN = Path(sys.executable).parent
ENVIRONMENT = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


class Cost(NamedTuple):
    """The cost of some processes: seconds, processor seconds, and the megabytes of the largest process."""

    seconds: float
    processor: float
    memory: float


class Task(NamedTuple):
    """Clients to generate: a copy of our pipeline and its inputs, and the documents for the stock generator."""

    root: Path
    documents: list[Path]


Costs = dict[str, list[Cost]]
"""The costs of our pipeline and of the stock generator, one for each round."""


def main() -> None:
    """Measure the five clients, and then growth."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="rounds for the five clients; growth has a third of them")
    parser.add_argument("--fast", action="store_true", help="run one round with a small spec as a check")
    options = parser.parse_args()
    rounds, sizes = (1, (50, 100)) if options.fast else (options.rounds, SIZES)
    print_machine()
    with tempfile.TemporaryDirectory() as folder:
        clients = five(Path(folder, "five"))
        measure([clients], 1)  # fills the machine's caches
        print_five(measure([clients], rounds)[0])
        tasks = [growth(size, Path(folder, str(size))) for size in sizes]
        print_growth(dict(zip(sizes, measure(tasks, max(rounds // 3, 1)), strict=True)))


def five(root: Path) -> Task:
    """Return the task for the five specs."""
    copied(root)
    return Task(root, [overlaid(root, path.stem) for path in sorted((root / "specs").glob("*.yaml"))])


def growth(size: int, root: Path) -> Task:
    """Return the task for one synthetic spec with `size` schemas."""
    copied(root)
    spec = yaml.dump(synthetic.spec(size), Dumper=yaml.CSafeDumper, sort_keys=False)
    for name in ("overlays", "specs"):
        shutil.rmtree(root / name)
        (root / name).mkdir()
    (root / "specs" / "synthetic.yaml").write_text(spec, "utf-8")
    sources = synthetic.SOURCES.format(hashlib.sha256(spec.encode()).hexdigest())
    (root / "specs" / "sources.toml").write_text(sources, "utf-8")
    (root / "overlays" / "synthetic.yaml").write_text(yaml.dump(synthetic.OVERLAY, sort_keys=False), "utf-8")
    return Task(root, [overlaid(root, "synthetic")])


def copied(to: Path) -> None:
    """Copy the pipeline, its inputs and its outputs."""
    shutil.copytree(ROOT, to, ignore=shutil.ignore_patterns(".*", "__pycache__", "tests", "site"))
    compileall.compile_dir(to / "codegen", quiet=1)


def overlaid(root: Path, slug: str) -> Path:
    """Write an overlaid document, and return its path."""
    path = root / f"{slug}.json"
    with path.open("wb") as file:
        subprocess.run([sys.executable, "-m", "codegen", "show", slug], cwd=root, stdout=file, check=True)
    return path


def measure(tasks: list[Task], rounds: int) -> list[Costs]:
    """Return the costs of each task in each round; our pipeline and the stock generator take turns."""
    costs: list[Costs] = [{OURS: [], STOCK: []} for _ in tasks]
    jobs = [(task, kept, name) for task, kept in zip(tasks, costs, strict=True) for name in kept]
    for task, kept, name in turns(jobs, rounds):
        kept[name].append(ours(task.root) if name == OURS else stock(task.documents))
    return costs


def ours(root: Path) -> Cost:
    """Return the cost of one process that writes all clients from scratch."""
    shutil.rmtree(root / "generated")
    return run(root, sys.executable, "-m", "codegen", "regenerate")


def stock(documents: list[Path]) -> Cost:
    """Return the cost of one process per document, because the stock generator accepts one document."""
    command = (BIN / "openapi-python-client", "generate", "--meta", "uv", "--overwrite")
    costs = [run(path.parent, *command, "--path", path, "--output-path", path.with_suffix("")) for path in documents]
    seconds, processor, memory = zip(*costs, strict=True)
    return Cost(sum(seconds), sum(processor), max(memory))


def run(folder: Path, *command: object) -> Cost:
    """Run a command, which must succeed, and return its cost."""
    start = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), env=ENVIRONMENT, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3))


def print_five(costs: Costs) -> None:
    """Print the cost of the five clients; a busy machine distorts the ratio of processor seconds less."""
    row = [
        f"{statistics.median(each.seconds for each in kept):.2f} s, {max(each.memory for each in kept):.0f} MB"
        for kept in costs.values()
    ]
    row.append(ratio(*([each.seconds for each in costs[name]] for name in (OURS, STOCK))))
    row.append(ratio(*([each.processor for each in costs[name]] for name in (OURS, STOCK))))
    head = [*(f"`{name}`" for name in costs), f"ratio of times, the goal is {GOAL}", "ratio of a processor's times"]
    print_table("Five clients: time and peak memory", head, [row])


def print_growth(costs: dict[int, Costs]) -> None:
    """Print the cost of one client as its spec grows, in processor seconds."""
    seconds = {(size, name): [cost.processor for cost in costs[size][name]] for size in costs for name in costs[size]}
    rows: list[list[object]] = [
        [
            size,
            *(f"{statistics.median(seconds[size, name]):.2f} s" for name in costs[size]),
            ratio(seconds[size, OURS], seconds[size, STOCK]),
        ]
        for size in costs
    ]
    least, most = costs
    growths = [ratio(seconds[most, name], seconds[least, name]) for name in (OURS, STOCK)]
    rows.append([f"{most} : {least}", *growths, ""])
    print_table("Growth, in seconds of a processor", ["schemas", f"`{OURS}`", f"`{STOCK}`", "ratio"], rows)


if __name__ == "__main__":
    main()
