"""Bodies of the synthetic document's `Everything`."""

from __future__ import annotations

from typing import Any

EVERYTHING: dict[str, Any] = {
    "id": "a",
    "kind": "everything",
    "level": 3,
    "born": "2026-01-02",
    "uid": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
    "either": {"barks": True, "name": None},
    "nested": [True, False],
    "matrix": [[1, 2.5], []],
    "node": {"name": "a", "children": [{"name": "b", "parent": None, "tree": {"root": {"name": "c"}, "size": 7}}]},
    "parts": {"name": "a", "since": "2026-01-02T03:04:05Z", "weight": 1, "note": "b"},
    "anything": {"a": [None]},
}
"""The properties that the synthetic document requires."""

FULL = EVERYTHING | {
    "flag": True,
    "switch": False,
    "count": 0,
    "amount": 0.5,
    "word_or_number": 2,
    "met": None,
    "seen": "2026-01-02T03:04:05+01:00",
    "day_or_time": "2026-01-02T03:04:05",
    "uids": ["3c90c3cc-0d44-4b50-8888-8dd25736052a"],
    "size": 10,
    "sizes": [1, None, 11],
    "colour": "dark green",
    "list_types": "a",
    "nullable_array": [1, None],
    "pets": [{"meows": True}, {"barks": True}, "a"],
    "inline": {"a": 1, "b": "c"},
    "things": [None, 1, {}],
    "nothing": None,
    "optional_with_default": "a",
    "first-name": "a",
    "class": "b",
    "1st": 1,
    'with "quotes"': "c",
    "secret": "d",
}
"""All properties that the synthetic document describes."""
