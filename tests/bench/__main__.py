"""Measure the facade and the clients next to raw httpx and the vendors' SDKs, and write docs/benchmarks.md.

    python -m tests.bench [--rounds N] [--only import,warm] [--folder DIR]
    python -m tests.bench report [--folder DIR]

Every result is added to `results.jsonl` in the folder as it comes, and the second command writes the page of what is
there. Exits with 1 if one of our figures is above its bound.
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
    options = _parser().parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    results = options.folder / "results.jsonl"
    if options.command == "run":
        run(options.folder.resolve(), results, options.only, options.rounds)
    records = measurements.read(results)
    report.write(records, ROOT)
    above = ratios.broken(ratios.figures(measurements.of_kind(records, measurements.Time)))
    for key, figure, bound in above:
        print(f"{key.measure}, {key.subject} {key.provider}: {figure.ratio:.2f}, at most {bound.most}")
    return int(bool(above))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("command", nargs="?", choices=("run", "report"), default="run")
    parser.add_argument("--rounds", type=int, help="how often everything is measured, in the place of its own number")
    parser.add_argument("--only", type=_names, default=NAMES, help=f"some of {','.join(NAMES)}")
    parser.add_argument("--folder", type=Path, default=Path(".nox", "bench", "tmp"), help="where everything is kept")
    return parser


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := {*names} - {*NAMES}:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown))}")
    return names


if __name__ == "__main__":
    sys.exit(main())
