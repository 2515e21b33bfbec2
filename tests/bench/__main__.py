"""Measure the facade and the clients next to raw httpx and the vendors' SDKs, and write docs/benchmarks.md.

    python -m tests.bench [--rounds N] [--only import,warm] [--folder DIR]
    python -m tests.bench report [--folder DIR]

Every result is added to `results.jsonl` in the folder as it comes, and the second command writes the page of what is
there. Exits with 1 if one of our figures is above its bound, and with 2 if there is nothing to report.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from codegen.__main__ import ROOT
from tests.bench import measurements, ratios, report
from tests.bench.run import NAMES, run


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the page, or write it alone, and return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    folder = options.folder.resolve()
    results = folder / "results.jsonl"
    if options.command == "run":
        folder.mkdir(parents=True, exist_ok=True)
        run(folder, results, options.only, options.rounds)
    records = measurements.read(results)
    if not records:
        parser.error(f"there is nothing to report in {options.folder}: measure first")
    report.write(records, ROOT)
    above = report.excess(ratios.figures(measurements.of_kind(records, measurements.Time)))
    print("\n".join(above))
    return int(bool(above))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("command", nargs="?", choices=("run", "report"), default="run")
    parser.add_argument(
        "--rounds", type=_rounds, help="how often everything is measured, in the place of its own number"
    )
    parser.add_argument("--only", type=_names, default=NAMES, help=f"some of {','.join(NAMES)}")
    parser.add_argument("--folder", type=Path, default=Path(".nox", "bench", "tmp"), help="where everything is kept")
    return parser


def _rounds(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("there is one round at least")
    return number


def _names(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.split(",")))
    if unknown := {*names} - {*NAMES}:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown))}")
    return names


if __name__ == "__main__":
    sys.exit(main())
