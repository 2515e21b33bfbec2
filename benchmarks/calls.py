"""Measure calls: importing, a process that fetches one session, a warm call, and 1,000 sessions at once.

    python -m benchmarks.calls [--against REV] [--only import,warm] [--rounds N] [--fast]

Raw httpx, the facade, the generated clients and the vendors' SDKs each run in a separate process and environment,
call a server on this machine, and take turns in each round. A ratio is the median of the rounds. `--against` measures
the facade of an older commit as well.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks import environments
from benchmarks.figures import print_machine, print_table, ratio, turns
from benchmarks.providers import Provider, load_providers
from benchmarks.server import serve
from benchmarks.trees import ROOT, worktree

CALLER = str(Path(__file__).with_name("caller.py"))
RAW, OURS, CLIENT, SDK = "raw httpx", "browser-sessions", "generated client", "the vendor's SDK"

TITLES = {
    "import": "Import",
    "one-shot": "A process that imports, fetches one session and prints it",
    "warm": "A session, fetched again on an open connection",
    "threads": "Many sessions at once, in 20 threads",
    "asyncio": "Many sessions at once, in 20 tasks of asyncio",
}
"""The title of each measure's table."""


class Contestant(NamedTuple):
    """One way to fetch a provider's sessions: its column, its environment's Python, and its name in `caller.py`.

    `measures` lists the measures that it supports.
    """

    name: str
    python: Path
    way: str
    measures: tuple[str, ...] = tuple(TITLES)


class Sample(NamedTuple):
    """The result of a measure in one round: seconds, and the peak memory of the process in megabytes."""

    seconds: float
    memory: float


Samples = dict[tuple[str, str, str], list[Sample]]
"""Samples by measure, provider and contestant, one for each round."""


def main() -> None:
    """Measure, and print one table for each measure and one for the environments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", metavar="REV", help="an older commit of the facade to measure as well")
    parser.add_argument("--only", type=lambda text: text.split(","), default=[*TITLES], help=f"of {','.join(TITLES)}")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--fast", action="store_true", help="run one round of 100 sessions as a check")
    parser.add_argument("--folder", type=Path, default=environments.FOLDER, help="the folder that keeps environments")
    options = parser.parse_args()
    rounds, count = (1, 100) if options.fast else (options.rounds, 1_000)
    folder, providers = options.folder.resolve(), load_providers()
    with contextlib.ExitStack() as stack:
        pythons = {RAW: environments.raw(folder), OURS: environments.ours(ROOT, folder / "ours")}
        if options.against:
            root = stack.enter_context(worktree(options.against))
            pythons[options.against] = environments.ours(root, folder / "against")
        pythons |= {each.slug: environments.vendor(each.slug, folder) for each in providers}
        urls = stack.enter_context(serve(providers))
        print_machine()
        jobs = [
            (measure, provider, contestant)
            for provider in providers
            for measure in options.only
            for contestant in contestants(pythons, provider.slug, options.against)
            if measure in contestant.measures
        ]
        samples: Samples = {(measure, each.slug, contestant.name): [] for measure, each, contestant in jobs}
        for measure, provider, contestant in turns(jobs, rounds):
            sample = run(measure, provider, contestant, urls[provider.slug], count)
            samples[measure, provider.slug, contestant.name].append(sample)
    for measure in options.only:
        print_measure(measure, samples, options.against)
    sizes = [(name, *environments.installed(python)) for name, python in pythons.items()]
    rows = [(name, f"{megabytes:.1f} MB", distributions) for name, megabytes, distributions in sizes]
    print_table("Installed", ["", "files in site-packages", "distributions"], rows)


def contestants(pythons: dict[str, Path], slug: str, against: str | None) -> list[Contestant]:
    """Return all contestants for a provider. Bright Data's SDK has no call that fetches a session."""
    sdk = ("import",) if slug == "brightdata" else ("import", "one-shot", "warm", "threads")
    return [
        Contestant(RAW, pythons[RAW], "httpx"),
        Contestant(OURS, pythons[OURS], "facade"),
        *([Contestant(against, pythons[against], "facade")] if against else []),
        Contestant(CLIENT, pythons[OURS], "client", ("import", "one-shot", "warm")),
        Contestant(SDK, pythons[slug], slug, sdk),
    ]


def run(measure: str, provider: Provider, contestant: Contestant, url: str, count: int) -> Sample:
    """Run one measure in a new process."""
    names = (provider.slug, url, *provider.header, provider.path.format(provider.id), provider.id)
    command = [str(contestant.python), "-P", CALLER, contestant.way, measure, str(count), *names]
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    whole = time.perf_counter() - start
    seconds, kilobytes = done.stdout.split()[-2:]
    return Sample(whole if measure == "one-shot" else float(seconds), float(kilobytes) / 1e3)


def print_measure(measure: str, samples: Samples, against: str | None) -> None:
    """Print the time and memory of raw httpx, and the ratio of each other contestant to it."""
    found = {(slug, name): each for (other, slug, name), each in samples.items() if other == measure}
    slugs, names = (dict.fromkeys(each) for each in zip(*found, strict=True))
    rows = []
    for slug in slugs:
        base = found[slug, RAW]
        row = [slug, f"{1e3 * statistics.median(each.seconds for each in base):.2f} ms, {_peak(base)}"]
        row += [_cell(found.get((slug, name), []), base) for name in [*names][1:]]
        rows.append([*row, *([_ratio(found[slug, OURS], found[slug, against])] if against else [])])
    head = ["", *names, *([f"{OURS} to {against}"] if against else [])]
    print_table(f"{TITLES[measure]}: ratio of times, and peak memory", head, rows)


def _cell(samples: list[Sample], base: list[Sample]) -> str:
    return f"{_ratio(samples, base)}, {_peak(samples)}" if samples else ""


def _ratio(samples: list[Sample], base: list[Sample]) -> str:
    return ratio([each.seconds for each in samples], [each.seconds for each in base])


def _peak(samples: list[Sample]) -> str:
    return f"{statistics.median(each.memory for each in samples):.0f} MB"


if __name__ == "__main__":
    main()
