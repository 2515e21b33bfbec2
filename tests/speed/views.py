"""Measure the view, next to decoding what it views, in interleaved rounds of one run.

Prints a ratio for each promise, as the median of the rounds, and exits with 1 if a bound is broken.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator

import browser_sessions
from tests.facade.viewing import decode, examples
from tests.speed.clients import Bound, ratio_of


def main() -> int:
    """Measure everything, print it, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=21)
    rounds = parser.parse_args().rounds
    bounds = list(measured(rounds))
    print("\n".join(map(str, bounds)))
    return int(any(bound.ratio > bound.most for bound in bounds))


def measured(rounds: int) -> Iterator[Bound]:
    """Yield every bound as it is measured."""
    ratios = {slug: mapping(slug, rounds) for slug in browser_sessions.PROVIDERS}
    for slug, ratio in ratios.items():
        yield Bound(f"view, {slug} / decoding", ratio, 1.1)
    yield Bound("view, geometric mean / decoding", statistics.geometric_mean(ratios.values()), 1.0)


def mapping(slug: str, rounds: int) -> float:
    """Return what viewing a provider's examples costs, as a ratio to decoding them."""
    bodies = [*examples(slug).values()]
    models = [decode(slug, body) for body in bodies]

    def decoding() -> object:
        return [type(model).from_dict(body) for _ in range(300) for model, body in zip(models, bodies, strict=True)]

    def viewing() -> object:
        return [browser_sessions.view(model) for _ in range(300) for model in models]

    return ratio_of(viewing, decoding, rounds)


if __name__ == "__main__":
    sys.exit(main())
