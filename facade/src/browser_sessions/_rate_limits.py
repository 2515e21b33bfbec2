"""Rate limits in a response: when to try again, and what was too much."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
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
_COMMA = r",\s+"
_NUMBERS = rf"{_NUMBER}(?:{_COMMA}{_NUMBER})*"
_DURATION = rf"(?=[0-9])(?:([0-9]{{1,6}})h)?(?:([0-9]{{1,6}})m)?(?:({_NUMBER})s)?(?:({_NUMBER})ms)?"
"""As Go writes it, and so many gateways: `1m30s`, `1.5s`, `20ms`."""

_UNIX_TIME, _UNIX_MILLISECONDS = 1e9, 1e11
"""From this number on, a number of seconds is not a pause but a time, which gateways send as well."""

_PAUSES = (
    ("retry-after", 1),
    ("x-retry-after", 1),
    ("x-rate-limit-retry-after-seconds", 1),
    ("retry-after-ms", 1000),
    ("x-ms-retry-after-ms", 1000),
)
"""Headers with the time to wait, and how many of their units are a second."""

_LIMIT = r"(?:^|[;,])\s*(r|t|remaining|reset)\s*=\s*([0-9]{1,15})"
_QUOTA = r"(?:x-)?rate-?limit-(remaining|reset-after|reset)(-[a-z]+)?"


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
    for name, unit in _PAUSES:
        seconds = _seconds(headers.get(name, ""), now, unit)
        if seconds is not None:
            return seconds
    limits = (_seconds(text, now) for text in _resets(headers))
    return max((seconds for seconds in limits if seconds is not None), default=None)


def _resets(headers: httpx.Headers) -> Iterator[str]:
    """Yield the time at which each limit that is used up is reset."""
    limit = headers.get("ratelimit", "")
    for each in [limit] if "=" in limit.partition(",")[0].partition(";")[0] else limit.split(","):
        found = {name[:3]: number for name, number in re.findall(_LIMIT, each)}
        reset = found.get("t", found.get("res"))
        if reset is not None and int(found.get("r", found.get("rem", 1))) == 0:
            yield reset
    named = ((re.fullmatch(_QUOTA, name), value) for name, value in headers.items())
    quotas = {(name[1], name[2]): value for name, value in named if name}
    for (name, suffix), value in quotas.items():
        if name != "remaining" and _is_used_up(quotas.get(("remaining", suffix), "")):
            yield value


def _is_used_up(text: str) -> bool:
    """Whether a limit is used up, or one of those of the servers on the way."""
    return bool(re.fullmatch(r"\s*(?:.*,)?\s*0+(?:\.0+)?\s*(?:,.*)?", text))


def _seconds(text: str, now: float, unit: int = 1) -> float | None:
    """Return for how long to wait: a number of seconds, a duration, or a time in any of its forms."""
    text = text.strip()
    if re.fullmatch(_NUMBERS, text):  # one for each of the servers on the way
        number = max(map(float, re.split(_COMMA, text)))
        then = number / 1000 if number >= _UNIX_MILLISECONDS else number
        return number / unit if number < _UNIX_TIME else max(then - now, 0.0)
    if duration := re.fullmatch(_DURATION, text):
        hours, minutes, seconds, milliseconds = (float(each or 0) for each in duration.groups())
        return 3600 * hours + 60 * minutes + seconds + milliseconds / 1000
    moment = _timestamp(text)
    return None if moment is None else max(moment - now, 0.0)


def _timestamp(text: str) -> float | None:
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = parse(text)
        except (ValueError, OverflowError):
            continue
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()  # HTTP's dates are in GMT
    return None
