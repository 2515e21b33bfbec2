"""Decode bodies in a process of its own, which imports what its path has first; started by `decoding.py`.

Reads from stdin a JSON object with `bodies` by provider, `decoders` by provider ("module:Class.method"), `has_view`,
and `repeats`. Prints by provider the least seconds of a processor, and the bytes that are kept, for each stage.
"""

from __future__ import annotations

import importlib
import json
import operator
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

Work = Callable[[], list[Any]]


def main() -> None:
    """Measure all providers in turns."""
    job = json.load(sys.stdin)
    works = {
        (slug, stage): work
        for slug, bodies in job["bodies"].items()
        for stage, work in stages(bodies, decoder(job["decoders"][slug]), has_view=job["has_view"]).items()
    }
    figures = {key: {"seconds": float("inf"), "bytes": kept(work)} for key, work in works.items()}
    for _ in range(job["repeats"]):
        for key, work in works.items():
            figures[key]["seconds"] = min(figures[key]["seconds"], seconds(work))
    print(json.dumps([[*key, figure] for key, figure in figures.items()]))


def decoder(name: str) -> Callable[[Any], Any]:
    """Return the function of a name."""
    module, _, attribute = name.partition(":")
    found: Callable[[Any], Any] = operator.attrgetter(attribute)(importlib.import_module(module))
    return found


def stages(bodies: list[str], decode: Callable[[Any], Any], *, has_view: bool) -> dict[str, Work]:
    """Return what is measured, by name: each stage has the one before it in it."""
    loads, texts = json.loads, [body.encode() for body in bodies]
    found: dict[str, Work] = {
        "json": lambda: [loads(text) for text in texts],
        "model": lambda: [decode(loads(text)) for text in texts],
    }
    if has_view:
        view = decoder("browser_sessions:view")
        found["view"] = lambda: [view(decode(loads(text))) for text in texts]
    return found


def seconds(work: Work) -> float:
    """Return the seconds of a processor that some work takes, with its results kept until its end."""
    start = time.process_time()
    results = work()
    end = time.process_time()
    del results
    return end - start


def kept(work: Work) -> int:
    """Return the bytes that some work's results take."""
    work()  # fills what is kept for good
    tracemalloc.start()
    results = work()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del results
    return size


if __name__ == "__main__":
    main()
