"""The commands that create and stop sessions."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from browser_sessions import PROVIDERS, BrowserSession
from browser_sessions.cli._clients import open_client
from browser_sessions.cli._durations import Duration
from browser_sessions.cli._options import (
    EXITS,
    EXITS_WITH_REFS,
    ledger_options,
    plain_http_option,
    read_refs,
    refs_argument,
)
from browser_sessions.cli._options import labels as read_labels
from browser_sessions.cli._progress import progress
from browser_sessions.cli._results import exit_code, print_error
from browser_sessions.cli._tables import line_of, printable
from browser_sessions.errors import BrowserSessionsError, CreateUncertain

CREATORS = [slug for slug, provider in PROVIDERS.items() if provider.operations["create"].is_available]

F = TypeVar("F", bound=Callable[..., Any])


def _viewport(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """Return a size that was written as 1280x720."""
    if value is None:
        return None
    width, _, height = value.partition("x")
    if not (width.isascii() and width.isdecimal() and height.isascii() and height.isdecimal()):
        raise click.BadParameter(f"{value!r} is not a size: write it as 1280x720.")
    return int(width), int(height)


def _proxy(_ctx: click.Context, _param: click.Parameter, value: str | None) -> bool | str | None:
    return {"on": True, "off": False}.get(value, value) if value else None


def _request(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Any:
    """Return the JSON object of an argument, or of the file that it names with an @."""
    if value is None:
        return None
    try:
        text = Path(value[1:]).read_text("utf-8") if value.startswith("@") else value
        found = json.loads(text)
    except OSError as error:
        raise click.BadParameter(f"{value[1:]} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise click.BadParameter(f"it is not JSON: {error}.") from None
    if not isinstance(found, dict):
        raise click.BadParameter("it is not a JSON object.")
    return found


_OPTIONS = (
    click.option("--lifetime", type=Duration("1s", "30d"), help="After how long it ends by itself, such as 20m."),
    click.option(
        "--proxy", metavar="on|off|COUNTRY", callback=_proxy, help="Its proxy; a COUNTRY has two letters, such as de."
    ),
    click.option("--region", help="Where the browser runs, as the provider names it."),
    click.option(
        "--keep-alive/--no-keep-alive", default=None, help="Whether it continues when its client disconnects."
    ),
    click.option("--metadata", multiple=True, metavar="NAME=VALUE", callback=read_labels, help="One of its labels."),
    click.option("--recording/--no-recording", default=None, help="Whether it is recorded."),
    click.option("--viewport", metavar="WIDTHxHEIGHT", callback=_viewport, help="The size of its window in pixels."),
    click.option("--profile", metavar="ID", help="The profile that it starts with."),
    click.option("--captcha/--no-captcha", default=None, help="Whether captchas are solved."),
    click.option(
        "--options", metavar="JSON|@FILE", callback=_request, help="More of the request, by the provider's own names."
    ),
    click.option("--owner", metavar="NAME", help="A name for its marker, which `reap --owner` finds."),
)


def create_options(function: F) -> F:
    """Give a command the options of a create."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def given(options: dict[str, Any]) -> dict[str, Any]:
    """Return those of the options that were given."""
    return {name: value for name, value in options.items() if value is not None and value != {}}


@click.command(epilog=EXITS)
@click.argument("provider", type=click.Choice(CREATORS))
@create_options
@click.option("--json", "as_json", is_flag=True, help="Print the session as a JSON object.")
@ledger_options
@plain_http_option
@click.option("--sandbox", is_flag=True, help="Use a sandbox on this machine, which ends with the command.")
def create(  # noqa: PLR0913 - one for each option
    *,
    provider: str,
    owner: str | None,
    as_json: bool,
    ledger: Path | None,
    plain_http: tuple[str, ...],
    sandbox: bool,
    **options: Any,
) -> None:
    """Create a session, and print its reference.

    Nothing stops it but its lifetime, `browser-sessions stop` and `browser-sessions reap`. If the provider's response
    is lost, the session is looked for; if it is not found, it may be running, and the message names how to find it. A
    session whose reference cannot be printed is stopped.
    """
    with open_client((), plain_http, sandbox=sandbox, ledger=ledger, owner=owner) as (client, _):
        try:
            session = client.create(provider, **given(options))  # type: ignore[call-overload] # any provider
        except BrowserSessionsError as error:
            print_error(provider, error, None)
            if isinstance(error, CreateUncertain):
                _print_candidates(error.candidates)
            sys.exit(exit_code([error]))
        try:
            click.echo(json.dumps(session.to_dict(), indent=2) if as_json else printable(str(session.ref)))
        except BaseException:  # such as a full disk, a closed pipe or Ctrl-C
            client.stop(session)
            raise


def _print_candidates(sessions: Iterable[BrowserSession]) -> None:
    for session in sessions:
        click.echo(f"browser-sessions: it may be {line_of(str(session.ref), session)}", err=True)


@click.command(epilog=EXITS_WITH_REFS)
@refs_argument
@click.option("--timeout", type=Duration("0.001s"), default="60s", show_default=True, help="How long each may take.")
@ledger_options
@plain_http_option
def stop(*, refs: tuple[str, ...], timeout: timedelta, ledger: Path | None, plain_http: tuple[str, ...]) -> None:
    """Stop sessions, and print each once it has ended.

    One that has already ended is printed as it is. A session is stopped only if the provider knows it by this very id.
    A ledger that cannot be written is reported, and does not prevent a stop.
    """
    names = read_refs(refs)
    with (
        open_client(names, plain_http, sandbox=False, ledger=ledger) as (client, by_ref),
        progress("stopping", len(names)) as shown,
    ):
        outcomes = shown.print_each(client.stop_many(by_ref, timeout=timeout), by_ref)
    sys.exit(exit_code(outcomes))
