"""Masks keys, credentials and signed URLs in texts, URLs, JSON data and headers."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

HIDDEN = "***"
"""Takes the place of a secret."""

_LEAST = 6
"""Characters of the shortest secret that is looked for: a shorter one occurs in ordinary text."""

_MAX_LINE = 300
"""Characters of a line."""

# Expressions as texts: they are compiled with the first text that is masked.
_URL = r":(?:\\{0,7}/){2}[^\s\"<>]*"
_USER = r"((?:\\{0,7}/){2})[^/?#]*@"

_PRIVATE_HEADER = r"(?i)cookie|authorization|key|token|secret|signature|password|credential"
_URL_HEADERS = frozenset({"content-location", "link", "location", "refresh"})
"""Headers whose URLs may be relative."""


def mask_text(text: str, secrets: tuple[str, ...] = (), sensitive: frozenset[str] = frozenset()) -> str:
    """Return a text without secrets, and its URLs without user, query and fragment.

    Args:
        text: The text to show.
        secrets: Keys and passwords, hidden also where they are percent-encoded or escaped for JSON.
        sensitive: Names of properties; JSON in the text is cut off behind the first of them.

    """
    for secret in sorted(secrets, key=len, reverse=True):  # one may be a part of another
        if len(secret) >= _LEAST:
            text = _pattern(secret).sub(HIDDEN, text)
    found = _member(sensitive).search(text) if sensitive else None
    text = text[: found.end()] + HIDDEN if found else text
    return re.sub(_URL, lambda url: mask_url(url[0]), text)


def line_of(text: str) -> str:
    """Return a text as one printable line, for terminals and logs."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text[: 4 * _MAX_LINE]).split())
    return line if len(line) <= _MAX_LINE else f"{line[:_MAX_LINE]}…"


def shown(ref: object) -> str:
    """Return a reference as messages show it."""
    return line_of(mask_text(str(ref)))


def mask_end(text: str, secrets: tuple[str, ...]) -> str:
    """Return a text without the beginning of a secret at its end: the rest of it may not have arrived."""
    from urllib.parse import quote

    for secret in secrets:
        for form in (secret, quote(secret, safe="")):
            for length in range(len(form) - 1, _LEAST - 1, -1):
                if text.lower().endswith(form[:length].lower()):
                    return text[:-length] + HIDDEN
    return text


def mask_url(url: str) -> str:
    """Return a URL, absolute or relative, without user, query and fragment."""
    url = re.sub(r"([?#]).*", rf"\1{HIDDEN}", url, flags=re.DOTALL)
    return re.sub(_USER, rf"\1{HIDDEN}@", url)


def mask_json(data: Any, mask: Callable[[str, str], str], sensitive: frozenset[str] = frozenset()) -> Any:
    """Return a copy of JSON data, however deep it is, with its texts and names masked.

    Args:
        data: JSON data, which is not changed.
        mask: Takes the name of a property, or "", and its text, and returns the text to show.
        sensitive: Names of properties that are hidden whatever they hold, except null.

    """
    result = [data]
    places: list[tuple[Any, Any, str]] = [(result, 0, "")]
    while places:
        holder, key, name = places.pop()
        value = holder[key]
        if isinstance(value, str):
            holder[key] = mask(name, value)
        elif isinstance(value, list):
            holder[key] = list(value)
            places += [(holder[key], index, name) for index in range(len(value))]
        elif isinstance(value, dict):
            holder[key] = {}
            for each, item in value.items():
                shown = mask("", each)
                holder[key][shown] = HIDDEN if each in sensitive and item is not None else item
                places.append((holder[key], shown, each))
    return result[0]


def mask_headers(headers: Mapping[str, str], secrets: tuple[str, ...]) -> dict[str, str]:
    """Return a response's headers; those for cookies, keys and the like are hidden."""
    return {mask_text(name, secrets): _shown_header(name, value, secrets) for name, value in headers.items()}


def _shown_header(name: str, value: str, secrets: tuple[str, ...]) -> str:
    if re.search(_PRIVATE_HEADER, name):
        return HIDDEN
    return mask_text(mask_url(value) if name in _URL_HEADERS else value, secrets)


@functools.lru_cache(maxsize=32)
def _member(names: frozenset[str]) -> re.Pattern[str]:
    """Return a pattern for a name and a colon in JSON, or in Python's form of it."""
    return re.compile(rf"['\"](?:{'|'.join(map(re.escape, sorted(names)))})\\*['\"]\s*:")


@functools.lru_cache(maxsize=32)
def _pattern(secret: str) -> re.Pattern[str]:
    return re.compile("".join(map(_written, secret)), re.IGNORECASE)


def _written(character: str) -> str:
    r"""Return a pattern for a character as it is, as `\"`, `\u0022` or `%22`, also where that was escaped again."""
    percent = "".join(f"%(?:25){{0,2}}{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
    plain = r"[ +]" if character == " " else re.escape(character)
    return rf"(?:{percent}|\\{{1,7}}u{ord(character):04x}|\\{{0,7}}{plain})"


def secrets_in(value: Any, names: frozenset[str]) -> Iterator[str]:
    """Yield the texts in a body that are properties of some names, or in them."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(each) if name in names else secrets_in(each, names)
    elif isinstance(value, list):
        for each in value:
            yield from secrets_in(each, names)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
