"""The page and the picture say what was measured, and the programs that are measured do what they say."""

from __future__ import annotations

import ast
import errno
import os
import re
import socket
import subprocess
import sys
import time as clock
from pathlib import Path
from typing import Any

import attrs
import pytest

from codegen.__main__ import ROOT
from codegen.toolchain import read_pins
from tests.bench import calls, charts, faults, many, measurements, oddities, processes, programs, ratios, report
from tests.bench.__main__ import main
from tests.bench.contestants import CLIENT, FACADE, RAW, SDK, Contestant, load_contestants, load_vendors
from tests.bench.measurements import Installed, Run, Seen, Time
from tests.bench.oddities import Request
from tests.bench.ratios import Figure, Key
from tests.bench.servers import serve
from tests.bench.setting import Setting
from tests.bench.wires import KEY, load_wires

CONTESTANTS = load_contestants()
OURS = tuple(each for each in CONTESTANTS if each.kind in (RAW, CLIENT, FACADE))
WIRES = load_wires()


def time(measure: str, subject: str, seconds: float, **where: Any) -> Time:
    """Return a measurement in which nothing varies."""
    baseline = "stock" if subject in {"ours", "stock"} else "httpx"
    found: dict[str, Any] = {"provider": "", "size": 0, "round": 0, "baseline": baseline} | where
    varied, memory = (seconds, seconds, 9.0), int(seconds * 1e8)
    return Time(plan=measure, measure=measure, subject=subject, seconds=varied, memory=memory, load=1.5, **found)


def here(urls: dict[str, str], folder: Path) -> Setting:
    """Return a setting in which this very environment is everybody's."""
    pythons = {each.environment: Path(sys.executable) for each in CONTESTANTS}
    return Setting(CONTESTANTS, WIRES, urls, pythons, folder, folder)


def everything() -> list[measurements.Record]:
    """Return made-up measurements of all that the page shows."""
    records: list[measurements.Record] = [
        Run(
            date="2031-02-03",
            processor="Abacus",
            cores=2,
            system="Linux",
            python="CPython 3.11.7",
            plans=("import", "warm"),
        ),
        time("import", ratios.BARE, 0.1),
        time("import", "httpx", 0.3),
        time("import", ratios.ALL_NAMES, 0.2),
        time("import", "client", 0.2, provider="skyvern"),
    ]
    for each in CONTESTANTS:
        own = {"facade": 1.0, "client": 0.9, "httpx": 2.0}.get(each.name, 3.0)
        if each.kind in (SDK, FACADE):
            records.append(time("import", each.name, 0.1 + own / 10, provider=each.provider))
        for slug in [each.provider] if each.provider else WIRES:
            if each.session:
                records += [
                    time(measure, each.name, own, provider=slug) for measure in ("one-shot", "warm", "decoding")
                ]
                if each.kind != CLIENT:
                    records.append(time("many-threads", each.name, own, provider=slug, size=1_000))
                    records.append(
                        Seen(case="word", subject=each.name, provider=slug, is_well=each.kind != SDK, what="`x`")
                    )
        if each.kind in (RAW, FACADE):
            records.append(time("many-tasks", each.name, own, provider="skyvern", size=10_000))
            records.append(time("many-threads", each.name, own, provider="skyvern", size=10_000))
    for name, requirement in load_vendors().items():
        found = {requirement: "1.2.3", "a": "1", "b": "2"}
        records.append(Installed(environment=name, distributions=found, size=2_000_000, has_route=name != "brightdata"))
    records += [time("regenerate", "ours", 1.0), time("regenerate", "stock", 2.0)]
    records += [time("growth", "ours", 3.0, size=800), time("growth", "stock", 2.0, size=800)]
    return records


def row(page: str, *beginning: str) -> list[str]:
    """Return the cells of the one row of a page that begins so."""
    (found,) = [line for line in page.splitlines() if line.startswith("| " + " | ".join(beginning) + " |")]
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    """Each round's is of the medians in it; what an interpreter takes that does nothing is in neither."""
    times = [
        *(time("import", ratios.BARE, 1.0, round=number) for number in range(3)),
        *(time("import", "httpx", 3.0, round=number) for number in range(3)),
        *(time("import", "facade", value, round=number) for number, value in enumerate((2.0, 4.0, 2.2))),
        *(time("warm", "httpx", value, round=number, provider="skyvern") for number, value in enumerate((2.0, 4.0))),
        *(time("warm", "facade", value, round=number, provider="skyvern") for number, value in enumerate((1.0, 1.0))),
    ]

    found = ratios.figures(times)

    assert found.keys() == {
        *(Key("import", name, "", 0) for name in ("httpx", "facade")),
        *(Key("warm", name, "skyvern", 0) for name in ("httpx", "facade")),
    }
    assert found[Key("import", "facade", "", 0)] == pytest.approx(Figure(1.2, 0.6, 0.5, 1.5, 2.2e8, 3))
    assert found[Key("warm", "facade", "skyvern", 0)] == Figure(1.0, 0.375, 0.25, 0.5, 1e8, 2)


