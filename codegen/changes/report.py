"""The differences, as text for a terminal and as Markdown for a pull request."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

import attrs

from codegen.changes.differences import BREAKING, COSMETIC, VERDICTS, Change


@attrs.frozen
class Section:
    """What changed for one provider, or in the facade's Python API."""

    name: str
    changes: tuple[Change, ...]
    """The worst ones first."""


@attrs.frozen
class Report:
    """What changed since a revision."""

    against: str
    sections: tuple[Section, ...]

    @property
    def breaking(self) -> int:
        """How many changes are breaking."""
        return sum(change.verdict == BREAKING for each in self.sections for change in each.changes)


def as_text(report: Report) -> str:
    """Return a report for people at a terminal."""
    return "\n".join([*_lines(report), _conclusion(report)])


def as_markdown(report: Report) -> str:
    """Return a report for a pull request; texts of a spec are inside a block of code, where they are not markup."""
    text = "\n".join(_lines(report))
    fence = "`" * max([3, *(len(each) + 1 for each in re.findall("`+", text))])
    return f"## {_conclusion(report)}\n\n{fence}text\n{text}\n{fence}"


FORMS: dict[str, Callable[[Report], str]] = {"text": as_text, "markdown": as_markdown}


def _conclusion(report: Report) -> str:
    found = {0: "Nothing is breaking", 1: "1 change is breaking"}
    return f"{found.get(report.breaking, f'{report.breaking} changes are breaking')}, compared with {report.against}"


def _lines(report: Report) -> Iterator[str]:
    for section in report.sections:
        counts = Counter(each.verdict for each in section.changes)
        yield f"{section.name}: " + (
            ", ".join(f"{counts[each]} {each}" for each in VERDICTS if each in counts) or "unchanged"
        )
        for change in section.changes:
            yield f"  {change.verdict:<10} {change.text}"
            if change.place and change.verdict != COSMETIC:
                yield f"             at {change.place}"
