"""Environments in which nothing works: each reference is one result, and one line, and never a traceback."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from browser_sessions import PROVIDERS, BrowserSession, Client
from browser_sessions.cli._commands import command
from tests.facade.faulty_server import FaultyServer, Peer
from tests.facade.fetching import KEY
from tests.facade.test_faulty_servers import SESSION

CASES: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "environments.yaml").read_text("utf-8"))
ID = json.loads(SESSION)["browser_session_id"]
REFS = [f"skyvern:{ID}", "browserbase:an-id"]
FOUND, UNKNOWN = "found", "Name or service not known"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")

each_environment = pytest.mark.parametrize("name", CASES)


def serve(peer: Peer) -> None:
    """Respond to a request for a session, and to one for anything else as Skyvern's server does."""
    while head := peer.read():
        if head.startswith(f"GET /v1/browser_sessions/{ID} ".encode()):
            peer.respond(SESSION)
        else:
            peer.respond(b'{"detail": "Not Found"}', status="404 Not Found")


@pytest.fixture(scope="module")
def server() -> Iterator[FaultyServer]:
    """Skyvern on this machine."""
    with FaultyServer(serve) as server:
        yield server


@pytest.fixture
def expected(name: str, server: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Make a case's environment, and return what comes of each reference in it."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.lower(), raising=False)
    for slug in PROVIDERS:
        monkeypatch.setenv(PROVIDERS[slug].key_variables[0], KEY)
    monkeypatch.setenv("SKYVERN_BASE_URL", server.address)
    monkeypatch.setenv("BROWSERBASE_BASE_URL", "https://api.example")
    (tmp_path / "file").write_text("no certificate", "utf-8")
    places = {"SERVER": server.address, "FILE": str(tmp_path / "file"), "FOLDER": str(tmp_path)}
    for variable, text in CASES[name].get("env", {}).items():
        value = text
        for place, path in places.items():
            value = value.replace(place, path)
        monkeypatch.setenv(variable, value)
    resolve = socket.getaddrinfo

    def look_up(host: Any, *arguments: Any, **named: Any) -> Any:
        if host in {"127.0.0.1", "localhost"}:
            return resolve(host, *arguments, **named)
        raise socket.gaierror(-2, UNKNOWN)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return {ref: CASES[name].get(ref.partition(":")[0], said) for ref, said in zip(REFS, (FOUND, UNKNOWN), strict=True)}


def require(said: dict[str, str], expected: dict[str, str]) -> None:
    """Fail unless each reference is one result that is as expected, and none shows a secret."""
    assert said.keys() == expected.keys()
    for ref, text in expected.items():
        assert text in said[ref]
    assert "password" not in str(said)
    assert KEY not in str(said)


@each_environment
def test_many(name: str, expected: dict[str, str]) -> None:
    """They yield each reference once, whatever the environment is, and raise nothing."""
    assert name
    with Client(max_retries=0) as client:
        for results in (client.get_many(REFS), client.wait_many(REFS, until=lambda _: True, timeout=0.05)):
            said = {str(ref): FOUND if isinstance(each, BrowserSession) else str(each) for ref, each in results}
            require(said, expected)


def run(*arguments: str) -> Result:
    """Run the command in this process."""
    result = CliRunner().invoke(command, arguments, env={"_": "_"})
    assert type(result.exception) in {SystemExit, type(None)}
    assert "\x1b" not in result.output
    return result


@pytest.mark.usefixtures("hasty")
@each_environment
def test_commands(name: str, expected: dict[str, str]) -> None:
    """They print one line for each error, and exit with a code of their own."""
    assert name
    codes = {0, 1, 2, 3}
    table = run("get", *REFS)
    waited = run("wait", "--until", "ready", "--timeout", "0.05", *REFS)
    for result in (table, waited):
        failed = [ref for ref in REFS if expected[ref] != FOUND]
        lines = {line.split(": ")[1]: line for line in result.stderr.splitlines()}
        assert list(lines) == [ref for ref in lines if ref in failed]
        assert len(result.stderr.splitlines()) == len(failed)
        assert result.exit_code in codes
        require({ref: lines.get(ref, FOUND) for ref in REFS}, expected)
    assert ("running" in table.stdout) == (expected[REFS[0]] == FOUND)
    listed = json.loads(run("get", "--json", *REFS).stdout)
    require({each["ref"]: each.get("message", FOUND) for each in listed}, expected)
    assert run("providers").exit_code == 0


STREAMS = {
    "no standard output": "get --sandbox skyvern:running >&-",
    "no standard error": "get --sandbox skyvern:missing 2>&-",
    "neither": "watch --sandbox skyvern:completed skyvern:missing >&- 2>&-",
    "no standard input": "get - <&-",
    "nothing in standard input": "get - </dev/null",
    "bytes that are no text": r"get - <<< $'skyvern:\xff\xfe'",
    "UTF-16": r"get - <<< $'\xff\xfes\0k\0y\0'",
    "a full disk for errors": "get skyvern:a 2>/dev/full",
    "an encoding without the signs of a table": "PYTHONIOENCODING=ascii COLUMNS=40 get --sandbox skyvern:running",
    "an encoding without the signs of an error": "PYTHONIOENCODING=ascii:strict get skyvern:é",
    "no streams at all": "providers <&- >&- 2>&-",
}


@pytest.mark.parametrize("name", STREAMS)
def test_streams(name: str) -> None:
    """One that is closed, full or of another encoding ends the command as any other error does."""
    *variables, line = re_split(STREAMS[name])
    script = f"{' '.join(variables)} {sys.executable} -m browser_sessions {line}"
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_API_KEY")}
    done = subprocess.run(["bash", "-c", script], env=kept, capture_output=True, check=False)  # noqa: S603, S607 - our own
    assert b"Traceback" not in done.stderr + done.stdout
    assert len(done.stderr.splitlines()) <= 4
    assert done.returncode in {0, 1, 2}


def re_split(line: str) -> list[str]:
    """Return the variables that a line of a shell begins with, and the rest of it."""
    words = line.split(" ")
    count = sum("=" in word and word.split("=")[0].isupper() for word in words)
    return [*words[:count], " ".join(words[count:])]
