"""Measure how long a cluster on this machine takes to start and to fetch, next to a single process."""

import pickle
import sys
import time
from collections.abc import Iterable

import distributed
from one_machine_is_not_enough import LOCAL, fetch, results_of

from browser_sessions import Client

AT_ONCE = 20


def show(what: str, results: Iterable[object]) -> None:
    """Print how many results come per second."""
    began = time.monotonic()
    number = len(list(results))
    print(f"{what:32}{number / (time.monotonic() - began):8.0f} a second")


def main() -> None:
    """Fetch each named session in each way, as often as the first argument says."""
    names = sys.argv[2:]
    refs = names * int(sys.argv[1])
    with Client() as client:
        whole = list(client.get_many(names))
        for at_once in (AT_ONCE, 2 * AT_ONCE):
            show(f"one process, {at_once} at once", client.get_many(refs, concurrency=at_once))
    for workers in (1, 2):
        began = time.monotonic()
        with distributed.Client(n_workers=workers, **LOCAL) as cluster:
            list(results_of(cluster, names * workers, len(names), AT_ONCE))  # so that each has its imports
            print(f"{f'{workers} workers':32}{time.monotonic() - began:8.1f} s to start")
            show(f"{workers} workers, {AT_ONCE} at once each", results_of(cluster, refs, len(refs) // workers, AT_ONCE))
    for what, results in (("whole", whole), ("as it is sent", fetch(names, AT_ONCE))):
        print(f"{f'a result, {what}':32}{len(pickle.dumps(results)) // len(results):8} bytes")


if __name__ == "__main__":
    main()
