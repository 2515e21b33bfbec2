"""What a provider's answer, or the lack of one, is as an error: the kind, a sentence, and what is known."""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Literal

import httpx

from browser_sessions import errors
from browser_sessions._attempt import RawResponse
from browser_sessions._session import HIDDEN, copied

if TYPE_CHECKING:
    from browser_sessions._call import Call

MAX_SHOWN = 2_000
"""Characters that an error keeps of a body."""

_MAX_READ = 100_000
"""Bytes of a failure's body that are looked into: what tells a person something is not longer."""

_MAX_SAID = 300

_MIN_KEY = 6
"""Characters of the shortest key that is looked for in an answer: a shorter one is in any text."""

_MAX_WRITTEN = 16
"""Characters, at most, that a character becomes where it is written as something else."""

_HALF = r"(?:\\{1,7}(?:u[0-9a-fA-F]{0,3}|x[0-9a-fA-F]?)?|%[0-9a-fA-F]{0,5}|&[#;\w]{0,12})?"
"""Nothing, or a part of a character that is written as something else."""

_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
"""What HTML calls the characters that it has a use for."""

_REDIRECT = "redirects elsewhere, which is not followed: is the base URL right?"

_CLASSES: dict[int, type[errors.ApiStatusError]] = {
    400: errors.InvalidRequest,
    401: errors.AuthenticationFailed,
    402: errors.QuotaExceeded,
    403: errors.PermissionDenied,
    404: errors.SessionNotFound,
    408: errors.ProviderUnavailable,
    409: errors.InvalidRequest,
    410: errors.SessionNotFound,
    422: errors.InvalidRequest,
    429: errors.RateLimited,
}

_ADVICE: dict[type[errors.ApiStatusError], str] = {
    errors.InvalidRequest: "does not take the request; is the id one of its own?",
    errors.AuthenticationFailed: "does not know the key; is it complete, and this provider's? It is from {keys}",
    errors.PermissionDenied: "does not allow this to the key",
    errors.QuotaExceeded: "says that credits or a limit are used up",
    errors.SessionNotFound: "has no such session for this key",
    errors.RateLimited: "was asked for too much",
    errors.ProviderUnavailable: "cannot answer now; try again later",
    errors.ApiStatusError: "answered with a status that means nothing here",
}

_SAID = ("message", "msg", "detail", "error", "title", "code")
"""Names under which providers put what they have to say, the most telling first."""

_REQUEST_IDS = (
    "x-request-id",
    "request-id",
    "x-amzn-requestid",
    "x-correlation-id",
    "x-trace-id",
    "cf-ray",
    "x-amz-cf-id",
)

# Expressions as texts, which are compiled with the first failure: most processes have none.
_PRIVATE_HEADER = r"(?i)cookie|authorization|key|token|secret|signature|password|credential"

# In this order: "session creation rate limit" is a rate.
_LIMITS: tuple[tuple[Literal["rate", "concurrency"], str], ...] = (
    ("concurrency", r"(?i)concurren|simultaneous|parallel|at once|at the same time"),
    ("rate", r"(?i)\brate|requests|throttl|per (?:second|minute|hour|day)"),
    (
        "concurrency",
        r"(?i)too many .*(?:browser|session)|(?:browser|session)s?\b.*limit|limit.*(?:browser|session)",
    ),
)

_SECONDS = r"[0-9]{1,15}(?:\.[0-9]{1,9})?"
_RATE_LIMIT = r";\s*([rt])\s*=\s*([0-9]{1,15})"


def failure(call: Call[Any], error: Exception | None, seconds: float) -> errors.TransportError:
    """Return the error for what sending a request raised, without what led to it: that has the key in it."""
    kind, said = type(error).__name__, _without_key(call, _reason(error))
    found: errors.TransportError
    if isinstance(error, httpx.TimeoutException):  # whose text is about the scopes of whoever ran out of time
        found = errors.RequestTimeout(_about(call, f"no answer within {seconds:.3g} s ({kind})"), ref=call.ref)
    else:
        what = f"{kind}: {line_of(said)}" if said else kind
        host = httpx.URL(call.access.base_url).host
        found = errors.TransportError(_about(call, f"no answer from {host} ({what})"), ref=call.ref)
    if isinstance(error, httpx.RequestError) and type(error) is getattr(httpx, kind, None):  # no class of the user's
        found.__cause__ = type(error)(said)  # another one: that one has the request, and so the key
    return found


