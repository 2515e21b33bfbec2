"""Requests about a session or an account, by one call or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from browser_sessions._access import Access
from browser_sessions._bounds import Bounds
from browser_sessions._call import Call, Course, course, whole
from browser_sessions._http import MAX_BODY
from browser_sessions._ref import SessionRef
from browser_sessions._session import BrowserSession
from browser_sessions.errors import BrowserSessionsError

if TYPE_CHECKING:
    from browser_sessions._saving import FileDraft


class Inquiry(NamedTuple):
    """How a provider is asked, and about what.

    Attributes:
        access: The provider, with the key and the address.
        module: The module of ours that knows its generated client.
        client: Its generated client.
        bounds: How long each call may take, and how often it may be tried.
        ref: The session that it is about, if it is about one.
        max_body: Bytes that the body of a response may have.
        into: Where the body of a success is written; None to keep it in memory.

    """

    access: Access
    module: Any
    client: Any
    bounds: Bounds
    ref: SessionRef | None = None
    max_body: int = MAX_BODY
    into: FileDraft | None = None

    def ask(self, operation: Any, **named: Any) -> Course[Any]:
        """Return the model of an operation's response, about the session if there is one."""
        return course(self._call(operation, whole, named))

    def session(self) -> Course[BrowserSession]:
        """Return the session."""
        return course(self._call(self.module.OPERATION, self.module.view, {}))

    def find(self, operation: Any, *absent: type[BrowserSessionsError]) -> Course[Any]:
        """Return the model of an operation's response, or None if the session exists but has no such thing.

        Args:
            operation: The operation.
            absent: The errors for a missing thing or session.

        """
        try:
            return (yield from self.ask(operation))
        except absent:
            yield from self.session()
            return None

    def _call(self, operation: Any, view: Any, named: dict[str, Any]) -> Call[Any]:
        return Call(
            self.access,
            self.client,
            operation,
            view,
            self.bounds,
            () if self.ref is None else (self.ref.id,),
            named,
            ref=self.ref,
            max_body=self.max_body,
            into=self.into,
        )
