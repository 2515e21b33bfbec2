"""A vendor's SDK in a separate process as a client of the sandbox, and the requests that the sandbox receives."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import attrs
import httpx
import pytest

from browser_sessions.sandbox import KEY, Sandbox, serve
from browser_sessions.sandbox._messages import Reply, Request
from browser_sessions.sandbox._scenarios import SCENARIOS
from codegen.providers import load_providers

ROOT = Path(__file__).parents[2]
OPERATIONS = {each.slug: {one.name: one for one in each.operations} for each in load_providers(ROOT)}
ENVIRONMENTS = "VENDORS_ENVIRONMENTS"
"""The variable that names the folder with an environment of each SDK; `nox -s vendors` sets it."""

START = datetime(2026, 3, 4, 9, tzinfo=UTC)
CALLER = Path(__file__).with_name("caller.py")


@attrs.frozen
class Outcome:
    """The outcome of a step: both requests, the response's status, and the SDK's result."""

    step: dict[str, Any]
    theirs: Request
    ours: httpx.Request
    status: int
    raised: str | None
    text: str
    problems: list[str]


def take_steps(slug: str, vendor: dict[str, Any]) -> list[Outcome]:
    """Call an SDK for each of its steps, and return the outcomes."""
    with serve() as server, recording(server, slug) as exchanges, running(slug, vendor, server) as process:
        server.freeze(START)
        ids = {name: server.ref(slug, name).id for name in SCENARIOS}
        outcomes = []
        for step in vendor["steps"]:
            server.advance(step.get("after", 0))
            arguments = [ids.get(step["id"], step["id"])] if "id" in step else []
            said = ask(process, step["sdk"], arguments, step.get("theirs", {}))
            assert len(exchanges) == 1, f"{slug}, {step}: {len(exchanges)} requests, {said}"
            request, reply = exchanges.pop()
            if step["do"] == "create_session" and reply.status < 300:
                body = reply.body.get("data", reply.body)
                ids[f"session {len(ids) - len(SCENARIOS)}"] = body.get("id") or body["browser_session_id"]
            ours = our_request(slug, step["do"], arguments, step.get("ours", {}))
            outcomes.append(Outcome(step, request, ours, reply.status, text=said.pop("text", ""), **said))
        return outcomes


@contextmanager
def recording(server: Sandbox, slug: str) -> Iterator[list[tuple[Request, Reply]]]:
    """Yield a list that collects a sandbox provider's requests and replies."""
    stand_in = server._stand_ins[slug]
    respond = stand_in.respond
    exchanges: list[tuple[Request, Reply]] = []

    async def recorded(request: Request) -> Reply:
        reply = await respond(request)
        exchanges.append((request, reply))
        return reply

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stand_in, "respond", recorded)
        yield exchanges


@contextmanager
def running(slug: str, vendor: dict[str, Any], server: Sandbox) -> Iterator[subprocess.Popen[str]]:
    """Run an SDK's client in a folder and an environment without a key."""
    python = Path(os.environ[ENVIRONMENTS], slug, "bin", "python")
    settings = {"api_key": KEY, "base_url": server.base_urls[slug]} | vendor.get("settings", {})
    command = [str(python), "-I", str(CALLER), vendor["client"], json.dumps(settings)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env={}, text=True, **pipes) as process:  # type: ignore[call-overload] # noqa: S603
        yield process
        process.stdin.close()


def ask(process: subprocess.Popen[str], method: str, arguments: list[str], named: dict[str, Any]) -> dict[str, Any]:
    """Call a method of the SDK in its process, and return the outcome."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{json.dumps({'method': method, 'arguments': arguments, 'named': named})}\n")
    process.stdin.flush()
    said: dict[str, Any] = json.loads(process.stdout.readline())
    return said


def our_request(slug: str, operation: str, arguments: list[str], given: dict[str, Any]) -> httpx.Request:
    """Return our generated client's request; assert that the client's model describes the whole body."""
    package = importlib.import_module(f"{slug}_client")
    module = importlib.import_module(f"{slug}_client.api.{OPERATIONS[slug][operation].tag}.{operation}")
    named = dict(given)
    if "body" in named:
        (model, *_) = typing.get_args(typing.get_type_hints(module.sync_detailed)["body"])
        named["body"] = model.from_dict(named["body"])
        assert list(_undescribed(named["body"])) == [], operation
    with package.AuthenticatedClient(token=KEY) as client:
        request: httpx.Request = module.build_request(*arguments, client=client, **named)
        return request


def _undescribed(model: Any) -> Iterator[str]:
    """Yield the properties of a body that our description lacks; a model without declared properties accepts any."""
    if model._NAMES:
        yield from model.additional_properties
        for each in model._NESTING:
            value = getattr(model, each)
            yield from (_undescribed(value) if hasattr(value, "_NAMES") else ())


def compare(theirs: Request, ours: httpx.Request) -> Iterator[str]:
    """Yield the differences between two requests: the SDK's value, and our value."""
    sides = [
        {"method": request.method, "path": path, "content-type": request.headers.get("content-type", "not there")}
        | {f"query.{name}": texts for name, texts in query.items()}
        | dict(_flat(json.loads(request.content)) if request.content else [("body", "not there")])
        for request, path, query in (
            (theirs, theirs.path, theirs.query),
            (ours, ours.url.path, parse_qs(ours.url.query.decode(), keep_blank_values=True)),
        )
    ]
    for place in sorted(sides[0].keys() | sides[1].keys()):
        one, other = (side.get(place, "not there") for side in sides)
        if one != other:
            yield f"{place}: {one}, and ours {other}"


def _flat(value: Any, place: str = "body") -> Iterator[tuple[str, str]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield from _flat(each, f"{place}.{name}")
    if not inner:
        yield place, json.dumps(value)
