"""Many sessions at once, in tasks of asyncio or trio."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, Generic, Protocol, Self, TypeVar

import anyio

from browser_sessions._drivers import running_trio
from browser_sessions._many import Made, Name, provider_of

_END: Any = object()

_Made_co = TypeVar("_Made_co", covariant=True)


class Running(Protocol[_Made_co]):
    """A source of results.

    `result` returns the next one, `cancel` ends the work soon, and `aclose` waits until it has ended.
    """

    async def result(self) -> _Made_co: ...

    def cancel(self) -> None: ...

    async def aclose(self) -> None: ...


class AsyncResults(AsyncIterator[Made]):
    """The results of a run, in order of completion.

    Leaving the loop cancels the tasks, and so does closing the client, which also waits until they have ended.
    It is not an asynchronous generator: one that is left early is closed later in another task, in which nothing that
    was opened in this one can be closed.
    """

    def __init__(self, run: Running[Made]) -> None:
        self._run = run

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Made:
        return await self._run.result()

    async def aclose(self) -> None:
        """End the work, and wait until it has ended."""
        await self._run.aclose()

    def __del__(self) -> None:
        self._run.cancel()


class AsyncRun(Generic[Name, Made]):
    """A task that takes what is to be worked on, and a task for each that was taken.

    Args:
        names: What is worked on; at most `concurrency` are under way, or done and not yet asked for.
        work: What is done with each.
        limits: How many of a provider may be under way, where that is bounded.
        concurrency: How many at all.

    """

    def __init__(
        self,
        names: Iterable[Name] | AsyncIterable[Name],
        work: Callable[[Name], Awaitable[Made]],
        limits: Mapping[str, int],
        concurrency: int,
    ) -> None:
        self._source = aiter(names) if isinstance(names, AsyncIterable) else iter(names)
        self._work = work
        self._limits = {slug: anyio.Semaphore(limit) for slug, limit in limits.items()}
        self._slots = anyio.Semaphore(concurrency)
        self._results: deque[Made | Exception] = deque()
        self._ready = anyio.Semaphore(0, fast_acquire=True)
        self._failure: Exception | None = None
        self._cancel: Callable[[], object] | None = None
        self._ended = anyio.Event()

    @property
    def is_over(self) -> bool:
        """Whether no task is left."""
        return self._ended.is_set()

    async def result(self) -> Made:
        """Return the next result.

        Raises:
            StopAsyncIteration: All have been returned, or the work was ended.
            Exception: What a function or an iterable of the caller's raised.

        """
        if self._cancel is None and not self.is_over:
            self._cancel = _start_task(self._take_all, self._end)
        await self._ready.acquire()
        if not self._results:
            self._ready.release()  # for the next one who asks
            failure, self._failure = self._failure, None
            raise failure or StopAsyncIteration
        result = self._results.popleft()
        self._slots.release()
        if isinstance(result, Exception):
            self.cancel()
            raise result
        return result

    def cancel(self) -> None:
        """End the work, soon."""
        if self._cancel is None:
            self._end()
        else:
            self._cancel()

    async def aclose(self) -> None:
        """End the work, and wait until it has ended."""
        self.cancel()
        await self._ended.wait()

    def _end(self) -> None:
        self._ended.set()
        self._ready.release()

    async def _take_all(self) -> None:
        source = self._source
        async with anyio.create_task_group() as tasks:
            try:
                while True:
                    await self._slots.acquire()
                    name = await anext(source, _END) if isinstance(source, AsyncIterator) else next(source, _END)
                    if name is _END:
                        break
                    tasks.start_soon(self._work_on, name)
            except Exception as error:  # noqa: BLE001 - the caller's own; raised once there is no result left
                self._failure = error

    async def _work_on(self, name: Name) -> None:
        result: Made | Exception
        try:
            async with self._limits.get(provider_of(name), contextlib.nullcontext()):
                result = await self._work(name)
        except Exception as error:  # noqa: BLE001 - raised by `result`
            result = error
        self._results.append(result)
        self._ready.release()


def _start_task(work: Callable[[], Awaitable[None]], end: Callable[[], None]) -> Callable[[], object]:
    """Start a task that outlives the call, and return what cancels it; `end` is called when it has ended.

    A nursery or a task group would have to be open for as long as an iterator that need not be closed.
    """
    if trio := running_trio():
        scope, token = trio.CancelScope(), trio.lowlevel.current_trio_token()

        async def run() -> None:
            try:
                with scope:
                    await work()
            finally:
                end()

        trio.lowlevel.spawn_system_task(run, context=contextvars.copy_context())
        return _from_any_thread(scope.cancel, token.run_sync_soon)
    task = asyncio.ensure_future(work())
    task.add_done_callback(lambda _: end())
    return _from_any_thread(task.cancel, task.get_loop().call_soon_threadsafe)


def _from_any_thread(
    cancel: Callable[[], object], soon: Callable[[Callable[[], object]], object]
) -> Callable[[], object]:
    """Return a function that cancels at once from this thread, and soon from others: garbage is collected in any."""
    thread = threading.get_ident()

    def act() -> None:
        if threading.get_ident() == thread:
            cancel()
        else:
            with contextlib.suppress(RuntimeError):  # the event loop has ended
                soon(cancel)

    return act
