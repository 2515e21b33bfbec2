"""What a process holds: files, sockets, threads and memory, to be compared before and after."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_FILES = Path("/proc/self/fd")
_PATIENCE = 5.0
"""Seconds in which what was closed has to be gone."""


class Held(NamedTuple):
    """What a process holds at one moment.

    Attributes:
        files: The descriptors that are open, and what each is of.
        threads: The names of the threads.
        blocks: How many blocks of memory Python has given out.
        memory: The resident memory, in bytes.

    """

    files: frozenset[str]
    threads: tuple[str, ...]
    blocks: int
    memory: int

    def leaked_since(self, before: Held) -> list[str]:
        """Return what is held and was not before, a line each."""
        new = [f"file {name}" for name in sorted(self.files - before.files)]
        threads = list(self.threads)
        for name in before.threads:
            if name in threads:
                threads.remove(name)
        return new + [f"thread {name}" for name in threads]


def hold() -> Held:
    """Return what this process holds, but for what is garbage."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    names = tuple(sorted(thread.name for thread in threading.enumerate()))
    return Held(frozenset(_files()), names, sys.getallocatedblocks(), pages * os.sysconf("SC_PAGE_SIZE"))


def hold_after(before: Held) -> Held:
    """Return what this process holds once it holds no more files and threads than before, or in the end does."""
    end = time.monotonic() + _PATIENCE
    while (held := hold()).leaked_since(before) and time.monotonic() < end:
        time.sleep(0.05)
    return held


def _files() -> Iterator[str]:
    for path in _FILES.iterdir():
        try:
            yield f"{path.name} {path.readlink()}"
        except FileNotFoundError:  # that of the list itself
            continue
