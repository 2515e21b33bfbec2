"""Fetch sessions in a separate process, in the environment that is measured; `calls.py` and `faults.py` start it.

    python caller.py WAY MEASURE COUNT SLUG URL HEADER VALUE PATH ID

Prints the seconds and the peak memory of the process in kilobytes. Modules that are already imported do not count in
the time of a measured import, so this module imports each of the others only where it is needed.
"""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

CONCURRENCY = 20

# The import, the expression that makes a client, the call that fetches a session, and the session's status.
WAYS = {
    "httpx": (
        "import httpx",
        "httpx.Client(base_url=URL, headers={HEADER: VALUE})",
        "client.get(PATH).json()",
        "",
    ),
    "facade": (
        "from browser_sessions import Client",
        "Client(api_keys={SLUG: KEY}, base_urls={SLUG: URL})",
        "client.get(REF)",
        "session.raw_status",
    ),
    "client": (
        "from {slug}_client import AuthenticatedClient; from {slug}_client.api.sessions import get_session",
        "AuthenticatedClient(token=KEY, base_url=URL)",
        "get_session.sync(ID, client=client)",
        "getattr(session, 'data', getattr(session, 'session', session)).status",
    ),
    "anchorbrowser": (
        "from anchorbrowser import Anchorbrowser",
        "Anchorbrowser(api_key=KEY, base_url=URL)",
        "client.sessions.get_session(ID)",
        "session.data.status",
    ),
    # Its SDK has no call that fetches a session.
    "brightdata": ("from brightdata import BrightDataClient", "", "", ""),
    "browser_use": (
        "from browser_use_sdk.v3 import BrowserUse",
        "BrowserUse(api_key=KEY, base_url=URL)",
        "client.browsers.get(ID)",
        "session.status.value",
    ),
    "browserbase": (
        "from browserbase import Browserbase",
        "Browserbase(api_key=KEY, base_url=URL)",
        "client.sessions.retrieve(ID)",
        "session.status",
    ),
    # Its synchronous client; `skyvern.Skyvern`, which is asynchronous, takes longer to import.
    "skyvern": (
        "from skyvern.client import Skyvern",
        "Skyvern(api_key=KEY, base_url=URL)",
        "client.get_browser_session(ID)",
        "session.status",
    ),
}


def main() -> None:
    """Run the measurement named on the command line, and print its result."""
    way, measure, count, *rest = sys.argv[1:]
    names: dict[str, Any] = dict(zip(("SLUG", "URL", "HEADER", "VALUE", "PATH", "ID"), rest, strict=True))
    names |= {"KEY": names["VALUE"].removeprefix("Bearer "), "REF": f"{names['SLUG']}:{names['ID']}"}
    imports, client, session, status = WAYS[way]
    start = time.perf_counter()
    exec(imports.format(slug=names["SLUG"]), names)
    seconds = time.perf_counter() - start
    if measure in MEASURES:
        names["client"] = eval(client, names)
        seconds = MEASURES[measure](names, eval(f"lambda: {session}", names), int(count))
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(outcome(names, client, session, status) if measure == "outcome" else f"{seconds} {usage}")


def outcome(names: dict[str, Any], client: str, session: str, status: str) -> str:
    """Return the session's status, or the class of the error and whether the error can be pickled."""
    import pickle

    try:
        names["client"] = eval(client, names)
        names["session"] = eval(session, names)
        return f"`{eval(status, names)}`"
    except Exception as error:
        try:
            is_same = str(pickle.loads(pickle.dumps(error))) == str(error)
        except Exception:
            is_same = False
        return f"`{type(error).__name__}`{'' if is_same else ', which cannot be pickled'}"


def one_shot(_: dict[str, Any], fetch: Callable[[], Any], __: int) -> float:
    """Fetch one session and print it; `calls.py` measures the whole process."""
    print(fetch())
    return 0.0


def warm(names: dict[str, Any], fetch: Callable[[], Any], count: int) -> float:
    """Return the shortest time in seconds of a fetch on an open connection."""
    import timeit

    assert names["ID"] in str(fetch())
    calls = count // 10
    return min(timeit.repeat(fetch, "import gc; gc.enable()", number=calls, repeat=5)) / calls


def in_threads(names: dict[str, Any], fetch: Callable[[], Any], count: int) -> float:
    """Return the seconds that many concurrent fetches take."""
    from concurrent.futures import ThreadPoolExecutor

    fetch()
    start = time.perf_counter()
    if hasattr(names["client"], "get_many"):
        results = names["client"].get_many([names["REF"]] * count, concurrency=CONCURRENCY)
        done = sum(not isinstance(result, Exception) for _, result in results)
    else:
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            done = sum(session is not None for session in pool.map(lambda _: fetch(), range(count)))
    assert done == count
    return time.perf_counter() - start


def in_tasks(names: dict[str, Any], _: Callable[[], Any], count: int) -> float:
    """Return the seconds that many concurrent fetches take, including the creation of the client."""
    import asyncio

    start = time.perf_counter()
    assert asyncio.run((fetch_with_httpx if "httpx" in names else fetch_with_facade)(names, count)) == count
    return time.perf_counter() - start


async def fetch_with_facade(names: dict[str, Any], count: int) -> int:
    """Fetch many sessions, and return the number of sessions received."""
    from browser_sessions import AsyncClient

    keys, urls = {names["SLUG"]: names["KEY"]}, {names["SLUG"]: names["URL"]}
    async with AsyncClient(api_keys=keys, base_urls=urls) as client:
        results = client.get_many([names["REF"]] * count, concurrency=CONCURRENCY)
        return sum([not isinstance(result, Exception) async for _, result in results])


async def fetch_with_httpx(names: dict[str, Any], count: int) -> int:
    """Fetch many sessions in several tasks, and return the number of sessions received."""
    import asyncio

    numbers, sessions = iter(range(count)), list[object]()
    async with names["httpx"].AsyncClient(base_url=names["URL"], headers={names["HEADER"]: names["VALUE"]}) as client:

        async def work() -> None:
            for _ in numbers:
                sessions.append((await client.get(names["PATH"])).json())

        await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
    return len(sessions)


MEASURES = {"one-shot": one_shot, "warm": warm, "threads": in_threads, "asyncio": in_tasks}

if __name__ == "__main__":
    main()
