"""What a response says of limits: when to come back, and what was too much."""

from __future__ import annotations

import re
import time
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

_SECONDS = r"[0-9]{1,15}(?:\.[0-9]{1,9})?"
_RATE_LIMIT = r";\s*([rt])\s*=\s*([0-9]{1,15})"

_UNIX_TIME = 1e9
"""From so many seconds on, a `Retry-After` is not a pause but a time, which gateways send as well."""


def kind_of_limit(said: str, headers: httpx.Headers) -> Literal["rate", "concurrency"] | None:
    """Return what was too much, as far as the response says so."""
    for kind, pattern in _KINDS:
        if re.search(pattern, said):
            return kind
    return "rate" if "ratelimit" in headers else None


def retry_after(headers: httpx.Headers) -> float | None:
    """Return the seconds in `Retry-After`, which may be a time, or in a `RateLimit` of which nothing is left."""
    text = headers.get("retry-after", "").strip()
    number = float(text) if re.fullmatch(_SECONDS, text) else None
    if number is not None and number < _UNIX_TIME:
        return number
    then = _timestamp(text) if number is None else number
    if then is not None:
        now = _timestamp(headers.get("date", ""))  # by the server's own clock, if it says what that shows
        return max(then - (time.time() if now is None else now), 0.0)
    limits = [dict(re.findall(_RATE_LIMIT, each)) for each in headers.get("ratelimit", "").split(",")]
    return max((float(each["t"]) for each in limits if "t" in each and int(each.get("r", 1)) == 0), default=None)


def _timestamp(date: str) -> float | None:
    try:
        found = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()  # HTTP's dates are in GMT
