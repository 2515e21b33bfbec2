"""The error for a failed call: its class, its message, and what it keeps of the response."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from browser_sessions import errors
from browser_sessions._attempt import RawResponse
from browser_sessions._masking import line_of, mask_end, mask_headers, mask_json, mask_text
from browser_sessions._rate_limits import kind_of_limit, retry_after

if TYPE_CHECKING:
    from browser_sessions._call import Call

MAX_SHOWN = 2_000
"""Characters that an error keeps of a body."""

_MAX_READ = 100_000
"""Bytes of a failure's body that are read: no explanation is longer."""


class _Body(NamedTuple):
    """A failure's body: its explanation in one line, what an error keeps of it, and whether it is an HTML page."""

    explanation: str
    kept: str | None
    is_page: bool


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

_NO_ROUTE = (
    r"(?i)^(?:404:? )?(?:page )?not found\.?$|^cannot [a-z]+ /|^(?:the )?route \S+ (?:could )?not (?:be )?found"
    r"|^no route matched|^default backend - 404|^(?:the )?requested url \S+ (?:was )?not found"
)
"""What web frameworks and gateways send for an unknown path: Starlette, Go, Express, Fastify, Laravel, Kong,
Kubernetes, Flask and their like."""

_BASE_URL = "the base URL (base_urls or {base_url_variable})"

# What happened, and what to do about it.
_Sentence = tuple[str, str]
_REDIRECT: _Sentence = ("redirects to another URL, which is not followed", f"check {_BASE_URL}")
_WRONG_PATH: _Sentence = ("has no such route", f"check the id and {_BASE_URL}: {{name}}'s own is {{own_base_url}}")
_MISSING_ELSEWHERE: _Sentence = (
    "has no such session for this API key",
    f"check the id, the key's account and {_BASE_URL}",
)
_WRONG_ID: _Sentence = ("rejected the request", "check that the id is one of {name}'s")
_WRONG_STATE: _Sentence = ("rejected the request", "check the state of the session")
_SENTENCES: dict[type[errors.ApiStatusError], _Sentence] = {
    errors.InvalidRequest: ("rejected the request", "check its options"),
    errors.AuthenticationFailed: (
        "rejected the API key",
        "check that the key from {key_source} is complete and belongs to {name}",
    ),
    errors.PermissionDenied: ("does not allow this with the given API key", "check the key's account and permissions"),
    errors.QuotaExceeded: ("reports that credits or a limit are used up", "check the account's balance and limits"),
    errors.SessionNotFound: ("has no such session for this API key", "check the id and the key's account"),
    errors.RateLimited: ("received too many requests, or runs too many sessions", "try again {when}"),
    errors.ProviderUnavailable: ("failed to handle the request", "try again {when}"),
    errors.ApiStatusError: ("returned an unexpected status", "see {documentation}"),
}
_LIMITED: dict[str, _Sentence] = {
    "rate": ("received too many requests", "try again {when}"),
    "concurrency": ("runs no more sessions at once for this account", "stop one, or try again {when}"),
}

_WITHOUT_RESPONSE: dict[type[Exception | None], str] = {
    httpx.ConnectError: "could not connect to {host}",
    httpx.ConnectTimeout: "could not connect to {host}",
    httpx.ProxyError: "the proxy did not connect to {host}",
    httpx.ReadError: "lost the connection to {host}",
    httpx.WriteError: "lost the connection to {host}",
    httpx.ReadTimeout: "no complete response from {host}",
    httpx.RemoteProtocolError: "no complete HTTP response from {host}",
}

_EXPLAINING = ("message", "msg", "detail", "error", "title", "code")
"""Names under which providers explain a failure, the most useful one first."""

_REQUEST_IDS = (
    "x-request-id",
    "request-id",
    "x-amzn-requestid",
    "x-correlation-id",
    "x-trace-id",
    "cf-ray",
    "x-amz-cf-id",
)


