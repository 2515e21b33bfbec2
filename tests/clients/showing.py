"""Everything that a value shows when it is printed, formatted or logged."""

from __future__ import annotations

import logging
import traceback
from typing import Any

SECRET = "s3cr3t-Zx81"  # noqa: S105 - must not be shown


def shown(value: Any) -> str:
    """Return the output of printing, formatting, interpolating and logging a value."""
    texts = [
        repr(value),
        str(value),
        f"{value}",
        repr([value]),
        f"{value!r:>5}",
        logging.Formatter().format(record(value)),
    ]
    if isinstance(value, BaseException):
        texts += traceback.format_exception(value)
        texts += [repr(value.args), repr(getattr(value, "__notes__", None))]
        texts += [shown(other) for other in (value.__context__, value.__cause__) if other]
    return "\n".join(texts)


def record(value: Any) -> logging.LogRecord:
    """Return the record that `logging.exception` makes of a value."""
    info = (type(value), value, value.__traceback__) if isinstance(value, BaseException) else None
    return logging.LogRecord("a", logging.ERROR, "b", 1, "failed: %s %r", (value, value), info)
