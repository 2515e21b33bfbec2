"""The command, as a person and as a script use it."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner
from rich.status import Status

from browser_sessions import PROVIDERS, Client, sandbox
from browser_sessions.cli import main
from browser_sessions.cli._commands import command
from browser_sessions.cli._progress import Progress
from browser_sessions.sandbox import Sandbox
from tests.facade.commands import run, send_at_start
from tests.facade.faulty_server import FaultyServer, Peer
from tests.facade.provider_case import CASES

PROGRAM = [sys.executable, "-m", "browser_sessions"]

HINT = re.compile(r"Try '.* (--help|-h)' for help")
"""Where help is; which of its two options is named is a matter of click's version."""

INTERRUPTIBLE = """
import signal, browser_sessions.cli
signal.signal(signal.SIGINT, signal.default_int_handler)
browser_sessions.cli.main()
"""
"""The command, even where the tests run in the background of a shell, which makes its children ignore Ctrl-C."""


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    """A sandbox for those tests that need to know it."""
    with sandbox.serve() as server:
        yield server


@contextlib.contextmanager
def start(*arguments: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Start the command in a process of its own, which is gone afterwards, whatever it does."""
    given: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    with subprocess.Popen([sys.executable, "-c", INTERRUPTIBLE, *arguments], **given) as process:  # noqa: S603 - our own
        try:
            yield process
        finally:
            process.kill()


def test_get_is_one_table() -> None:
    """Sessions are rows in order; each failure is a line on standard error and sets the exit code."""
    result = run("get", "--sandbox", "skyvern:completed", "browser_use:completed", "browserbase:missing", "oops")

    rows = [re.split(r"  +", line.strip()) for line in result.stdout.splitlines()]
    assert rows[0] == ["session", "status", "ran for", "cost", "raw status", "started", "ended", "traffic"]
    assert [row[:4] for row in rows[1:]] == [
        ["skyvern:completed", "completed", "0:12:30", "completed"],
        ["browser_use:completed", "ended", "0:12:30", "0.0750 USD"],
    ]
    missing, unnamed = sorted(result.stderr.splitlines())
    assert re.fullmatch(r"browser-sessions: browserbase:missing: Browserbase has no such session .*", missing)
    assert unnamed == (
        "browser-sessions: oops: a session is named by a provider, a colon and an id, such as 'skyvern:pbs_123'"
    )
    assert result.exit_code == 1
    assert run("get", "--sandbox", "skyvern:completed").exit_code == 0


@pytest.mark.parametrize("columns", [40, 60, 100, 200])
def test_a_table_fits_its_terminal(columns: int) -> None:
    """Less is shown where there is less room, which is said below, and no row is broken across lines."""
    result = run("get", "--sandbox", *(f"{slug}:completed" for slug in PROVIDERS), columns=columns)

    lines = result.stdout.splitlines()
    below = {40: "cost, raw status, started, ended, traffic", 60: "raw status, started, ended, traffic"}
    hidden = below.get(columns, "ended, traffic") if columns < 110 else ""
    assert " ".join(" ".join(lines[1 + len(PROVIDERS) :]).split()) == (hidden and f"In a wider terminal: {hidden}")
    assert all(len(line) <= columns for line in lines)
    assert [("started" in lines[0]), ("traffic" in lines[0])] == [columns >= 90, columns >= 110]


def test_get_as_json() -> None:
    """For scripts: an array, or a line each; errors are objects, too; secrets stay hidden."""
    array = json.loads(run("get", "--json", "--sandbox", "browserbase:running", "skyvern:missing").stdout)
    lines = [
        json.loads(line) for line in run("get", "--jsonl", "--sandbox", "browserbase:running", "x").stdout.splitlines()
    ]
    (raw,) = json.loads(run("get", "--raw", "--sandbox", "browserbase:running").stdout)

    assert {each.get("error") for each in array} == {None, "SessionNotFound"}
    assert {each.get("status") for each in array} == {None, "running"}
    assert {each["ref"].partition(":")[0] for each in lines} == {"browserbase", "x"}
    assert (raw["connect_url"], raw["raw"]["signingKey"], raw["raw"]["status"]) == ("***", "***", "RUNNING")


def test_references_from_standard_input(server: Sandbox) -> None:
    """Many of them, each once; blank lines and comments are ignored."""
    server.add("skyvern:pbs_many", {"browser_session_id": "pbs_many", "status": "running"})
    refs = "\n".join([str(server.ref("skyvern", "running")), "", " skyvern:pbs_many  # mine", "skyvern:pbs_many"])
    refs = f"# Those of tonight\n{refs}\n\t#"
    result = run("get", "--jsonl", "-", stdin=refs, columns=80, **server.environment)

    assert len(result.stdout.splitlines()) == 2
    assert result.exit_code == 0
    marked = run("get", "--jsonl", "-", stdin=f"\ufeff{server.ref('skyvern', 'running')}\r\n", **server.environment)
    assert (marked.exit_code, len(marked.stdout.splitlines())) == (0, 1)


@pytest.mark.parametrize("name", ["get", "wait", "watch"])
def test_no_reference_at_all(name: str) -> None:
    """Empty standard input is an error, because the program that should have written references may have failed."""
    result = run(name, "-", stdin="\n \n")
    assert (result.exit_code, "Standard input has no REF." in result.stderr) == (2, True)


@pytest.mark.parametrize("arguments", [["get"], ["wait", "--timeout", "0.1"]], ids=["table", "lines"])
def test_what_a_terminal_would_take_for_a_command(server: Sandbox, arguments: list[str]) -> None:
    """Neither a provider's text nor a foreign reference sets a title, moves the cursor or erases a line."""
    evil = {"browser_session_id": "pbs_evil", "status": "\x1b]0;owned\x07\x9b2J\rrunning"}
    over = {"browser_session_id": "pbs_over", "status": "completed"}
    refs = [str(server.add(f"skyvern:{body['browser_session_id']}\x1b[2K", body)) for body in (evil, over)]
    environment = server.environment | {"COLUMNS": "150"}
    result = CliRunner().invoke(command, [*arguments, *refs, "skyvern:gone\x1b[2K"], env=environment, color=True)

    shown = result.stdout + result.stderr
    assert [each for each in shown if not each.isprintable() and each != "\n"] == []
    for name in ("evil", "over", "gone"):
        assert f"{name}\N{REPLACEMENT CHARACTER}[2K" in shown


@pytest.mark.usefixtures("hasty")
def test_wait(server: Sandbox) -> None:
    """Each session once it is ready or has ended; one that never will be has another exit code."""
    runs = {"browser_session_id": "pbs_life", "status": "running", "started_at": "2026-03-04T09:00:00"}
    ended = runs | {"status": "completed", "completed_at": "2026-03-04T09:00:04"}
    refs = [str(server.add("skyvern:pbs_life", runs, runs, ended)), str(server.ref("browserbase", "completed"))]
    result = run("wait", *refs, "--until", "ended", columns=80, **server.environment)
    assert "skyvern:pbs_life  completed  0:00:04" in result.stdout.splitlines()
    assert len(result.stdout.splitlines()) == 2
    assert result.exit_code == 0
    late = run("wait", "--sandbox", "skyvern:completed", "--until", "ready")
    assert (late.exit_code, "has ended (completed)" in late.stderr) == (3, True)
    slow = run("wait", "--sandbox", "skyvern:running", "--timeout", "0.1s")
    assert (slow.exit_code, "is not ended within 0.1 s" in slow.stderr) == (3, True)
    assert run("wait", "--sandbox", "skyvern:missing").exit_code == 1


def test_watch_in_a_pipe_is_a_line_for_each_change(server: Sandbox) -> None:
    """Each change is a line until all sessions have ended; a session that cannot be watched is an error."""
    body = {"id": "1a2b3c4d", "status": "PENDING"}
    words = ["PENDING", "RUNNING", "RUNNING", "COMPLETED"]
    ref = str(server.add("browserbase:1a2b3c4d", *(body | {"status": word} for word in words)))
    result = run("watch", ref, "skyvern:pbs_missing", "--interval", "0.1", columns=80, **server.environment)

    lines = result.stdout.splitlines()
    assert [line.split("  ")[1] for line in lines if line.startswith(ref)] == ["pending", "running", "completed"]
    assert "skyvern:pbs_missing  SessionNotFound" in lines
    assert (result.exit_code, "has no such session" in result.stderr) == (1, True)


@pytest.mark.parametrize("columns", [80, 160])
def test_providers(columns: int) -> None:
    """What each can report, and where its key is; never the key."""
    result = run("providers", columns=columns, SKYVERN_API_KEY="a-secret-key")

    assert "a-secret-key" not in result.output
    assert "BROWSERBASE" in result.output
    assert len([line for line in result.stdout.splitlines() if line.startswith("cost")]) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("get",), "Missing argument 'REF…'"),
        (("get", "--nonsense", "a:b"), "No such option"),
        (("wait", "a:b", "--until", "never"), "is not one of 'ended', 'ready'"),
        (("nothing",), "No such command 'nothing'"),
        (("wait", "a:b", "--timeout", "nan"), "'nan' is not a time: write it as 90s, 5m, 2h, 1h30m, 1d, or as"),
        (("wait", "a:b", "--timeout", "11d"), "'11d' is not a time from 0.001s to 10d"),
        (("watch", "a:b", "--interval", "0"), "'0' is not a time from 0.1s to 10d"),
    ],
)
def test_invalid_arguments_are_refused(arguments: tuple[str, ...], said: str) -> None:
    """The error names where help is."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert HINT.search(result.stderr)


def test_a_missing_key_is_one_line() -> None:
    """A missing key is one line, which names what to set."""
    result = run("get", "skyvern:pbs_1")
    assert result.stderr == ("browser-sessions: skyvern:pbs_1: no API key for Skyvern: set SKYVERN_API_KEY\n")
    assert result.exit_code == 2


def test_plain_http_to_another_machine_is_refused_with_the_option_that_allows_it() -> None:
    """The refusal of plain http has the real error's message, with the option that allows it."""
    environment = {"SKYVERN_API_KEY": "a-key", "SKYVERN_BASE_URL": "http://skyvern.example"}
    result = run("get", "skyvern:pbs_1", **environment)
    assert result.stderr == (
        "browser-sessions: skyvern:pbs_1: the base URL for Skyvern (from SKYVERN_BASE_URL) is plain http to another "
        "machine, which would show the API key on the way: use https, a tunnel to localhost or, if all that is on the "
        "way is your own, --plain-http skyvern, or BROWSER_SESSIONS_PLAIN_HTTP=skyvern\n"
    )
    assert result.exit_code == 2


