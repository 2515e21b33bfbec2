"""Decode bodies in a separate process, with the code that comes first on its path; `decoding.py` starts it.

Reads from stdin a JSON object with `bodies` by provider, `decoders` by provider ("module:Class.method"), `readers` by
provider ("module:function"), `has_view`, and `repeats`. Prints for each provider and stage the
shortest processor time in seconds and the bytes that the results keep.
"""

from __future__ import annotations

import importlib
import json
import operator
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any, NamedTuple

Work = Callable[[], list[Any]]


class Response(NamedTuple):
    """The parts of a response that a client reads."""

    content: bytes


def main() -> None:
    """Measure all providers in turn."""
    job = json.load(sys.stdin)
    works = {
        (slug, stage): work
        for slug, bodies in job["bodies"].items()
        for stage, work in stages(bodies, reader(job, slug), has_view=job["has_view"]).items()
    }
    figures = {key: {"seconds": float("inf"), "bytes": kept(work)} for key, work in works.items()}
    for _ in range(job["repeats"]):
        for key, work in works.items():
            figures[key]["seconds"] = min(figures[key]["seconds"], seconds(work))
    print(json.dumps([[*key, figure] for key, figure in figures.items()]))


def reader(job: dict[str, Any], slug: str) -> Callable[[Response], Any]:
    """Return the function that reads a response: the client's own reader, or else `json.loads` and the decoder."""
    decode, loads = named(job["decoders"][slug]), json.loads
    if slug not in job["readers"]:
        return lambda response: decode(loads(response.content))
    read: Callable[[Response], Any] = named(job["readers"][slug])(decode)
    return read


def named(name: str) -> Callable[[Any], Any]:
    """Return the function with this name."""
    module, _, attribute = name.partition(":")
    found: Callable[[Any], Any] = operator.attrgetter(attribute)(importlib.import_module(module))
    return found


def stages(bodies: list[str], read: Callable[[Response], Any], *, has_view: bool) -> dict[str, Work]:
    """Return the measured work by name: reading a model from bytes, and reading a model and making its view."""
    loads, responses = json.loads, [Response(body.encode()) for body in bodies]
    found: dict[str, Work] = {
        "json": lambda: [loads(response.content) for response in responses],
        "model": lambda: [read(response) for response in responses],
    }
    if has_view:
        view = named("browser_sessions:view")
        found["view"] = lambda: [view(read(response)) for response in responses]
    return found


def seconds(work: Work) -> float:
    """Return the processor time of some work in seconds; the results are kept until the work ends."""
    start = time.process_time()
    results = work()
    end = time.process_time()
    del results
    return end - start


def kept(work: Work) -> int:
    """Return the bytes that the results of some work occupy."""
    work()  # fills the caches
    tracemalloc.start()
    results = work()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del results
    return size


if __name__ == "__main__":
    main()