def status_error(call: Call[Any], answer: RawResponse) -> errors.ApiStatusError:
    """Return the error for a status that is no success."""
    text = _text(call, answer)
    said = _said_in(call, text)
    kind = _class_of(call, answer.status_code, said)
    is_redirect = 300 <= answer.status_code < 400 and "location" in answer.headers  # noqa: PLR2004 - HTTP's own
    advice = _REDIRECT if is_redirect else _ADVICE[kind]
    advice = advice.format(keys=" or ".join(call.access.provider.key_variables))
    more: dict[str, Any] = {"kind": _kind_of_limit(said, answer.headers)} if kind is errors.RateLimited else {}
    told = f"status {answer.status_code}: {said}" if said else f"status {answer.status_code}"
    message = f"{call.access.provider.name} {advice} ({told})"
    return kind(_about(call, message), **_facts(call, answer, text), **more)


def unexpected(
    call: Call[Any], answer: RawResponse, problem: str, path: str | None = None
) -> errors.UnexpectedResponse:
    """Return the error for a success that is not what the provider promises."""
    name, said = call.access.provider.name, line_of(_without_key(call, problem))
    message = f"{name}'s answer (status {answer.status_code}) is not what it promises: {said}"
    return errors.UnexpectedResponse(_about(call, message), path=path, **_facts(call, answer, _text(call, answer)))


def _reason(error: BaseException | None) -> str:
    """Return what an error says, or what led to it: trio's say nothing themselves."""
    while error and not str(error):
        error = error.__cause__ or error.__context__
    return str(error or "")


def _class_of(call: Call[Any], status: int, said: str) -> type[errors.ApiStatusError]:
    for each in call.access.provider.failures:
        if each.status == status and re.search(each.says, said, re.IGNORECASE):
            kind: type[errors.ApiStatusError] = getattr(errors, each.error)
            return kind
    if 500 <= status < 600:  # noqa: PLR2004 - HTTP's own
        return errors.ProviderUnavailable
    return _CLASSES.get(status, errors.ApiStatusError)


def _about(call: Call[Any], text: str) -> str:
    return f"{line_of(str(call.ref))}: {text}"


def _text(call: Call[Any], answer: RawResponse) -> str:
    """Return a body without our key, nor the beginning of one at a place where the connection was lost."""
    text = _without_key(call, answer.content[:_MAX_READ].decode("utf-8", "replace"))
    cut = _half_of_an_echo(call.access.key, text)
    return text if cut is None else text[:cut] + HIDDEN


def _facts(call: Call[Any], answer: RawResponse, text: str) -> dict[str, Any]:
    shown = {_without_key(call, name): _shown_header(call, name, value) for name, value in answer.headers.items()}
    return {
        "ref": call.ref,
        "status_code": answer.status_code,
        "request_id": next((shown[name] for name in _REQUEST_IDS if shown.get(name)), None),
        "retry_after": _retry_after(answer.headers),
        "headers": shown,
        "body": _shown_body(text, call.access.provider.sensitive)[:MAX_SHOWN],
    }


# What the provider says


def _said_in(call: Call[Any], text: str) -> str:
    """Return what an error's body tells a person, as one line; empty if it tells nothing."""
    try:
        body = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        title = re.search(r"<title[^>]*>([^<]+)", text[:MAX_SHOWN], re.IGNORECASE)
        return line_of(title[1]) if title else ""
    # What is in between may tell in a text what it was answered itself.
    told = _without_inner("; ".join(_sentences(body)), call.access.provider.sensitive, quote=r"['\"]")
    return line_of(_without_key(call, told))


def _sentences(said: Any, depth: int = 5) -> Iterator[str]:
    """Yield the sentences in what providers send: texts, objects that hold them under usual names, arrays of them."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, list) and depth:
        for each in said[:5]:
            yield from _sentences(each, depth - 1)
    elif isinstance(said, dict) and depth:
        where = ".".join(map(str, said["loc"])) if isinstance(said.get("loc"), list) else ""
        found = next((said[name] for name in _SAID if said.get(name)), None)
        for sentence in _sentences(found, depth - 1):
            yield f"{where}: {sentence}" if where else sentence


def line_of(text: str) -> str:
    """Return a text as a line that a terminal and a log can take."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text[: 4 * _MAX_SAID]).split())
    return line if len(line) <= _MAX_SAID else f"{line[:_MAX_SAID]}…"


def _kind_of_limit(said: str, headers: httpx.Headers) -> Literal["rate", "concurrency"] | None:
    for kind, words in _LIMITS:
        if re.search(words, said):
            return kind
    return "rate" if "ratelimit" in headers else None