def test_a_scenario_that_is_unknown_is_named_with_those_that_there_are(server: Sandbox) -> None:
    """An id of one of them is as good, and what is not a reference has its own error."""
    result = run("get", "--sandbox", "skyvern:nope")
    assert "The sandbox has no scenario 'nope'. There are: pending, running, completed, " in result.stderr
    assert result.exit_code == 2
    assert run("get", "--sandbox", str(server.ref("skyvern", "running"))).exit_code == 0
    assert "there is no provider 'bogus'" in run("get", "--sandbox", "bogus:nope").stderr


@pytest.mark.parametrize(
    ("refs", "code"),
    [
        (["skyvern:running"], 0),
        (["skyvern:running", "skyvern"], 2),
        (["bogus:1"], 2),
        (["bogus:1", "skyvern:missing"], 1),
    ],
)
def test_the_exit_code_is_that_of_the_worst_result(refs: list[str], code: int) -> None:
    """Invalid arguments differ from failures."""
    assert run("get", "--sandbox", *refs).exit_code == code


def test_an_error_is_one_line_and_names_its_session_once(server: Sandbox) -> None:
    """Whatever the reference is made of."""
    for ref in ("skyvern:a\nb", "skyvern: x ", "skyvern:\x1b[31mred", "browserbase:\u202e"):
        (line,) = run("get", ref, **server.environment).stderr.splitlines()
        assert line.isprintable()
        assert line.count("browserbase:" if ref.startswith("b") else "skyvern:") == 1


