"""A server on this machine that answers oddly, in one way for each case, and writes down what it was asked."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from tests.bench.wires import KEY, Wire

WORD = "hibernating"
"""A status that no provider has."""


class Answer(NamedTuple):
    """A status, a JSON value, and where a redirect leads."""

    status: int
    body: object
    location: str = ""


class Request(NamedTuple):
    """What a server was asked: which one, for what, and whether the key was among the headers."""

    server: str
    path: str
    has_key: bool


class Odd:
    """The server, while it is served: one port for each case, and one for where redirects lead.

    Attributes:
        urls: The address of each case.
        requests: What was asked, in order.

    """

    def __init__(self) -> None:
        self.urls: dict[str, str] = {}
        self.requests: list[Request] = []
        self.answers: dict[str, Answer] = {}


ELSEWHERE = "elsewhere"


def answers(wire: Wire, elsewhere: int) -> dict[str, Answer]:
    """Return what each case is answered with."""
    return {
        "word": Answer(200, _with_status(wire, WORD)),
        "envelope": Answer(200, {"data": wire.answer.get("data", wire.answer)}),
        "flat": Answer(200, wire.answer.get("data", wire.answer)),
        "port": Answer(302, {}, f"http://127.0.0.1:{elsewhere}/port"),
        "host": Answer(302, {}, f"http://localhost:{elsewhere}/host"),
        "dots": Answer(200, wire.answer),
        "route": Answer(200, wire.answer),
        "missing": Answer(404, {"message": "no such session"}),
        "ordinary": Answer(200, wire.answer),
        ELSEWHERE: Answer(200, wire.answer),
    }


@contextlib.contextmanager
def serve(wire: Wire) -> Iterator[Odd]:
    """Serve a provider's cases."""
    odd = Odd()
    with contextlib.ExitStack() as stack:
        ports: dict[str, int] = {}
        for name in answers(wire, 0):
            server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(name, odd))
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
            ports[name] = server.server_port
        odd.answers = answers(wire, ports[ELSEWHERE])
        odd.urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items() if name != ELSEWHERE}
        yield odd


def _with_status(wire: Wire, word: str) -> Mapping[str, object]:
    inner = wire.answer.get(wire.envelope) if wire.envelope else None
    if isinstance(inner, dict):
        return wire.answer | {wire.envelope: inner | {"status": word}}
    return wire.answer | {"status": word}


def _handler(name: str, odd: Odd) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            has_key = any(KEY in value for value in self.headers.values())
            odd.requests.append(Request(name, self.path, has_key))
            answer = odd.answers[name]
            body = json.dumps(answer.body).encode()
            self.send_response(answer.status)
            if answer.location:
                self.send_header("Location", answer.location)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
