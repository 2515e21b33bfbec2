"""The page over HTTP: an ASGI application, and a server for it on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from importlib import resources
from typing import Any

import anyio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from browser_sessions import AsyncClient
from browser_sessions.errors import BrowserSessionsError
from browser_sessions.page._access import Access
from browser_sessions.page._fleet import Fleet

LONGEST_BODY = 4096
"""Bytes of a request: one reference."""

_FILES = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
}

Act = Callable[[AsyncClient, str], Awaitable[Any]]


def application(client: AsyncClient, fleet: Fleet, port: int) -> Access:
    """Return the application of the page, which is served on a port of loopback and lets in who has its address."""

    @contextlib.asynccontextmanager
    async def poll(_: Starlette) -> AsyncIterator[None]:
        async with client, anyio.create_task_group() as tasks:
            tasks.start_soon(fleet.poll)
            yield
            tasks.cancel_scope.cancel()

    files = [Route(path, partial(_send_file, *file)) for path, file in _FILES.items()]
    acts = {"/stop": _stop, "/live-view": _live_view, "/recordings": _recordings}
    posts = [Route(path, partial(_carry_out, client, act), methods=["POST"]) for path, act in acts.items()]
    routes = [*files, Route("/events", partial(_stream, fleet)), *posts]
    return Access(Starlette(routes=routes, lifespan=poll), port)


def serve(
    client: AsyncClient, providers: Sequence[str], *, port: int, interval: timedelta, announce: Callable[[str], None]
) -> None:
    """Serve the page on loopback until Ctrl-C.

    Args:
        client: What the sessions are read with; it is closed at the end.
        providers: Whose sessions are shown.
        port: Where; 0 is any that is free.
        interval: The time between two readings.
        announce: What gets the address that lets a browser in, once.

    Raises:
        OSError: The port is not available.

    """
    with socket.create_server(("127.0.0.1", port)) as listening:
        app = application(client, Fleet(client, providers, interval), listening.getsockname()[1])
        # The address of a request has the token, so that none is logged; watchers would otherwise be waited for.
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        announce(app.address)
        asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


async def _send_file(name: str, media_type: str, _: Request) -> Response:
    return Response(resources.files(__package__).joinpath(name).read_bytes(), media_type=media_type)


async def _stream(fleet: Fleet, _: Request) -> Response:
    events = (f"data: {text}\n\n" async for text in fleet.follow())
    return StreamingResponse(events, media_type="text/event-stream")


async def _carry_out(client: AsyncClient, act: Act, request: Request) -> Response:
    """Respond with what came of a call for the reference in the body, or with the sentence of its error."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            return JSONResponse({"error": "The body is too long."}, 413)
    try:
        ref = json.loads(body)["ref"]
    except (ValueError, TypeError, KeyError, RecursionError):
        ref = None
    if not isinstance(ref, str):
        return JSONResponse({"error": 'The body is not {"ref": "provider:id"}.'}, 400)
    try:
        return JSONResponse(await act(client, ref))
    except BrowserSessionsError as error:
        return JSONResponse({"error": str(error)}, 502)


async def _stop(client: AsyncClient, ref: str) -> Any:
    return {"status": (await client.stop(ref)).status}


async def _live_view(client: AsyncClient, ref: str) -> Any:
    return {"addresses": [{"name": "Live view", "url": (await client.live_view(ref)).url}]}


async def _recordings(client: AsyncClient, ref: str) -> Any:
    found = await client.recordings(ref)
    return {"addresses": [{"name": each.filename or "Recording", "url": each.url} for each in found]}