def test_only_what_was_measured_in_the_same_round_is_compared() -> None:
    """A run that was interrupted leaves rounds without a baseline, and perhaps no figure at all."""
    times = [time("warm", "facade", 1.0, round=0), time("warm", "httpx", 1.0, round=1)]

    assert {key.subject for key in ratios.figures(times)} == {"httpx"}
    assert ratios.figures([*times, time("warm", "facade", 3.0, round=1)])[Key("warm", "facade", "", 0)].ratio == 3.0


def test_what_is_above_its_bound_is_told() -> None:
    """Of ours alone: what an SDK takes is bounded by nobody."""
    found = ratios.figures([time("warm", "httpx", 1.0), time("warm", "facade", 1.3), time("warm", "skyvern", 9.0)])

    assert [(key.subject, bound.most) for key, _, bound in ratios.broken(found)] == [("facade", 1.25)]
    assert report.excess(found) == ["- warm: 1.30, above its bound, 1.25."]
    assert report.verdict(found).startswith("What is not as it should be:\n\n- warm: 1.30, above its bound, 1.25.\n")


def test_memory_that_grows_with_the_sessions_is_told() -> None:
    """It is one of the bounds, and no ratio of times."""
    sizes = {1_000: 2.0, 10_000: 3.0}
    times = [
        time("many-threads", subject, seconds, provider="skyvern", size=size)
        for size, seconds in sizes.items()
        for subject in ("httpx", "facade")
    ]

    assert report.excess(ratios.figures(times)) == [
        "- peak memory of `get_many`, 10,000 sessions to 1,000: 1.50, above its bound, 1.2."
    ]


def test_what_was_not_measured_is_not_called_good() -> None:
    """Each bound of which nothing is known is told, and of a run that came to nothing that is all of them."""
    unknown = [line for line in report.verdict({}).splitlines() if line.endswith(": not measured.")]

    assert len(unknown) == len(ratios.BOUNDS) + 1
    assert report.verdict({}).startswith("What is not as it should be:")
    whole = ratios.figures(measurements.of_kind(everything(), Time))
    without = {key: figure for key, figure in whole.items() if (key.measure, key.size) != ("many-threads", 10_000)}
    assert report.verdict(without).splitlines()[2:] == [
        "- peak memory of `get_many`, 10,000 sessions to 1,000: not measured."
    ]


def test_nothing_is_written_of_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page that is there stays, if nothing was measured or less than one round is asked for."""
    page = (ROOT / report.PAGE).read_bytes()
    for arguments, said in (
        (["report"], "there is nothing to report"),
        (["--rounds", "0"], "there is one round at least"),
        (["--rounds", "-1", "--only", "warm"], "there is one round at least"),
        (["--only", "warmth"], "there is no warmth"),
    ):
        with pytest.raises(SystemExit) as caught:
            main([*arguments, "--folder", str(tmp_path / "none")])
        assert caught.value.code == 2
        assert said in capsys.readouterr().err

    assert (ROOT / report.PAGE).read_bytes() == page
    assert [*tmp_path.iterdir()] == []


def test_who_is_ahead_of_ours_is_told() -> None:
    """An SDK is compared in what it does for its own provider, and in its import."""
    times = [
        *(time(measure, "httpx", 2.0) for measure in ("import", "warm")),
        *(
            time("import", name, 1.0, provider=provider)
            for name, provider in (("all-names", ""), ("skyvern", "skyvern"))
        ),
        *(time("warm", "facade", 2.2, provider=slug) for slug in ("skyvern", "browserbase")),
        *(time("warm", slug, seconds, provider=slug) for slug, seconds in (("skyvern", 2.1), ("browserbase", 2.3))),
    ]

    assert report.verdict(ratios.figures(times)).splitlines()[2:4] == [
        "- import: 0.50 with skyvern, 0.50 with browser-sessions.",
        "- warm, Skyvern: 1.05 with skyvern, 1.10 with browser-sessions.",
    ]


def test_results_are_kept_as_they_come(tmp_path: Path) -> None:
    """What was written is read again, without a last line that was cut off; a run replaces its own plans alone."""
    path = tmp_path / "results.jsonl"
    records = everything()
    assert measurements.read(path) == []
    for record in records:
        measurements.append(path, record)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"kind": "time", "pl')
    assert measurements.read(path) == records

    measurements.keep(path, ["warm", "faults"])
    kept = measurements.read(path)
    assert {each.kind for each in kept} == {"run", "time", "seen"}
    (run,) = measurements.of_kind(kept, Run)
    assert run.plans == ("warm",)
    assert [each for each in kept if each != run] == [
        each for each in records if not isinstance(each, Run) and each.plan in {"warm", "faults"}
    ]
    measurements.keep(path, ["faults"])
    assert measurements.of_kind(measurements.read(path), Run) == []
    measurements.keep(path, [])
    assert not path.exists()


def test_results_are_not_lost_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor by Ctrl-C: what is kept is written beside what is there, and then takes its place."""
    path = tmp_path / "results.jsonl"
    for record in everything():
        measurements.append(path, record)
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(OSError, match="No space left"):
        measurements.keep(path, ["warm"])
    assert path.read_bytes() == before