def test_a_full_disk_is_one_line(server: Sandbox) -> None:
    """A full disk is reported in one line, like any other error."""
    with (
        open("/dev/full", "w", encoding="utf-8") as full,  # noqa: PTH123 - a device
        start(
            "get", "--json", str(server.ref("skyvern", "running")), env=os.environ | server.environment, stdout=full
        ) as process,
    ):
        assert process.stderr
        assert process.stderr.read() == "browser-sessions: [Errno 28] No space left on device\n"
        assert process.wait(timeout=10) == 1


def test_what_was_fetched_before_ctrl_c_is_printed(server: Sandbox) -> None:
    """Only what was not fetched is lost."""
    first = str(server.ref("browserbase", "completed"))
    with FaultyServer(Peer.hold) as silent:  # until it is interrupted
        environment = os.environ | server.environment | {"SKYVERN_BASE_URL": silent.address}
        with start("get", "--json", "--concurrency", "1", first, "skyvern:pbs_1", env=environment) as process:
            assert process.stdout
            end = time.monotonic() + 30
            while not silent.peers and time.monotonic() < end:
                time.sleep(0.01)
            time.sleep(0.5)  # what came before is on its way
            process.send_signal(signal.SIGINT)
            assert [each["ref"] for each in json.loads(process.stdout.read())] == [first]
            assert process.wait(timeout=10) == 130


