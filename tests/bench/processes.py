"""What a process costs that imports, and one that fetches one session and prints it."""

from __future__ import annotations

from tests.bench import programs
from tests.bench.contestants import CLIENT, FACADE
from tests.bench.job import Job
from tests.bench.ratios import ALL_NAMES, BARE
from tests.bench.setting import Setting

_ALL_NAMES = "import browser_sessions\n[getattr(browser_sessions, name) for name in browser_sessions.__all__]\n"


def import_jobs(setting: Setting) -> list[Job]:
    """Return what is imported: nothing, and what each contestant's user imports, and every name of the facade."""

    def job(subject: str, environment: str, program: str, provider: str = "") -> Job:
        python = setting.pythons[environment]
        return Job("import", subject, provider, 0, "httpx", python, program, is_process=True, values=3)

    found = [job(BARE, "httpx", "pass\n")]
    for each in setting.contestants:
        wires = setting.wires.values() if each.kind == CLIENT else (None,)
        for wire in wires:
            provider = wire.slug if wire else each.provider
            found.append(job(each.name, each.environment, programs.importing(each, wire), provider))
        if each.kind == FACADE:
            found.append(job(ALL_NAMES, each.environment, _ALL_NAMES))
    return found


def one_shot_jobs(setting: Setting) -> list[Job]:
    """Return what is run once for one session."""
    return [
        setting.job("one-shot", each, wire, programs.one_shot(each, wire, setting.urls[wire.slug]))._replace(
            is_process=True
        )
        for each, wire in setting.pairs()
    ]