def test_runs_of_different_things_are_told_apart() -> None:
    """What is of another version, of ours or of an SDK, is not taken for the same; what came to nothing is no run."""
    about: dict[str, Any] = {
        "date": "2031-02-03",
        "processor": "Abacus",
        "cores": 2,
        "system": "Linux",
        "python": "CPython 3.11.7",
    }
    states = {"ours": "a", "skyvern": "b"}
    first, second = (Run(**about, plans=(plan,), states=states) for plan in ("import", "warm"))
    begun = Run(**about, plans=("decoding",), states=states)
    newer = Run(**about, plans=("one-shot",), states=states | {"skyvern": "c"})
    times = [time(plan, "httpx", 1.0) for plan in ("import", "warm", "one-shot")]

    same = report.runs(report.read([first, second, begun, *times]))
    other = report.runs(report.read([first, second, begun, newer, *times]))

    assert row(same, "2031-02-03")[-1] == "import (1), warm (1)"
    assert "These runs are not of the same" not in same
    assert [line.split(" | ")[-1] for line in other.splitlines()[2:4]] == ["import (1), warm (1) |", "one-shot (1) |"]
    assert other.endswith("**These runs are not of the same:** skyvern changed from one to another.")


def test_the_page_shows_what_was_measured() -> None:
    """Figures, versions, machine, what an SDK cannot do, and where ours is worse."""
    page = report.render(report.read(everything()))

    assert row(page, "2031-02-03")[1:] == [
        "Abacus, 2 cores, Linux",
        "CPython 3.11.7",
        "1.5 to 1.5",
        "import (1), warm (1)",
    ]
    assert row(page, "Bright Data", "brightdata-sdk")[2:] == [
        "1.2.3",
        "`from brightdata import BrightDataClient`",
        "no call for it: none of its modules names the route",
    ]
    assert row(page, "browser-sessions, all its names")[1:] == ["100 ms", "0.50 (0.50 to 0.50)", "20 MB"]
    assert row(page, "warm call, to raw httpx")[1:] == ["0.50", "1.25", "1.50"]
    of_brightdata = f"| Bright Data | 2000 ms | 0.45 (0.45 to 0.45) | 0.50 (0.50 to 0.50) | {report.NONE} |\n"
    assert page.count(of_brightdata) == 3  # one-shot, warm, and decoding
    assert row(page, "10,000", "tasks", "Skyvern")[3:] == ["2.00 s, 200 MB", "0.50 (0.50 to 0.50), 0.50", report.NONE]
    assert row(page, "anchorbrowser", "2.0 MB")[2:] == ["2"]
    assert row(page, "800 schemas")[1:] == ["2.00 s", "3.00 s", "1.50 (1.50 to 1.50)", "300 MB, 200 MB"]
    word = row(page, "a status that is not documented")
    assert {*word[1:3]} == {"`x`", report.NONE}
    assert {*word[3:]} == {"**`x`**"}
    assert report.verdict(report.read(everything()).figures).startswith("Nothing is above")


def test_a_page_can_be_written_of_nothing() -> None:
    """A run of some measures alone leaves dashes where there is nothing."""
    page = report.render(report.read([]))

    assert f"| warm call, to raw httpx | {report.NONE} | 1.25 | {report.NONE} |" in page


