"""What the methods of both clients take for the times, numbers and sizes that are not given."""

from __future__ import annotations

import inspect

import pytest

from browser_sessions import AsyncClient, Client

DEFAULTS = {
    "__init__": {"timeout": 30, "max_retries": 2, "deadline": 120},
    "get_many": {"concurrency": 20},
    "save_recording": {"max_size": 500_000_000, "timeout": 600},
    "session": {"ready_timeout": 120},
    "stop": {"timeout": 60},
    "stop_many": {"timeout": 60, "concurrency": 20},
    "wait": {"timeout": 600},
    "wait_many": {"timeout": 600, "concurrency": 20},
}


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_both_clients_have_the_same_limits(kind: type) -> None:
    """Seconds, bytes, and sessions at once."""
    found = {
        name: {
            each.name: each.default
            for each in inspect.signature(method).parameters.values()
            if type(each.default) in (int, float)
        }
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        if name == "__init__" or not name.startswith("_")
    }
    assert {name: limits for name, limits in found.items() if limits} == DEFAULTS