def test_help_and_completion() -> None:
    """Help alone is enough to use it, and a shell completes commands and providers."""
    assert {"get", "wait", "watch", "providers", "sandbox"} <= set(run("--help").stdout.split())
    assert "Exit codes" in run("wait", "-h").stdout
    for shell in ("bash", "zsh", "fish"):
        assert "_BROWSER_SESSIONS_COMPLETE" in run("completion", shell).stdout
    asked = {"_BROWSER_SESSIONS_COMPLETE": "bash_complete", "COMP_WORDS": "browser-sessions get sky", "COMP_CWORD": "2"}
    completed = subprocess.run(PROGRAM, env=os.environ | asked, capture_output=True, text=True, check=True)  # noqa: S603
    assert completed.stdout == "plain,skyvern:\n"


def test_the_sandbox_command() -> None:
    """Prints what to export, serves until Ctrl-C, and leaves in peace; a port that is taken is an error."""
    with start("sandbox") as process:
        assert process.stdout
        assert process.stderr
        lines = [process.stdout.readline() for _ in range(2 * len(PROVIDERS))]
        exported = dict(line.removeprefix("export ").strip().split("=") for line in lines)
        assert exported.keys() == {
            name for each in PROVIDERS.values() for name in (each.key_variables[0], each.base_url_variable)
        }
        assert run("get", str(_ref("skyvern", "running")), columns=80, **exported).exit_code == 0
        port = httpx.URL(exported["SKYVERN_BASE_URL"]).port
        taken = run("sandbox", "--port", str(port))
        assert (taken.exit_code, f"port {port} is not available: leave out --port" in taken.stderr) == (1, True)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert "Traceback" not in process.stderr.read()


ASKING = """
import json, sys, browser_sessions
words = [browser_sessions.get(ref).raw_status for ref in sys.argv[2:]]
print(json.dumps([sys.argv[1], *words]), flush=True)
"""


def test_a_command_beside_the_sandbox() -> None:
    """Finds it in its environment, and the sessions of scenarios by name; its exit code is the result."""
    asking = [sys.executable, "-c", ASKING, "-x:y"]
    with start("sandbox", "--", *asking, *(f"{slug}:running" for slug in PROVIDERS)) as process:
        out, err = process.communicate(timeout=60)
    assert (json.loads(out), err) == (["-x:y", *(CASES[slug].words["running"] for slug in PROVIDERS)], "")

    for code, program in ((7, "raise SystemExit(7)"), (143, "import os; os.kill(os.getpid(), 15)")):
        assert run("sandbox", sys.executable, "-c", program).exit_code == code


