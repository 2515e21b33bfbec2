"""What the measurements come to: for each who was measured, the median over the rounds of its ratio to a baseline."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from tests.bench.measurements import Time
from tests.speed.regenerate import MAX_RATIO

BARE = "bare"
"""The subject whose time is none of the others': an interpreter that does nothing."""

ALL_NAMES = "all-names"
"""The facade, when every one of its names is imported; each takes a module along."""


class Key(NamedTuple):
    """Who was measured, at what."""

    measure: str
    subject: str
    provider: str
    size: int


Seconds = dict[Key, dict[int, float]]
"""The median of each round, by who was measured."""


class Figure(NamedTuple):
    """What somebody's measurements come to.

    Attributes:
        seconds: The median.
        ratio: The median of the ratios of the rounds.
        least: The smallest of these ratios.
        most: The largest of them.
        memory: The median of the bytes at the peak.
        rounds: How many rounds there were.

    """

    seconds: float
    ratio: float
    least: float
    most: float
    memory: float
    rounds: int


class Bound(NamedTuple):
    """What a ratio may be at most."""

    measure: str
    subject: str
    most: float


BOUNDS = (
    Bound("import", ALL_NAMES, 0.6),
    Bound("one-shot", "facade", 1.35),
    Bound("warm", "facade", 1.25),
    Bound("many-threads", "facade", 1.2),
    Bound("many-tasks", "facade", 1.2),
    Bound("regenerate", "ours", MAX_RATIO),
)


def figures(times: Iterable[Time]) -> dict[Key, Figure]:
    """Return the figures of all who were measured together with their baseline.

    The ratio of a round is that of the medians in it; in both, an interpreter that does nothing is subtracted, where it
    was measured too.
    """
    seconds: Seconds = defaultdict(dict)
    memory: dict[Key, list[int]] = defaultdict(list)
    baselines: dict[Key, str] = {}
    for time in times:
        key = Key(time.measure, time.subject, time.provider, time.size)
        seconds[key][time.round] = statistics.median(time.seconds)
        memory[key].append(time.memory)
        baselines[key] = time.baseline
    found = {key: _figure(key, baselines[key], seconds, memory[key]) for key in seconds if key.subject != BARE}
    return {key: figure for key, figure in found.items() if figure}


MEMORY_BOUND = 1.2
"""What the peak memory of ten thousand sessions may be, as a multiple of that of a thousand."""


def memory_growth(figures: dict[Key, Figure]) -> float | None:
    """Return how much more memory the facade has at its peak with ten thousand sessions than with a thousand."""
    few, many = (
        [figure.memory for key, figure in figures.items() if key[:2] == ("many-threads", "facade") and key.size == size]
        for size in (1_000, 10_000)
    )
    return max(many) / min(few) if few and many else None


def of_bound(figures: dict[Key, Figure], bound: Bound) -> list[float]:
    """Return the ratios that a bound is about."""
    return [
        figure.ratio for key, figure in figures.items() if (key.measure, key.subject) == (bound.measure, bound.subject)
    ]


def broken(figures: dict[Key, Figure]) -> list[tuple[Key, Figure, Bound]]:
    """Return the figures that are above their bound."""
    return [
        (key, figure, bound)
        for bound in BOUNDS
        for key, figure in figures.items()
        if (key.measure, key.subject) == (bound.measure, bound.subject) and figure.ratio > bound.most
    ]


def _figure(key: Key, baseline: str, seconds: Seconds, memory: list[int]) -> Figure | None:
    """Return somebody's figure, unless there is no round with the baseline in it."""
    bare = seconds.get(Key(key.measure, BARE, "", 0), {})
    mine, theirs = (_net(each, bare) for each in (seconds[key], seconds.get(_baseline(key, baseline, seconds), {})))
    ratios = [mine[number] / theirs[number] for number in mine.keys() & theirs.keys()]
    if not ratios:
        return None
    return Figure(
        seconds=statistics.median(mine.values()),
        ratio=statistics.median(ratios),
        least=min(ratios),
        most=max(ratios),
        memory=statistics.median(memory),
        rounds=len(ratios),
    )


def _baseline(key: Key, subject: str, seconds: Seconds) -> Key:
    """Return whom somebody is compared with: of the same provider, or where there is none, of all."""
    own = key._replace(subject=subject)
    return own if own in seconds else own._replace(provider="")


def _net(seconds: dict[int, float], bare: dict[int, float]) -> dict[int, float]:
    return {number: value - bare[number] for number, value in seconds.items() if number in bare} if bare else seconds
