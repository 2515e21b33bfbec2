"""The ways in which providers hand out a list page by page, as generators over what came.

Each yields the arguments that ask for a page, and is sent what that page held. What is created while a list is read may
or may not come. What was there all the time always does: in a list that is filtered by the server, a session that stops
matching moves all behind it forward, so that a page could begin behind a session that no page had.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, NamedTuple


class Read(NamedTuple):
    """What a page held.

    Attributes:
        page: The model of the response.
        sent: How many rows it had, readable or not.
        end: How many rows it and the pages before it had, of this series.
        new: How many rows it had, readable or not, that no page before it had, of this series.
        starts_known: Whether its first row is of a session that a page before it had.

    """

    page: Any
    sent: int
    end: int
    new: int
    starts_known: bool


class Window(NamedTuple):
    """A page that is to be read: the rows before it, how many it may have, and the arguments that ask for it."""

    offset: int
    size: int
    arguments: Mapping[str, Any]


Pages = Generator[Mapping[str, Any], Read, None]
"""Yields the arguments of one page after the other."""


_DETOURS = 200
"""How many pages of a list may be read again, or hold nothing new, before it is given up."""


class NoProgressError(Exception):
    """The server says that there is more, and sends nothing more."""


def single() -> Pages:
    """Read a list that comes in one piece."""
    yield {}


def numbered(name: str, is_last: Callable[[Read, int], bool]) -> Pages:
    """Read pages 1, 2, 3 and so on.

    Args:
        name: The argument for the number.
        is_last: Whether there is no page behind one of some number.

    """
    number = 0
    while True:
        number += 1
        read = yield {name: number}
        if is_last(read, number):
            return
        _require_progress(read)


def first_of_each(arguments: Iterable[Mapping[str, Any]], is_whole: Callable[[Read], bool]) -> Pages:
    """Read the first page of several lists, up to the first that has more than that page."""
    for each in arguments:
        read = yield each
        if not is_whole(read):
            return


def by_offset(name: str, following: Callable[[Read, int], int | None]) -> Pages:
    """Read from one offset to the next.

    Args:
        name: The argument for the offset.
        following: The offset behind a page of some offset; None behind the last one.

    """
    offset = 0
    while True:
        read = yield {name: offset}
        then = following(read, offset)
        if then is None:
            return
        if then <= offset:
            raise NoProgressError(f"the next offset, {then}, is not above {offset}")
        _require_progress(read)
        offset = then


def overlapping(window: Callable[[int], Window], is_last: Callable[[Read, Window], bool]) -> Pages:
    """Read pages that have a row in common with those before, and go back where that row is gone.

    Args:
        window: The page that begins before so many rows, and ends behind them.
        is_last: Whether there are no rows behind a page.

    """
    end = detours = 0
    while True:
        asked = window(end)
        read = yield asked.arguments
        is_behind = bool(asked.offset) and not read.starts_known
        if is_behind or not read.new:
            detours += 1
            if detours > _DETOURS:
                raise NoProgressError("its pages repeat, or its rows change places faster than they can be read")
        if is_behind:
            end = max(asked.offset - asked.size, 0)
            continue
        if is_last(read, asked):
            return
        end = asked.offset + read.sent
        if read.sent < asked.size:
            raise NoProgressError(f"a page that is not the last has {read.sent} rows, and not {asked.size}")


def window_of_pages(end: int, largest: int, name: str, size_name: str) -> Window:
    """Return a numbered page that begins before row `end`, and reaches as far behind it as one can."""
    if end < largest:
        return Window(0, largest, {name: 1, size_name: largest})
    first = -(-(end - 1) // largest)
    # Pages begin at multiples of their size, so it takes one that fits; of these thirty one always does.
    pages, size = max(((each, (end - 1) // each) for each in range(first, first + 30)), key=_reach)
    return Window(pages * size, size, {name: pages + 1, size_name: size})


def _reach(page: tuple[int, int]) -> int:
    before, size = page
    return (before + 1) * size


def _require_progress(read: Read) -> None:
    if not read.new:
        raise NoProgressError("a page that is not the last has no new session")
