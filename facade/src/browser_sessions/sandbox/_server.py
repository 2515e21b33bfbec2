"""The sandbox over HTTP: an ASGI application, and a server for it on this machine."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Mapping
from functools import partial
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from browser_sessions.sandbox._scenarios import Wire


def application(wires: Mapping[str, Wire]) -> Starlette:
    """Return the application: each provider's paths are below a folder that is named after it."""
    return Starlette(
        routes=[
            Mount(f"/{slug}", routes=[Route(wire.path.replace("{id}", "{id:path}"), partial(_answer, wire))])
            for slug, wire in wires.items()
        ]
    )


async def _answer(wire: Wire, request: Request) -> Response:
    reply = wire.reply(request.path_params["id"], request.headers)
    await asyncio.sleep(reply.delay)
    response = _Lost if reply.is_lost else JSONResponse
    return response(reply.body, reply.status, headers=dict(reply.headers))


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
        config = uvicorn.Config(app, log_config=None, log_level="critical", access_log=False, lifespan="off")
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
