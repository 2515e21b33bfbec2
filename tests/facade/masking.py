"""Ways in which a secret is written, and how to find it in whatever is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from hypothesis import strategies as st

SECRET = "sk-live_Ab+/9=.xyz~Q"  # noqa: S105 - made up

WRITERS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in lower case": str.lower,
    "as JSON": lambda text: json.dumps(text)[1:-1],
    "as JSON, as PHP writes it": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "as JSON, in numbers": lambda text: "".join(f"\\u{ord(each):04x}" for each in text),
    "as JSON, in numbers in upper case": lambda text: "".join(f"\\u{ord(each):04X}" for each in text),
    "as JSON in a text of JSON": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "as JSON in numbers in a text of JSON": lambda text: "".join(f"\\\\u{ord(each):04x}" for each in text),
    "in a path": quote,
    "in a query": quote_plus,
    "percent-encoded": lambda text: quote(text, safe=""),
    "percent-encoded, in lower case": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "percent-encoded, as JavaScript does it": lambda text: quote(text, safe="!~*'()"),
    "percent-encoded twice": lambda text: quote(quote(text, safe=""), safe=""),
}
"""Ways in which a server writes what it was sent."""

printable = st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="*")
keys = st.text(printable, min_size=6, max_size=40)
"""Any key that a header can carry, that is long enough to be looked for, and that is not like what stands for it."""

words = st.text(max_size=30)
writers = st.sampled_from(list(WRITERS.values()))


def texts_in(value: Any) -> Iterator[str]:
    """Yield all texts in a value: an error's message, fields and causes, an object's names and values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts_in([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_in(each)
    elif isinstance(value, BaseException):
        yield from (str(value), repr(value))
        yield from texts_in([value.args, vars(value), value.__cause__, value.__context__])
    elif value is not None:
        yield repr(value)
