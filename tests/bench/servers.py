"""Servers on this machine that answer everything with one body each, and take little of what is measured."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping

from tests.bench.wires import Wire

_PROGRAM = """
import asyncio, json, os, sys, threading
answers = json.loads(sys.stdin.readline())
# Whoever started this may be ended in a way in which it ends nobody.
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
class Protocol(asyncio.Protocol):
    def __init__(self, body):
        head = "HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n"
        self.answer, self.received = (head % len(body.encode()) + body).encode(), b""
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        self.received += data
        *requests, self.received = self.received.split(b"\\r\\n\\r\\n")
        self.transport.write(self.answer * len(requests))
async def main():
    loop, servers = asyncio.get_running_loop(), []
    for body in answers:
        servers.append(await loop.create_server(lambda body=body: Protocol(body), "127.0.0.1", 0, backlog=512))
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))
asyncio.run(main())
"""


@contextlib.contextmanager
def serve(wires: Mapping[str, Wire]) -> Iterator[dict[str, str]]:
    """Give each provider's address; one process, of which only one provider at a time is asked for anything."""
    with subprocess.Popen([sys.executable, "-c", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            if process.stdin is None or process.stdout is None:
                raise OSError("no pipes")
            process.stdin.write(json.dumps([wire.body.decode() for wire in wires.values()]).encode() + b"\n")
            process.stdin.flush()
            ports = json.loads(process.stdout.readline())
            yield {slug: f"http://127.0.0.1:{port}" for slug, port in zip(wires, ports, strict=True)}
        finally:
            process.terminate()
