"""Measure decoding for each provider: from the bytes of 1,000 sessions to models, and from models to views.

    python -m benchmarks.decoding [--against REV] [--rounds N] [--fast]

`--against` measures an older commit in the same rounds. Times are the shortest processor times of a process; a ratio is
the median of the rounds. Our code reads bytes as its operations do; browser-use-sdk, which uses pydantic, reads the
same bytes with `json.loads`, as its own calls do.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import environments
from benchmarks.figures import print_machine, print_table, ratio, spread, turns
from benchmarks.providers import Provider, load_providers
from benchmarks.trees import ROOT, search_path, worktree

PYDANTIC = "browser_use"
PYDANTIC_MODEL = "browser_use_sdk.v3:BrowserSessionView.model_validate"

LABELS = ("metadata", "tags", "userMetadata")

_TIME = re.compile(r"\d{4}-\d\d-\d\dT.*Z")
_AMOUNT = re.compile(r"\d+(\.\d+)?")

Figures = dict[tuple[str, str], dict[str, float]]
"""The seconds and the bytes by provider and stage."""


class Contestant(NamedTuple):
    """The code that decodes: its Python, its path, and the decoder and the reader for each provider."""

    python: Path
    path: str
    decoders: dict[str, str]
    readers: dict[str, str]
    has_view: bool


def main() -> None:
    """Measure flat rows and fuller rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", metavar="REV", help="an older commit to measure as well")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--fast", action="store_true", help="run one round of 100 sessions as a check")
    parser.add_argument("--folder", type=Path, default=environments.FOLDER, help="the folder that keeps environments")
    options = parser.parse_args()
    rounds, sessions = (1, 100) if options.fast else (options.rounds, 1000)
    providers = load_providers()
    with contextlib.ExitStack() as stack:
        contestants = {"ours": tree(ROOT, providers)}
        if options.against:
            contestants[options.against] = tree(stack.enter_context(worktree(options.against)), providers)
        python = environments.vendor(PYDANTIC, options.folder.resolve())
        contestants["pydantic"] = Contestant(python, "", {PYDANTIC: PYDANTIC_MODEL}, {}, has_view=False)
        print_machine()
        for title, make in (("Flat rows", flat), ("Fuller rows", fuller)):
            bodies = {each.slug: [json.dumps(make(each, number)) for number in range(sessions)] for each in providers}
            measured = measure(contestants, bodies, rounds)
            print_figures(title, measured, options.against, sessions)
            print_pydantic(title, measured, sessions)


def tree(root: Path, providers: list[Provider]) -> Contestant:
    """Return the contestant for one of our source trees; all trees use the same model names."""
    decoders = {each.slug: f"{each.slug}_client.models:{each.model}.from_dict" for each in providers}
    readers = {each.slug: f"{each.slug}_client.decoding:json_body" for each in providers}
    return Contestant(Path(sys.executable), search_path(root), decoders, readers, has_view=True)


def flat(provider: Provider, number: int) -> Any:
    """Return a running session: the description's example with a unique id."""
    return json.loads(json.dumps(provider.running).replace(provider.id, _numbered(provider.id, number)))


def fuller(provider: Provider, number: int) -> Any:
    """Return an ended session with all properties of the examples, and with unique ids, amounts, times and labels."""
    body = json.dumps(_merged(provider.ended, provider.running)).replace(provider.id, _numbered(provider.id, number))
    return _varied(json.loads(body), number)


def _numbered(text: str, number: int) -> str:
    return f"{text[:-6]}{number:06}"


def _merged(first: Any, second: Any) -> Any:
    """Return the first value, with its null, empty and missing parts taken from the second value."""
    if isinstance(first, dict) and isinstance(second, dict):
        return {name: _merged(first.get(name), second.get(name)) for name in {**first, **second}}
    return second if first in (None, [], {}) else first


def _varied(value: Any, number: int, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _varied(each, number, name if name in LABELS else key) for key, each in value.items()}
    if isinstance(value, list):
        return [_varied(each, number, name) for each in value]
    if isinstance(value, str):
        return _varied_text(value, number, name)
    return value if value is None or isinstance(value, bool) else value + number