def failure(call: Call[Any], error: Exception | None, seconds: float) -> errors.BrowserSessionsError:
    """Return the error for an attempt that ended without a whole response; httpx's error is its cause.

    Args:
        call: The call that failed.
        error: What sending the request raised, if anything.
        seconds: How long the attempt was allowed to take.

    """
    if isinstance(error, errors.ConfigurationError):  # of the network, which does not know what it is for
        return errors.ConfigurationError(str(error), ref=call.ref, provider=call.access.provider.slug)
    name, text = type(error).__name__, line_of(hidden(call, reason_of(error)))
    phrase = _WITHOUT_RESPONSE.get(type(error), "")
    reason = ": ".join(filter(None, ("" if phrase else name, text))) or name
    message = (phrase or "no response from {host}").format(host=httpx.URL(call.access.base_url).host)
    kind: type[errors.TransportError] = errors.TransportError
    if isinstance(error, httpx.TimeoutException):  # its text is about the library's own scopes
        kind = errors.RequestTimeout
        message += f" within {seconds:.3g} s; allow more time, or try again later"
    else:
        message += f" ({reason})" if error else ""
        message += "; check the network, or try again later"
    found = kind(f"{subject_of(call)}: {message}", ref=call.ref, provider=call.access.provider.slug)
    if isinstance(error, httpx.RequestError) and type(error) is getattr(httpx, name, None):  # not a user's own class
        found.__cause__ = type(error)(text)  # a new one: the original holds the request, too
    return found


def status_error(call: Call[Any], response: RawResponse) -> errors.ApiStatusError:
    """Return the error for a status that is not a success."""
    body = _read(call, response.content)
    facts = _facts(call, response, body.kept)
    kind, sentence = _meaning(call, response, body)
    if kind is errors.RateLimited:
        facts["kind"] = kind_of_limit(body.explanation, response.headers)
        sentence = _LIMITED.get(facts["kind"] or "", sentence)
    status = f"status {response.status_code}" + (f": {body.explanation}" if body.explanation else "")
    return kind(_message(call, sentence, status, facts["retry_after"]), **facts)


def unexpected(
    call: Call[Any], response: RawResponse, problem: str, path: str | None = None
) -> errors.UnexpectedResponse:
    """Return the error for a success that is not what the provider describes; nothing of its body is kept.

    Args:
        call: The call that failed.
        response: The response.
        problem: What is wrong with it.
        path: Where in the JSON, if it is JSON.

    """
    media_type = line_of(hidden(call, response.headers.get("content-type", "").partition(";")[0]))
    status = f"status {response.status_code}, {media_type}" if media_type else f"status {response.status_code}"
    usual = "look for a newer version of browser-sessions" if call.access.is_own else f"check {_BASE_URL}"
    sentence = (f"sent an unexpected response: {line_of(hidden(call, problem))}", response.advice or usual)
    message = _message(call, sentence, status)
    return errors.UnexpectedResponse(message, path=path, **_facts(call, response, None))


def undescribed(call: Call[Any], response: RawResponse) -> str:
    """Return the problem with a success whose status the provider's description does not have."""
    responses = (RawResponse(status, response.headers, response.content) for status in range(200, 300))
    tried = [call.operation.parse_response(each) for each in responses]
    described = [str(each.status_code) for each in tried if each.parsed is not None or each.error is not None]
    return f"its API description has {' and '.join(described)} for a success, and not this status"


def reason_of(error: BaseException | None) -> str:
    """Return the text of an error, or of its cause: trio's errors have no text of their own."""
    while error and not str(error):
        error = error.__cause__ or error.__context__
    return str(error or "")


def _meaning(call: Call[Any], response: RawResponse, body: _Body) -> tuple[type[errors.ApiStatusError], _Sentence]:
    """Return the class of a failure, what happened, and what to do about it."""
    status = response.status_code
    kind = _CLASSES.get(status, errors.ProviderUnavailable if 500 <= status < 600 else errors.ApiStatusError)  # noqa: PLR2004 - HTTP's own
    for rule in call.access.provider.failures:
        if rule.status == status and re.search(rule.says, body.explanation, re.IGNORECASE):
            kind = getattr(errors, rule.error)
            return kind, _SENTENCES[kind]
    if 300 <= status < 400 and "location" in response.headers:  # noqa: PLR2004 - HTTP's own
        return kind, _REDIRECT
    if status == HTTPStatus.NOT_FOUND and (body.is_page or re.search(_NO_ROUTE, body.explanation)):
        return errors.ApiStatusError, _WRONG_PATH
    if call.ref is not None and kind is errors.SessionNotFound and not call.access.is_own:
        return kind, _MISSING_ELSEWHERE
    if call.ref is None and kind is errors.SessionNotFound:  # something else that the options name
        kind = errors.InvalidRequest
    if call.ref is not None and kind is errors.InvalidRequest:
        return kind, _WRONG_STATE if status == HTTPStatus.CONFLICT else _WRONG_ID
    return kind, _SENTENCES[kind]


