"""Skyvern: minutes, cut off silently above 240, names for proxies, and no labels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeAlias

from skyvern_client.api.sessions import create_session
from skyvern_client.encoding import json_of
from skyvern_client.models import CreateSessionRequest, Session

from browser_sessions._options import Options, Proxy
from browser_sessions._providers import PROVIDERS
from browser_sessions._providers._request import RequestDraft, units
from browser_sessions._providers.skyvern import view as view_session
from browser_sessions._reading import MINUTE, amount_of, duration_of
from browser_sessions._session import BrowserSession

OPERATION = create_session
Request: TypeAlias = CreateSessionRequest | Mapping[str, Any]


def body(options: Options, _: str | None) -> dict[str, Any]:
    """Return the request for a session, which can hold no marker.

    Raises:
        InvalidOption: An option cannot be expressed, or is set in `options`, too.

    """
    draft = RequestDraft("skyvern", options.options, CreateSessionRequest, json_of)
    draft.put_given("lifetime", units(options.lifetime, MINUTE), "timeout")
    _check_lifetime(draft)
    if options.keep_alive is False:
        text = "Skyvern keeps every session until it is stopped or its lifetime has passed: leave the option out"
        raise draft.invalid(f"keep_alive=False: {text}")
    _put_proxy(draft, options.proxy)
    if options.profile is not None:
        if options.profile.persist:
            text = "Skyvern keeps changes in a new profile: ask for it by options={'generate_browser_profile': True}"
            raise draft.invalid(f"Profile(persist=True): {text}")
        draft.put("profile", options.profile.id, "browser_profile_id")
    if options.captcha is not None:
        draft.put("captcha", ["captcha-solver"] if options.captcha else [], "extensions")
    return draft.data


def _check_lifetime(draft: RequestDraft) -> None:
    """Refuse a lifetime, whichever option it is from, that Skyvern would cut off without an error."""
    minutes = amount_of(draft.data.get("timeout"), "timeout", [])  # a text, too, which Skyvern reads as a number
    most = PROVIDERS["skyvern"].operations["create"].options["lifetime"].most
    if minutes is not None and most is not None and minutes > most:
        raise draft.invalid(f"a lifetime of {minutes} minutes is too long: Skyvern ends a session after {most} at most")


def _put_proxy(draft: RequestDraft, proxy: bool | Proxy | None) -> None:  # noqa: FBT001 - an option's value
    if isinstance(proxy, bool):
        draft.put("proxy", "RESIDENTIAL" if proxy else "NONE", "proxy_location")
    elif proxy is not None:
        if proxy.country is None:
            text = "Skyvern takes it on a server that you run alone: there, options={'proxy_location': {'url': …}}"
            raise draft.invalid(f"Proxy(server=…): {text}")
        sent = {"country": proxy.country.upper(), "subdivision": proxy.region, "city": proxy.city}
        draft.put_parts("proxy", sent, "proxy_location")


def view(model: Session) -> BrowserSession:
    """View the response."""
    return view_session(model, "create")


def granted(session: BrowserSession) -> timedelta | None:
    """Return the lifetime in the response; it counts from the start of the browser, which may be later."""
    return duration_of(getattr(session.raw, "timeout", None), MINUTE, "timeout", [])
