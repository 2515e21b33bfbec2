"""The page over HTTP: an ASGI application, and a server for it on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import timedelta
from functools import partial
from importlib import resources

import anyio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from browser_sessions import AsyncClient
from browser_sessions.page._access import Access
from browser_sessions.page._acts import Acts
from browser_sessions.page._fleet import Fleet

_SCRIPTS = ("page.js", "dialog.js", "providers.js", "rows.js", "text.js")
_FILES = {
    "/": ("page.html", "text/html"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    "/page.css": ("page.css", "text/css"),
    **{f"/{name}": (name, "text/javascript") for name in _SCRIPTS},
}


def application(client: AsyncClient, fleet: Fleet, port: int) -> Access:
    """Return the application of the page, for a port of loopback."""

    @contextlib.asynccontextmanager
    async def poll(_: Starlette) -> AsyncIterator[None]:
        async with client, anyio.create_task_group() as tasks:
            tasks.start_soon(fleet.poll)
            yield
            tasks.cancel_scope.cancel()

    files = [Route(path, partial(_send_file, *file)) for path, file in _FILES.items()]
    routes = [*files, Route("/events", partial(_stream, fleet)), *Acts(client, fleet).routes]
    return Access(Starlette(routes=routes, lifespan=poll), port)


def serve(
    client: AsyncClient, providers: Iterable[str], *, port: int, interval: timedelta, announce: Callable[[str], None]
) -> None:
    """Serve the page on loopback until Ctrl-C.

    Args:
        client: What the sessions are read with; it is closed at the end.
        providers: Whose sessions are shown.
        port: Where; 0 is any that is free.
        interval: The time between two readings of a provider.
        announce: What gets the URL that lets a browser in, once.

    Raises:
        OSError: The port is not available.

    """
    with socket.create_server(("127.0.0.1", port)) as listening:
        app = application(client, Fleet(client, providers, interval), listening.getsockname()[1])
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="critical",
            access_log=False,  # the URL of a request may have the token
            server_header=False,
            timeout_graceful_shutdown=1,  # an open page would be waited for
            ws="none",
        )
        announce(app.url)
        asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


async def _send_file(name: str, media_type: str, _: Request) -> Response:
    content = resources.files("browser_sessions.page").joinpath("web", name).read_bytes()
    return Response(content, media_type=media_type)


async def _stream(fleet: Fleet, _: Request) -> Response:
    events = (f"data: {report}\n\n" async for report in fleet.follow())
    return StreamingResponse(events, media_type="text/event-stream")
