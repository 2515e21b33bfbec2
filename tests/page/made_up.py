"""The page with reports that a test makes up."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn

from browser_sessions import AsyncClient
from browser_sessions.page import application
from browser_sessions.page._fleet import Fleet

INTERVAL = timedelta(days=1)


def row(**fields: Any) -> dict[str, Any]:
    """Return a session that has been running for ten minutes of an hour."""
    created = ago(minutes=10)
    return {
        "ref": f"skyvern:{fields.get('id', 'pbs_1')}",
        "provider": "skyvern",
        "id": "pbs_1",
        "status": "running",
        "raw_status": "running",
        "created_at": created,
        "started_at": created,
        "expires_at": ago(minutes=-50),
        "cost": None,
        "region": None,
        "marker": None,
    } | fields


def report(*sessions: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a provider's report."""
    offers = ["list", "stop", "live_view", "recordings"]
    found = {"provider": "skyvern", "interval": INTERVAL.total_seconds(), "offers": offers, "at": ago(), "unread": 0}
    return found | {"sessions": sessions} | fields


def ago(**time: float) -> str:
    """Return a time in the past."""
    return (datetime.now(UTC) - timedelta(**time)).isoformat()


class MadeUp:
    """The page, served.

    Attributes:
        url: What lets a browser in, once.

    """

    def __init__(self, url: str, fleet: Fleet, loop: asyncio.AbstractEventLoop) -> None:
        self.url, self._fleet, self._loop = url, fleet, loop

    def send(self, *reports: dict[str, Any]) -> None:
        """Replace reports of providers."""
        for each in reports:
            self._loop.call_soon_threadsafe(self._fleet.publish, each)


@contextlib.contextmanager
def served(*reports: dict[str, Any], port: int = 0) -> Iterator[MadeUp]:
    """Serve the page with some reports."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        client = AsyncClient()
        fleet = Fleet(client, (), INTERVAL)
        app = application(client, fleet, listening.getsockname()[1])
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=0, lifespan="off"))
        loops: queue.SimpleQueue[asyncio.AbstractEventLoop] = queue.SimpleQueue()

        def run() -> None:
            with asyncio.Runner() as runner:
                loops.put(runner.get_loop())
                runner.run(server.serve(sockets=[listening]))

        thread = threading.Thread(target=run)
        thread.start()
        try:
            made_up = MadeUp(app.url, fleet, loops.get())
            made_up.send(*reports)
            yield made_up
        finally:
            server.should_exit = True
            thread.join()