def _varied_text(text: str, number: int, name: str) -> str:
    if _TIME.fullmatch(text):
        moment = datetime.fromisoformat(text) + timedelta(seconds=number)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if _AMOUNT.fullmatch(text):
        return f"{float(text) + number / 10_000:.4f}"
    return f"{text}-{number}" if name in LABELS else text


def measure(contestants: dict[str, Contestant], bodies: dict[str, list[str]], rounds: int) -> dict[str, list[Figures]]:
    """Return each contestant's figures for each round; the contestants take turns within a round."""
    measured: dict[str, list[Figures]] = {name: [] for name in contestants}
    for name in turns([*contestants], rounds):
        measured[name].append(decode(contestants[name], bodies))
    return measured


def decode(contestant: Contestant, bodies: dict[str, list[str]]) -> Figures:
    """Return the figures of a process that decodes all bodies that the contestant supports."""
    job = {
        "bodies": {slug: bodies[slug] for slug in contestant.decoders},
        "decoders": contestant.decoders,
        "readers": contestant.readers,
        "has_view": contestant.has_view,
        "repeats": 5,
    }
    command = [str(contestant.python), "-P", str(Path(__file__).with_name("decoder.py"))]
    environment = os.environ | {"PYTHONPATH": contestant.path}
    done = subprocess.run(
        command, input=json.dumps(job), env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return {(slug, stage): figure for slug, stage, figure in json.loads(done.stdout)}


def print_figures(title: str, measured: dict[str, list[Figures]], against: str | None, sessions: int) -> None:
    """Print our figures, and their ratios to an older commit if there is one."""
    ours = measured["ours"]
    slugs = list(dict.fromkeys(slug for slug, _ in ours[0]))
    head = ["", "`json.loads`", "model", "model and view", "bytes of a model", "bytes of both"]
    rows = [
        [slug]
        + [f"{1e3 * statistics.median(seconds(ours, slug, stage)):.1f}" for stage in ("json", "model", "view")]
        + [f"{ours[0][slug, stage]['bytes'] / sessions:,.0f}" for stage in ("model", "view")]
        for slug in slugs
    ]
    if against:
        old = measured[against]
        head += [f"time to {against}", f"bytes to {against}"]
        for row in rows:
            row.append(ratio(seconds(ours, row[0], "view"), seconds(old, row[0], "view")))
            row.append(f"{ours[0][row[0], 'view']['bytes'] / old[0][row[0], 'view']['bytes']:.2f}")
        pairs = [zip(seconds(ours, slug, "view"), seconds(old, slug, "view"), strict=True) for slug in slugs]
        means = [statistics.fmean(new / before for new, before in each) for each in zip(*pairs, strict=True)]
        sizes = [ours[0][slug, "view"]["bytes"] / old[0][slug, "view"]["bytes"] for slug in slugs]
        rows.append(["mean", *[""] * 5, spread(means), f"{statistics.fmean(sizes):.2f}"])
    print_table(f"{title}, ms for {sessions:,} sessions", head, rows)


def seconds(rounds: list[Figures], slug: str, stage: str) -> list[float]:
    """Return the seconds that a stage took in each round."""
    return [figures[slug, stage]["seconds"] for figures in rounds]


def print_pydantic(title: str, measured: dict[str, list[Figures]], sessions: int) -> None:
    """Print the figures of the vendor's models, and the ratio of our figures to them."""
    theirs = seconds(measured["pydantic"], PYDANTIC, "model")
    row = [
        f"{1e3 * statistics.median(theirs):.1f}",
        f"{measured['pydantic'][0][PYDANTIC, 'model']['bytes'] / sessions:,.0f}",
        *(ratio(seconds(measured["ours"], PYDANTIC, stage), theirs) for stage in ("model", "view")),
    ]
    head = ["browser-use-sdk, ms", "bytes of a model", "ratio of our model", "ratio of our model and view"]
    print_table(f"{title}, Browser Use, {sessions:,} sessions", head, [row])


if __name__ == "__main__":
    main()
