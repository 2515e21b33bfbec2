"""The ways in which Python copies a value."""

from __future__ import annotations

import copy
import functools
import pickle
from collections.abc import Callable
from typing import Any


def _pickled(value: Any, *, protocol: int) -> Any:
    return pickle.loads(pickle.dumps(value, protocol))  # noqa: S301 - it was pickled here


COPIES: dict[str, Callable[[Any], Any]] = {"copy": copy.copy, "deepcopy": copy.deepcopy}
COPIES |= {f"pickle {each}": functools.partial(_pickled, protocol=each) for each in range(pickle.HIGHEST_PROTOCOL + 1)}
