"""The arguments and options that several commands have."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from browser_sessions import PROVIDERS
from browser_sessions.sandbox import SCENARIOS

EXITS = """
\b
Exit codes: 0 success; 1 something failed; 2 invalid arguments or configuration, such as
a missing key; 3 a wait timed out, or its session ended before it was ready; 130 Ctrl-C.
"""
EXITS_WITH_REFS = (
    """
\b
A REF names a session: provider:id, such as skyvern:pbs_123; "-" reads more of them
from standard input, one a line.
"""
    + EXITS
)
EXITS_WITH_PROVIDERS = f"""
\b
A PROVIDER is one of {", ".join(PROVIDERS)}.
{EXITS}"""


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(f"{slug}:") for slug in PROVIDERS if slug.startswith(incomplete)]


refs_argument = click.argument("refs", nargs=-1, required=True, metavar="REF…", shell_complete=_complete)
providers_argument = click.argument("providers", nargs=-1, type=click.Choice(list(PROVIDERS)), metavar="[PROVIDER…]")
sandbox_option = click.option(
    "--sandbox",
    is_flag=True,
    help="Ask a sandbox on this machine, which needs neither keys nor network; an id may then be one of its scenarios, "
    f"as in skyvern:running: {', '.join(SCENARIOS)}.",
)
fleet_sandbox_option = click.option(
    "--sandbox",
    is_flag=True,
    help="Ask a sandbox on this machine, which has sessions of each provider and needs neither keys nor network.",
)
plain_http_option = click.option(
    "--plain-http",
    type=click.Choice(list(PROVIDERS)),
    multiple=True,
    help="A provider whose server is in a network of your own, and may get its key over plain http.",
)
