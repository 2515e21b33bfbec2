"""The page, and the README's picture, of what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import attrs
import jinja2

from browser_sessions import PROVIDERS
from tests.bench import charts, measurements, ratios
from tests.bench.contestants import SDK, Contestant, load_contestants, load_vendors
from tests.bench.faults import CASES
from tests.bench.measurements import Installed, Record, Run, Seen, Time
from tests.bench.programs import CONCURRENCY
from tests.bench.ratios import Figure, Key

PAGE = Path("docs", "benchmarks.md")
PICTURE = "docs/benchmarks-{theme}.svg"
COMMAND = "nox -s bench"

NAMES = {slug: provider.name for slug, provider in PROVIDERS.items()}

_CHARTED = {"import": "import", "one-shot": "one-shot process", "warm": "warm call"}
_ALL_WELL = "Nothing is above its bound, and in none of the ratios of time below is an SDK ahead of browser-sessions."
_MEMORY = "peak memory of `get_many`, 10,000 sessions to 1,000"

_BOUND_TITLES = {
    "import": "import of all names, to httpx's",
    "one-shot": "one-shot process, to raw httpx",
    "warm": "warm call, to raw httpx",
    "many-threads": "`get_many` in threads, to raw httpx",
    "many-tasks": "`get_many` in tasks, to raw httpx",
    "regenerate": "regenerating five clients, to the stock generator",
}
NONE = "–"  # noqa: RUF001 - a dash, as in the README's table


class Results(NamedTuple):
    """What there is to tell.

    Attributes:
        figures: What the times come to.
        runs: When, and on which machine.
        installed: What is in each environment, by its name.
        seen: What was seen of odd answers.
        times: The times themselves.

    """

    figures: dict[Key, Figure]
    runs: list[Run]
    installed: dict[str, Installed]
    seen: list[Seen]
    times: list[Time]


CONTESTANTS = {contestant.name: contestant for contestant in load_contestants()}
SDKS = {contestant.provider: contestant for contestant in CONTESTANTS.values() if contestant.kind == SDK}


def write(records: Sequence[Record], root: Path) -> None:
    """Write the page, and the picture if there is all that it shows."""
    results = read(records)
    (root / PAGE).write_text(render(results), "utf-8")
    bars = charted(results.figures)
    if all(values[0] for values in bars.values()):
        for name, theme in charts.THEMES.items():
            picture = charts.draw(theme, list(_CHARTED.values()), bars)
            (root / PICTURE.format(theme=name)).write_text(picture, "utf-8")


def read(records: Sequence[Record]) -> Results:
    """Return what records come to."""
    times = measurements.of_kind(records, Time)
    return Results(
        figures=ratios.figures(times),
        runs=measurements.of_kind(records, Run),
        installed={each.environment: each for each in measurements.of_kind(records, Installed)},
        seen=measurements.of_kind(records, Seen),
        times=times,
    )


def render(results: Results) -> str:
    """Return the page."""
    template = jinja2.Environment(  # noqa: S701 - Markdown of our own figures
        keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    ).from_string(Path(__file__).with_suffix(".md").read_text("utf-8"))
    return template.render(
        command=COMMAND,
        concurrency=CONCURRENCY,
        summary=summary(results.figures),
        verdict=verdict(results.figures),
        runs=runs(results),
        versions=versions(results),
        notes=[f"{each.title}: {each.note}." for each in CONTESTANTS.values() if each.note],
        imports=imports(results.figures),
        one_shot=by_provider(results.figures, "one-shot"),
        warm=by_provider(results.figures, "warm"),
        decoding=by_provider(results.figures, "decoding"),
        many=many(results.figures),
        installed=installed(results),
        regenerate=regenerating(results.figures),
        faults=faults(results.seen),
    )


def charted(figures: dict[Key, Figure]) -> dict[str, list[float | None]]:
    """Return the picture's bars: of ours, the largest ratio of all providers; of an SDK, its own."""
    ours = [_largest(figures, measure, ratios.ALL_NAMES if measure == "import" else "facade") for measure in _CHARTED]
    bars = {CONTESTANTS["facade"].title: ours}
    return bars | {
        each.title: [_largest(figures, measure, each.name) for measure in _CHARTED] for each in SDKS.values()
    }


def summary(figures: dict[Key, Figure]) -> str:
    """Return what is promised, and what came of it."""
    rows = []
    for bound in ratios.BOUNDS:
        ours = ratios.of_bound(figures, bound)
        theirs = [
            figure.ratio
            for key, figure in figures.items()
            if key.measure == bound.measure and key.subject in {each.name for each in SDKS.values()}
        ]
        rows.append([_BOUND_TITLES[bound.measure], _range(ours), f"{bound.most}", _range(theirs)])
    growth = ratios.memory_growth(figures)
    rows.append([_MEMORY, _range([growth] if growth else []), f"{ratios.MEMORY_BOUND}", NONE])
    return table(["", "browser-sessions", "at most", "the vendors' SDKs"], rows)


