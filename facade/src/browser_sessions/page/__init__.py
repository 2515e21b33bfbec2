"""A page on this machine to watch the open sessions of all providers on; it needs the extra `sandbox`."""

from __future__ import annotations

from browser_sessions.page._server import application, serve

__all__ = ["application", "serve"]
