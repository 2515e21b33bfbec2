"""A real Skyvern server for the tests: its folder, its key, its browser, and its start."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import attrs
import httpx

ORGANIZATION = "o_1"

# The server looks for Playwright's own Chromium, under the numbers that Playwright 1.46.0 has in its browsers.json.
_CHROMIUM = Path("browsers", "chromium-1129", "chrome-linux", "chrome")
_FFMPEG = Path("browsers", "ffmpeg-1009", "ffmpeg-linux")

_SECONDS_TO_START = 180
_SECONDS_TO_STOP = 60


@attrs.frozen
class Server:
    """A running server: its address, the key that it accepts, and the secret that signs keys."""

    address: str
    key: str
    secret: bytes = attrs.field(repr=False)


@contextlib.contextmanager
def running_server(python: Path, folder: Path) -> Iterator[Server]:
    """Run a server until the context ends.

    Args:
        python: The Python of an environment with the server installed.
        folder: An empty folder for everything that the server writes.

    """
    secret = secrets.token_hex(16).encode()
    server = Server(f"http://127.0.0.1:{_free_port()}", sign_key(secret, ORGANIZATION), secret)
    _give_browser(folder)
    command = [str(python), "-m", "uvicorn", "--factory", "skyvern.forge.api_app:create_api_app"]
    command += ["--host", "127.0.0.1", "--port", server.address.rpartition(":")[2]]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - the arguments above
            command, cwd=folder, env=_environment(server, folder), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait(server, process, folder / "log.txt")
            yield server
        finally:
            process.terminate()
            process.wait(_SECONDS_TO_STOP)


def sign_key(secret: bytes, organization: str, **claims: object) -> str:
    """Return a key, a JWT with HS256, that a server with this secret imports into an empty database."""
    header, body = (
        _encode(json.dumps(part).encode())
        for part in ({"alg": "HS256", "typ": "JWT"}, {"sub": organization, "exp": 4102444800, **claims})
    )
    signature = hmac.new(secret, f"{header}.{body}".encode(), hashlib.sha256).digest()
    return f"{header}.{body}.{_encode(signature)}"


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _give_browser(folder: Path) -> None:
    """Put the machine's Chromium where the server looks for it, and a file for ffmpeg, which a start requires."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "install Chromium"
    (folder / _CHROMIUM).parent.mkdir(parents=True)
    (folder / _CHROMIUM).write_text(f'#!/bin/sh\nexec {chromium} --no-sandbox "$@"\n', "utf-8")
    (folder / _CHROMIUM).chmod(0o755)
    (folder / _FFMPEG).parent.mkdir()
    (folder / _FFMPEG).symlink_to(shutil.which("ffmpeg") or shutil.which("true") or "/bin/true")


def _environment(server: Server, folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "SKYVERN_API_KEY": server.key,
        "SECRET_KEY": server.secret.decode(),
        # A database in memory has one connection for all requests, and a request that ends rolls back another's rows.
        "DATABASE_STRING": f"sqlite+aiosqlite:///{folder}/skyvern.db",
        "SKYVERN_TELEMETRY": "false",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "ARTIFACT_STORAGE_PATH": str(folder / "artifacts"),
        "BROWSER_STREAMING_MODE": "cdp",
        "BROWSER_TYPE": "chromium-headless",
        "PLAYWRIGHT_BROWSERS_PATH": str(folder / "browsers"),
    }


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server responds to any request, because it has no health route."""
    end = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx.get(server.address, timeout=5, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError(f"the server did not start:\n{log.read_text('utf-8')[-3000:]}")