def subject_of(call: Call[Any]) -> str:
    """Return what a message is about: the session, or else the provider."""
    return call.access.provider.name if call.ref is None else line_of(hidden(call, str(call.ref)))


def _message(call: Call[Any], sentence: _Sentence, status: str, seconds: float | None = None) -> str:
    """Return a message: which session, what happened, and what to do about it."""
    provider = call.access.provider
    problem, advice = sentence
    when = "later" if seconds is None else f"in {seconds:.10g} s" if seconds else "now"
    advice = advice.format(
        name=provider.name,
        key_source=call.access.key_source,
        base_url_variable=provider.base_url_variable,
        own_base_url=provider.base_url,
        documentation=provider.documentation,
        when=when,
    )
    subject = "" if call.ref is None else f"{subject_of(call)}: "
    return f"{subject}{provider.name} {problem} ({status}); {advice}"


def _facts(call: Call[Any], response: RawResponse, body: str | None) -> dict[str, Any]:
    headers = mask_headers(response.headers, _secrets(call))
    return {
        "ref": call.ref,
        "provider": call.access.provider.slug,
        "status_code": response.status_code,
        "request_id": next((headers[name] for name in _REQUEST_IDS if headers.get(name)), None),
        "retry_after": retry_after(response.headers),
        "headers": headers,
        "body": body,
    }


def _secrets(call: Call[Any]) -> tuple[str, ...]:
    return (call.access.key, *call.secrets)


def hidden(call: Call[Any], text: str) -> str:
    """Return a text without the key, other secrets of the call, and what its URLs may hold of that kind."""
    return mask_text(text, _secrets(call), call.access.provider.sensitive)


# The provider's explanation


def _read(call: Call[Any], content: bytes) -> _Body:
    """Read a failure's body; only JSON and a short plain text are kept."""
    text = content[:_MAX_READ].decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        data = mask_json(json.loads(text), lambda _, each: hidden(call, each), call.access.provider.sensitive)
        kept = mask_text(json.dumps(data, ensure_ascii=False), _secrets(call))  # a number may be a secret, too
    except (ValueError, RecursionError):
        return _read_text(call, text)
    shown = kept[:MAX_SHOWN].encode("utf-8", "replace").decode()
    return _Body(line_of("; ".join(_sentences(data))), shown, is_page=False)


def _read_text(call: Call[Any], text: str) -> _Body:
    if text.lstrip().startswith("<"):
        title = re.search(r"(?i)<title[^>]*>([^<]+)</title", text[:MAX_SHOWN])
        return _Body(line_of(hidden(call, html.unescape(title[1]))) if title else "", None, is_page=True)
    # A text with one of these may be JSON that was cut off, or that has something around it.
    if len(text) > MAX_SHOWN or re.search(r"[<{\[\\]", text) or not "".join(text.split()).isprintable():
        return _Body("", None, is_page=False)
    kept = mask_end(hidden(call, text), _secrets(call))
    return _Body(line_of(kept), kept, is_page=False)


def _sentences(sent: Any, depth: int = 5) -> Iterator[str]:
    """Yield the sentences in what providers send: texts, objects that hold them under usual names, arrays of them."""
    if isinstance(sent, str):
        yield sent
    elif isinstance(sent, list) and depth:
        for each in sent[:5]:
            yield from _sentences(each, depth - 1)
    elif isinstance(sent, dict) and depth:
        where = ".".join(map(str, sent["loc"])) if isinstance(sent.get("loc"), list) else ""
        found = next((sent[name] for name in _EXPLAINING if sent.get(name)), None)
        for sentence in _sentences(found, depth - 1):
            yield f"{where}: {sentence}" if where else sentence
