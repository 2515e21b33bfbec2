"""A session that is created for a block of code, and stopped with it."""

from __future__ import annotations

import logging
import threading
import weakref
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING

from browser_sessions._creation import Creation
from browser_sessions._session import BrowserSession

if TYPE_CHECKING:
    from browser_sessions._drivers import AsyncDriver, Driver

LIFETIME = timedelta(minutes=30)
"""The time after which a session ends by itself, by default."""

_log = logging.getLogger("browser_sessions")


class _Run:
    """A session that is created once, for a block of threads or tasks."""

    def __init__(self, creation: Creation, ready_timeout: float) -> None:
        self._creation = creation
        self._ready_timeout = ready_timeout
        self._entered = threading.Lock()
        self._forgotten: weakref.finalize[..., _Run] | None = None

    @property
    def created(self) -> BrowserSession | None:
        """The session as it was created; None until then."""
        return self._creation.created

    @property
    def final(self) -> BrowserSession | None:
        """The session once it has ended; None until then, and if it was not seen to end."""
        return self._creation.final

    def _enter(self) -> None:
        if not self._entered.acquire(blocking=False):
            raise RuntimeError("a session is entered once: call session() again for another one")

    def _leave(self) -> None:
        """Detach what stops a session whose block is never left: a Ctrl-C during it would be lost."""
        if self._forgotten and self._creation.is_left:
            self._forgotten.detach()


class SessionRun(_Run):
    """Creates a session when a `with` block is entered, and stops it when the block is left.

    run = client.session("skyvern")
    with run as session:
        ...
    print(run.final.cost)
    """

    def __init__(self, driver: Driver, creation: Creation, ready_timeout: float) -> None:
        super().__init__(creation, ready_timeout)
        self._driver = driver

    def __enter__(self) -> BrowserSession:
        self._enter()
        # A Ctrl-C that comes between the block and the first line of `__exit__` leaves without it.
        self._forgotten = weakref.finalize(self, _end, self._driver, self._creation)
        try:
            return self._driver.run(self._creation.steps_until_ready(self._ready_timeout))
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            leave(self._driver, self._creation, error)
        finally:
            self._leave()


def leave(driver: Driver, creation: Creation, error: BaseException | None) -> None:
    """Stop what was created, if it may be running.

    Args:
        driver: Of the client.
        creation: What was, or was to be, created.
        error: The exception that is being raised; it gets a note if the session may be running afterwards.

    Raises:
        StopUnconfirmed: The session was not seen to end, and there was no other exception.
        BaseException: What interrupted the stop.

    """
    interruption: BaseException | None = None
    if creation.doubt:
        try:
            driver.run_whole(creation.end)
        except BaseException as interrupted:  # noqa: BLE001 - raised below
            interruption = interrupted
    creation.leave(error, interruption)


class AsyncSessionRun(_Run):
    """Creates a session when an `async with` block is entered, and stops it when the block is left."""

    def __init__(self, driver: AsyncDriver, creation: Creation, ready_timeout: float) -> None:
        super().__init__(creation, ready_timeout)
        self._driver = driver

    async def __aenter__(self) -> BrowserSession:
        self._enter()
        self._forgotten = weakref.finalize(self, _report, self._creation)
        try:
            return await self._driver.run(self._creation.steps_until_ready(self._ready_timeout))
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await async_leave(self._driver, self._creation, error)
        finally:
            self._leave()


async def async_leave(driver: AsyncDriver, creation: Creation, error: BaseException | None) -> None:
    """Stop what was created, as `leave`."""
    interruption: BaseException | None = None
    if creation.doubt:
        try:
            await driver.run_whole(creation.end)
        except BaseException as interrupted:  # noqa: BLE001 - raised below
            interruption = interrupted
    creation.leave(error, interruption)


def _end(driver: Driver, creation: Creation) -> None:
    """Stop a session whose block was left without `__exit__`, at the latest when the program ends."""
    if creation.doubt:
        try:
            driver.run_whole(creation.end)
        finally:
            _report(creation)


def _report(creation: Creation) -> None:
    if not creation.is_left and (doubt := creation.doubt):
        _log.error("%s", doubt)
