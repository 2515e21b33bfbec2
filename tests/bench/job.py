"""What is measured, before it is known by what."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Job(NamedTuple):
    """What is measured, again in each round.

    Attributes:
        measure: Which of the page's figures it is for.
        subject: Who is measured.
        provider: Whose sessions are fetched, or "".
        size: How many sessions or schemas there are, or 0.
        baseline: The subject whose time, in the same round, its own is divided by, or "".
        python: What runs the program.
        program: The program: as it is, or one of pyperf's that measures a part of itself.
        is_process: Whether the whole process is measured.
        values: How often, in a round.
        loops: How many calls are one value.
        warmups: How many values are thrown away.

    """

    measure: str
    subject: str
    provider: str
    size: int
    baseline: str
    python: Path
    program: str
    is_process: bool
    values: int = 2
    loops: int = 1
    warmups: int = 1

    @property
    def name(self) -> str:
        """A name that no other job has."""
        parts = (self.measure, self.subject, self.provider, self.size)
        return "-".join(str(part) for part in parts if part)
