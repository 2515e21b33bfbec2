"""Show how the facade, the clients and the vendors' SDKs handle odd responses, redirects and ids.

    python -m benchmarks.faults

Servers on this machine send the odd responses and record the requests.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import environments
from benchmarks.calls import CALLER
from benchmarks.figures import print_table
from benchmarks.providers import KEY, Provider, load_providers
from benchmarks.trees import ROOT

Response = tuple[int, Any, str]
"""A status, a body, and a redirect's target."""


class Request(NamedTuple):
    """A request's target, and whether a header carried the key."""

    path: str
    has_key: bool


class Case(NamedTuple):
    """One odd response, redirect or id.

    Attributes:
        title: The label of the table's row.
        respond: Makes the response from a provider's session and from the port that a redirect points to.
        id: The requested session's id, if it is not the usual one.
        providers: The providers that the case applies to.

    """

    title: str
    respond: Callable[[Provider, int], Response] = lambda provider, _: (200, provider.running, "")
    id: str = ""
    providers: tuple[str, ...] = ("anchorbrowser", "brightdata", "browser_use", "browserbase", "skyvern")


CASES = (
    Case("a status that is not documented", lambda provider, _: (200, _unknown(provider.running), "")),
    Case(
        "Anchor Browser's older response, without `data`",
        lambda provider, _: (200, provider.running["data"], ""),
        providers=("anchorbrowser",),
    ),
    Case("a redirect to another port of the host", lambda _, port: (302, {}, f"http://127.0.0.1:{port}/")),
    Case("a redirect to another host", lambda _, port: (302, {}, f"http://localhost:{port}/")),
    Case("the id `..`", id=".."),
    Case("the id `../keys`", id="../keys"),
    Case("a session that is missing", lambda *_: (404, {"message": "no such session"}, "")),
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=environments.FOLDER, help="the folder that keeps environments")
    folder = parser.parse_args().folder.resolve()
    ours = environments.ours(ROOT, folder / "ours")
    seen: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for provider in load_providers():
        pythons = {"facade": ours, "client": ours}
        if provider.slug != "brightdata":  # its SDK has no call that fetches a session
            pythons[provider.slug] = environments.vendor(provider.slug, folder)
        for case in CASES:
            for way in pythons if provider.slug in case.providers else ():
                seen[case.title, way][look(pythons[way], way, provider, case)] = None
    ways = list(dict.fromkeys(way for _, way in seen))
    rows = [(case.title, *("; ".join(seen[case.title, way]) for way in ways)) for case in CASES]
    print_table("What is odd", ["", *ways], rows)


def look(python: Path, way: str, provider: Provider, case: Case) -> str:
    """Make a call in a separate process, and return what its caller and the servers see."""
    # No proxy: it would receive the requests instead of the servers here.
    variables = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    session_id = case.id or provider.id
    with (
        serve((200, provider.running, "")) as (other_port, redirected),
        serve(case.respond(provider, other_port)) as (port, requests),
    ):
        path = provider.path.format(session_id)
        names = (provider.slug, f"http://127.0.0.1:{port}", *provider.header, path, session_id)
        command = [str(python), "-P", CALLER, way, "outcome", "1", *names]
        outcome = subprocess.run(command, env=variables, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    if not requests:
        return f"{outcome}, nothing sent"
    if redirected:
        return f"followed, {'with' if redirected[0].has_key else 'without'} the key"
    return f"`GET {requests[0].path.replace(provider.path.format(''), '…/')}`" if case.id else outcome


@contextlib.contextmanager
def serve(response: Response) -> Iterator[tuple[int, list[Request]]]:
    """Serve one response, and yield the port and the requests that it receives."""
    requests: list[Request] = []
    status, value, location = response
    body = json.dumps(value).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(Request(self.path, any(KEY in value for value in self.headers.values())))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server.server_port, requests
        server.shutdown()


def _unknown(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body with a status that no provider has; the session may be inside an envelope."""
    changed = {name: _unknown(value) if isinstance(value, dict) else value for name, value in body.items()}
    return changed | {"status": "hibernating"} if "status" in body else changed


if __name__ == "__main__":
    main()