def _retry_after(headers: httpx.Headers) -> float | None:
    """Return the seconds in `Retry-After`, which may be a date, or in a `RateLimit` of which nothing is left."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(_SECONDS, text):
        return float(text)
    if text and (seconds := _seconds_until(text, headers.get("date", ""))) is not None:
        return seconds
    limits = [dict(re.findall(_RATE_LIMIT, each)) for each in headers.get("ratelimit", "").split(",")]
    return max((float(each["t"]) for each in limits if "t" in each and int(each.get("r", 1)) == 0), default=None)


def _seconds_until(date: str, now: str) -> float | None:
    """Return the seconds until a date, by the server's own clock if it says what that shows."""
    if (until := _timestamp(date)) is None:
        return None
    since = _timestamp(now)
    return max(until - (time.time() if since is None else since), 0.0)


def _timestamp(date: str) -> float | None:
    try:
        found = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()  # HTTP's dates are in GMT


# What is shown of it


def _shown_header(call: Call[Any], name: str, value: str) -> str:
    if re.search(_PRIVATE_HEADER, name):
        return HIDDEN
    if name == "location":  # a user, a query and a fragment may be a ticket
        value = re.sub(r"//[^/?#]*@", f"//{HIDDEN}@", value)
        value = re.sub(r"([?#]).*", rf"\1{HIDDEN}", value, count=1, flags=re.DOTALL)
    return _without_key(call, value)


def _shown_body(text: str, sensitive: frozenset[str]) -> str:
    """Return a body without what the spec marks sensitive; of what is no JSON, all that follows such a name is cut."""
    text = _without_inner(text, sensitive, quote=r"(?:\\\"|\\?')")
    found = re.search("|".join(f'"{re.escape(name)}"' for name in sensitive), text) if sensitive else None
    if not found and "\\u" not in text:  # with which a name could be written otherwise
        return text
    try:
        body = json.loads(text)
        shown = copied(body, sensitive)
        if not found and shown == body:
            return text
        return json.dumps(shown, ensure_ascii=False).encode("utf-8", "replace").decode()  # lone surrogates are no text
    except (ValueError, RecursionError):
        return text[: found.end()] + HIDDEN if found else text


def _without_inner(text: str, sensitive: frozenset[str], quote: str) -> str:
    """Return a text as far as there is nothing sensitive in it as JSON of its own, or as Python would print that."""
    names = "|".join(map(re.escape, sensitive))
    found = re.search(rf"{quote}(?:{names})\\{{0,7}}['\"]\s*:", text) if sensitive else None
    return text[: found.end()] + HIDDEN if found else text


def _without_key(call: Call[Any], text: str) -> str:
    """Return what a server sent without our key, in whatever way it may have echoed it."""
    key = call.access.key
    if len(key) < _MIN_KEY:
        return text
    return _echo_of(key).sub(HIDDEN, text)


def _half_of_an_echo(key: str, text: str) -> int | None:
    """Return where an echo of a key begins of which a text has the beginning alone, at its end."""
    if len(key) <= _MIN_KEY:
        return None
    for found in _echo_of(key[:_MIN_KEY]).finditer(text, max(len(text) - _MAX_WRITTEN * len(key), 0)):
        ends = [found.end()]
        for one in key[_MIN_KEY:-1]:
            more = re.compile(_written(one), re.IGNORECASE).match(text, ends[-1])
            if more is None:
                break
            ends.append(more.end())
        # What was taken for the last one may be the beginning of how the next one is written, or it is.
        if any(re.fullmatch(_HALF, text[end:]) for end in ends[-2:]):
            return found.start()
    return None


@functools.lru_cache(maxsize=16)
def _echo_of(key: str) -> re.Pattern[str]:
    """Return what an echo of a key looks like, whoever wrote it, also where it was written once more by another."""
    return re.compile("".join(map(_written, key)), re.IGNORECASE)


def _written(one: str) -> str:
    """Return an expression for a character as it is, or as JSON, an address or HTML may write it."""
    number, name = f"{ord(one):02x}", _ENTITIES.get(one, "")
    json_or_plain = rf"\\{{0,7}}(?:{re.escape(one)}|u00{number}|x{number})"
    html = rf"&(?:amp;)?(?:#x0{{0,3}}{number}|#0{{0,3}}{ord(one)}{name and f'|{name}'});"
    # As it is last: a sign that is in the key may also be the beginning of how it is written.
    return rf"(?:%(?:25){{0,2}}{number}|{html}|{json_or_plain})"
