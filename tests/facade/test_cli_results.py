"""What the command makes of results and errors, whatever client they come from."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, Self

import httpx
import pytest
from click.testing import CliRunner, Result

from browser_sessions import Account, BrowserSession, SessionRef, SessionStatus, errors
from browser_sessions.cli._commands import command
from browser_sessions.cli._results import table_console
from browser_sessions.errors import BrowserSessionsError

Outcome = BrowserSession | BrowserSessionsError

URL = "https://user:hunter2@a.example/b?c=hunter2#hunter2"
MASKED = "https://***@a.example/b?***"
UNUSABLE = errors.ConfigurationError("ALL_PROXY is not a proxy that can be used: install httpx[socks]")

each_command = pytest.mark.parametrize(
    "arguments",
    [["get"], ["get", "--json"], ["get", "--jsonl"], ["watch", "--interval", "0.1"], ["wait", "--timeout", "2"]],
    ids=" ".join,
)


class FakeClient:
    """A client whose results are given, one for each reference, or that fails as a whole."""

    def __init__(self, outcomes: Iterable[Outcome] | BrowserSessionsError) -> None:
        self._outcomes = outcomes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close nothing."""

    def get_many(self, refs: Iterable[str], **_: Any) -> Iterator[tuple[str, Outcome]]:
        """Yield the results, or fail before the first one."""
        if isinstance(self._outcomes, BrowserSessionsError):
            raise self._outcomes
        yield from zip(refs, self._outcomes, strict=False)

    wait_many = get_many

    def list_many(self, providers: list[str], **_: Any) -> FakeListing:
        """Return the results as those of one provider's list."""
        if isinstance(self._outcomes, BrowserSessionsError):
            raise self._outcomes
        return FakeListing((slug, outcome) for slug in providers for outcome in self._outcomes)

    def account(self, _: str) -> Account:
        """Return an account without any values."""
        return Account()


