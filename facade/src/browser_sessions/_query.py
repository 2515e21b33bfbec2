"""Which sessions of a list are wanted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from browser_sessions._bounds import is_whole
from browser_sessions._providers import PROVIDERS, Provider
from browser_sessions._providers._operations import require
from browser_sessions._reading import MARKER
from browser_sessions._ref import unknown_provider
from browser_sessions._session import BrowserSession
from browser_sessions._status import SessionStatus
from browser_sessions.errors import InvalidOption

Statuses = SessionStatus | str | Iterable[SessionStatus | str] | None

OPEN = frozenset(each for each in SessionStatus if not each.is_terminal)
"""What is not over, for certain or perhaps."""


class Query(NamedTuple):
    """Which sessions are wanted.

    Attributes:
        statuses: Those of one of these statuses; None for all.
        metadata: Those with all of these labels.
        created_after, created_before: Those that were created, or at least started, between these times, both included.
        limit: How many at most.

    """

    statuses: frozenset[SessionStatus] | None
    metadata: Mapping[str, str]
    created_after: datetime | None
    created_before: datetime | None
    limit: int | None

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
        created = session.created_at or session.started_at
        if created is None:
            return False
        is_late = self.created_after is None or created >= self.created_after
        return is_late and (self.created_before is None or created <= self.created_before)

    def words(self, words: Mapping[SessionStatus, tuple[str, ...]]) -> list[str] | None:
        """Return what to ask a server for, in the order of a life; None where it cannot be asked for all of it.

        Args:
            words: By status, all of a provider's own words that can mean it, and no more; a status that is not there
                may come as any word.

        """
        if self.statuses is None or not self.statuses <= words.keys():
            return None
        wanted = [word for status in SessionStatus if status in self.statuses for word in words[status]]
        return list(dict.fromkeys(wanted))


def kept(statuses: Statuses) -> Statuses:
    """Return statuses that can be read more than once."""
    return statuses if statuses is None or isinstance(statuses, str) else tuple(statuses)


def checked_query(
    slug: str,
    status: Statuses,
    others: tuple[Mapping[str, str] | None, datetime | None, datetime | None, int | None],
) -> Query:
    """Return what was asked for as arguments: a status, metadata, two times and a limit.

    Raises:
        Unsupported: The provider's sessions have no metadata, and some were asked for.
        InvalidOption: The provider or a status is unknown, a time is no `datetime` or has no offset, a label is not a
            text, or the limit is below one.

    """
    metadata, created_after, created_before, limit = others
    if slug not in PROVIDERS:
        raise InvalidOption(unknown_provider(slug))
    provider = PROVIDERS[slug]
    if limit is not None and not is_whole(limit, least=1):
        raise InvalidOption(f"limit is a number, 1 or more, not {limit!r}", provider=slug)
    require(slug, "list", option="metadata" if metadata else None)
    for name, moment in (("created_after", created_after), ("created_before", created_before)):
        if moment is not None and not isinstance(moment, datetime):
            raise InvalidOption(f"{name} is a datetime, not {type(moment).__name__}", provider=slug)
        if moment is not None and moment.utcoffset() is None:
            raise InvalidOption(f"{name} has no offset: give it one, such as datetime.UTC", provider=provider.slug)
    labels = _checked_labels(provider, metadata)
    return Query(_checked_statuses(provider, status), labels, created_after, created_before, limit)


def _checked_labels(provider: Provider, metadata: object) -> dict[str, str]:
    if metadata is None:
        return {}
    if isinstance(metadata, Mapping) and all(_is_text(each) for label in metadata.items() for each in label):
        return dict(metadata)
    raise InvalidOption("metadata is a mapping from texts to texts that UTF-8 can write", provider=provider.slug)


def _is_text(value: object) -> bool:
    """Whether a value is a text that can be sent, which half of a surrogate pair cannot."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def _checked_statuses(provider: Provider, status: Statuses) -> frozenset[SessionStatus] | None:
    if status is None:
        return None
    found: set[SessionStatus] = set()
    for each in [status] if isinstance(status, str) else status:
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
