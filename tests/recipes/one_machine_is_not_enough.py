"""Fetch sessions on many machines: references in partitions, each fetched by a worker of a dask cluster."""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import distributed

from browser_sessions import BrowserSession, Client, SessionRef
from browser_sessions.errors import BrowserSessionsError

Ref = BrowserSession | SessionRef | str
Outcome = BrowserSession | Exception

LOCAL = {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
"""Options of a cluster on this machine: processes, whose dashboards only this machine can open."""


def fetch(refs: list[str], concurrency: int) -> list[tuple[Ref, Outcome]]:
    """Fetch some references; runs on a worker, with the keys in its environment."""
    with Client() as client:
        return [(ref, to_be_sent(outcome)) for ref, outcome in client.get_many(refs, concurrency=concurrency)]


def to_be_sent(outcome: Outcome) -> Outcome:
    """Return an outcome without URLs that are credentials or signed, and without the raw response."""
    if isinstance(outcome, Exception):
        return outcome
    nothing: Any = None
    return replace(outcome, connect_url=None, live_view_url=None, recordings=(), raw=nothing)


def results_of(
    cluster: distributed.Client, refs: list[str], size: int, concurrency: int
) -> Iterator[tuple[Ref, Outcome]]:
    """Yield each reference with its session, or with the error in its place: the provider's, or the cluster's."""
    parts = [refs[start : start + size] for start in range(0, len(refs), size)]
    under_way = {cluster.submit(fetch, part, concurrency, pure=False, retries=1): part for part in parts}
    for future in distributed.as_completed(list(under_way)):
        part = under_way.pop(future)  # after which the cluster may forget the result
        try:
            yield from future.result()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what came of these references
            yield from ((ref, error) for ref in part)


def to_json(ref: Ref, outcome: Outcome) -> dict[str, Any]:
    """Return a session, or the error in its place, as JSON data."""
    if isinstance(outcome, Exception):
        return {"ref": str(ref), "error": type(outcome).__name__, "message": str(outcome)}
    return outcome.to_dict()


def main() -> int:
    """Fetch the named sessions, write each as it comes, and print a summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("refs", nargs="+", metavar="REF", help='such as skyvern:pbs_1; "-": from standard input')
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a cluster; by default, one on this machine")
    parser.add_argument("--workers", type=int, default=2, help="processes of a cluster on this machine")
    parser.add_argument("--partition", type=int, default=500, help="how many references a worker is given at once")
    parser.add_argument("--concurrency", type=int, default=20, help="how many sessions a worker fetches at once")
    parser.add_argument("-o", "--output", type=Path, default=Path("sessions.jsonl"))
    options = parser.parse_args()
    lines = (line.strip() for ref in options.refs for line in (sys.stdin if ref == "-" else [ref]))
    refs = list(dict.fromkeys(filter(None, lines)))
    if not refs:
        parser.error("no references to fetch")
    if options.partition < 1:
        parser.error("a partition needs at least one reference")
    began = time.monotonic()
    where = {"address": options.scheduler} if options.scheduler else LOCAL | {"n_workers": options.workers}
    kinds: Counter[type] = Counter()
    with distributed.Client(**where) as cluster, options.output.open("w") as file:
        cluster.wait_for_workers(1)
        ready = time.monotonic()
        for ref, outcome in results_of(cluster, refs, options.partition, options.concurrency):
            kinds[type(outcome)] += 1
            file.write(f"{json.dumps(to_json(ref, outcome))}\n")
        took = time.monotonic() - ready
    said = ", ".join(f"{kind.__name__}: {number}" for kind, number in kinds.most_common())
    print(f"{len(refs)} references ({said})")
    print(f"{ready - began:.1f} s for the cluster, {took:.1f} s for the sessions: {len(refs) / took:.0f} a second")
    return 0 if all(issubclass(kind, BrowserSession | BrowserSessionsError) for kind in kinds) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
