"""What many sessions at once cost, in threads and in tasks, and how much memory they take."""

from __future__ import annotations

from tests.bench import programs
from tests.bench.contestants import FACADE, RAW, SDK, Contestant
from tests.bench.job import Job
from tests.bench.setting import Setting
from tests.bench.wires import Wire

SIZES = (100, 1_000, 10_000)
PROVIDER = "skyvern"
"""Whose sessions raw httpx and the facade fetch at every size; an SDK fetches its own, up to the second size."""


def jobs(setting: Setting, size: int) -> list[Job]:
    """Return so many sessions, fetched at once by whoever can."""
    is_largest = size == SIZES[-1]
    return [
        _job(setting, each, wire, size, tasks=tasks)
        for each, wire in setting.pairs()
        for tasks in (False, True)
        if each.kind in (RAW, FACADE, SDK)
        if wire.slug == PROVIDER or not (is_largest or tasks)
        if each.kind != SDK or not (is_largest or tasks)
    ]


def _job(setting: Setting, each: Contestant, wire: Wire, size: int, *, tasks: bool) -> Job:
    program = programs.many(each, wire, setting.urls[wire.slug], size, tasks=tasks)
    return setting.job("many-tasks" if tasks else "many-threads", each, wire, program)._replace(
        size=size, values=3 if size == SIZES[0] else 1, warmups=0
    )
