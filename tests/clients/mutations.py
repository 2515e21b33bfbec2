"""Nearly valid bodies: the documented examples with a few changes at any depth."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

_TEXTS = ["", "HIBERNATING", "0", "N/A", "\ud800", "2026-03-04", "2026-03-04T09:12:33", "2026-03-04t09:12:33.5z"]
_TEXTS += ["2026-W10-3T09:12:33Z", "2026-03-04 09:12:33+05:30", "20260304T091233Z", "2026-02-30T00:00:00Z"]
_TEXTS += ["3c90c3cc-0d44-4b50-8888-8dd25736052a", "3C90C3CC0D444B5088888DD25736052A", "red", "everything", "low"]
_NUMBERS = [0, 1, -1, 3, 5.0, 0.5, 2**63, 10**400, float("inf"), float("-inf")]

values = st.recursive(
    st.sampled_from([None, True, False, *_TEXTS, *_NUMBERS]) | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
"""Any JSON value, the likely ones first."""

_OPERATIONS = ("drop", "null", "retype", "word", "add", "nest", "move")


@st.composite
def mutations(draw: st.DrawFn, bodies: list[Any], names: list[str]) -> Any:
    """Return one of some bodies with one to four changes; an added property has one of the names or a random name."""
    body = [copy.deepcopy(draw(st.sampled_from(bodies)))]  # in a list, so that the body itself can be changed too
    for _ in range(draw(st.integers(1, 4))):
        container, key = draw(st.sampled_from(list(_places(body))))
        match draw(st.sampled_from(_OPERATIONS)):
            case "drop" if container is not body:
                del container[key]
            case "null":
                container[key] = None
            case "word":
                container[key] = draw(st.text(max_size=8))
            case "add" if isinstance(container[key], dict):
                container[key][draw(st.sampled_from(names) | st.text(max_size=5))] = draw(values)
            case "add" if isinstance(container[key], list):
                container[key].append(draw(values))
            case "nest":
                name = draw(st.sampled_from(names))
                container[key] = draw(st.sampled_from([[container[key]], {name: container[key]}]))
            case "move":
                other, place = draw(st.sampled_from(list(_places(body))))
                container[key] = copy.deepcopy(other[place])
            case _:
                container[key] = draw(values)
    return body[0]


def _places(container: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the place of each value in a container, together with the object or array that holds the value."""
    pairs = container.items() if isinstance(container, dict) else enumerate(container)
    for key, value in pairs:
        yield container, key
        if isinstance(value, (dict, list)):
            yield from _places(value)
