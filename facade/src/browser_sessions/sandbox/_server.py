"""The sandbox over HTTP: an ASGI application, and a server for it on this machine."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Mapping
from functools import partial
from typing import Self
from urllib.parse import parse_qs

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from browser_sessions.sandbox._browser import VERSION
from browser_sessions.sandbox._messages import Reply, Request
from browser_sessions.sandbox._stand_in import StandIn

BROWSERS = "browsers"
"""The folder, below a provider's, in which each session has the http address of its browser."""

SECONDS_TO_CLOSE = 1
"""How long a request that is still slow is waited for when the sandbox ends."""


def application(stand_ins: Mapping[str, StandIn]) -> Starlette:
    """Return the application: each provider's paths are below a folder that is named after it."""
    browsers = [
        Route(f"/{slug}/{BROWSERS}/{{id}}/{VERSION}", partial(_discover, each)) for slug, each in stand_ins.items()
    ]
    return Starlette(
        routes=[*browsers, *(Mount(f"/{slug}", partial(_serve, each)) for slug, each in stand_ins.items())]
    )


async def _discover(stand_in: StandIn, http: HttpRequest) -> Response:
    return _response(stand_in.discover(http.path_params["id"], http.headers))


async def _serve(stand_in: StandIn, scope: Scope, receive: Receive, send: Send) -> None:
    http = HttpRequest(scope, receive)
    path = scope["path"].removeprefix(scope["root_path"])
    query = parse_qs(http.url.query, keep_blank_values=True)
    request = Request(http.method, path, http.headers, query, await http.body())
    await _response(await stand_in.respond(request))(scope, receive, send)


def _response(reply: Reply) -> Response:
    headers = dict(reply.headers)
    if isinstance(reply.body, bytes):
        return Response(reply.body, reply.status, headers, "video/mp4")
    return (_Lost if reply.is_lost else JSONResponse)(reply.body, reply.status, headers)


class _Lost(JSONResponse):
    """A response that ends before its body does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's own
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})


class Server:
    """Serves an application on a free port of this machine, in a thread, until it is closed."""

    def __init__(self, app: Starlette, port: int = 0) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        # What it accepts takes this over; without it the body waits 40 ms for the acknowledgement of its head.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # It would log as errors that connections break off, which they are to do here.
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=SECONDS_TO_CLOSE,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="browser-sessions-sandbox", daemon=True)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
