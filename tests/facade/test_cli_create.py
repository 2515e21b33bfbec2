"""`browser-sessions create`, `stop` and `run`: sessions that a shell starts and ends."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from browser_sessions import _creation, _stopping, sandbox
from browser_sessions._ledger import Ledger
from browser_sessions.cli import _running
from browser_sessions.cli._commands import command
from browser_sessions.errors import LedgerError
from browser_sessions.sandbox import Sandbox
from tests.facade.commands import run, send_at_start


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    """A sandbox."""
    with sandbox.serve() as server:
        yield server


@pytest.fixture
def server(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox without what another test has left; a browser is there at once, and what has ended is soon seen."""
    served.freeze()
    served.reset()
    monkeypatch.setattr(_creation, "CONFIRM", 0.01)
    monkeypatch.setattr(_stopping, "_LEAST", 0.01)
    return served


def test_create_prints_the_reference(server: Sandbox) -> None:
    """For a shell to keep."""
    found = run("create", "browser_use", "--lifetime", "20m", **server.environment)

    (ref,) = server.open_sessions("browser_use")
    assert (found.exit_code, found.stdout, found.stderr) == (0, f"{ref}\n", "")


def test_create_takes_every_option(server: Sandbox, tmp_path: Path) -> None:
    """What is given is sent, and the session is printed without its URLs."""
    more = tmp_path / "more.json"
    more.write_text('{"browserSettings": {"blockAds": true}}', "utf-8")
    given = [
        *("--lifetime", "1h30m", "--proxy", "de", "--region", "us-east-1", "--keep-alive", "--metadata", "job=nightly"),
        *("--no-recording", "--viewport", "1280x720", "--profile", "a", "--no-captcha", "--options", f"@{more}"),
    ]

    found = run("create", "browserbase", *given, "--json", **server.environment)

    session = json.loads(found.stdout)
    assert found.exit_code == 0
    assert (session["region"], session["metadata"]) == ("us-east-1", {"job": "nightly"})
    assert session["connect_url"] == "***"


