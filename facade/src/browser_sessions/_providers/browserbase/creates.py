"""Browserbase: seconds, a region, and metadata that is short as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeAlias

from browserbase_client.api.sessions import create_session
from browserbase_client.encoding import json_of
from browserbase_client.models import CreateSessionRequest, Session

from browser_sessions._options import Options, Proxy
from browser_sessions._providers._request import RequestDraft, labels_of, present, units
from browser_sessions._providers.browserbase import view as view_session
from browser_sessions._reading import SECOND
from browser_sessions._session import BrowserSession
from browser_sessions._status import SessionStatus

OPERATION = create_session
Request: TypeAlias = CreateSessionRequest | Mapping[str, Any]

SEARCHED: frozenset[SessionStatus] | None = None
"""The statuses to ask for when a session is looked for by its marker: any, since the list takes labels."""


def body(options: Options, marker: str | None) -> dict[str, Any]:
    """Return the request for a session.

    Raises:
        InvalidOption: An option cannot be expressed, or is set in `options`, too.

    """
    draft = RequestDraft("browserbase", options.options, CreateSessionRequest, json_of)
    draft.put_given("lifetime", units(options.lifetime, SECOND), "timeout")
    draft.put_given("keep_alive", options.keep_alive, "keepAlive")
    draft.put_given("region", options.region, "region")
    if options.proxy is not None:
        draft.put("proxy", _proxies(options.proxy), "proxies")
    draft.put_given("recording", options.recording, "browserSettings", "recordSession")
    draft.put_given("captcha", options.captcha, "browserSettings", "solveCaptchas")
    if options.viewport is not None:
        width, height = options.viewport
        draft.put_parts("viewport", {"width": width, "height": height}, "browserSettings", "viewport")
    if options.profile is not None:
        context = {"id": options.profile.id, "persist": options.profile.persist}
        draft.put_parts("profile", context, "browserSettings", "context")
    for option, name, value in labels_of(options, marker):
        draft.put(option, value, "userMetadata", name)
    draft.check_metadata(len(json.dumps(draft.data.get("userMetadata"), ensure_ascii=False, separators=(",", ":"))))
    return draft.data


def _proxies(proxy: bool | Proxy) -> bool | list[dict[str, Any]]:  # noqa: FBT001 - an option's value
    if isinstance(proxy, bool):
        return proxy
    if proxy.country is not None:
        place = {"country": proxy.country.upper(), "state": proxy.region, "city": proxy.city}
        return [{"type": "browserbase", "geolocation": present(place)}]
    own = {"type": "external", "server": proxy.server, "username": proxy.username, "password": proxy.password}
    return [present(own)]


def view(model: Session) -> BrowserSession:
    """View the response."""
    return view_session(model, "create")


def granted(session: BrowserSession) -> timedelta | None:
    """Return the lifetime in the response, as exact as the times in it: to a second or two."""
    start, end = session.created_at, session.expires_at
    return None if start is None or end is None else end - start
