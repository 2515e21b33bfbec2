"""Two ways to run a call's course: in the thread that asks for it, and in a task of asyncio or trio.

What must not be cut off is sent by something of its own. If what waits for it is interrupted, the course gets the
response first, and the interruption leaves then. A course that is interrupted must not take another step.
"""

from __future__ import annotations

import contextlib
import contextvars
import sys
import threading
import time
from typing import Any, TypeVar

import anyio

from browser_sessions._attempt import Attempt, Pause, RawResponse
from browser_sessions._call import Course, MayExistError
from browser_sessions._calls import Calls
from browser_sessions._http import FAULTS, AsyncNetwork, Network
from browser_sessions._streams import Stop
from browser_sessions.errors import BrowserSessionsError

T = TypeVar("T")

PATIENCE, LAST_PATIENCE = 5.0, 1.0
"""Seconds that an interrupted thread waits for a response that tells what was created, and then for the end of it."""


class Driver:
    """Runs the calls of a client, in whatever thread asks for one."""

    def __init__(self, calls: Calls, network: Network) -> None:
        self.calls = calls
        self._network = network

    def run(self, course: Course[T], stop: Stop | None = None) -> T:
        """Return the result of a course.

        Raises:
            Stopped: Another thread ended it.

        """
        came: RawResponse | Exception | None = None
        try:
            while True:
                step = course.send(came)
                try:
                    came = self._take(step, course, stop)
                except FAULTS as error:
                    came = error.with_traceback(None)  # whose frames would keep the connection for as long as the error
                except BaseException as error:
                    course.throw(error)
                    raise
        except StopIteration as end:
            result: T = end.value
            return result

    def close(self) -> None:
        """Close the connections."""
        self._network.close()

    def _take(self, step: Attempt | Pause, course: Course[Any], stop: Stop | None) -> RawResponse | None:
        if isinstance(step, Pause):
            (stop.pause if stop else time.sleep)(step.seconds)
            return None
        return self._network.send(step, stop) if step.may_repeat else self._send_whole(step, course)

    def _send_whole(self, attempt: Attempt, course: Course[Any]) -> RawResponse:
        """Send a request in a thread of its own, which Ctrl-C does not reach."""
        from concurrent import futures

        sending: futures.Future[RawResponse] = futures.Future()
        stop = Stop()

        def send() -> None:
            try:
                sending.set_result(self._network.send(attempt, stop))
            except BaseException as error:  # noqa: BLE001 - raised by `result`
                sending.set_exception(error)

        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(send,), name="browser-sessions", daemon=True)
        try:
            thread.start()
            futures.wait([sending])
        except BaseException:
            futures.wait([sending], PATIENCE)
            stop.set()
            futures.wait([sending], LAST_PATIENCE)
            _tell(course, sending)
            raise
        return sending.result()


class AsyncDriver:
    """`Driver`, in tasks of asyncio and trio."""

    def __init__(self, calls: Calls, network: AsyncNetwork) -> None:
        self.calls = calls
        self._network = network

    async def run(self, course: Course[T]) -> T:
        """Return the result of a course."""
        came: RawResponse | Exception | None = None
        try:
            while True:
                step = course.send(came)
                try:
                    came = await self._take(step, course)
                except FAULTS as error:
                    came = error.with_traceback(None)  # whose frames would keep the connection for as long as the error
                except BaseException as error:
                    course.throw(error)
                    raise
        except StopIteration as end:
            result: T = end.value
            return result

    async def aclose(self) -> None:
        """Close the connections."""
        await self._network.aclose()

    async def _take(self, step: Attempt | Pause, course: Course[Any]) -> RawResponse | None:
        if isinstance(step, Pause):
            await anyio.sleep(step.seconds)
            return None
        return await (self._network.send(step) if step.may_repeat else self._send_whole(step, course))

    async def _send_whole(self, attempt: Attempt, course: Course[Any]) -> RawResponse:
        """Send a request in a shield; on asyncio in a task of its own, too, for a task's `cancel` heeds no shield."""
        sending: Any = None
        interruption: BaseException | None = None
        with anyio.CancelScope(shield=True):
            if running_trio():
                return await self._network.send(attempt)
            import asyncio

            sending = asyncio.ensure_future(self._network.send(attempt))
            while not sending.done():
                try:
                    await asyncio.wait([sending])
                except asyncio.CancelledError as error:
                    interruption = error
        if interruption:
            _tell(course, sending)
            raise interruption
        response: RawResponse = sending.result()
        return response


def _tell(course: Course[Any], sending: Any) -> None:
    """Let the course of an interrupted call know what came, if anything did."""
    if sending.done():
        with contextlib.suppress(StopIteration, BrowserSessionsError, MayExistError):
            course.send(sending.exception() or sending.result())


def running_trio() -> Any:
    """Return trio if it runs this task; None on asyncio."""
    trio = sys.modules.get("trio")
    return trio if trio and trio.lowlevel.in_trio_task() else None
