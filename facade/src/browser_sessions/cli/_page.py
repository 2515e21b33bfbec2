"""The command that serves a page on which sessions are watched."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import click

from browser_sessions import AsyncClient
from browser_sessions.cli._clients import chosen, open_sandbox
from browser_sessions.cli._durations import Duration
from browser_sessions.cli._options import (
    EXITS_WITH_PROVIDERS,
    fleet_sandbox_option,
    plain_http_option,
    providers_argument,
)


@click.command(epilog=EXITS_WITH_PROVIDERS)
@providers_argument
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Port to serve on; any free one by default.")
@click.option("--interval", type=Duration("1s"), default="10s", show_default=True, help="Time between two looks.")
@plain_http_option
@fleet_sandbox_option
def page(
    *, providers: tuple[str, ...], port: int, interval: timedelta, plain_http: tuple[str, ...], sandbox: bool
) -> None:
    """Serve a page to watch and stop open sessions on, until Ctrl-C; it needs the extra `sandbox`.

    It shows the sessions of each PROVIDER; without one, of each whose key is set. It is served on this machine alone,
    and opens by the address that is printed, once.
    """
    try:
        from browser_sessions.page import serve
    except ModuleNotFoundError as error:
        message = f"the page needs {error.name}: install the extra, browser-sessions[sandbox]"
        raise click.ClickException(message) from None
    slugs = chosen(providers, sandbox=sandbox)
    with contextlib.ExitStack() as stack:
        if sandbox:
            server = stack.enter_context(open_sandbox(0, with_fleet=True))
            client = AsyncClient(api_keys=server.api_keys, base_urls=server.base_urls)
        else:
            client = AsyncClient(plain_http=plain_http)
        stack.enter_context(contextlib.suppress(KeyboardInterrupt))
        try:
            serve(client, slugs, port=port, interval=interval, announce=click.echo)
        except OSError as error:
            advice = f"port {port} is not available: leave out --port to take any free one ({error.strerror})"
            raise click.ClickException(advice) from None
