"""The lives of sessions in main threads that Ctrl-C interrupts."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import threading
from collections.abc import Callable
from functools import partial

import trio

from benchmarks.soak.creates.lives import (
    Outcome,
    arguments,
    listening,
    outcome_of,
    settle,
    use,
    use_in_task,
)
from benchmarks.soak.creates.plans import Life
from benchmarks.soak.leaks import held, unraisable
from browser_sessions import AsyncClient, BrowserSession, Client


def in_main_thread(url: str, name: str, lives: list[Life]) -> tuple[list[Outcome], list[str], list[str]]:
    """Run one life after another in a process's main thread, while another thread presses Ctrl-C.

    Returns:
        The outcomes, the logged errors, and the leaks.

    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # except while there is something to interrupt
    leaks, outcomes = unraisable(), list[Outcome]()
    before = held()
    with listening() as said:
        with Client(**arguments(url, name)) as client:
            for number, life in enumerate(lives):
                results: list[BrowserSession] = []
                earlier = len(said)
                error = _press(life, partial(_WAYS[number % len(_WAYS)], client, url, life, results))
                outcome = outcome_of(life, results, error)
                outcomes.append(outcome._replace(says="\n".join([outcome.says, *said[earlier:]])))
                del error
            settle()
        gc.collect()
    leaks += sorted((held() - before).elements())
    # Python drops a Ctrl-C that arrives while a weak reference's callback or a `__del__` runs.
    leaks = [f"in a main thread: {each}" for each in leaks if not each.startswith("KeyboardInterrupt")]
    return outcomes, said, leaks


def _run_plainly(client: Client, _: str, life: Life, results: list[BrowserSession]) -> None:
    use(client, life, results)


def _run_in_loop(_: Client, url: str, life: Life, results: list[BrowserSession], *, run: Callable[..., object]) -> None:
    async def life_of_one() -> None:
        async with AsyncClient(**arguments(url, life.name.removeprefix("life-"))) as client:
            await use_in_task(client, life._replace(is_block=True), results)

    run(life_of_one)


_WAYS: list[Callable[[Client, str, Life, list[BrowserSession]], None]] = [
    _run_plainly,
    partial(_run_in_loop, run=lambda use: asyncio.run(use())),
    _run_plainly,
    partial(_run_in_loop, run=trio.run),
]


def _press(life: Life, work: Callable[[], None]) -> BaseException | None:
    """Return the exception that work raises while Ctrl-C is pressed; Ctrl-C is ignored before and after the work."""
    is_over = threading.Event()
    thread = threading.Thread(target=_press_keys, args=(life, is_over))
    error: BaseException | None = None
    try:
        thread.start()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        work()
    except BaseException as raised:  # noqa: BLE001 - it is accounted for
        error = raised
    while signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        with contextlib.suppress(KeyboardInterrupt):
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    is_over.set()
    thread.join()
    return error


def _press_keys(life: Life, is_over: threading.Event) -> None:
    for pause in (life.moment, life.gap) if life.cut == "Ctrl-C twice" else (life.moment,):
        if is_over.wait(pause):
            return
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