class FakeListing(list[tuple[str, Outcome]]):
    """A list whose rows could all be read."""

    skipped: Mapping[str, list[Any]] = {}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command with the given results; its output is not a terminal."""

    def run_with(outcomes: Any, *arguments: str, **environment: str) -> Result:
        monkeypatch.setattr("browser_sessions.cli._clients.Client", lambda **_: FakeClient(outcomes))
        return CliRunner().invoke(command, arguments, env=environment)

    return run_with


def session_of(session_id: str, **fields: Any) -> BrowserSession:
    """Return a session of Skyvern that has ended."""
    given = {"status": SessionStatus.COMPLETED, "raw_status": "completed", "raw": None} | fields
    return BrowserSession(provider="skyvern", id=session_id, **given)


@each_command
def test_an_error_of_the_whole_run_is_one_line(run: Any, arguments: list[str]) -> None:
    """An error of the whole run is one line with the exit code of its kind, and no traceback."""
    for error, code in ((UNUSABLE, 2), (errors.BrowserSessionsError("what\nnow"), 1)):
        result = run(error, *arguments, "skyvern:a", "browserbase:b")
        line = str(error).replace("\n", "\N{REPLACEMENT CHARACTER}")
        assert (result.stderr, result.exit_code) == (f"browser-sessions: {line}\n", code)
        assert type(result.exception) is SystemExit


each_form = pytest.mark.parametrize("form", [[], ["--json"], ["--jsonl"], ["--ids"]], ids=str)


@each_form
def test_a_list_shows_no_secret_of_a_session(run: Any, form: list[str]) -> None:
    """A list shows neither where to connect nor the parts of a URL beside its path."""
    result = run([session_of("a", connect_url=URL, live_view_url=URL)], "list", "skyvern", *form, COLUMNS="200")
    assert "skyvern:a" in result.stdout
    assert "hunter2" not in result.output
    assert ("***" in result.output) == ("--json" in form or "--jsonl" in form)
    assert result.exit_code == 0


@pytest.mark.parametrize("form", [[], ["--ids"]], ids=str)
def test_an_id_in_a_list_that_a_terminal_would_take_for_a_command(run: Any, form: list[str]) -> None:
    """An id with a terminal's command is printed as one reference on one line, without the command."""
    result = run([session_of("a\x1b[2J\nskyvern:b")], "list", "skyvern", *form, COLUMNS="200")
    shown = [line for line in result.stdout.splitlines() if line.startswith("skyvern:")]
    assert [line.split("  ")[0] for line in shown] == [
        "skyvern:a\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}skyvern:b"
    ]


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["account"]], ids=" ".join)
def test_an_error_of_the_whole_run_of_a_list_is_one_line(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """An error of the whole run of a list is one line, as in any other command."""

    def fail(**_: object) -> None:
        raise UNUSABLE

    monkeypatch.setattr("browser_sessions.cli._clients.Client", fail)
    result = CliRunner().invoke(command, [*arguments, "skyvern"])
    assert (result.stdout, result.stderr, result.exit_code) == ("", f"browser-sessions: {UNUSABLE}\n", 2)


@each_command
def test_a_client_that_cannot_be_made_is_one_line(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """A client that cannot be made is one line, like any other error of the whole run."""

    def fail(**_: object) -> None:
        raise UNUSABLE

    monkeypatch.setattr("browser_sessions.cli._clients.Client", fail)
    result = CliRunner().invoke(command, [*arguments, "skyvern:a"])
    assert (result.stderr, result.exit_code) == (f"browser-sessions: {UNUSABLE}\n", 2)


@each_command
def test_an_error_in_the_place_of_a_session_is_one_line(run: Any, arguments: list[str]) -> None:
    """It names the session once, as it was typed; the exit code is that of the worst."""
    ref = SessionRef("skyvern", "a")
    for error, code, said in (
        (
            errors.ConfigurationError("no API key for Skyvern: set SKYVERN_API_KEY", ref=ref),
            2,
            "no API key for Skyvern",
        ),
        (errors.SessionNotFound("skyvern:a: Skyvern has no such session", ref=ref), 1, "Skyvern has no such session"),
        (errors.WaitTimeout("skyvern:a is not ended within 2 s", ref=ref), 3, "is not ended within 2 s"),
        (errors.SessionEnded("skyvern:a has ended", ref=ref, session=session_of("a")), 3, "has ended"),
        (errors.InvalidSessionRef("there is no provider 'a'"), 2, "there is no provider 'a'"),
    ):
        result = run([error, session_of("b")], *arguments, "skyvern:a", "skyvern:b")
        (line,) = result.stderr.splitlines()
        assert line.startswith(f"browser-sessions: skyvern:a: {said}")
        assert result.exit_code == code


@each_command
def test_no_url_is_printed_with_what_may_be_a_secret(run: Any, arguments: list[str]) -> None:
    """A typed URL or a provider's URL shows no secret in a table, a line, JSON or an error."""
    ref = SessionRef("skyvern", URL)
    refused = errors.InvalidRequest(f"skyvern:{MASKED}: Skyvern rejected the request", ref=ref)
    session = session_of("a", raw_status=URL, connect_url=URL, live_view_url=URL)
    result = run([refused, session], *arguments, f"skyvern:{URL}", "skyvern:a", COLUMNS="200")
    (line,) = result.stderr.splitlines()
    assert line == f"browser-sessions: skyvern:{MASKED}: Skyvern rejected the request"
    if "--json" in arguments or "--jsonl" in arguments:
        assert f'"connect_url": "***", "live_view_url": "{MASKED}"' in " ".join(result.stdout.split())
    else:
        assert "hunter2" not in result.stdout
    assert (MASKED in result.stdout) == (arguments[0] != "wait")


@each_command
def test_a_refusal_of_plain_http_names_the_option(run: Any, arguments: list[str]) -> None:
    """The message names the command's option in the place of the Python argument in the error."""
    said = "use https or plain_http=['skyvern'] in Python, or BROWSER_SESSIONS_PLAIN_HTTP=skyvern"
    refused = errors.ConfigurationError(said, ref=SessionRef("skyvern", "a"))
    result = run([refused, session_of("b")], *arguments, "skyvern:a", "skyvern:b")
    assert result.stderr == (
        "browser-sessions: skyvern:a: use https or --plain-http skyvern, or BROWSER_SESSIONS_PLAIN_HTTP=skyvern\n"
    )


def test_json_of_errors_and_sessions(run: Any) -> None:
    """The JSON has the order of the command line, and each result has its reference."""
    failed = errors.InvalidSessionRef("a session is named by a provider")
    outcomes = [failed, session_of("a")]
    found = json.loads(run(outcomes, "get", "--json", "oops", "skyvern:a").stdout)
    assert [each["ref"] for each in found] == ["oops", "skyvern:a"]
    assert found[0] == {"ref": "oops", "error": "InvalidSessionRef", "message": str(failed)}


def test_at_most_five_hundred_sessions_are_waited_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes a thread; the others wait for their turn."""
    noted: list[int] = []

    class Waiting(FakeClient):
        def wait_many(self, refs: Iterable[str], **limits: Any) -> Iterator[tuple[str, Outcome]]:
            noted.append(limits["concurrency"])
            return self.get_many(refs)

    monkeypatch.setattr("browser_sessions.cli._clients.Client", lambda **_: Waiting([session_of("a")] * 501))
    for count in (500, 501):
        CliRunner().invoke(command, ["wait", *(f"skyvern:{number}" for number in range(count))])
    assert noted == [500, 500]


def test_watch_ends_at_what_is_refused_for_good(run: Any) -> None:
    """A certificate that is not trusted is not looked at every two seconds for ever; what may pass is."""
    refused = errors.TransportError("skyvern:a: no response", ref=SessionRef("skyvern", "a"))
    refused.__cause__ = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")
    result = run([refused], "watch", "skyvern:a")
    assert (result.exit_code, result.stderr) == (1, "browser-sessions: skyvern:a: no response\n")


@each_command
def test_plain_http_is_passed_on(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """For the providers that are named; of an unknown one it is a wrong argument."""
    given: list[Any] = []

    def make(**options: Any) -> FakeClient:
        given.append(options["plain_http"])
        return FakeClient([session_of("a")])

    monkeypatch.setattr("browser_sessions.cli._clients.Client", make)
    allowed = ["--plain-http", "skyvern", "--plain-http", "browserbase"]
    assert CliRunner().invoke(command, [*arguments, *allowed, "skyvern:a"]).exit_code == 0
    assert CliRunner().invoke(command, [*arguments, "skyvern:a"]).exit_code == 0
    assert given == [("skyvern", "browserbase"), ()]
    assert CliRunner().invoke(command, [*arguments, "--plain-http", "yes", "skyvern:a"]).exit_code == 2


@pytest.mark.parametrize(
    ("is_terminal", "environment", "width", "has_escapes"),
    [
        (True, {"COLUMNS": "70"}, 70, True),
        (False, {"COLUMNS": "70"}, 70, False),
        (False, {"COLUMNS": "0"}, 160, False),
        (False, {}, 160, False),
    ],
)
def test_where_tables_are_printed(
    is_terminal: bool,  # noqa: FBT001
    environment: dict[str, str],
    width: int,
    has_escapes: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Styles are for terminals alone, whatever FORCE_COLOR is: what is in a pipe is read by a program."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in (environment | {"FORCE_COLOR": "1", "TERM": "xterm"}).items():
        monkeypatch.setenv(name, value)
    console = table_console()
    assert (console.width, console.is_terminal) == (width, has_escapes)


@pytest.mark.parametrize("is_terminal", [True, False])
@pytest.mark.parametrize(("arguments", "doing"), [(["get"], "fetching…"), (["wait"], "waiting until ended…")])
def test_a_spinner_needs_a_terminal(
    run: Any,
    arguments: list[str],
    doing: str,
    is_terminal: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A terminal shows progress; elsewhere standard error has only errors, whatever FORCE_COLOR is."""
    stream = SimpleNamespace(isatty=lambda: is_terminal)
    monkeypatch.setattr("browser_sessions.cli._progress.sys", SimpleNamespace(stdout=stream, stderr=stream))
    failed = errors.SessionNotFound("skyvern:b: what", ref=SessionRef("skyvern", "b"))
    result = run([session_of("a"), failed], *arguments, "skyvern:a", "skyvern:b", FORCE_COLOR="1", COLUMNS="80")
    assert "skyvern:a" in result.stdout
    assert "browser-sessions: skyvern:b: what\n" in result.stderr
    assert (f"{doing} 2 of 2" in result.stderr) == is_terminal
    assert ("\x1b" in result.stderr) == is_terminal


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_live_table_needs_a_terminal(run: Any, is_terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """Without one, each change is a line."""
    stream = SimpleNamespace(isatty=lambda: is_terminal)
    monkeypatch.setattr("browser_sessions.cli._progress.sys", SimpleNamespace(stdout=stream, stderr=stream))
    failed = errors.SessionNotFound("skyvern:b: what", ref=SessionRef("skyvern", "b"))
    result = run([session_of("a"), failed], "watch", "skyvern:a", "skyvern:b", FORCE_COLOR="1", COLUMNS="80")
    assert "SessionNotFound" in result.stdout
    assert ("raw status" in result.stdout or "ran for" in result.stdout) == is_terminal
    assert ("skyvern:a  completed" in result.stdout.splitlines()) != is_terminal
    assert result.exit_code == 1
