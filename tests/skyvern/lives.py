"""The same requests to the real server and to the sandbox, and the differences between the responses."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import attrs
import httpx

from browser_sessions.sandbox import KEY
from browser_sessions.sandbox._fleet import Clock
from browser_sessions.sandbox._messages import Request
from browser_sessions.sandbox._stand_in import StandIn
from tests.skyvern.server import Server

ID = "browser_session_id"

_SECONDS = 60
_STARTING = timedelta(seconds=2)
"""The time until a browser of the sandbox runs."""

_WRITTEN = (
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", "a time with Z"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?", "a time"),
    (r"o_\w+", "an organization"),
)
"""Patterns of texts that differ each time, and their placeholders."""


class Real:
    """The real server."""

    def __init__(self, client: httpx.Client, key: str) -> None:
        self.key = key
        self._client = client

    def send(self, method: str, path: str, headers: dict[str, str], content: bytes) -> tuple[int, Any]:
        """Return the status and the body of a response."""
        response = self._client.request(method, path, headers=headers, content=content)
        return response.status_code, response.json()

    def wait(self, session_id: str, name: str) -> None:
        """Wait until a session has a property that is not null."""
        end = time.monotonic() + _SECONDS
        found = None
        while found is None:
            assert time.monotonic() < end, f"a session has no {name}"
            time.sleep(0.2)
            _, body = self.send("GET", f"/v1/browser_sessions/{session_id}", {"x-api-key": self.key}, b"")
            found = body[name]


class Sandbox:
    """The sandbox's Skyvern without a network."""

    key = KEY

    def __init__(self) -> None:
        self._clock = Clock()
        self._stand_in = StandIn("skyvern", KEY, self._clock)

    def send(self, method: str, path: str, headers: dict[str, str], content: bytes) -> tuple[int, Any]:
        """Return the status and the body of a response."""
        path, _, query = path.partition("?")
        reply = asyncio.run(self._stand_in.respond(Request(method, path, headers, parse_qs(query), content)))
        return reply.status, json.loads(json.dumps(reply.body))

    def wait(self, *_: str) -> None:
        """Advance the clock by the time that a browser needs to start."""
        self._clock.advance(_STARTING)


@attrs.define
class Life:
    """A session's life on one of the two servers, step by step."""

    place: Real | Sandbox
    ids: list[str] = attrs.field(factory=list)
    """The started sessions; the first one is the subject of the steps."""

    def take(self, step: dict[str, Any]) -> dict[str, str]:
        """Take a step, and return the values in its response by place."""
        if "until" in step:
            self.place.wait(self.ids[0], step["until"])
        method, _, path = step["do"].partition(" ")
        content = step.get("text", json.dumps(step["json"]) if "json" in step else "").encode()
        headers = {"content-type": "application/json"} if content else {}
        path = path.format(id=self.ids[0] if self.ids else "")
        status, body = self.place.send(method, path, headers | self._key(step.get("key")), content)
        if isinstance(body, dict) and body.get(ID, self.ids[:1]) not in (self.ids[:1], *self.ids):
            self.ids.append(body[ID])
        if isinstance(body, list):  # the list has other sessions, too
            body = [row for row in body if row[ID] in self.ids]
        return {"status code": str(status)} | dict(self._said(body))

    def close(self) -> None:
        """Stop all sessions."""
        for each in self.ids:
            self.place.send("POST", f"/v1/browser_sessions/{each}/close", self._key(None), b"")

    def _key(self, kind: str | None) -> dict[str, str]:
        keys = {"none": {}, "wrong": {"x-api-key": "wrong"}, "bearer": {"authorization": f"Bearer {self.place.key}"}}
        return keys[kind] if kind else {"x-api-key": self.place.key}

    def _said(self, value: Any, place: str = "body") -> Iterator[tuple[str, str]]:
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, each in inner:
            yield from self._said(each, f"{place}.{name}")
        if not isinstance(value, dict | list) or not value:
            yield place, self._written(value)

    def _written(self, value: Any) -> str:
        text = value if isinstance(value, str) else json.dumps(value)
        for number, each in enumerate(self.ids):
            text = text.replace(each, f"session {number}")
        for pattern, name in _WRITTEN:
            text = re.sub(pattern, name, text)
        return text


def find_differences(steps: dict[str, dict[str, Any]], server: Server) -> Iterator[str]:
    """Yield a line for each difference: the server's value, and the sandbox's value."""
    with httpx.Client(base_url=server.address, timeout=_SECONDS, trust_env=False) as client:
        real, ours = Life(Real(client, server.key)), Life(Sandbox())
        try:
            for name, step in steps.items():
                yield from _compared(name, real.take(step), ours.take(step))
        finally:
            real.close()


def _compared(name: str, theirs: dict[str, str], own: dict[str, str]) -> Iterator[str]:
    for place in dict.fromkeys((*theirs, *own)):
        said = (theirs.get(place, "nothing"), own.get(place, "nothing"))
        if said[0] != said[1]:
            yield f"{name}: {place}: {said[0]}, and in the sandbox {said[1]}"
