"""Creates by clients whose kept connection the server has just reset."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import anyio

from benchmarks.soak.creates.lives import arguments
from benchmarks.soak.creates.plans import CREATORS, make_life
from benchmarks.soak.creates.rounds import Account, report_of, serve
from browser_sessions import AsyncClient, Client


def play_idle(seed: int, creates: int) -> Account:
    """Run creates in a thread, on asyncio and on trio, and return their account."""
    with serve(seed) as url:
        names = [f"life-idle-0-{number}" for number in range(creates)]
        _in_thread(url, names[::3])
        for start, backend in enumerate(("asyncio", "trio"), 1):
            anyio.run(partial(_in_tasks, url, names[start::3]), backend=backend)
        seen = report_of(url)["seen"]
    problems = [f"{name} was created {seen[name]['requests']} times" for name in names if seen[name]["requests"] != 1]
    return Account(Counter({"creates next to a connection that was reset": creates}), problems)


def _in_thread(url: str, names: list[str]) -> None:
    with Client(**arguments(url, "idle")) as client:
        for number, name in enumerate(names):
            client.get(client.create(**_options(number, name)))


async def _in_tasks(url: str, names: list[str]) -> None:
    async with AsyncClient(**arguments(url, "idle")) as client:
        for number, name in enumerate(names):
            await client.get(await client.create(**_options(number, name)))


def _options(number: int, name: str) -> dict[str, Any]:
    slug = CREATORS[number % len(CREATORS)]
    return {"provider": slug, **make_life(0, name)._replace(slug=slug).options}
