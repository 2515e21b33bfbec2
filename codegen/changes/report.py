"""What was found, as text for a terminal, as JSON, and as Markdown for a pull request."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import attrs

from codegen.changes.change import BREAKING, COSMETIC, VERDICTS, Change
from codegen.corrections import Misfit


@attrs.frozen
class Section:
    """What changed for one provider, or in the facade's Python API."""

    name: str
    changes: tuple[Change, ...] = ()
    """The worst ones first."""

    misfits: tuple[Misfit, ...] = ()
    """The overlays' actions that do not apply: what has changed is reported as if they were not there."""

    view_fields: tuple[str, ...] = ()
    """All fields of a view that the provider can fill."""

    @property
    def counts(self) -> dict[str, int]:
        """How many changes there are of each verdict, the worst first."""
        found = Counter(each.verdict for each in self.changes)
        return {verdict: found[verdict] for verdict in VERDICTS}


@attrs.frozen
class Report:
    """What changed since a revision."""

    against: str
    providers: tuple[Section, ...]
    facade: Section = Section("facade")

    @property
    def is_breaking(self) -> bool:
        """Whether anything breaks."""
        return any(each.counts[BREAKING] for each in self.sections)

    @property
    def sections(self) -> tuple[Section, ...]:
        """All providers, and the facade if it has changed."""
        return (*self.providers, *([self.facade] if self.facade.changes else []))


def as_text(report: Report) -> str:
    """Return a report for people at a terminal."""
    return "\n".join([*_lines(report), _conclusion(report)])


def as_json(report: Report) -> str:
    """Return a report for programs."""
    providers = {each.name: _value(each) for each in report.providers}
    value = {"against": report.against, "breaking": report.is_breaking, "providers": providers}
    return json.dumps({**value, "facade": _value(report.facade)["changes"]}, indent=2)


def as_markdown(report: Report) -> str:
    """Return a report for a pull request; what comes from a spec stands in a block of code, where it does nothing."""
    text = "\n".join(_lines(report))
    fence = "`" * max([3, *(len(each) + 1 for each in re.findall("`+", text))])
    return f"## {_conclusion(report)}\n\n{fence}text\n{text}\n{fence}"


FORMS: dict[str, Callable[[Report], str]] = {"text": as_text, "json": as_json, "markdown": as_markdown}


def _conclusion(report: Report) -> str:
    number = sum(each.counts[BREAKING] for each in report.sections)
    found = {0: "Nothing is breaking", 1: "1 change is breaking"}.get(number, f"{number} changes are breaking")
    misfitting = ", ".join(each.name for each in report.providers if each.misfits)
    repair = f"; before you regenerate, correct the overlays of {misfitting}" if misfitting else ""
    return f"{found}, compared with {report.against}{repair}"


def _summary(section: Section) -> str:
    counted = [f"{count} {verdict}" for verdict, count in section.counts.items() if count]
    counted += [f"{len(section.misfits)} of the overlays' actions to correct"] if section.misfits else []
    return ", ".join(counted) or "unchanged"


def _lines(report: Report) -> Iterator[str]:
    for section in report.sections:
        yield f"{section.name}: {_summary(section)}"
        for change in section.changes:
            yield _printable(f"  {change.verdict:<10} {change.text}")
            if change.place and change.verdict != COSMETIC:
                yield _printable(f"             {_whereabouts(change, section)}")
        for misfit in section.misfits:
            yield _printable(f"  overlay    {misfit.problem}")
            if misfit.says is not None:
                yield _printable(f"             the provider itself now says: {misfit.says}")


def _whereabouts(change: Change, section: Section) -> str:
    fields = ", ".join(change.view_fields) or "none"
    reach = "all" if change.view_fields and change.view_fields == section.view_fields else fields
    return f"at {change.place}, in {change.name}; view fields: {reach}"


def _value(section: Section) -> dict[str, Any]:
    overlay = [
        {"action": each.problem.location, "problem": each.problem.text, "provider_says": each.says}
        for each in section.misfits
    ]
    return {**section.counts, "changes": [attrs.asdict(each) for each in section.changes], "overlay": overlay}


def _printable(line: str) -> str:
    """Return a line in which nothing moves the cursor or turns the reading direction."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)
