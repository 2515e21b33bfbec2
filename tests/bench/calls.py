"""What a session costs on an open connection, and what making an object of an answer does."""

from __future__ import annotations

from tests.bench import programs
from tests.bench.job import Job
from tests.bench.setting import Setting


def warm_jobs(setting: Setting) -> list[Job]:
    """Return a session, fetched again and again."""
    return [
        setting.job("warm", each, wire, programs.warm(each, wire, setting.urls[wire.slug]))._replace(values=5, loops=60)
        for each, wire in setting.pairs()
    ]


def decoding_jobs(setting: Setting) -> list[Job]:
    """Return an answer's bytes, decoded again and again."""
    return [
        setting.job("decoding", each, wire, programs.decoding(each, wire))._replace(values=5, loops=1000)
        for each, wire in setting.pairs()
    ]
