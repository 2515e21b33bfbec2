"""The lists of several providers at once: each page is read while the one before is used."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import anyio

from browser_sessions._async_many import AsyncResults, AsyncRun
from browser_sessions._call import Course
from browser_sessions._listing import Reading, SkippedRow
from browser_sessions._many import Outcome, Run
from browser_sessions.errors import BrowserSessionsError

if TYPE_CHECKING:
    from browser_sessions._drivers import AsyncDriver, Driver

Found = tuple[str, Outcome]
"""A provider, and a session of it or the error that ended its list."""

Lists = Mapping[str, Reading | BrowserSessionsError]
"""By provider, its list, or the error in its place."""

Page = tuple[Reading, list[Outcome] | None]
"""A list and the content of its next page; None after the last one."""


def _page_of(reading: Reading) -> Course[Page]:
    """Read the next page of a list; an error that ends the list is the only content of its last page."""
    try:
        page = yield from reading.next_page()
    except BrowserSessionsError as error:
        return reading, [error.with_traceback(None)]
    return reading, None if page is None else [*page]


class _Fleet:
    """The progress of lists that are being read."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self._readings = [each for each in lists.values() if isinstance(each, Reading)]
        self._unavailable: list[Found] = [(slug, each) for slug, each in lists.items() if not isinstance(each, Reading)]

    @property
    def skipped(self) -> dict[str, list[SkippedRow]]:
        """By provider, the rows of its list that cannot be read as sessions."""
        return {slug: each.skipped if isinstance(each, Reading) else [] for slug, each in self._lists.items()}

    @property
    def complete(self) -> dict[str, bool]:
        """By provider, whether its list was read to its end, and each of its rows could be; False until then."""
        return {slug: isinstance(each, Reading) and each.complete for slug, each in self._lists.items()}


class FleetListing(_Fleet, Iterable[Found]):
    """Iterates over the sessions of several providers, each with its provider, as they come.

    fleet = client.list_many()
    for provider, session in fleet:
        ...
    if not all(fleet.complete.values()):
        ...  # an error took the place of a session, or rows that cannot be read are in fleet.skipped

    """

    def __init__(self, lists: Lists, driver: Driver) -> None:
        super().__init__(lists)
        self._results = _results_of(self._unavailable, self._readings, driver)

    def __iter__(self) -> Iterator[Found]:
        yield from self._results  # which is closed with the loop, even if the listing is kept

    def __next__(self) -> Found:
        return next(self._results)


def _results_of(unavailable: Iterable[Found], readings: Iterable[Reading], driver: Driver) -> Iterator[Found]:
    yield from unavailable
    run: Run[Reading, Page] = Run(lambda reading, stop: driver.run(_page_of(reading), stop), {})
    try:
        for reading in readings:
            run.start(reading)
        while run.under_way:
            reading, page = run.result()
            if page is not None:
                run.start(reading)
                yield from ((reading.provider, each) for each in page)
    finally:
        run.stop()


class _Turns(AsyncIterator[Reading]):
    """The lists whose next page is to be read, until all have ended."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._waiting = deque(readings)
        self._open = len(self._waiting)
        self._ready = anyio.Semaphore(self._open or 1)

    def took(self, reading: Reading, *, is_over: bool) -> None:
        """Note that a page was taken, so that the next one is read."""
        if is_over:
            self._open -= 1
        else:
            self._waiting.append(reading)
        if not is_over or not self._open:
            self._ready.release()

    async def __anext__(self) -> Reading:
        await self._ready.acquire()
        if not self._waiting:
            raise StopAsyncIteration
        return self._waiting.popleft()


class AsyncFleetListing(_Fleet, AsyncIterable[Found]):
    """`FleetListing`, for tasks of asyncio and trio; leaving the loop cancels them, and so does closing the client."""

    def __init__(self, lists: Lists, driver: AsyncDriver) -> None:
        super().__init__(lists)
        self._turns = _Turns(self._readings)
        self._page = deque(self._unavailable)
        self.run: AsyncRun[Reading, Page] = AsyncRun(
            self._turns, lambda reading: driver.run(_page_of(reading)), {}, len(self._readings) or 1
        )

    def __aiter__(self) -> AsyncIterator[Found]:
        return AsyncResults(self)

    async def __anext__(self) -> Found:
        return await self.result()

    async def result(self) -> Found:
        """Return the next session, or the next error.

        Raises:
            StopAsyncIteration: All have been returned, or the work was ended.

        """
        while not self._page:
            reading, page = await self.run.result()
            self._turns.took(reading, is_over=page is None)
            self._page.extend((reading.provider, each) for each in page or ())
        return self._page.popleft()

    def cancel(self) -> None:
        """End the work, soon."""
        self.run.cancel()

    async def aclose(self) -> None:
        """End the work, and wait until it has ended."""
        await self.run.aclose()

    def __del__(self) -> None:
        self.run.cancel()