def verdict(figures: dict[Key, Figure]) -> str:
    """Return what is above its bound, where an SDK is ahead of ours, and of which bounds nothing is known."""
    above = excess(figures)
    behind = [
        f"- {_who(key)}: {theirs.ratio:.2f} with {sdk.title}, {figure.ratio:.2f} with browser-sessions."
        for key, figure in figures.items()
        for sdk in SDKS.values()
        if key.subject == ratios.ALL_NAMES or (key.subject, key.provider) == ("facade", sdk.provider)
        for theirs in [figures.get(key._replace(subject=sdk.name, provider=sdk.provider))]
        if theirs and theirs.ratio <= figure.ratio
    ]
    unknown = [f"- {title}: not measured." for title in _unmeasured(figures)]
    lines = "\n".join(above + behind + unknown)
    return f"What is not as it should be:\n\n{lines}" if lines else _ALL_WELL


def excess(figures: dict[Key, Figure]) -> list[str]:
    """Return what is above its bound, a line each."""
    above = [
        f"- {_who(key)}: {figure.ratio:.2f}, above its bound, {bound.most}."
        for key, figure, bound in ratios.broken(figures)
    ]
    growth = ratios.memory_growth(figures) or 0
    grown = [f"- {_MEMORY}: {growth:.2f}, above its bound, {ratios.MEMORY_BOUND}."]
    return above + grown * (growth > ratios.MEMORY_BOUND)


def _unmeasured(figures: dict[Key, Figure]) -> list[str]:
    """Return the bounds of which it is not known whether they are kept."""
    unknown = [_BOUND_TITLES[bound.measure] for bound in ratios.BOUNDS if not ratios.of_bound(figures, bound)]
    return unknown + [_MEMORY] * (ratios.memory_growth(figures) is None)


def runs(results: Results) -> str:
    """Return when and where what was measured, and what had changed from one run to another."""
    rows = []
    looked_at = {each.plan for each in results.installed.values()} | {each.plan for each in results.seen}
    for run in _together(results.runs):
        mine = [time for time in results.times if time.plan in run.plans]
        loads = sorted(time.load for time in mine)
        load = f"{loads[0]:.1f} to {loads[-1]:.1f}" if loads else NONE
        rounds = {time.plan: time.round + 1 for time in sorted(mine, key=lambda time: time.round)}
        # What was begun, and interrupted before there was anything, is not there.
        plans = [plan for plan in run.plans if plan in rounds or plan in looked_at]
        what = (f"{plan} ({rounds[plan]})" if plan in rounds else plan for plan in plans)
        machine = f"{run.processor}, {run.cores} cores, {run.system}"
        rows.append([run.date, machine, run.python, load, ", ".join(what)])
    head = ["date", "machine", "Python", "load, with the benchmark's own", "what, and in how many rounds"]
    return table(head, rows) + changed(results.runs)


def changed(runs: Sequence[Run]) -> str:
    """Return what has changed between the runs, as a paragraph to be read after them, if anything has."""
    names = dict.fromkeys(name for run in runs for name in run.states)
    differing = [name for name in names if len({run.states.get(name) for run in runs}) > 1]
    if not differing:
        return ""
    return f"\n\n**These runs are not of the same:** {', '.join(differing)} changed from one to another."


def _together(runs: Iterable[Run]) -> list[Run]:
    """Return runs that differ in what was measured alone as one."""
    plans: dict[str, tuple[Run, list[str]]] = {}
    for run in runs:
        plans.setdefault(repr(attrs.evolve(run, plans=())), (run, []))[1].extend(run.plans)
    return [attrs.evolve(run, plans=tuple(names)) for run, names in plans.values()]


def versions(results: Results) -> str:
    """Return which SDKs there are, in which version, and with what a session is fetched."""
    rows = []
    for slug, requirement in load_vendors().items():
        sdk = SDKS[slug]
        found = results.installed.get(sdk.environment)
        call = f"`{sdk.session}`" if sdk.session else "no call for it"
        if found and not sdk.session and not found.has_route:
            call += ": none of its modules names the route"
        rows.append([NAMES[slug], requirement, _version(found, requirement), f"`{sdk.imports}`", call])
    return table(["vendor", "SDK", "version", "import", "a session is fetched with"], rows)


def imports(figures: dict[Key, Figure]) -> str:
    """Return what importing costs."""
    titles = {ratios.ALL_NAMES: "browser-sessions, all its names"}
    rows = [
        [
            f"{titles.get(key.subject) or CONTESTANTS[key.subject].title}{_of_client(key)}",
            _milliseconds(figure.seconds),
            _ratio(figure),
            f"{figure.memory / 1e6:.0f} MB",
        ]
        for key, figure in figures.items()
        if key.measure == "import"
    ]
    return table(["", "time", "ratio to httpx", "peak memory"], rows)