def test_the_page_names_no_place_of_this_machine() -> None:
    """Nor what its network is called: a page is for everybody."""
    for path in (ROOT / "docs").glob("benchmarks*"):
        text = path.read_text("utf-8")
        assert not re.search(r"(?<!\w)/(home|root|tmp|work|Users)\b|\bhostname\b", text)


def test_the_picture_fetches_and_runs_nothing() -> None:
    """It is the same for the same figures, has every value in it, and its colours are those of the page around it."""
    bars = report.charted(report.read(everything()).figures)
    drawn = {name: charts.draw(theme, ["a", "b", "c"], bars) for name, theme in charts.THEMES.items()}

    assert bars["browser-sessions"] == pytest.approx([0.5, 0.5, 0.5])
    assert bars["brightdata-sdk"] == [pytest.approx(1.5), None, None]
    for name, picture in drawn.items():
        assert picture == charts.draw(charts.THEMES[name], ["a", "b", "c"], bars)
        assert re.findall(r"https?://[^\s\"<]+", picture) == ["http://www.w3.org/2000/svg"]
        assert not re.search(r"<script|<!--|@import|@font-face|url\(", picture)
        assert picture.count(">0.50</text>") == 3
        assert charts.THEMES[name].ours in picture
    assert charts.THEMES["dark"].ours not in drawn["light"]


def test_the_picture_is_that_of_the_page() -> None:
    """No bar stands for a figure that the page does not have: both are of the same measurements."""
    page = (ROOT / report.PAGE).read_text("utf-8")
    figures = [float(each) for each in re.findall(r"\| (\d+\.\d\d) \(", page)]

    for theme in charts.THEMES:
        picture = (ROOT / report.PICTURE.format(theme=theme)).read_text("utf-8")
        bars = [float(each) for each in re.findall(r">(\d+\.\d+)</text>", picture)]
        assert len(bars) > 10
        # The page rounds to two places; the picture, from ten on, to one.
        assert [
            bar for bar in bars if not any(abs(bar - each) < (0.06 if bar >= 10 else 0.001) for each in figures)
        ] == []


def test_the_readme_shows_the_picture() -> None:
    """In both forms, and the page is there."""
    readme = (ROOT / "README.md").read_text("utf-8")

    for theme in charts.THEMES:
        assert report.PICTURE.format(theme=theme) in readme
        assert (ROOT / report.PICTURE.format(theme=theme)).exists()
    assert f"]({report.PAGE.as_posix()})" in readme
    assert "prefers-color-scheme: dark" in readme


def test_every_vendor_is_pinned_and_measured() -> None:
    """Each provider's SDK is a row, is installed in an environment that is named after it, and has one version."""
    vendors = load_vendors()
    rows = {each.provider: each.environment for each in CONTESTANTS if each.kind == SDK}

    assert rows == {slug: slug for slug in WIRES} == {slug: slug for slug in vendors}
    for slug, distribution in vendors.items():
        assert distribution in read_pins(ROOT / "constraints" / "vendors" / f"{slug}.txt")


def test_every_program_can_be_read(tmp_path: Path) -> None:
    """All that is measured is Python, whoever is measured, and no two programs have one name."""
    setting = here(dict.fromkeys(WIRES, "http://127.0.0.1:9"), tmp_path)
    jobs = [
        *(job for jobs in (processes.import_jobs, processes.one_shot_jobs) for job in jobs(setting)),
        *(job for jobs in (calls.warm_jobs, calls.decoding_jobs) for job in jobs(setting)),
        *(job for size in many.SIZES for job in many.jobs(setting, size)),
    ]

    assert len({job.name for job in jobs}) == len(jobs) > 70
    for job in jobs:
        ast.parse(job.program)


PYPERF = """
import types

class Runner:
    def parse_args(self):
        return types.SimpleNamespace(worker=True)

    def bench_func(self, name, call):
        call()
        print(name)
"""
"""What measures nothing, and does what is measured once."""


@pytest.mark.parametrize("contestant", OURS, ids=lambda each: each.name)
def test_what_is_measured_does_what_it_says(contestant: Contestant, tmp_path: Path) -> None:
    """Each program finds the session in what it gets, before it is measured."""
    (tmp_path / "pyperf.py").write_text(PYPERF, "utf-8")
    wire = WIRES["skyvern"]
    with serve({wire.slug: wire}) as urls:
        url = urls[wire.slug]
        measured = [programs.warm(contestant, wire, url), programs.decoding(contestant, wire)]
        if contestant.kind != CLIENT:
            measured += [programs.many(contestant, wire, url, 30, tasks=tasks) for tasks in (False, True)]
        names = []
        for program in measured:
            command, variables = [sys.executable, "-c", program], os.environ | {"PYTHONPATH": str(tmp_path)}
            done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, check=True, text=True)
            names += done.stdout.split()

    assert names == ["warm", "decoding", "many", "many"][: len(measured)]


