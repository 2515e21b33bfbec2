"""A server on this machine that stands in for the five providers, to try things out and to test with.

It speaks each provider's own API: its paths, its key, its words, its units, its errors. It needs the extra `sandbox`.

    from browser_sessions import Client, sandbox

    with sandbox.serve() as server, Client(api_keys=server.api_keys, base_urls=server.base_urls) as client:
        client.get(server.ref("skyvern", "running"))
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from browser_sessions._providers import PROVIDERS
from browser_sessions._ref import SessionRef, as_ref
from browser_sessions.sandbox._scenarios import SCENARIOS, Wire, open_wires

KEY = "sandbox-key"
"""The key that every provider takes here."""


class Sandbox:
    """The sandbox, while it is served.

    Attributes:
        url: Where it is; each provider's API is below a folder that is named after it.

    """

    def __init__(self, url: str, wires: Mapping[str, Wire]) -> None:
        self.url = url
        self._wires = wires

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The names of the scenarios."""
        return tuple(SCENARIOS)

    @property
    def api_keys(self) -> dict[str, str]:
        """The keys, by provider, as `Client` takes them."""
        return dict.fromkeys(PROVIDERS, KEY)

    @property
    def base_urls(self) -> dict[str, str]:
        """The addresses, by provider, as `Client` takes them."""
        own = {slug: provider.base_url.partition("://")[2].partition("/")[2] for slug, provider in PROVIDERS.items()}
        return {slug: f"{self.url}/{slug}/{path}".rstrip("/") for slug, path in own.items()}

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables with which `get` and `Client` use the sandbox."""
        addresses = {PROVIDERS[slug].base_url_variable: url for slug, url in self.base_urls.items()}
        return {provider.key_variables[0]: KEY for provider in PROVIDERS.values()} | addresses

    def ref(self, provider: str, scenario: str) -> SessionRef:
        """Return the reference of a scenario, in a form that is the provider's own.

        Args:
            provider: One of `PROVIDERS`.
            scenario: One of `SCENARIOS`: a status; "life", which is pending for a second when it is first asked for,
                runs for four, and is completed then; "missing"; "bad_key"; "rate_limited" twice, and then fine;
                "flaky": a 503, a lost answer, and then fine; "slow": two seconds; "drifted": words, nulls and fields
                of tomorrow; "enveloped" and "flat": completed, in Anchor Browser's newer and older form.

        Raises:
            ValueError: There is no such provider or scenario.

        """
        if scenario not in SCENARIOS or provider not in self._wires:
            raise ValueError(f"there is no {scenario!r} of {provider!r}; there are {', '.join(SCENARIOS)}")
        return SessionRef(provider, self._wires[provider].id_of(scenario))

    def add(self, ref: SessionRef | str, *answers: Mapping[str, Any] | int) -> SessionRef:
        """Let a reference be answered as you say, and return it.

        Args:
            ref: Any reference; one of a scenario is replaced.
            answers: One after the other, the last one for ever: a body, as the provider would send it, or the status
                of an error, 400 to 599, which is sent with the provider's body for it.

        Raises:
            ValueError: There is no answer, or one that is neither, or is not JSON.

        """
        found = as_ref(ref)
        self._wires[found.provider].add(found.id, [_sendable(answer) for answer in answers or (None,)])
        return found


def _sendable(answer: Any) -> Any:
    """Return a copy of a body, or a status; whatever cannot be sent is better refused than asked for in vain."""
    if type(answer) is int and answer in range(400, 600):
        return answer
    if not isinstance(answer, Mapping):
        expected = "expected a body, or the status of an error from 400 to 599"
        raise ValueError(f"{answer!r} cannot be sent: {expected}")  # noqa: TRY004 - of a type it is, or of a range
    try:
        text = json.dumps(dict(answer), allow_nan=False, ensure_ascii=False)
        return json.loads(text.encode())
    except (TypeError, ValueError) as error:
        raise ValueError(f"{answer!r} cannot be sent: {error}") from None


@contextlib.contextmanager
def serve(port: int = 0) -> Iterator[Sandbox]:
    """Serve the sandbox on this machine, for as long as the context is open.

    Args:
        port: Where; 0 is any that is free.

    Raises:
        ImportError: The extra `sandbox` is not installed.

    """
    try:
        from browser_sessions.sandbox._server import Server, application
    except ModuleNotFoundError as error:
        message = f"the sandbox needs {error.name}: install the extra, browser-sessions[sandbox]"
        raise ImportError(message, name=error.name) from None
    wires = open_wires(KEY)
    with Server(application(wires), port) as server:
        yield Sandbox(server.url, wires)


__all__ = ["KEY", "SCENARIOS", "Sandbox", "serve"]
