"""How something is measured: by pyperf, in processes of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.bench.job import Job


class Measured(NamedTuple):
    """What came of it: the seconds of a call, as often as it was measured, and the bytes of the process at its peak."""

    seconds: tuple[float, ...]
    memory: int


def measure(job: Job, folder: Path, pyperf_folder: Path) -> Measured:
    """Measure a job once, in files of a folder.

    Raises:
        subprocess.CalledProcessError: The program failed.

    """
    import pyperf  # noqa: PLC0415 - it is there where something is measured, and not where the rest is tested

    program, result = folder / f"{job.name}.py", folder / "result.json"
    folder.mkdir(parents=True, exist_ok=True)
    program.write_text(job.program, "utf-8")
    result.unlink(missing_ok=True)
    options = [
        *("--quiet", "--processes=1", f"--values={job.values}", f"--warmups={job.warmups}", f"--loops={job.loops}"),
        f"--output={result}",
    ]
    if job.is_process:
        command = [sys.executable, "-m", "pyperf", "command", *options, "--", str(job.python), str(program)]
    else:
        command = [str(job.python), str(program), *options]
    # pyperf hands down to the process that it measures the path alone.
    environment = os.environ if job.is_process else os.environ | {"PYTHONPATH": str(pyperf_folder)}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    (benchmark,) = pyperf.BenchmarkSuite.load(str(result)).get_benchmarks()
    metadata = benchmark.get_metadata()
    return Measured(benchmark.get_values(), metadata["command_max_rss" if job.is_process else "mem_max_rss"])
