"""Calls of an operation through each function that sends or builds a request."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import attrs
import httpx

from tests.clients.arguments import Arguments, as_python
from tests.clients.client_case import FUNCTIONS, ClientCase
from tests.clients.operations import Operation
from tests.clients.synthetic import Synthetic

SENDING = (*FUNCTIONS, "build_request")


@attrs.frozen
class Calls:
    """A client's operation, and a server that keeps the requests and responds with an error."""

    case: ClientCase | Synthetic
    operation: Operation
    requests: list[httpx.Request] = attrs.field(factory=list, init=False)

    @property
    def module(self) -> Any:
        """The operation's module."""
        return self.case.module(self.operation.module)

    def client(self, **arguments: Any) -> Any:
        """Return a client of the server."""
        return self.case.client(self._keep, **arguments)

    def request(self, function: str, arguments: Arguments, client: Any = None) -> httpx.Request:
        """Return the one request that a function sends or builds for arguments in plain data."""
        given = as_python(arguments, self.module, self.case.module("types"))
        return self.request_for(function, client or self.client(), **given)

    def request_for(self, function: str, client: Any, *positional: Any, **given: Any) -> httpx.Request:
        """Return the one request that a function sends or builds for Python arguments."""
        before = len(self.requests)
        try:
            built = getattr(self.module, function)(*positional, **given, client=client)
            built = asyncio.run(built) if inspect.iscoroutine(built) else built
        except self.case.module("errors").ApiError:
            built = None
        (request,) = [built] if function == "build_request" else self.requests[before:]
        request.read()
        return request

    def _keep(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(599)
