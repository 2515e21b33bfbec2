"""Leaks of a soak: threads, files, sockets, memory, and exceptions that only garbage collection reveals."""

from __future__ import annotations

import gc
import sys
import threading
from collections import Counter
from pathlib import Path

_BLOCKS = 0.5
"""Allowed growth in memory blocks per session; anything kept for a session is at least one block."""

_SLACK = 2_000
"""Memory blocks by which memory varies, independent of the length of the run."""


def unraisable() -> list[str]:
    """Return a list that will receive a line for each exception that cannot be caught."""
    found: list[str] = []
    sys.unraisablehook = lambda what: found.append(f"{what.exc_value!r} in {what.object!r}")
    return found


def held() -> Counter[str]:
    """Return the files, sockets and threads that this process holds after garbage collection."""
    gc.collect()
    files = [path for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    return Counter([*(f"file {path.readlink()}" for path in files), *(str(each) for each in threading.enumerate())])


def growth_in(blocks: int, sessions: int) -> list[str]:
    """Return a line if memory grows with the sessions."""
    growth = (blocks - _SLACK) / max(sessions, 1)
    return [f"{growth:.2f} blocks of memory for each session"] if growth > _BLOCKS else []
