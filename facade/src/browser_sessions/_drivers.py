"""Two ways to run a call's course: in the caller's thread, and in a task of asyncio or trio.

What must not be cut off has a thread or a task of its own. An interruption of the caller does not end the waiting for
it, and is raised afterwards. A course that is interrupted must not take another step.
"""

from __future__ import annotations

import contextvars
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import anyio
from anyio import to_thread

from browser_sessions._attempt import Attempt, Pause, RawResponse, Receipt, Work
from browser_sessions._call import Course
from browser_sessions._calls import Calls
from browser_sessions._http import FAULTS, AsyncNetwork, Network
from browser_sessions._streams import Stop

if TYPE_CHECKING:
    from concurrent import futures

T = TypeVar("T")

PATIENCE, LAST_PATIENCE = 5.0, 1.0
"""Seconds that an interrupted thread waits for a response with what was created, and then for its connection to end."""


class Driver:
    """Runs the calls of a client, each in the thread of its caller."""

    def __init__(self, calls: Calls, network: Network) -> None:
        self.calls = calls
        self._network = network

    def run(self, course: Course[T], stop: Stop | None = None) -> T:
        """Return the result of a course.

        Raises:
            Stopped: Another thread ended it.

        """
        came: Any = None
        try:
            while True:
                step = course.send(came)
                try:
                    came = self._take(step, stop)
                except FAULTS as error:
                    came = error.with_traceback(None)  # whose frames would keep the connection for as long as the error
                except BaseException as error:
                    course.throw(error)
                    raise
        except StopIteration as end:
            result: T = end.value
            return result

    def run_whole(self, make: Callable[[], Course[T]]) -> T:
        """Return the result of a course that the first Ctrl-C does not cut off; it is raised afterwards."""
        from concurrent import futures

        work = _Work(lambda: self.run(make()))
        interruption: BaseException | None = None
        while not work.done.done():
            try:
                work.start()
                futures.wait([work.done])
            except BaseException as error:
                if interruption:
                    raise
                interruption = error
        if interruption:
            raise interruption
        return work.done.result()

    def close(self) -> None:
        """Close the connections."""
        self._network.close()

    def _take(self, step: Attempt | Pause | Work, stop: Stop | None) -> Any:
        if isinstance(step, Work):
            return step.do()
        if isinstance(step, Pause):
            (stop.pause if stop else time.sleep)(step.seconds)
            return None
        return self._network.send(step, stop) if step.receipt is None else self._send_whole(step, step.receipt)

    def _send_whole(self, attempt: Attempt, receipt: Receipt) -> RawResponse:
        """Send a request that Ctrl-C does not cut off at once: the response may name what was created."""
        from concurrent import futures

        stop = Stop()

        def send() -> RawResponse:
            try:
                receipt.came = came = self._network.send(attempt, stop)
            except FAULTS as error:
                receipt.came = error
                raise
            return came

        work = _Work(send)
        try:
            work.start()
            futures.wait([work.done])
        except BaseException:
            futures.wait([work.done], PATIENCE)
            stop.set()
            futures.wait([work.done], LAST_PATIENCE)
            raise
        return work.done.result()


