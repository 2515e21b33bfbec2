"""Rounds, ratios and tables, which all benchmarks share."""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
import statistics
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
Row = Sequence[object]


def turns(jobs: Sequence[T], rounds: int) -> Iterator[T]:
    """Yield each job once in each round; every other round runs in reverse order."""
    for number in range(rounds):
        yield from jobs[:: -1 if number % 2 else 1]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Return the median of the rounds' ratios, and their range if they differ."""
    return spread([mine / other for mine, other in zip(ours, theirs, strict=True)])


def spread(values: Sequence[float]) -> str:
    """Return the median of some values, and their range if they differ."""
    median = f"{statistics.median(values):.2f}"
    return f"{median} ({min(values):.2f} to {max(values):.2f})" if len(values) > 1 else median


def print_table(title: str, head: Row, rows: Iterable[Row]) -> None:
    """Print a title and a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    print(f"\n{title}\n")
    print("\n".join(f"| {' | '.join(map(str, line))} |" for line in lines), flush=True)


def print_machine() -> None:
    """Print the date, and the machine and versions that the figures depend on."""
    cpuinfo = Path("/proc/cpuinfo")
    models = re.findall(r"^model name\s*: (.*)$", cpuinfo.read_text("utf-8"), re.MULTILINE) if cpuinfo.exists() else []
    machine = f"{(models or [platform.processor()])[0]}, {os.cpu_count()} cores, {platform.system()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"\n{dt.datetime.now(dt.UTC).date()}, {machine}, {python}, load {os.getloadavg()[0]:.1f}", flush=True)
