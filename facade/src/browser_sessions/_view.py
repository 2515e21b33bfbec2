"""One view of what any of the five generated clients returns."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from browser_sessions._providers import PROVIDERS
from browser_sessions._session import BrowserSession

# By the class of a model; filled when the first one of a provider is viewed.
_VIEWS: dict[type, Callable[[Any], BrowserSession]] = {}


def view(model: object) -> BrowserSession:
    """Return the `BrowserSession` of what `sync` returns in any of the five generated clients, or of the session in it.

        session = view(get_session.sync("pbs_123", client=client))

    Args:
        model: A model, for example an `anchorbrowser_client.models.SessionEnvelope` or the `Session` in its `data`.

    Raises:
        TypeError: It is anything else; the message names what to pass instead.

    """
    found = _VIEWS.get(type(model)) or _find(model)
    return found(model)


def _find(model: object) -> Callable[[Any], BrowserSession]:
    for kind in type(model).__mro__:  # a subclass of a model is viewed like the model
        package = str(kind.__module__).partition(".")[0]
        slug = package.removesuffix("_client")
        if slug in PROVIDERS and slug != package:
            module = import_module(f"browser_sessions._providers.{slug}")
            if kind.__name__ in module.VIEWS:
                found: Callable[[Any], BrowserSession] = module.VIEWS[kind.__name__]
                _VIEWS[type(model)] = found
                return found
    raise TypeError(f"view() takes what a client's `sync` returns, or the session in it: {_advice(model)}")


def _advice(model: object) -> str:
    name = type(model).__name__
    if isinstance(model, BrowserSession):
        return "this is a view already"
    if isinstance(model, dict):
        return "make a model of the dict first, with `from_dict` of what `sync` returns"
    if hasattr(model, "parsed") and not isinstance(model, BaseException):
        return f"of the {name}, pass `parsed`"
    if hasattr(model, "__await__"):
        return f"await the {name} first"
    rows = [each for each in getattr(model, "_NAMES", ()) if isinstance(getattr(model, each), list)]
    if rows or isinstance(model, list):
        return f"view each row of the {' or '.join([f'{name}.{each}' for each in rows]) or 'list'}"
    return f"{'None' if model is None else name} is neither"
