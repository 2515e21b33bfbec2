"""Kill a worker in the middle of its work, and count what is lost."""

import os
import signal
import sys

import distributed
from one_machine_is_not_enough import LOCAL, results_of


def main() -> None:
    """Fetch each named session four times, two at once, and kill one of two workers after the first."""
    refs = sys.argv[1:] * 4
    found: list[str] = []
    with distributed.Client(n_workers=2, **LOCAL) as cluster:
        for _, outcome in results_of(cluster, refs, size=2, concurrency=2):
            if not found:
                address, pid = next(iter(cluster.run(os.getpid).items()))
                print(f"killing a worker that has {len(cluster.processing()[address])} partitions")
                os.kill(pid, signal.SIGKILL)
            found.append(type(outcome).__name__)
    print(f"{len(found)} of {len(refs)} references came back: {', '.join(sorted({*found}))}")


if __name__ == "__main__":
    main()
