"""Browser Use: minutes, a proxy unless there is to be none, and at most ten labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeAlias

from browser_use_client.api.sessions import create_session
from browser_use_client.encoding import json_of
from browser_use_client.models import CreateSessionRequest, Session

from browser_sessions._options import Options, Proxy
from browser_sessions._providers._request import RequestDraft, labels_of, units
from browser_sessions._providers.browser_use import view as view_session
from browser_sessions._reading import MINUTE
from browser_sessions._session import BrowserSession
from browser_sessions._status import SessionStatus

OPERATION = create_session
Request: TypeAlias = CreateSessionRequest | Mapping[str, Any]

_USUAL_COUNTRY = "us"
"""The country of the proxy that a session has by default."""

_SERVER = r"(?:http://)?([^\s/:]+):([0-9]{1,5})/?"

SEARCHED: frozenset[SessionStatus] | None = frozenset({SessionStatus.RUNNING})
"""The statuses to ask for when a session is looked for by its marker: this list takes no labels."""


def body(options: Options, marker: str | None) -> dict[str, Any]:
    """Return the request for a session.

    Raises:
        InvalidOption: An option cannot be expressed, or is set in `options`, too.

    """
    draft = RequestDraft("browser_use", options.options, CreateSessionRequest, json_of)
    draft.put_given("lifetime", units(options.lifetime, MINUTE), "timeout")
    if options.keep_alive is False:
        text = "Browser Use keeps every session until it is stopped or its lifetime has passed: leave the option out"
        raise draft.invalid(f"keep_alive=False: {text}")
    _put_proxy(draft, options.proxy)
    draft.put_given("recording", options.recording, "enableRecording")
    draft.put_given("captcha", options.captcha, "solveCaptchas")
    if options.viewport is not None:
        width, height = options.viewport
        draft.put_parts("viewport", {"browserScreenWidth": width, "browserScreenHeight": height})
    if options.profile is not None:
        if options.profile.persist:
            raise draft.invalid("Profile(persist=True): with Browser Use, that cannot be chosen: leave it out")
        draft.put("profile", options.profile.id, "profileId")
    labels = [*labels_of(options, marker)]
    for option, name, value in labels:
        draft.put(option, value, "metadata", name)
    if labels:
        draft.check_metadata(len(draft.data["metadata"]))
    return draft.data


def _put_proxy(draft: RequestDraft, proxy: bool | Proxy | None) -> None:  # noqa: FBT001 - an option's value
    if isinstance(proxy, bool):
        draft.put("proxy", _USUAL_COUNTRY if proxy else None, "proxyCountryCode")
    elif proxy is not None and proxy.country is not None:
        if proxy.region is not None or proxy.city is not None:
            raise draft.invalid("Browser Use has proxies by country: leave region and city out of the Proxy")
        draft.put("proxy", proxy.country.lower(), "proxyCountryCode")
    elif proxy is not None:
        found = re.fullmatch(_SERVER, str(proxy.server))
        if found is None:
            raise draft.invalid(
                "Proxy(server=…) must be a host and a port for Browser Use, as in 'proxy.example.com:8080'"
            )
        sent = {"host": found[1], "port": int(found[2]), "username": proxy.username, "password": proxy.password}
        draft.put_parts("proxy", sent, "customProxy")


def view(model: Session) -> BrowserSession:
    """View the response."""
    return view_session(model, "create")


def granted(session: BrowserSession) -> timedelta | None:
    """Return the lifetime in the response, as exact as the times in it: to a second or two."""
    start, end = session.started_at, session.expires_at
    return None if start is None or end is None else end - start
