"""Errors are values of one family, whose tree is drawn in their module."""

from __future__ import annotations

import copy
import importlib
import inspect
import itertools
import pickle
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from browser_sessions import SessionRef, errors, view
from browser_sessions.errors import BrowserSessionsError
from tests.facade.fetching import running
from tests.facade.viewing import decode

SESSION = view(decode("skyvern", running("skyvern")))
FIELDS: dict[str, Any] = {
    "ref": SESSION.ref,
    "provider": "skyvern",
    "status_code": 429,
    "request_id": "r-1",
    "retry_after": 1.5,
    "headers": {"a": "b"},
    "body": '{"detail": "ü\ud800"}',
}
MORE: dict[str, dict[str, Any]] = {
    "RateLimited": {"kind": "rate"},
    "UnexpectedResponse": {"path": "data.session_id"},
    "SessionEnded": {"session": SESSION},
    "CreateUncertain": {"marker": "-.a", "since": datetime(2026, 1, 1, tzinfo=UTC), "candidates": (SESSION,)},
    "StopUnconfirmed": {"session": SESSION},
    "WaitTimeout": {"session": SESSION},
}
CLASSES: dict[str, type[BrowserSessionsError]] = {
    name: getattr(errors, name) for name in errors.__all__ if inspect.isclass(getattr(errors, name))
}


def one_of_each() -> list[BrowserSessionsError]:
    """Return an error of each class, with every field."""
    return [kind("what", **FIELDS, **MORE.get(name, {})) for name, kind in CLASSES.items()]


def test_what_the_module_offers_are_errors_of_the_family() -> None:
    """All classes in it, each with its meaning."""
    here = {name for name, kind in vars(errors).items() if inspect.isclass(kind) and kind.__module__ == errors.__name__}
    assert here == {*CLASSES}
    assert all(BrowserSessionsError in kind.__mro__ for kind in CLASSES.values())
    assert [name for name, kind in CLASSES.items() if not (kind.__doc__ or "").strip()] == []


@pytest.mark.parametrize("error", one_of_each(), ids=lambda error: type(error).__name__)
def test_an_error_stays_what_it_is(error: BrowserSessionsError) -> None:
    """Copied or pickled in any way, raised or not: class, message, fields and hash are the same."""
    ways: list[Callable[[], Any]] = [partial(copy.copy, error), partial(copy.deepcopy, error)]
    ways += [partial(pickle.loads, pickle.dumps(error, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    for make in ways:
        for cause in (None, ValueError("why")):
            with pytest.raises(type(error)) as caught:
                raise error from cause
            other = make()
            assert other is not error
            assert type(other) is type(error)
            assert (other, hash(other), str(other), repr(other)) == (error, hash(error), str(error), repr(error))
            assert (other.args, vars(other)) == (error.args, vars(error))
            assert caught.value == other
            assert other.headers is not error.headers
            assert copy.deepcopy(make()) == make()


def test_errors_are_equal_by_class_and_value() -> None:
    """Errors of different classes differ even if their fields are the same."""
    ours, others = one_of_each(), one_of_each()
    assert ours == others
    assert len({*ours, *others}) == len(CLASSES)
    assert [(one, other) for one, other in itertools.permutations(ours, 2) if one == other] == []
    for one in ours:
        assert one not in [None, "what", one.args, Exception("what"), type(one)]


@pytest.mark.parametrize("error", one_of_each(), ids=lambda error: type(error).__name__)
def test_every_field_counts(error: BrowserSessionsError) -> None:
    """An error that differs in one field is another one, and so is that of another message."""
    name = type(error).__name__
    fields = FIELDS | MORE.get(name, {})
    assert vars(error) == fields
    changes: dict[str, Any] = {"ref": SessionRef("skyvern", "b"), "provider": "browserbase", "headers": {"a": "c"}}
    changes |= {"session": view(decode("skyvern", {"browser_session_id": "b"}))}
    for field in fields:
        assert type(error)("what", **fields | {field: changes.get(field, "other")}) != error
    assert type(error)("what else", **fields) != error


def test_notes_are_not_a_part_of_an_error() -> None:
    """They are for the reader of a traceback, and are lost in a copy."""
    for error, other in zip(one_of_each(), one_of_each(), strict=True):
        error.add_note("a note")
        assert error == other
        assert copy.copy(error) == pickle.loads(pickle.dumps(error)) == other  # noqa: S301 - our own


def test_an_error_of_a_message_alone() -> None:
    """Nothing else has to be given, except the session that has ended; what is not given is None, or empty."""
    for name, kind in CLASSES.items():
        given = MORE[name] if name in {"SessionEnded", "CreateUncertain"} else {}
        absent: dict[str, Any] = dict.fromkeys(FIELDS | MORE.get(name, {})) | {"headers": {}} | given
        assert vars(kind("what", **given)) == absent
        assert pickle.loads(pickle.dumps(kind("what", **given))) == kind("what", **given)  # noqa: S301 - our own
        assert kind("what", ref=SESSION.ref, **given).provider == "skyvern"


def test_the_tree_is_as_it_is_drawn() -> None:
    """Each class stands below the one that it is derived from, with what else it is; none is missing."""
    drawn: dict[str, set[type]] = {}
    above: list[type] = [Exception]
    for line in (inspect.getdoc(errors) or "").splitlines():
        found = re.match(r"([│├└─ ]*)(\w+)(?: *\(also (\w+)\))?(?: |$)", line)
        if found and found[2] in CLASSES:
            depth = len(found[1]) // 4
            also = {getattr(importlib.import_module("builtins"), found[3])} if found[3] else set()
            drawn[found[2]] = {above[depth]} | also
            above[depth + 1 :] = [CLASSES[found[2]]]

    assert drawn == {name: {*kind.__bases__} for name, kind in CLASSES.items()}


@pytest.mark.parametrize("error", one_of_each(), ids=lambda error: type(error).__name__)
def test_an_error_is_what_it_is_caught_as(error: BrowserSessionsError) -> None:
    """ValueError and TimeoutError, where Python has a class for it, and no other class of Python's."""
    kinds: tuple[type, ...] = (
        ValueError,
        TimeoutError,
        ConnectionError,
        PermissionError,
        LookupError,
        TypeError,
        RuntimeError,
    )
    name = type(error).__name__
    promised = {name: [ValueError] for name in ("InvalidOption", "InvalidSessionRef")} | {
        "RequestTimeout": [TimeoutError],
        "WaitTimeout": [TimeoutError],
    }
    assert [kind for kind in kinds if isinstance(error, kind)] == promised.get(name, [])