def test_a_command_beside_the_sandbox_that_cannot_be_run() -> None:
    """A program that cannot be run is reported in one line, like invalid arguments."""
    result = run("sandbox", "no-such-program\x1b[2J", "x")
    assert result.exit_code == 2
    assert "Error: no-such-program" in result.stderr
    assert "cannot be run: No such file or directory" in result.stderr
    assert "\x1b" not in result.stderr


def test_ctrl_c_is_for_the_command_beside_the_sandbox() -> None:
    """It does what it does then, with the sandbox still there, and its exit code is the result."""
    patient = """
import signal, sys, time, browser_sessions
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    print("waiting", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print(browser_sessions.get(sys.argv[1]).status, flush=True)
    sys.exit(9)
"""
    program = ["sandbox", "--", sys.executable, "-c", patient, "skyvern:running"]
    with start(*program, start_new_session=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "waiting\n"
        os.killpg(process.pid, signal.SIGINT)
        assert (process.wait(timeout=60), process.stdout.read()) == (9, "running\n")


def test_ctrl_c_while_the_command_beside_the_sandbox_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Ctrl-C does not end the sandbox, even if it comes before the command is waited for."""
    send_at_start(monkeypatch, signal.SIGINT)

    assert run("sandbox", "--", "sh", "-c", "exit 9").exit_code == 9
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_ignored_ctrl_c_stays_ignored_beside_the_sandbox() -> None:
    """The command inherits it, as a shell's job in the background expects."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert run("sandbox", "--", "sh", "-c", "kill -INT $$; exit 9").exit_code == 9
    finally:
        signal.signal(signal.SIGINT, before)


def _ref(slug: str, scenario: str) -> Any:
    with sandbox.serve() as server:
        return server.ref(slug, scenario)


def test_on_a_terminal() -> None:
    """A live table with colours, which Ctrl-C ends with its own exit code; none under NO_COLOR."""
    for environment, is_coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        code, shown = _on_terminal(["watch", "--sandbox", "skyvern:running", "--interval", "0.2"], environment)
        assert code == 130
        assert "running" in shown
        assert ("\x1b[32m" in shown) == is_coloured
        assert "Traceback" not in shown


def _on_terminal(arguments: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Run the command on a terminal of its own, interrupt it once it shows a session, and return what it showed."""
    terminal, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "CI", "TERM"}}
    shown = ""
    environment = kept | {"TERM": "xterm", "COLUMNS": "80"} | environment
    with start(*arguments, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, text=False) as process:
        os.close(theirs)
        while "0:12:3" not in shown:
            shown += os.read(terminal, 4096).decode("utf-8", "replace")
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(OSError):  # once the other side is closed
            while data := os.read(terminal, 4096):
                shown += data.decode("utf-8", "replace")
        code = process.wait(timeout=10)
    os.close(terminal)
    return code, shown


def test_without_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names what to install."""
    monkeypatch.delitem(sys.modules, "browser_sessions.cli._commands", raising=False)
    monkeypatch.setitem(sys.modules, "click", None)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == "browser-sessions: the command needs click: install the extra, browser-sessions[cli]"


def test_ctrl_c_in_a_pipe(server: Sandbox) -> None:
    """Ends at once, with its own exit code, and no traceback."""
    with start("watch", str(server.ref("skyvern", "running")), env=os.environ | server.environment) as process:
        assert process.stdout
        assert process.stderr
        assert "running" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
        assert "Traceback" not in process.stderr.read()


def test_a_reader_that_goes(server: Sandbox) -> None:
    """A reader that stops early causes no traceback: `browser-sessions get --jsonl … | head -1`."""
    refs = [f"skyvern:pbs_{number}" for number in range(300)]
    for ref in refs:
        server.add(ref, {"browser_session_id": "pbs_1", "status": "running"})
    with start("get", "--jsonl", *refs, env=os.environ | server.environment) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()
        assert process.wait(timeout=10) == 1


class TestMain:
    """What cannot be seen from another process is seen in this one."""

    @pytest.mark.parametrize(
        ("raised", "code"),
        [(KeyboardInterrupt, 130), (OSError(28, "No space left"), "browser-sessions: [Errno 28] No space left")],
    )
    def test_what_ends_it_before_it_begins(self, raised: Any, code: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """No traceback, whatever it was."""

        def act(**_: object) -> None:
            raise raised

        monkeypatch.setattr(command, "main", act)
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == code

    @pytest.mark.parametrize(
        ("raised", "code"),
        [(None, 0), (KeyboardInterrupt, 130), (SystemExit(3), 3)],
    )
    def test_exit_codes(self, raised: Any, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """The exit codes follow the conventions of shells."""

        def act(**_: object) -> None:
            if raised:
                raise raised

        assert importlib.import_module("browser_sessions.__main__").main is main
        monkeypatch.setattr(command.commands["providers"], "callback", act)
        monkeypatch.setattr(sys, "argv", ["browser-sessions", "providers"])
        with pytest.raises(SystemExit) as caught:
            main()
        assert (caught.value.code or 0) == code

    def test_invalid_arguments_are_refused(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The program refuses invalid arguments and names where help is."""
        monkeypatch.setattr(sys, "argv", ["browser-sessions", "get"])
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == 2
        assert HINT.search(capsys.readouterr().err)

    def test_progress_needs_a_terminal(self) -> None:
        """FORCE_COLOR asks for colours: a pipe is still no terminal, and gets neither a spinner nor a live table."""
        for arguments in (["get"], ["wait"], ["watch"]):
            result = run(*arguments, "--sandbox", "skyvern:completed", FORCE_COLOR="1", columns=80)
            assert "completed" in result.stdout
            assert result.stderr == ""
            assert "\x1b[?25l" not in result.stdout

    def test_results_on_the_terminal_that_shows_progress(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The spinner disappears before a result is printed on a line of its own, and returns after it."""
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        calls: list[str] = []
        monkeypatch.setattr("rich.status.Status.stop", lambda _: calls.append("stop"))
        monkeypatch.setattr("rich.status.Status.start", lambda _: calls.append("start"))
        progress = Progress("fetching", 1, Status("fetching…"))
        progress.print_line("a line")
        assert (calls, capsys.readouterr().out) == (["stop", "start"], "a line\n")

    def test_ctrl_c_between_two_sessions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ctrl-C between two sessions prints the first one and aborts, in this process as in a real one."""
        fetch = Client.get_many

        def interrupted(*arguments: Any, **options: Any) -> Iterator[Any]:
            yield next(fetch(*arguments, **options))
            raise KeyboardInterrupt

        monkeypatch.setattr(Client, "get_many", interrupted)
        result = run("get", "--json", "--sandbox", "skyvern:running")
        assert [each["status"] for each in json.loads(result.stdout)] == ["running"]
        assert "Aborted!" in result.output

    def test_without_the_sandboxs_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The error names what to install."""
        monkeypatch.delitem(sys.modules, "browser_sessions.sandbox._server", raising=False)
        monkeypatch.setitem(sys.modules, "uvicorn", None)
        result = run("get", "--sandbox", "skyvern:running")
        assert (result.exit_code, "browser-sessions[sandbox]" in result.stderr) == (1, True)

    def test_the_sandbox(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The sandbox runs until it is interrupted."""

        def interrupt(_: float) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("browser_sessions.cli._commands.time.sleep", interrupt)
        result = run("sandbox")
        assert (result.exit_code, result.stdout.count("export ")) == (0, 2 * len(PROVIDERS))

    def test_completion(self) -> None:
        """The shell completes the names of providers."""
        (refs, *_) = command.commands["get"].params
        found = refs.shell_complete(click.Context(command), "browser")
        assert [each.value for each in found] == ["browser_use:", "browserbase:"]
