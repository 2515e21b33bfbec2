"""Which sessions of a list are wanted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from browser_sessions._bounds import is_whole
from browser_sessions._providers import Provider
from browser_sessions._providers._operations import require
from browser_sessions._reading import MARKER
from browser_sessions._ref import known_provider
from browser_sessions._session import BrowserSession, began_at
from browser_sessions._status import SessionStatus
from browser_sessions.errors import InvalidOption

Statuses = SessionStatus | str | Iterable[SessionStatus | str] | None

SKEW = timedelta(minutes=1)
"""How much a provider's clock may be behind this machine's."""

OPEN = frozenset(each for each in SessionStatus if not each.is_terminal)
"""The statuses of sessions that have not ended, or may not have."""


class Query(NamedTuple):
    """Which sessions are wanted.

    Attributes:
        statuses: Those of one of these statuses; None for all.
        metadata: Those with all of these labels.
        created_after, created_before: Those created, or at least started, between these times, both included.
        limit: How many at most.

    """

    statuses: frozenset[SessionStatus] | None
    metadata: Mapping[str, str] = MappingProxyType({})
    created_after: datetime | None = None
    created_before: datetime | None = None
    limit: int | None = None

    @property
    def takes_all(self) -> bool:
        """Whether each session is wanted."""
        return not (self.metadata or self.statuses is not None or self.created_after or self.created_before)

    def matches(self, session: BrowserSession) -> bool:
        """Whether a session is wanted; one without a time is not wanted by time."""
        if self.statuses is not None and session.status not in self.statuses:
            return False
        if self.metadata and any(_label(session, name) != value for name, value in self.metadata.items()):
            return False
        if self.created_after is None and self.created_before is None:
            return True
        began = began_at(session)
        if began is None:
            return False
        is_late = self.created_after is None or began >= self.created_after
        return is_late and (self.created_before is None or began <= self.created_before)

    def raw_statuses(self, by_status: Mapping[SessionStatus, tuple[str, ...]]) -> list[str] | None:
        """Return the provider's own statuses to ask its server for, in the order of a life; None if that is too few.

        Args:
            by_status: For each status, all of the provider's own that can mean it, and no others; a status that is
                missing may come under any name.

        """
        if self.statuses is None or not self.statuses <= by_status.keys():
            return None
        wanted = [each for status in SessionStatus if status in self.statuses for each in by_status[status]]
        return list(dict.fromkeys(wanted))


def each_of(statuses: Statuses) -> tuple[SessionStatus | str, ...] | None:
    """Return statuses that can be read more than once; None for all."""
    if statuses is None:
        return None
    return (statuses,) if isinstance(statuses, str) or not isinstance(statuses, Iterable) else tuple(statuses)


def checked_query(
    slug: str,
    status: Statuses,
    others: tuple[Mapping[str, str] | None, datetime | None, datetime | None, int | None],
) -> Query:
    """Return the query for a status, metadata, two times and a limit.

    Raises:
        Unsupported: The provider's sessions have no metadata, and some were asked for.
        InvalidOption: The provider or a status is unknown, a time is not a `datetime` or has no offset, a label is
            not a string, or the limit is below one.

    """
    metadata, created_after, created_before, limit = others
    provider = known_provider(slug)
    if limit is not None and not is_whole(limit, least=1):
        raise InvalidOption(f"limit must be a whole number of at least 1, not {limit!r}", provider=slug)
    require(slug, "list", option="metadata" if metadata else None)
    for name, moment in (("created_after", created_after), ("created_before", created_before)):
        if moment is not None and not isinstance(moment, datetime):
            raise InvalidOption(f"{name} must be a datetime, not {type(moment).__name__}", provider=slug)
        if moment is not None and moment.utcoffset() is None:
            raise InvalidOption(f"{name} has no offset: give it one, such as datetime.UTC", provider=provider.slug)
    labels = _checked_labels(provider, metadata)
    return Query(_checked_statuses(provider, status), labels, created_after, created_before, limit)


def _checked_labels(provider: Provider, metadata: object) -> dict[str, str]:
    if metadata is None:
        return {}
    if isinstance(metadata, Mapping) and all(_is_text(each) for label in metadata.items() for each in label):
        return dict(metadata)
    raise InvalidOption(
        "metadata must be a mapping from strings to strings that UTF-8 can encode", provider=provider.slug
    )


def _is_text(value: object) -> bool:
    """Whether a value is a string that can be sent, unlike half of a surrogate pair."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def _checked_statuses(provider: Provider, status: Statuses) -> frozenset[SessionStatus] | None:
    statuses = each_of(status)
    if statuses is None:
        return None
    found: set[SessionStatus] = set()
    for each in statuses:
        if each == "open":
            found |= OPEN
        elif each in list(SessionStatus):
            found.add(SessionStatus(each))
        else:
            known = ", ".join(["open", *SessionStatus])
            raise InvalidOption(f"unknown status {each!r}: there are {known}", provider=provider.slug)
    return frozenset(found)


def _label(session: BrowserSession, name: str) -> Any:
    return session.marker if name == MARKER else session.metadata.get(name)
