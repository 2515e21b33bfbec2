"""Anchor Browser: options in two objects, labels as tags, and a response with little more than the session's URLs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from anchorbrowser_client.api.sessions import create_session
from anchorbrowser_client.encoding import json_of
from anchorbrowser_client.models import CreatedSession, CreatedSessionEnvelope, CreateSessionRequest

from browser_sessions._options import Options, Proxy
from browser_sessions._providers._request import RequestDraft, labels_of, units
from browser_sessions._reading import MINUTE, address_of, derived_of, unexpected_in
from browser_sessions._session import BrowserSession, SessionDraft
from browser_sessions._status import SessionStatus

OPERATION = create_session
Request: TypeAlias = CreateSessionRequest | Mapping[str, Any]

_NEVER = -1
"""Stands for a time that does not end."""

SEARCHED: frozenset[SessionStatus] | None = None
"""The statuses to ask for when a session is looked for by its marker: any, since the list takes labels."""


def body(options: Options, marker: str | None) -> dict[str, Any]:
    """Return the request for a session.

    Raises:
        InvalidOption: An option cannot be expressed, or is set in `options`, too.

    """
    draft = RequestDraft("anchorbrowser", options.options, CreateSessionRequest, json_of)
    draft.put_given("lifetime", units(options.lifetime, MINUTE), "session", "timeout", "max_duration")
    if options.keep_alive is False:
        soonest = {"session": {"timeout": {"idle_timeout": 1}}}
        text = "Anchor Browser ends a session minutes after its last connection, never at once"
        raise draft.invalid(f"keep_alive=False: {text}; options={soonest} sets one minute")
    if options.keep_alive:
        draft.put("keep_alive", _NEVER, "session", "timeout", "idle_timeout")
    draft.put_given("recording", options.recording, "session", "recording", "active")
    _put_proxy(draft, options.proxy)
    if options.viewport is not None:
        width, height = options.viewport
        draft.put_parts("viewport", {"width": width, "height": height}, "browser", "viewport")
    if options.profile is not None:
        profile = {"name": options.profile.id, "persist": options.profile.persist}
        draft.put_parts("profile", profile, "browser", "profile")
    draft.put_given("captcha", options.captcha, "browser", "captcha_solver", "active")
    for option, name, value in labels_of(options, marker):
        _add_tag(draft, option, name, value)
    return draft.data


def _put_proxy(draft: RequestDraft, proxy: bool | Proxy | None) -> None:  # noqa: FBT001 - an option's value
    if proxy is None:
        return
    sent: dict[str, Any] = {"active": proxy is not False}
    if isinstance(proxy, Proxy) and proxy.country is not None:
        sent |= {"type": "anchor_proxy", "country_code": proxy.country.lower()}
        sent |= {"region": proxy.region, "city": proxy.city}
    elif isinstance(proxy, Proxy):
        sent |= {"type": "custom", "server": proxy.server, "username": proxy.username, "password": proxy.password}
    draft.put_parts("proxy", sent, "session", "proxy")


def _add_tag(draft: RequestDraft, option: str, name: str, value: str) -> None:
    tags = draft.part(option, "session").setdefault("tags", [])
    if not isinstance(tags, list) or any(str(tag).partition("=")[0] == name for tag in tags):
        raise draft.twice(option, "session", "tags", *([name] if isinstance(tags, list) else []))
    tags.append(f"{name}={value}")


def view(model: CreatedSessionEnvelope | CreatedSession) -> BrowserSession:
    """View the response: the session runs, and no other response has its live view.

    Its connection holds the key, and is not in the view.
    """
    session, within = (model.data, "data.") if isinstance(model, CreatedSessionEnvelope) else (model, "")
    notes: list[str] = []
    made = SessionDraft()
    made.provider = "anchorbrowser"
    made.id = session.id
    made.status = SessionStatus.RUNNING
    made.live_view_url = address_of(session.live_view_url, "live_view_url", notes)
    made.derived = derived_of("status")
    made.unexpected = unexpected_in(model, notes, within)
    made.origin = "create"
    made.raw = model
    made.metadata = {}
    made.recordings = ()
    made.raw_status = made.created_at = made.started_at = made.ended_at = made.expires_at = made.updated_at = None
    made.duration = made.connect_url = made.proxy_bytes = made.billable_bytes = made.cost = None
    made.region = made.account_id = made.marker = made.failure = None
    return made.frozen()


def granted(_: BrowserSession) -> None:
    """Return None: the response does not have the lifetime."""
