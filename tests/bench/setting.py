"""All that a measurement needs to know of where it takes place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.bench.contestants import Contestant
from tests.bench.job import Job
from tests.bench.wires import Wire


class Setting(NamedTuple):
    """Who is measured, and where.

    Attributes:
        contestants: All of them.
        wires: What each provider's API is asked and answers.
        urls: Where each provider is answered for.
        pythons: The Python of each environment.
        pyperf: The folder that the harness is imported from.
        folder: A place for files.

    """

    contestants: tuple[Contestant, ...]
    wires: Mapping[str, Wire]
    urls: Mapping[str, str]
    pythons: Mapping[str, Path]
    pyperf: Path
    folder: Path

    def pairs(self) -> list[tuple[Contestant, Wire]]:
        """Return each contestant with each provider whose sessions it fetches, by provider."""
        return [
            (contestant, wire)
            for slug, wire in self.wires.items()
            for contestant in self.contestants
            if contestant.session and contestant.provider in ("", slug)
        ]

    def job(self, measure: str, who: Contestant, wire: Wire, program: str) -> Job:
        """Return a program of somebody's, about the sessions of a provider, to be compared with raw httpx's."""
        python = self.pythons[who.environment]
        return Job(measure, who.name, wire.slug, 0, "httpx", python, program, is_process=False)