class _Work(Generic[T]):
    """Work in a thread of its own, which Ctrl-C does not reach, with the caller's context variables."""

    def __init__(self, work: Callable[[], T]) -> None:
        from concurrent import futures

        self.done: futures.Future[T] = futures.Future()
        self._work = work
        self._context = contextvars.copy_context()
        self._claim = threading.Lock()

    def start(self) -> None:
        """Start it, if it has not started: a start that was interrupted may be repeated."""
        thread = threading.Thread(target=self._run, name="browser-sessions", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # there are too many threads
            self._run()

    def _run(self) -> None:
        if self._claim.acquire(blocking=False):
            try:
                self.done.set_result(self._context.run(self._work))
            except BaseException as error:  # noqa: BLE001 - raised by `result`
                self.done.set_exception(error)


class AsyncDriver:
    """`Driver`, in tasks of asyncio and trio."""

    def __init__(self, calls: Calls, network: AsyncNetwork) -> None:
        self.calls = calls
        self._network = network

    async def run(self, course: Course[T]) -> T:
        """Return the result of a course."""
        came: Any = None
        try:
            while True:
                step = course.send(came)
                try:
                    came = await self._take(step)
                except FAULTS as error:
                    came = error.with_traceback(None)  # whose frames would keep the connection for as long as the error
                except BaseException as error:
                    course.throw(error)
                    raise
        except StopIteration as end:
            result: T = end.value
            return result

    async def run_whole(self, make: Callable[[], Course[T]]) -> T:
        """Return the result of a course that neither a cancellation nor Ctrl-C cuts off; they are raised afterwards.

        If the event loop ends and so cancels all its tasks, the course begins again.
        """
        return await _whole(lambda: self.run(make()), is_repeatable=True)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._network.aclose()

    async def _take(self, step: Attempt | Pause | Work) -> Any:
        if isinstance(step, Work):
            return await to_thread.run_sync(step.do)
        if isinstance(step, Pause):
            await anyio.sleep(step.seconds)
            return None
        return await (self._network.send(step) if step.receipt is None else self._send_whole(step, step.receipt))

    async def _send_whole(self, attempt: Attempt, receipt: Receipt) -> RawResponse:
        """Send a request that nothing cuts off before the end of its attempt."""

        async def send() -> RawResponse:
            try:
                receipt.came = came = await self._network.send(attempt)
            except FAULTS as error:
                receipt.came = error
                raise
            return came

        return await _whole(send, is_repeatable=False)


async def _whole(work: Callable[[], Awaitable[T]], *, is_repeatable: bool) -> T:
    """Return the result of work in a task that neither a cancellation of this one nor the first Ctrl-C reaches.

    A shield alone would not do: on asyncio a task's `cancel` heeds none, and on trio Ctrl-C does not.
    """
    finished: Any = None
    interruption: BaseException | None = None
    scope = anyio.CancelScope(shield=True)
    with anyio.CancelScope(shield=True):
        finished, wait = _start_task(work, scope)
        while not finished.done():
            try:
                await wait()
            except BaseException as error:
                if isinstance(interruption, KeyboardInterrupt):
                    scope.shield = False
                    raise
                interruption = error
            # Not if the work was not asked to end, but waited for something that was: it would do so again.
            if is_repeatable and finished.cancelled() and finished.cancelling():
                finished, wait = _start_task(work, scope)
    if interruption:
        raise interruption
    result: T = finished.result()
    return result


def _start_task(work: Callable[[], Awaitable[T]], scope: anyio.CancelScope) -> tuple[Any, Callable[[], Awaitable[Any]]]:
    """Start work in a task, and return a future of it and a function that waits for its end.

    Args:
        work: What is done.
        scope: What shields it on trio, where the end of the main task cancels the tasks of the system.

    """
    if trio := running_trio():
        from concurrent import futures

        future: futures.Future[T] = futures.Future()
        is_over = trio.Event()

        async def run() -> None:
            try:
                with scope:
                    future.set_result(await work())
            except BaseException as error:  # noqa: BLE001 - raised by `result`; a task of the system may raise nothing
                future.set_exception(error)
            finally:
                is_over.set()

        try:
            trio.lowlevel.spawn_system_task(run, context=contextvars.copy_context())
        except RuntimeError:  # they have all ended: trio closes asynchronous generators last
            return future, run
        return future, is_over.wait
    import asyncio

    task = asyncio.ensure_future(work())
    # It is taken, or asyncio logs it as an error if an interruption leaves in its place.
    task.add_done_callback(lambda task: task.cancelled() or task.exception())
    return task, lambda: asyncio.wait([task])


def running_trio() -> Any:
    """Return trio if it runs this task; None on asyncio."""
    trio = sys.modules.get("trio")
    return trio if trio and trio.lowlevel.in_trio_task() else None
