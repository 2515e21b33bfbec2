"""Who may see the page: a browser on this machine that has opened the URL which the command printed."""

from __future__ import annotations

import secrets

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN_HEADER = "X-Browser-Sessions"
"""The header that the page sends with each POST; no form of another site can send it."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Access:
    """Passes requests to an application that come from a browser which was let in.

    Args:
        app: The application.
        port: Where it is served, on loopback.

    Attributes:
        url: What lets a browser in, once.

    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        at = "" if port == 80 else f":{port}"  # noqa: PLR2004 - a browser leaves out HTTP's own port
        self._hosts = (f"127.0.0.1{at}", f"localhost{at}")
        self._name = f"browser-sessions-{port}"  # cookies of a host belong to all its ports
        self._token: str | None = secrets.token_urlsafe(32)
        self._cookie = secrets.token_urlsafe(32)
        self.url = f"http://127.0.0.1:{port}/?token={self._token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await (self._refusal(scope) or self._app)(scope, receive, send_safely)

    def _refusal(self, scope: Scope) -> Response | None:
        """Return the response to a request that is not passed on, such as the one with the token."""
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if host not in self._hosts:
            return PlainTextResponse("This host is not served here: use the URL that the command printed.", 421)
        is_change = scope["method"] not in ("GET", "HEAD")
        if origin != f"http://{host}" and (is_change or origin is not None):
            return PlainTextResponse("Requests of other origins are refused.", 403)
        given = QueryParams(scope["query_string"]).get("token")
        if given is not None and scope["method"] == "GET":  # a HEAD, as of a preview, leaves the token unused
            return self._exchange(given, scope)
        if not self._is_let_in(scope):
            return PlainTextResponse("Open the URL that `browser-sessions page` printed; it works once.", 401)
        if is_change and headers.get(OWN_HEADER) != "page":
            return PlainTextResponse(f"The header {OWN_HEADER} is missing.", 403)
        return None

    def _exchange(self, given: str, scope: Scope) -> Response:
        """Return a redirect to the URL without the token, with a cookie in its place."""
        if self._is_let_in(scope):
            return RedirectResponse("/", 303)
        if self._token is None or not _is_same(given, self._token):
            return PlainTextResponse("This URL is invalid, or was used before: start the command again.", 401)
        self._token = None
        response = RedirectResponse("/", 303)
        response.set_cookie(self._name, self._cookie, httponly=True, samesite="strict")
        return response

    def _is_let_in(self, scope: Scope) -> bool:
        return _is_same(HTTPConnection(scope).cookies.get(self._name, ""), self._cookie)


def _is_same(given: str, expected: str) -> bool:
    """Whether two texts are the same, in a time that does not depend on how much of them is."""
    return secrets.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
