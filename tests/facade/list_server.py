"""A server that lists the sessions of one provider, and changes between two requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import httpx

START = datetime(2026, 3, 4, 8, tzinfo=UTC)

Row = dict[str, Any]


@attrs.define
class Session:
    """A session of the server, with the provider's own status."""

    id: str
    status: str
    born: int
    """Seconds after `START`."""

    labels: dict[str, str] = attrs.field(factory=dict)

    @property
    def time(self) -> str:
        """When it was created."""
        return (START + timedelta(seconds=self.born)).isoformat().replace("+00:00", "Z")


@attrs.define
class ListServer:
    """Responds with pages, and lets a function change the sessions before each but the first."""

    slug: str
    sessions: list[Session]
    change: Callable[[list[Session]], None] = lambda _: None
    requests: list[httpx.Request] = attrs.field(factory=list)
    unreadable: set[str] = attrs.field(factory=set)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Respond to a request."""
        if self.requests:
            self.change(self.sessions)
        self.requests.append(request)
        query = dict(request.url.params.multi_items())
        return httpx.Response(200, content=json.dumps(_PAGES[self.slug](self, request.url.path, query)).encode())

    def rows(self, make: Callable[[Session], Row], sessions: list[Session]) -> list[Any]:
        """Return the rows of some sessions; one that is unreadable has no id."""
        return [{"status": "?"} if each.id in self.unreadable else make(each) for each in sessions]

    def newest(self, status: str | None) -> list[Session]:
        """Return the sessions of a status, or all, the newest first."""
        found = [each for each in self.sessions if status in {None, each.status}]
        return sorted(found, key=lambda each: (-each.born, each.id))


def _anchorbrowser(server: ListServer, _: str, query: dict[str, str]) -> Any:
    found = server.newest(query.get("status"))
    wanted = set(query.get("tags", "").split(",")) - {""}
    found = [each for each in found if wanted <= {f"{name}={value}" for name, value in each.labels.items()}]
    found = found if query["sort_order"] == "desc" else found[::-1]
    page, size = int(query["page"]), int(query["limit"])
    rows = server.rows(_anchor_row, found[(page - 1) * size : page * size])
    return {"data": {"sessions": rows, "total": len(found), "page": page, "total_pages": -(-len(found) // size)}}


def _anchor_row(session: Session) -> Row:
    tags = [f"{name}={value}" for name, value in session.labels.items()]
    return {"id": session.id, "status": session.status, "tags": tags, "created_at": session.time, "used_credits": "N/A"}


def _brightdata(server: ListServer, _: str, query: dict[str, str]) -> Any:
    found = server.newest(query.get("status"))
    offset, limit = int(query["offset"]), int(query["limit"])
    rows = found[offset : offset + limit]
    more = offset + limit < len(found)
    pagination = {"offset": offset, "limit": limit, "has_more": more, "next_offset": offset + limit if more else None}
    return {
        "sessions": server.rows(
            lambda each: {"session_id": each.id, "status": each.status, "timestamp": each.time}, rows
        ),
        "count": len(rows),
        "total": len(found),
        "pagination": pagination,
    }


def _browserbase(server: ListServer, _: str, query: dict[str, str]) -> Any:
    found = server.newest(query.get("status"))[::-1]
    if "q" in query:
        found = [
            each for each in found if any(query["q"] == f"user_metadata['{k}']:'{v}'" for k, v in each.labels.items())
        ]
    return server.rows(
        lambda each: {"id": each.id, "status": each.status, "createdAt": each.time, "userMetadata": each.labels}, found
    )


def _browser_use(server: ListServer, _: str, query: dict[str, str]) -> Any:
    found = sorted(server.newest(query.get("filterBy")), key=lambda each: each.id)  # no source documents the order
    page, size = int(query["pageNumber"]), int(query["pageSize"])
    rows = found[(page - 1) * size : page * size]
    return {
        "items": server.rows(
            lambda each: {"id": each.id, "status": each.status, "startedAt": each.time, "metadata": each.labels}, rows
        ),
        "totalItems": len(found),
        "pageNumber": page,
        "pageSize": size,
    }


_SKYVERN_OPEN = {"created", "running"}


def _skyvern(server: ListServer, path: str, query: dict[str, str]) -> Any:
    found = server.newest(None)
    running = [each for each in found if each.status in _SKYVERN_OPEN]
    if path.endswith("/history"):
        found = running + [each for each in found if each.status not in _SKYVERN_OPEN]
        page, size = int(query["page"]), int(query["page_size"])
        found = found[(page - 1) * size : page * size]
    else:
        found = running[::-1]
    return server.rows(
        lambda each: {"browser_session_id": each.id, "status": each.status, "created_at": each.time.removesuffix("Z")},
        found,
    )


_PAGES: dict[str, Callable[[ListServer, str, dict[str, str]], Any]] = {
    "anchorbrowser": _anchorbrowser,
    "brightdata": _brightdata,
    "browser_use": _browser_use,
    "browserbase": _browserbase,
    "skyvern": _skyvern,
}
