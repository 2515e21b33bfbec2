"""The command that serves a page to watch sessions on."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from browser_sessions import AsyncClient, Client
from browser_sessions.cli._clients import chosen, open_sandbox
from browser_sessions.cli._durations import Duration
from browser_sessions.cli._options import (
    EXITS_WITH_PROVIDERS,
    fleet_sandbox_option,
    ledger_options,
    plain_http_option,
    providers_argument,
)
from browser_sessions.cli._results import in_options
from browser_sessions.errors import BrowserSessionsError

if TYPE_CHECKING:
    from browser_sessions.sandbox import Sandbox


@click.command(epilog=EXITS_WITH_PROVIDERS)
@providers_argument
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Port to serve on; any free one by default.")
@click.option("--interval", type=Duration("1s"), default="10s", show_default=True, help="Time between two readings.")
@click.option("--owner", metavar="NAME", help="Whose sessions the page reaps, besides those of the ledger.")
@ledger_options
@plain_http_option
@fleet_sandbox_option
def page(  # noqa: PLR0913 - one for each option
    *,
    providers: tuple[str, ...],
    port: int,
    interval: timedelta,
    owner: str | None,
    ledger: Path | None,
    plain_http: tuple[str, ...],
    sandbox: bool,
) -> None:
    """Serve a page to watch and stop open sessions on, until Ctrl-C; it needs the extra `sandbox`.

    It shows the sessions of each PROVIDER; without one, of each whose key is set. It is served on this machine alone,
    and the URL that is printed opens it once.
    """
    try:
        from browser_sessions.page import serve
    except ModuleNotFoundError as error:
        message = f"the page needs {error.name}: install the extra, browser-sessions[sandbox]"
        raise click.ClickException(message) from None
    slugs = chosen(providers, sandbox=sandbox)
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.suppress(KeyboardInterrupt))
        try:
            if sandbox:
                client = _sandbox_client(stack.enter_context(open_sandbox(0, with_fleet=True)), owner or "sandbox")
            else:
                client = AsyncClient(plain_http=plain_http, ledger=ledger, owner=owner)
            serve(client, slugs, port=port, interval=interval, announce=click.echo)
        except BrowserSessionsError as error:
            raise click.ClickException(in_options(error)) from None
        except BrokenPipeError:  # of the output
            raise
        except OSError as error:
            advice = f"port {port} is not available: leave out --port to take any free one ({error.strerror})"
            raise click.ClickException(advice) from None


def _sandbox_client(server: Sandbox, owner: str) -> AsyncClient:
    """Return a client for a sandbox, in which it has created sessions, so that there is something to reap."""
    with Client(api_keys=server.api_keys, base_urls=server.base_urls, owner=owner) as client:
        client.create("browserbase")
        client.create("browser_use")
    return AsyncClient(api_keys=server.api_keys, base_urls=server.base_urls, owner=owner)
