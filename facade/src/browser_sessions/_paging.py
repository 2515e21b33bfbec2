"""The ways in which providers split a list into pages, as generators.

Each yields the arguments that ask for a page, and is sent the content of that page. A session that is created while the
list is read may or may not come. A session that exists all the time always does: in a list that the server filters, one
that stops matching moves all later ones forward, so that the next page could skip one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, NamedTuple


class Read(NamedTuple):
    """The content of a page.

    Attributes:
        page: The model of the response.
        sent: How many rows it had, readable or not.
        rows_so_far: How many rows it and the pages before it had, of this series.
        new: How many rows it had, readable or not, that no page before it had, of this series.
        starts_known: Whether its first row is of a session that a page before it had.

    """

    page: Any
    sent: int
    rows_so_far: int
    new: int
    starts_known: bool


class Window(NamedTuple):
    """A page to be read: the number of rows before it, its size, and the arguments that ask for it."""

    offset: int
    size: int
    arguments: Mapping[str, Any]


Pages = Generator[Mapping[str, Any], Read, None]
"""Yields the arguments of one page after the other."""


_DETOURS = 200
"""How many pages of a list may be read again, or hold nothing new, before the list is given up."""


_REPEATS = "its pages repeat, or its rows change places faster than they can be read"


class NoProgressError(Exception):
    """The server reports that there is more, but sends nothing more."""


def single() -> Pages:
    """Read a list that comes in one piece."""
    yield {}


def numbered(name: str, is_last: Callable[[Read, int], bool]) -> Pages:
    """Read pages 1, 2, 3 and so on.

    Args:
        name: The argument for the number.
        is_last: Whether a page, by its content and number, is the last.

    """
    number = known = 0
    while True:
        number += 1
        read = yield {name: number}
        is_end = is_last(read, number)
        known = _known_in_a_row(read, known, is_end=is_end)
        if is_end:
            return


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
        following: The offset after a page, by its content and offset; None after the last one.

    """
    offset = known = 0
    while True:
        read = yield {name: offset}
        then = following(read, offset)
        known = _known_in_a_row(read, known, is_end=then is None)
        if then is None:
            return
        if then <= offset:
            raise NoProgressError(f"the next offset, {then}, is not above {offset}")
        offset = then


def overlapping(window: Callable[[int], Window], is_last: Callable[[Read, Window], bool]) -> Pages:
    """Read pages that share a row with the one before, and go back where that row is gone.

    Args:
        window: The page that continues after so many rows, of which it has the last one.
        is_last: Whether a page is the last.

    """
    end = detours = 0
    while True:
        asked = window(end)
        read = yield asked.arguments
        is_behind = bool(asked.offset) and not read.starts_known
        if is_behind or not read.new:
            detours += 1
            if detours > _DETOURS:
                raise NoProgressError(_REPEATS)
        if is_behind:
            end = max(asked.offset - asked.size, 0)
            continue
        if is_last(read, asked):
            return
        end = asked.offset + read.sent


def window_of_pages(end: int, largest: int, name: str, size_name: str) -> Window:
    """Return a numbered page that begins before row `end`, and reaches as far beyond it as possible."""
    if end < largest:
        return Window(0, largest, {name: 1, size_name: largest})
    first = -(-(end - 1) // largest)
    # Pages begin at multiples of their size, so it takes one that fits; of these thirty one always does.
    pages, size = max(((each, (end - 1) // each) for each in range(first, first + 30)), key=_reach)
    return Window(pages * size, size, {name: pages + 1, size_name: size})


def _reach(page: tuple[int, int]) -> int:
    before, size = page
    return (before + 1) * size


def _known_in_a_row(read: Read, before: int, *, is_end: bool) -> int:
    """Return how many pages in a row had nothing new, up to this one, after `before` of them.

    Sessions that start move the rows that were read to the pages behind, and what comes next then is new.
    """
    if not (read.sent or is_end):
        raise NoProgressError("a page that is not the last is empty")
    known = 0 if read.new else before + 1
    if known > (1 if is_end else _DETOURS):
        raise NoProgressError(_REPEATS)
    return known