@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
def test_the_server_ends_with_whoever_started_it() -> None:
    """Also if that is killed, and ends nobody: nothing is left running."""
    program = (
        "import time\n"
        "from tests.bench.servers import serve\n"
        "from tests.bench.wires import load_wires\n"
        "with serve(load_wires()) as urls:\n"
        "    print(*urls.values(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().split()[0].rpartition(":")[2])
        socket.create_connection(("127.0.0.1", port)).close()
        process.kill()

    end = clock.monotonic() + 20
    while is_open(port) and clock.monotonic() < end:
        clock.sleep(0.05)
    assert not is_open(port)


def is_open(port: int) -> bool:
    """Return whether somebody on this machine answers at a port."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("contestant", OURS, ids=lambda each: each.name)
def test_a_session_is_fetched(contestant: Contestant) -> None:
    """What is measured of ours and of raw httpx fetches the session, with the key, from every provider."""
    for wire in WIRES.values():
        with oddities.serve(wire) as odd:
            command = [sys.executable, "-c", programs.one_shot(contestant, wire, odd.urls["ordinary"])]
            printed = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
        assert odd.requests == [Request("ordinary", wire.path, has_key=True)]
        assert wire.id in printed
        assert KEY not in printed


def test_ours_does_well_about_what_is_odd(tmp_path: Path) -> None:
    """Every case is well of the facade and of the clients, for every provider, by the same look as at the SDKs."""
    setting = here({}, tmp_path)._replace(contestants=OURS)

    seen = [*faults.look(setting)]

    expected = {
        (case, each.name, slug)
        for case, about in faults.CASES.items()
        for each in OURS
        if each.kind != RAW
        for slug in WIRES
        if about.provider in ("", slug)
    }
    assert {(each.case, each.subject, each.provider) for each in seen if each.is_well} == expected
    assert len(seen) == len(expected)


def test_who_asks_nobody_is_not_called_well() -> None:
    """A program that fails before it sends anything, or sends it to somewhere else, has not been seen to do well."""
    wire = WIRES["skyvern"]
    elsewhere = faults.Outcome("running", None, "", (), wire)
    failed = faults.Outcome(None, "AttributeError", "", (), wire)
    astray = elsewhere._replace(requests=(Request("ordinary", "/other", has_key=True),))
    keyless = elsewhere._replace(requests=(Request("ordinary", wire.path, has_key=False),))
    asking = {"port", "host", "missing", "ordinary"}

    assert {case for case in asking if faults.CASES[case].judge(elsewhere).is_well} == set()
    assert {case for case in asking if faults.CASES[case].judge(failed).is_well} == set()
    assert not faults.CASES["dots"].judge(elsewhere).is_well
    assert faults.CASES["dots"].judge(failed) == (True, "`AttributeError`, nothing sent")
    assert faults.CASES["ordinary"].judge(astray) == (False, "`GET /other` with the key")
    assert faults.CASES["ordinary"].judge(keyless) == (False, f"`GET {wire.path}` without the key")


def test_raw_httpx_is_seen_to_leave_the_route(tmp_path: Path) -> None:
    """A look that finds nothing wrong anywhere would be blind."""
    raw = next(each for each in OURS if each.kind == RAW)
    session = "client.get(f'/v1/sessions/{ID}', follow_redirects=True).json()"
    careless = attrs.evolve(raw, kind=SDK, session=session, status="session['data']['status']")
    setting = here({}, tmp_path)._replace(contestants=(careless,), wires={"anchorbrowser": WIRES["anchorbrowser"]})

    what = {each.case: (each.is_well, each.what) for each in faults.look(setting)}

    assert what == {
        "word": (True, "`hibernating`"),
        "envelope": (True, "read"),
        "flat": (False, "`KeyError`"),
        "port": (False, "the key is sent along"),
        "host": (False, "the key is sent along"),
        "dots": (False, "`GET /v1`"),
        "route": (False, "`GET /v1/keys`"),
        "missing": (True, "comes back"),
        "ordinary": (True, "comes back"),
    }
