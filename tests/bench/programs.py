"""The programs that are measured, made of the contestants' lines."""

from __future__ import annotations

import textwrap

from tests.bench.contestants import FACADE, RAW, Contestant
from tests.bench.wires import KEY, Wire

CONCURRENCY = 20

_BENCHMARK = """\
import pyperf

runner = pyperf.Runner()
if runner.parse_args().worker:  # not in the process that starts this one again, to measure
{setup}

    def call():
        return {expression}
else:
    call = None

runner.bench_func({name!r}, call)
"""

_CHECKS = """\
def is_there(session):
    return not isinstance(session, Exception)

def is_right(session):
    return ID in str(session)

"""
"""What looks at each session while it is measured, which is the same for all and next to nothing; and at the first."""

_POOL = """\
from concurrent.futures import ThreadPoolExecutor

def fetch_all(count, is_well=is_there):
    done = 0
    with ThreadPoolExecutor({concurrency}) as pool:
        client = {client}
        for session in pool.map(lambda _: {session}, range(count)):
            done += is_well(session)
    assert done == count
"""

_THREADS = """\
def fetch_all(count, is_well=is_there):
    with {client} as client:
        results = client.get_many((REF for _ in range(count)), concurrency={concurrency})
        assert sum(is_well(session) for _, session in results) == count
"""

_RAW_TASKS = """\
import asyncio

async def fetch_all_async(count, is_well):
    numbers, done = iter(range(count)), 0
    async with httpx.AsyncClient(base_url=URL, headers=HEADERS) as client:

        async def work():
            nonlocal done
            for _ in numbers:
                session = (await client.get(PATH)).json()
                done += is_well(session)

        await asyncio.gather(*(work() for _ in range({concurrency})))
    assert done == count

def fetch_all(count, is_well=is_there):
    asyncio.run(fetch_all_async(count, is_well))
"""

_TASKS = """\
import asyncio
from browser_sessions import AsyncClient

async def fetch_all_async(count, is_well):
    done = 0
    async with Async{client} as client:
        async for _, session in client.get_many((REF for _ in range(count)), concurrency={concurrency}):
            done += is_well(session)
    assert done == count

def fetch_all(count, is_well=is_there):
    asyncio.run(fetch_all_async(count, is_well))
"""


def importing(contestant: Contestant, wire: Wire | None = None) -> str:
    """Return a program that imports what somebody needs who is about to fetch a session."""
    return _filled(contestant.imports, wire)


def one_shot(contestant: Contestant, wire: Wire, url: str) -> str:
    """Return a program that fetches one session and prints it."""
    return _with_client(contestant, wire, url) + f"print({contestant.session})\n"


def warm(contestant: Contestant, wire: Wire, url: str) -> str:
    """Return a program that fetches a session again and again on an open connection."""
    check = f"assert ID in str({contestant.session})\n"
    return _benchmark("warm", _with_client(contestant, wire, url) + check, contestant.session)


def calls(contestant: Contestant, wire: Wire, url: str, count: int) -> str:
    """Return a program that fetches a session so often on one connection."""
    return _with_client(contestant, wire, url) + f"for _ in range({count}):\n    {contestant.session}\n"


def decoding(contestant: Contestant, wire: Wire) -> str:
    """Return a program that decodes an answer again and again."""
    names = f"ID = {wire.id!r}\nBODY = {wire.body!r}\n"
    imports, decode = (_filled(lines, wire) for lines in (contestant.decode_imports, contestant.decode))
    return _benchmark("decoding", f"{names}{imports}\nassert ID in str({decode})\n", decode)


def many(contestant: Contestant, wire: Wire, url: str, count: int, *, tasks: bool) -> str:
    """Return a program that fetches many sessions, in threads or in tasks of asyncio."""
    template = {(RAW, True): _RAW_TASKS, (FACADE, True): _TASKS, (FACADE, False): _THREADS}.get(
        (contestant.kind, tasks), _POOL
    )
    parts = {"client": contestant.client, "session": contestant.session, "concurrency": CONCURRENCY}
    program = f"{opened(contestant, wire, url)}{_CHECKS}{template.format_map(parts)}\nfetch_all(1, is_right)\n"
    return _benchmark("many", program, f"fetch_all({count})")


def opened(contestant: Contestant, wire: Wire, url: str = "") -> str:
    """Return what names a session, and imports what fetches it."""
    return f"{_constants(wire, url)}{_filled(contestant.imports, wire)}\n"


def _with_client(contestant: Contestant, wire: Wire, url: str) -> str:
    return f"{opened(contestant, wire, url)}client = {contestant.client}\n"


def _constants(wire: Wire, url: str) -> str:
    values = {
        "PROVIDER": wire.slug,
        "URL": url,
        "KEY": KEY,
        "HEADERS": dict([wire.header]),
        "ID": wire.id,
        "PATH": wire.path,
        "REF": f"{wire.slug}:{wire.id}",
        "ENVELOPE": wire.envelope,
    }
    return "".join(f"{name} = {value!r}\n" for name, value in values.items())


def _filled(lines: str, wire: Wire | None) -> str:
    """Return a contestant's lines with the names of a provider's client."""
    return lines.format(package=f"{wire.slug}_client", answer=wire.model) if wire else lines


def _benchmark(name: str, setup: str, expression: str) -> str:
    return _BENCHMARK.format(name=name, setup=textwrap.indent(setup.rstrip(), "    "), expression=expression)
