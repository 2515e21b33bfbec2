"""A run: everything, or some measures, in rounds in which each is measured once, in another order each time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import attrs

from tests.bench import calls, environments, faults, installed, machine, many, measurements, processes, regenerating
from tests.bench.contestants import load_contestants
from tests.bench.harness import measure
from tests.bench.job import Job
from tests.bench.measurements import Installed, Run, Seen, Time
from tests.bench.servers import serve
from tests.bench.setting import Setting
from tests.bench.wires import load_wires


class Plan(NamedTuple):
    """A group of jobs that take turns.

    Attributes:
        jobs: What makes them.
        rounds: How often each has its turn, if it is not said otherwise.

    """

    jobs: Callable[[Setting], list[Job]]
    rounds: int


PLANS = {
    "import": Plan(processes.import_jobs, 7),
    "one-shot": Plan(processes.one_shot_jobs, 5),
    "warm": Plan(calls.warm_jobs, 5),
    "decoding": Plan(calls.decoding_jobs, 3),
    "many-100": Plan(lambda setting: many.jobs(setting, many.SIZES[0]), 3),
    "many-1000": Plan(lambda setting: many.jobs(setting, many.SIZES[1]), 3),
    "many-10000": Plan(lambda setting: many.jobs(setting, many.SIZES[2]), 2),
    "regenerate": Plan(lambda setting: regenerating.five_jobs(setting.folder / "five"), 3),
    "growth": Plan(lambda setting: regenerating.growth_jobs(setting.folder / "growth"), 1),
}

LOOKS: dict[str, Callable[[Setting], Iterator[Installed | Seen]]] = {
    "installed": installed.weigh,
    "faults": faults.look,
}
"""What is looked at once."""

NAMES = (*LOOKS, *PLANS)

GENERATOR = "the generator"
"""What is measured and is in no environment of its own, among the states of a run."""


def run(folder: Path, results: Path, names: Sequence[str], rounds: int | None) -> None:
    """Measure, and leave what comes of it in a file of results, with what is there of other plans."""
    pythons = environments.make_environments(folder / "environments")
    pyperf = environments.install_pyperf(folder / "pyperf")
    date = dt.datetime.now(dt.UTC).date().isoformat()
    states = {name: environments.state(python) for name, python in pythons.items()} | {GENERATOR: regenerating.state()}
    about = Run(date=date, plans=(), states=states, **machine.describe(folder)._asdict())
    wires = load_wires()
    with serve(wires) as urls:
        setting = Setting(load_contestants(), wires, urls, pythons, pyperf, folder)
        for name in names:
            # One at a time: what is not reached, because the run is interrupted, stays what it was.
            measurements.keep(results, [each for each in NAMES if each != name])
            measurements.append(results, attrs.evolve(about, plans=(name,)))
            for record in LOOKS[name](setting) if name in LOOKS else _measured(setting, name, rounds):
                measurements.append(results, record)
            print(f"{name}: done", flush=True)


def _measured(setting: Setting, name: str, rounds: int | None) -> Iterator[Time]:
    plan = PLANS[name]
    jobs = plan.jobs(setting)
    for number in range(rounds or plan.rounds):
        for job in _turned(jobs, number):
            yield _time(setting, job, name, number)
        print(f"{name}: round {number + 1}", flush=True)


def _turned(jobs: list[Job], number: int) -> list[Job]:
    """Return jobs in another order in each round, so that none is always behind the same one."""
    ordered = jobs[number % len(jobs) :] + jobs[: number % len(jobs)]
    return ordered[::-1] if number % 2 else ordered


def _time(setting: Setting, job: Job, name: str, number: int) -> Time:
    measured = measure(job, setting.folder / "programs", setting.pyperf)
    return Time(
        plan=name,
        measure=job.measure,
        subject=job.subject,
        provider=job.provider,
        size=job.size,
        baseline=job.baseline,
        round=number,
        seconds=measured.seconds,
        memory=measured.memory,
        load=machine.load(),
    )
