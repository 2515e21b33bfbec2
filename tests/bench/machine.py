"""The machine that is measured on, and how much else it does."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple


class Machine(NamedTuple):
    """What a figure depends on, but for who is measured."""

    processor: str
    cores: int
    system: str
    python: str


def describe(folder: Path) -> Machine:
    """Return this machine, as the harness sees it."""
    import pyperf  # noqa: PLC0415 - it is there where something is measured, and not where the rest is tested

    path = folder / "machine.json"
    path.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pyperf", "collect_metadata", f"--output={path}"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    (benchmark,) = pyperf.BenchmarkSuite.load(str(path)).get_benchmarks()
    metadata = benchmark.get_metadata()
    return Machine(
        processor=str(metadata.get("cpu_model_name", platform.processor())),
        cores=int(metadata["cpu_count"]),
        system=" ".join(part for part in (platform.system(), platform.machine(), *platform.libc_ver()) if part),
        python=f"{platform.python_implementation()} {platform.python_version()}",
    )


def load() -> float:
    """Return how many processes wanted a processor in the last minute; 0 where the system does not tell."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
