"""Rate limits in a response: when to try again, and what was too much."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import httpx

# Expressions as texts, which are compiled with the first failure: most processes have none.
# In this order: "session creation rate limit" is a rate.
_KINDS: tuple[tuple[Literal["rate", "concurrency"], str], ...] = (
    ("concurrency", r"(?i)concurren|simultaneous|parallel|at once|at the same time"),
    ("rate", r"(?i)\brate|requests|throttl|creation|per (?:second|minute|hour|day)"),
    (
        "concurrency",
        r"(?i)too many .*(?:browser|session)|(?:browser|session)s?\b.*limit|limit.*(?:browser|session)",
    ),
)

_NUMBER = r"[0-9]{1,15}(?:\.[0-9]{1,9})?"

_UNIX_TIME = 1e9
"""From this number on, a number of seconds is not a pause but a time, which gateways send as well."""

_LIMIT = r"(?:^|;)\s*([rt])\s*=\s*([0-9]{1,15})"


def kind_of_limit(said: str, headers: httpx.Headers) -> Literal["rate", "concurrency"] | None:
    """Return what was too much, as far as the response shows it."""
    for kind, pattern in _KINDS:
        if re.search(pattern, said):
            return kind
    return "rate" if "ratelimit" in headers or any(_resets(headers)) else None


def retry_after(headers: httpx.Headers) -> float | None:
    """Return the seconds in `Retry-After`, which may be a time, or in a limit of which nothing is left."""
    sent = _timestamp(headers.get("date", ""))  # by the server's own clock, if it sends its time
    now = time.time() if sent is None else sent
    seconds = _seconds(headers.get("retry-after", ""), now)
    if seconds is not None:
        return seconds
    limits = (_seconds(text, now) for text in _resets(headers))
    return max((seconds for seconds in limits if seconds is not None), default=None)


def _resets(headers: httpx.Headers) -> Iterator[str]:
    """Yield the time at which each limit that is used up is reset."""
    for each in headers.get("ratelimit", "").split(","):
        found = dict(re.findall(_LIMIT, each))
        if "t" in found and int(found.get("r", 1)) == 0:
            yield found["t"]
    if headers.get("x-ratelimit-remaining", "").strip() == "0":
        yield headers.get("x-ratelimit-reset", "")


def _seconds(text: str, now: float) -> float | None:
    """Return for how long to wait: a number of seconds, or a time."""
    number = float(text) if re.fullmatch(_NUMBER, text.strip()) else None
    if number is not None and number < _UNIX_TIME:
        return number
    moment = _timestamp(text) if number is None else number
    return None if moment is None else max(moment - now, 0.0)


def _timestamp(text: str) -> float | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()  # HTTP's dates are in GMT
