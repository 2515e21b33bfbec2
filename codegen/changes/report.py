"""What was found, as text for a terminal, as JSON, and as Markdown for a pull request."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import attrs

from codegen.changes.packages import Breakage
from codegen.changes.verdicts import BREAKING, COSMETIC, KINDS, VERDICTS, Fact
from codegen.corrections import Misfit


@attrs.frozen
class Change:
    """A fact, and the fields of a view that are read from what it is about."""

    fact: Fact
    view_fields: tuple[str, ...]


@attrs.frozen
class ProviderReport:
    """What changed for one provider."""

    slug: str
    changes: tuple[Change, ...]

    misfits: tuple[Misfit, ...] = ()
    """What is wrong with the overlay as it stands: what changed is told as if those actions were not there."""

    python: tuple[Breakage, ...] = ()
    """What breaks in the client's Python API, by griffe."""

    @property
    def counts(self) -> dict[str, int]:
        """How many changes there are of each verdict, the worst first."""
        found = Counter(each.fact.verdict for each in self.changes)
        return {verdict: found[verdict] for verdict in VERDICTS}


@attrs.frozen
class Report:
    """What changed since a revision."""

    against: str
    providers: tuple[ProviderReport, ...]

    facade: tuple[Breakage, ...] = ()
    """What breaks in the facade's Python API, by griffe."""

    @property
    def is_breaking(self) -> bool:
        """Whether anything breaks."""
        return bool(self.facade) or any(each.counts[BREAKING] for each in self.providers)


def as_text(report: Report) -> str:
    """Return a report for people at a terminal."""
    lines = [line for each in report.providers for line in _provider_lines(each)]
    if report.facade:
        lines += ["facade: breaking", *(f"  breaking   {each.name}: {each.text}" for each in report.facade)]
    return "\n".join(map(_printable, [*lines, _conclusion(report)]))


def as_json(report: Report) -> str:
    """Return a report for programs."""
    value = {
        "against": report.against,
        "breaking": report.is_breaking,
        "providers": {each.slug: _provider_value(each) for each in report.providers},
        "facade": [_breakage_value(each) for each in report.facade],
    }
    return json.dumps(value, indent=2)


def as_markdown(report: Report) -> str:
    """Return a report for a pull request; what comes from a spec stands in code, where it does nothing."""
    lines = [f"## {_conclusion(report)}", ""]
    for each in report.providers:
        lines += _provider_markdown(each)
    if report.facade:
        items = [f"- **breaking** {_as_code(f'{each.name}: {each.text}')}" for each in report.facade]
        lines += ["### The facade's Python API", "", *items, ""]
    return "\n".join(lines).rstrip()


FORMS: dict[str, Callable[[Report], str]] = {"text": as_text, "json": as_json, "markdown": as_markdown}


def _conclusion(report: Report) -> str:
    number = len(report.facade) + sum(each.counts[BREAKING] for each in report.providers)
    found = {0: "Nothing is breaking", 1: "1 change is breaking"}.get(number, f"{number} changes are breaking")
    misfitting = [each.slug for each in report.providers if each.misfits]
    mend = f"; before you regenerate, mend the overlays of {', '.join(misfitting)}" if misfitting else ""
    return f"{found}, compared with {report.against}{mend}"


def _summary(report: ProviderReport) -> str:
    counted = [f"{count} {verdict}" for verdict, count in report.counts.items() if count]
    if report.misfits:
        counted.append(f"{len(report.misfits)} of the overlay's actions to mend")
    return ", ".join(counted) or "unchanged"


def _provider_lines(report: ProviderReport) -> Iterator[str]:
    yield f"{report.slug}: {_summary(report)}"
    for change in report.changes:
        yield f"  {change.fact.verdict:<10} {change.fact.text}"
        for line in _details(change):
            yield f"             {line}"
    for misfit in report.misfits:
        yield f"  overlay    {misfit.problem}"
        if misfit.says is not None:
            yield f"             the provider itself now says: {misfit.says}"
    for each in report.python:
        yield f"  python     {each.name}: {each.text}"


def _details(change: Change) -> Iterator[str]:
    """Yield what else there is to say of a change: little, where the client is the same."""
    fact = change.fact
    if fact.verdict == COSMETIC:
        yield f"at {fact.place}"
        return
    yield f"{KINDS[fact.kind].why}"
    reach = "all" if KINDS[fact.kind].reaches_all else ", ".join(change.view_fields) or "none"
    yield f"at {fact.place}, in {fact.name}; view fields: {reach}"


def _provider_value(report: ProviderReport) -> dict[str, Any]:
    return {
        **report.counts,
        "changes": [
            {
                "verdict": each.fact.verdict,
                "kind": each.fact.kind,
                "place": each.fact.place,
                "name": each.fact.name,
                "text": each.fact.text,
                "why": KINDS[each.fact.kind].why,
                "view_fields": list(each.view_fields),
            }
            for each in report.changes
        ],
        "overlay": [
            {"action": each.problem.location, "problem": each.problem.text, "provider_says": each.says}
            for each in report.misfits
        ],
        "python": [_breakage_value(each) for each in report.python],
    }


def _breakage_value(breakage: Breakage) -> dict[str, str]:
    return {"name": breakage.name, "text": breakage.text}


def _provider_markdown(report: ProviderReport) -> Iterator[str]:
    yield from (f"### {report.slug}: {_summary(report)}", "")
    told = [each for each in report.changes if each.fact.verdict != COSMETIC]
    yield from (line for each in told for line in _change_markdown(each))
    for misfit in report.misfits:
        yield f"- **overlay** {_as_code(str(misfit.problem))}"
        if misfit.says is not None:
            yield f"  - the provider itself now says {_as_code(misfit.says)}"
    yield from (f"- **python** {_as_code(f'{each.name}: {each.text}')}" for each in report.python)
    yield ""
    cosmetic = [each.fact for each in report.changes if each.fact.verdict == COSMETIC]
    if cosmetic:
        yield from ("<details><summary>Cosmetic</summary>", "")
        yield from (f"- {_as_code(fact.text)} at {_as_code(fact.place)}" for fact in cosmetic)
        yield from ("", "</details>", "")


def _change_markdown(change: Change) -> Iterator[str]:
    fact = change.fact
    yield f"- **{fact.verdict}** {_as_code(fact.text)}: {KINDS[fact.kind].why}"
    fields = ", ".join(map(_as_code, change.view_fields)) or "none"
    yield f"  - at {_as_code(fact.place)}, in {_as_code(fact.name)}; view fields: {fields}"


def _as_code(text: str) -> str:
    """Return a text as Markdown's code, fenced by more backticks than are in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence, pad = "`" * (longest + 1), " " if "`" in text else ""
    return f"{fence}{pad}{_printable(' '.join(text.split()))}{pad}{fence}"


def _printable(line: str) -> str:
    """Return a line in which nothing moves the cursor or turns the reading direction."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)