def by_provider(figures: dict[Key, Figure], measure: str) -> str:
    """Return, for each provider, the time of raw httpx, and the ratios of the others to it."""
    rows = []
    for slug, name in NAMES.items():
        subjects = ["client", "facade", SDKS[slug].name]
        found = [figures.get(Key(measure, subject, slug, 0)) for subject in subjects]
        raw = figures.get(Key(measure, "httpx", slug, 0))
        if raw:
            rows.append([name, _milliseconds(raw.seconds), *map(_ratio, found)])
    first = "`json.loads`" if measure == "decoding" else "raw httpx"
    return table(["", first, "client", "browser-sessions", "the vendor's SDK"], rows)


def many(figures: dict[Key, Figure]) -> str:
    """Return what many sessions cost, and their memory."""
    rows = []
    for key, raw in sorted(figures.items(), key=lambda item: (item[0].size, item[0].measure, item[0].provider)):
        if key.measure.startswith("many-") and key.subject == "httpx":
            ours = figures.get(key._replace(subject="facade"))
            sdk = figures.get(key._replace(subject=SDKS[key.provider].name))
            how = key.measure.removeprefix("many-")
            rows.append(
                [
                    f"{key.size:,}",
                    how,
                    NAMES[key.provider],
                    f"{raw.seconds:.2f} s, {raw.memory / 1e6:.0f} MB",
                    *(f"{_ratio(each)}, {each.memory / raw.memory:.2f}" if each else NONE for each in (ours, sdk)),
                ]
            )
    head = [
        "sessions",
        "in",
        "provider",
        "raw httpx",
        "browser-sessions: time, memory",
        "the vendor's SDK: time, memory",
    ]
    return table(head, rows)


def installed(results: Results) -> str:
    """Return what an installation takes."""
    titles = {"httpx": "raw httpx", "ours": "browser-sessions"} | {
        each.environment: each.title for each in SDKS.values()
    }
    own = {"httpx": {"httpx"}} | {name: {requirement} for name, requirement in load_vendors().items()}
    own["ours"] = {"browser-sessions", *(f"{slug.replace('_', '-')}-client" for slug in NAMES)}
    rows = [
        [
            titles[name],
            f"{found.size / 1e6:.1f} MB",
            str(len([each for each in found.distributions if each not in own[name]])),
        ]
        for name, found in results.installed.items()
    ]
    return table(["", "size", "distributions of third parties"], rows)


def regenerating(figures: dict[Key, Figure]) -> str:
    """Return what regenerating costs."""
    rows = []
    for key, ours in sorted(figures.items(), key=lambda item: item[0].size):
        if key.measure in {"regenerate", "growth"} and key.subject == "ours":
            stock = figures[key._replace(subject="stock")]
            what = f"{key.size} schema{'s' * (key.size > 1)}" if key.size else f"{len(NAMES)} specs"
            memory = f"{ours.memory / 1e6:.0f} MB, {stock.memory / 1e6:.0f} MB"
            rows.append([what, f"{stock.seconds:.2f} s", f"{ours.seconds:.2f} s", _ratio(ours), memory])
    return table(["", "stock generator", "`nox -s regenerate`", "ratio", "peak memory, ours and stock"], rows)


def faults(seen: Iterable[Seen]) -> str:
    """Return what each did about each odd thing: of ours, what all five have in common."""
    found: dict[tuple[str, str], set[str]] = {}
    for each in seen:
        what = each.what if each.is_well else f"**{each.what}**"
        found.setdefault((each.case, each.subject), set()).add(what)
    subjects = [each for each in CONTESTANTS.values() if each.status]
    rows = [
        [case.title, *(" / ".join(sorted(found.get((name, each.name), {NONE}))) for each in subjects)]
        for name, case in CASES.items()
    ]
    return table(["", *(_titled(each) for each in subjects)], rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _titled(contestant: Contestant) -> str:
    return f"{contestant.title}s" if contestant.kind == "client" else contestant.title


def _who(key: Key) -> str:
    parts = (key.measure, NAMES.get(key.provider, ""), f"{key.size:,} sessions" if key.size else "")
    return ", ".join(part for part in parts if part)


def _of_client(key: Key) -> str:
    return f", {NAMES[key.provider]}" if key.subject == "client" else ""


def _largest(figures: dict[Key, Figure], measure: str, subject: str) -> float | None:
    found = [figure.ratio for key, figure in figures.items() if (key.measure, key.subject) == (measure, subject)]
    return max(found, default=None)


def _version(found: Installed | None, distribution: str) -> str:
    return found.distributions.get(distribution, NONE) if found else NONE


def _ratio(figure: Figure | None) -> str:
    if not figure:
        return NONE
    is_baseline = figure.ratio == figure.least == figure.most == 1
    return "1" if is_baseline else f"{figure.ratio:.2f} ({figure.least:.2f} to {figure.most:.2f})"


def _range(found: Sequence[float]) -> str:
    if not found:
        return NONE
    least, most = f"{min(found):.2f}", f"{max(found):.2f}"
    return least if least == most else f"{least} to {most}"


def _milliseconds(seconds: float) -> str:
    return (
        f"{seconds * 1e3:.0f} ms"
        if seconds > 0.01
        else f"{seconds * 1e3:.2f} ms"
        if seconds > 1e-4
        else f"{seconds * 1e6:.1f} µs"
    )
