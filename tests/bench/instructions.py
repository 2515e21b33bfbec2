"""Count what a busy machine cannot blur: the instructions of an import, of a one-shot process and of a warm call.

    python -m tests.bench.instructions [--folder DIR] [provider]

Needs valgrind, and the environments that `nox -s bench` made. What the kernel does for a program is not counted.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.bench import environments, processes, programs
from tests.bench.contestants import Contestant, load_contestants
from tests.bench.ratios import BARE
from tests.bench.servers import serve
from tests.bench.setting import Setting
from tests.bench.wires import Wire, load_wires

CALLS = (20, 120)
"""So many warm calls in two processes, whose difference is theirs alone."""

_CALLGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")


def main() -> None:
    """Count, and print each figure as it is known, with its ratio to that of raw httpx."""
    wires = load_wires()
    parser = argparse.ArgumentParser()
    parser.add_argument("provider", nargs="?", default="skyvern", choices=wires)
    parser.add_argument("--folder", type=Path, default=Path(".nox", "bench", "tmp"))
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        parser.error("there is no valgrind on the PATH")
    wire = wires[options.provider]
    folder = options.folder.resolve()
    pythons = environments.make_environments(folder / "environments")
    with serve({wire.slug: wire}) as urls:
        setting = Setting(load_contestants(), {wire.slug: wire}, urls, pythons, folder, folder)
        show("import", _counts_of_imports(setting))
        show("one-shot", {job.subject: count(job.python, job.program) for job in processes.one_shot_jobs(setting)})
        show("warm", {each.name: _count_of_a_call(setting, each, wire) for each, _ in setting.pairs()})


def _counts_of_imports(setting: Setting) -> dict[str, int]:
    """Return the instructions of what is imported, without those of a Python that imports nothing."""
    counted = {job.name: count(job.python, job.program) for job in processes.import_jobs(setting) if not job.provider}
    bare = counted.pop(f"import-{BARE}")
    return {name.removeprefix("import-"): number - bare for name, number in counted.items()}


def _count_of_a_call(setting: Setting, contestant: Contestant, wire: Wire) -> int:
    python, url = setting.pythons[contestant.environment], setting.urls[wire.slug]
    few, many = (count(python, programs.calls(contestant, wire, url, number)) for number in CALLS)
    return (many - few) // (CALLS[1] - CALLS[0])


def count(python: Path, program: str) -> int:
    """Return the instructions of a program."""
    # Without a seed of its own each process would lay out its sets in another order.
    environment = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0"}
    command = [*_CALLGRIND, str(python), "-c", program]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    (found,) = re.findall(r"Collected : (\d+)", result.stderr)
    return int(found)


def show(what: str, counted: dict[str, int]) -> None:
    """Print the instructions of some, in millions, and their ratios to raw httpx's."""
    for name, number in counted.items():
        print(f"{what:<10} {name:<14} {number / 1e6:8.2f} M {number / counted['httpx']:6.2f}", flush=True)


if __name__ == "__main__":
    main()