@pytest.mark.parametrize(("word", "sent"), [("on", True), ("off", False), ("de", "de"), ("", None)])
def test_a_proxy_is_on_off_or_a_country(word: str, sent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a ledger."""
    seen: list[dict[str, Any]] = []

    def create(_: Any, __: str, **options: Any) -> None:
        seen.append(options)
        raise SystemExit

    monkeypatch.setattr("browser_sessions.Client.create", create)
    run("create", "skyvern", "--proxy", word, SKYVERN_API_KEY="a-key")
    assert seen == [{} if sent is None else {"proxy": sent}]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["brightdata"], "'brightdata' is not one of"),
        (["skyvern", "--viewport", "12"], "'12' is not a size: write it as 1280x720."),
        (["skyvern", "--viewport", "axb"], "'axb' is not a size"),
        (["skyvern", "--options", "{"], "it is not JSON"),
        (["skyvern", "--options", "[]"], "it is not a JSON object."),
        (["skyvern", "--options", "@/no/such/file"], "/no/such/file cannot be read: No such file or directory."),
        (["skyvern", "--metadata", "job"], "'job' is not a label"),
        (["skyvern", "--metadata", "job=a"], "Skyvern does not offer `metadata` of `create`"),
        (["skyvern", "--lifetime", "90s"], "lifetime must be in whole minutes for Skyvern"),
    ],
)
def test_create_refuses_what_cannot_be_sent(arguments: list[str], says: str, server: Sandbox) -> None:
    """Invalid options exit with the code for invalid arguments, and nothing is created."""
    found = run("create", *arguments, **server.environment)

    assert found.exit_code == 2
    assert says in found.stderr
    assert server.open_sessions("skyvern") == ()


def test_create_names_what_may_be_running(server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message, and a line for each session that may be it."""
    monkeypatch.setattr(_creation, "LOOKS", (0.0,))
    server.fault("skyvern", "create_session", "lost")

    found = run("create", "skyvern", **server.environment)

    (ref,) = server.open_sessions("skyvern")
    assert (found.exit_code, found.stdout) == (1, "")
    first, second = found.stderr.splitlines()
    assert "the response to a create was lost, and a session may be running" in first
    assert second == f"browser-sessions: it may be {ref}  pending"


@pytest.mark.parametrize("error", [OSError(28, "No space left"), BrokenPipeError(32, ""), KeyboardInterrupt()])
def test_create_stops_what_it_cannot_print(
    error: BaseException, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the session would run, and no one would know of it."""

    def fail(_: str) -> None:
        assert server.open_sessions("browser_use")
        raise error

    monkeypatch.setattr("click.echo", fail)

    found = run("create", "browser_use", **server.environment)

    assert found.exit_code
    assert server.open_sessions("browser_use") == ()


def test_create_in_a_sandbox_of_its_own() -> None:
    """The command creates the session in a sandbox that ends with the command."""
    assert run("create", "browser_use", "--sandbox").stdout.startswith("browser_use:")


def test_stop_prints_sessions_that_have_ended(server: Sandbox) -> None:
    """One line each, and an error in its place; nothing is stopped for an unknown id."""
    refs = [str(server.start(slug)) for slug in ("browser_use", "skyvern")]

    found = run("stop", "-", "anchorbrowser:all", stdin="\n".join(refs), **server.environment)

    assert found.exit_code == 2
    assert sorted(line.partition("  ")[0] for line in found.stdout.splitlines()) == refs
    assert "anchorbrowser:all: this id cannot be sent" in found.stderr
    assert server.open_sessions("skyvern") == server.open_sessions("browser_use") == ()


def test_stop_that_is_not_confirmed(server: Sandbox) -> None:
    """It has an exit code of its own."""
    ref = server.start("browser_use")
    server.fault("browser_use", "stop_session", "ignored")

    found = run("stop", str(ref), "--timeout", "0.001", **server.environment)

    assert found.exit_code == 3
    assert f"browser-sessions: {ref}: was asked to stop, and may still be running" in found.stderr


def ran(server: Sandbox, script: str, *options: str, slug: str = "browser_use") -> Any:
    """Return what came of a shell's script that was run with a browser of its own."""
    return run("run", slug, *options, "--", "sh", "-c", script, **server.environment)


def test_run_gives_a_program_a_browser(server: Sandbox, tmp_path: Path) -> None:
    """The program finds its browser in its environment, without any key, and the session ends with the program."""
    found = ran(server, f"env > {tmp_path}/env", "--lifetime", "5m", slug="browser_use")

    environment = dict(line.partition("=")[::2] for line in Path(tmp_path, "env").read_text("utf-8").splitlines())
    assert (found.exit_code, found.output) == (0, "")
    assert environment["CDP_URL"] == "https://EXAMPLE.cdp1.browser-use.com"
    assert environment["CDP_HEADERS"] == "{}"
    assert environment["BROWSER_SESSION"].startswith("browser_use:")
    assert [name for name in environment if name.endswith("_API_KEY")] == []
    assert server.open_sessions("browser_use") == ()
    ran(server, f"env > {tmp_path}/env", "--keep-keys")
    assert "BROWSER_USE_API_KEY=sandbox-key" in Path(tmp_path, "env").read_text("utf-8")


@pytest.mark.parametrize(("script", "code"), [("exit 7", 7), ("kill -9 $$", 137)])
def test_run_ends_as_its_program(script: str, code: int, server: Sandbox) -> None:
    """The command ends with its program's exit code, as a shell reports it."""
    assert ran(server, script).exit_code == code
    assert server.open_sessions("browser_use") == ()


def test_run_without_a_command(server: Sandbox) -> None:
    """No session is created for what cannot be run."""
    found = run("run", "browser_use", "--", "no-such-command", **server.environment)

    assert found.exit_code == 2
    assert "no-such-command cannot be run: there is no such command. No session was created." in found.stderr


def test_run_of_a_missing_program_creates_no_session(server: Sandbox, tmp_path: Path) -> None:
    """The system's reason is shown, and the session is stopped."""
    text = tmp_path / "text"
    text.write_text("neither a program nor a script", "utf-8")
    text.chmod(0o700)

    found = run("run", "browser_use", "--", str(text), **server.environment)

    assert found.exit_code == 2
    assert f"Error: {text} cannot be run: Exec format error.\n" in found.stderr
    assert server.open_sessions("browser_use") == ()


def test_run_without_a_session(server: Sandbox) -> None:
    """The error is printed, and the program is not run."""
    server.fault("browser_use", "create_session", "refused", 402)
    found = ran(server, "exit 7")
    assert found.exit_code == 1
    assert "Browser Use reports that credits or a limit are used up" in found.stderr


@pytest.mark.parametrize(("script", "code"), [("exit 0", 3), ("exit 7", 7)])
def test_run_whose_stop_is_not_confirmed(script: str, code: int, server: Sandbox) -> None:
    """The exit code shows it, unless the program's does not end in 0; the message does anyway."""
    server.fault("browser_use", "stop_session", "ignored")

    found = ran(server, script)

    assert found.exit_code == code
    assert "was asked to stop, and may still be running" in found.stderr


def send(numbers: list[int], after: Path) -> threading.Thread:
    """Send signals to this program, each once a program has written a line into a file."""

    def work() -> None:
        for lines, number in enumerate(numbers, start=1):
            while not after.exists() or len(after.read_text("utf-8").splitlines()) < lines:
                time.sleep(0.01)
            os.kill(os.getpid(), number)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_sends_a_signal_on(number: signal.Signals, server: Sandbox, tmp_path: Path) -> None:
    """The program ends as it likes, and the session is stopped then."""
    sent = send([number], tmp_path / "began")
    name = number.name.removeprefix("SIG")

    found = ran(server, f"trap 'exit 5' {name}; echo >> {tmp_path}/began; while :; do sleep 0.01; done")

    sent.join()
    assert found.exit_code == 5
    assert server.open_sessions("browser_use") == ()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_run_kills_with_the_second_signal(server: Sandbox, tmp_path: Path) -> None:
    """A program that does not end."""
    sent = send([signal.SIGTERM, signal.SIGTERM], tmp_path / "began")
    script = f"trap 'echo >> {tmp_path}/began' TERM; echo >> {tmp_path}/began; while :; do sleep 0.01; done"

    assert ran(server, script).exit_code == 137
    sent.join()
    assert server.open_sessions("browser_use") == ()


def test_run_whose_program_is_being_started(server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal that comes then is the program's, too."""
    send_at_start(monkeypatch, signal.SIGTERM)

    assert ran(server, "while :; do sleep 0.01; done").exit_code == 143
    assert server.open_sessions("browser_use") == ()


def test_run_leaves_an_ignored_signal_ignored(server: Sandbox, tmp_path: Path) -> None:
    """An ignored hangup, as `nohup` sets it, ends neither the command nor its program."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        sent = send([signal.SIGHUP], tmp_path / "began")
        assert ran(server, f"echo >> {tmp_path}/began; sleep 0.1; exit 5").exit_code == 5
        sent.join()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_run_does_not_repeat_the_terminals_ctrl_c(
    server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The terminal sends it to the program, too."""
    monkeypatch.setattr(_running, "_is_in_foreground", lambda: True)
    waits = f"trap 'exit 5' INT; echo >> {tmp_path}/began; sleep 0.2; exit 6"

    class Interrupted(subprocess.Popen[bytes]):
        def wait(self, timeout: float | None = None) -> int:
            """Wait; the first time, a Ctrl-C comes. One that comes while the program starts is sent to it."""
            if self.returncode is None:
                while not (tmp_path / "began").exists():
                    time.sleep(0.01)
                os.kill(os.getpid(), signal.SIGINT)
            return super().wait(timeout)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)

    assert ran(server, waits).exit_code == 6


def test_whether_a_terminal_sends_signals_to_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this program's group is in its foreground; without a terminal, it is not."""

    class Input:
        def fileno(self) -> int:
            return 0

    monkeypatch.setattr("sys.__stdin__", Input())
    groups: list[Callable[[int], int]] = [lambda _: os.getpgrp(), lambda _: os.getpgrp() + 1]
    found = []
    for group in groups:
        monkeypatch.setattr(os, "tcgetpgrp", group)
        found.append(_running._is_in_foreground())
    monkeypatch.setattr("sys.__stdin__", None)
    assert [*found, _running._is_in_foreground()] == [True, False, False]


def test_run_stops_its_session_if_nothing_can_be_written(server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the session is created, the disk is full: neither the ledger nor a line of the log can be written."""

    class Full(io.StringIO):
        def write(self, _: str, /) -> int:
            raise OSError(28, "No space left on device")

    write = Ledger.write

    def write_intent(ledger: Ledger, event: str, *rest: Any) -> None:
        if event != "create":
            raise LedgerError("the disk is full")
        write(ledger, event, *rest)

    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Ledger, "write", write_intent)
    monkeypatch.setattr("sys.stderr", Full())

    with pytest.raises(SystemExit) as left:
        command.main(["run", "browser_use", "--", "true"], standalone_mode=False)

    assert left.value.code == 0
    assert server.open_sessions("browser_use") == ()


def test_run_that_is_ended_before_its_program_begins(server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session is stopped."""

    def environment(*_: Any, **__: Any) -> dict[str, str]:
        os.kill(os.getpid(), signal.SIGTERM)
        return {}

    monkeypatch.setattr(_running, "_environment", environment)

    assert ran(server, "exit 7").exit_code == 143
    assert server.open_sessions("browser_use") == ()


def test_run_that_is_ended_and_whose_stop_is_not_confirmed(
    server: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its exit code is the signal's, and what may be running is reported all the same."""

    def environment(*_: Any, **__: Any) -> dict[str, str]:
        os.kill(os.getpid(), signal.SIGHUP)
        return {}

    monkeypatch.setattr(_running, "_environment", environment)
    server.fault("browser_use", "stop_session", "ignored")

    found = ran(server, "exit 7")

    assert found.exit_code == 129
    assert found.stderr == f"browser-sessions: {caplog.messages[-1]}\n"
    assert "was asked to stop, and may still be running" in found.stderr
