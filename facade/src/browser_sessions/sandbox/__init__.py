"""A server on this machine that stands in for the five providers, for trials and tests.

It speaks each provider's own API, with its paths, key, statuses, units and errors; sessions are created, listed, read
and stopped. It needs the extra `sandbox`.

    from browser_sessions import Client, sandbox

    with sandbox.serve() as server, Client(api_keys=server.api_keys, base_urls=server.base_urls) as client:
        client.get(server.ref("skyvern", "running"))
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from browser_sessions._providers import PROVIDERS
from browser_sessions._ref import SessionRef, as_ref
from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._browser import Browser, find_websocket
from browser_sessions.sandbox._faults import Kind, make_fault, parse_faults
from browser_sessions.sandbox._fleet import Clock, Limits
from browser_sessions.sandbox._scenarios import SCENARIOS
from browser_sessions.sandbox._stand_in import StandIn, open_stand_ins

KEY = "sandbox-key"
"""The key that every provider takes here."""

FAULTS_VARIABLE = "BROWSER_SESSIONS_SANDBOX_FAULTS"
"""The environment variable with faults for a sandbox that is served, as `serve` takes them."""


class Sandbox:
    """The sandbox, while it is served.

    Attributes:
        url: Its URL; each provider's API is below a folder named after the provider.

    """

    def __init__(self, url: str, stand_ins: Mapping[str, StandIn], clock: Clock) -> None:
        self.url = url
        self._stand_ins, self._clock = stand_ins, clock

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
        """The base URLs, by provider, as `Client` takes them."""
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
                "flaky": a 503, a lost response, and then fine; "slow": two seconds; "drifted": statuses, nulls and
                fields of a future API; "enveloped" and "flat": completed, in Anchor Browser's newer and older form.

        Raises:
            ValueError: The provider or the scenario is unknown.

        """
        if scenario not in SCENARIOS or provider not in self._stand_ins:
            raise ValueError(f"there is no {scenario!r} of {provider!r}; there are {', '.join(SCENARIOS)}")
        return SessionRef(provider, self._stand_ins[provider].wire.id_of(scenario))

    def add(self, ref: SessionRef | str, *responses: Mapping[str, Any] | int) -> SessionRef:
        """Set the responses to requests that get a reference, and return the reference.

            server.add("skyvern:pbs_1", {"browser_session_id": "pbs_1", "status": "running"}, 503)

        Args:
            ref: Any reference; one of a scenario is replaced.
            responses: Bodies, as the provider would send them, or statuses of errors, 400 to 599, which are sent with
                the provider's body for them: in turn, the last one from then on.

        Raises:
            ValueError: A response is missing, is neither of these, or is not JSON.

        """
        found = as_ref(ref)
        self._stand_ins[found.provider].add(found.id, [_sendable(response) for response in responses or (None,)])
        return found

    def start(
        self,
        provider: str,
        options: Mapping[str, Any] | None = None,
        *,
        age: timedelta = timedelta(),
        status: SessionStatus | str | None = None,
    ) -> SessionRef:
        """Start a session without a request, as another program would, and return its reference.

        Args:
            provider: One of `PROVIDERS`; of Bright Data, sessions begin in no other way here.
            options: The body of a request that creates one; of Bright Data, `api_name` and `target_url`.
            age: How long ago it was created; it may have ended by now.
            status: "completed" or "failed" for one that ended a second after its start, whatever its age.

        Raises:
            ValueError: The provider or the status is unknown.

        """
        stand_in = self._stand_in(provider)
        session = stand_in.wire.new_session(stand_in.fleet, dict(options or {}), self._clock.now() - age)
        if status is not None:
            session.ended = ((session.started_at or session.created_at) + timedelta(seconds=1), _ended(status))
        stand_in.fleet.add(session)
        return SessionRef(provider, session.id)

    def open_sessions(self, provider: str) -> tuple[SessionRef, ...]:
        """Return the references of the sessions that have not ended, whether they can be found or not.

        Raises:
            ValueError: The provider is unknown.

        """
        return tuple(SessionRef(provider, life.id) for life in self._stand_in(provider).fleet.open_sessions())

    def fault(  # noqa: PLR0913 - as many as a fault has sides
        self,
        provider: str,
        operation: str,
        kind: Kind,
        amount: float | None = None,
        *,
        skip: int = 0,
        times: int | None = 1,
    ) -> None:
        """Make the next call of an operation go wrong. Several faults of the same call add up.

        Args:
            provider: One of `PROVIDERS`.
            operation: The name that the generated clients have for it, such as "create_session", "stop_session",
                "list_sessions", and Skyvern's "list_past_sessions".
            kind: What goes wrong. Of all operations: "refused", not carried out, with the status `amount`; "failed",
                carried out, with the status `amount`; "unauthorized"; "lost", carried out, and the connection breaks
                off in the response; "slow", carried out only after `amount` seconds; "delayed", carried out at once,
                with the response after `amount` seconds. Of a create: "late", the session is in no list for `amount`
                seconds; "hidden", nor is it found by its id. Of a stop: "ignored", a success, and nothing happens;
                "lingering", a success, and the session ends after `amount` seconds. Of a list: "shifted",
                `amount` sessions begin before the page is read, 1 by default; "unreadable", the first row is nulls.
                Of a get: "drifted", a session of a future API; "flat", without its envelope.
            amount: A status, seconds, or a number of sessions. The seconds of "slow" and "delayed" pass here, all
                others by the clock of the sandbox.
            skip: Calls that go well before: with `skip=2`, a list goes wrong on its third page.
            times: Calls that go wrong then; None for all of them.

        Raises:
            ValueError: The provider, operation or fault is unknown, or the amount does not fit.

        """
        stand_in = self._stand_in(provider)
        if operation not in stand_in.wire.routes:
            raise ValueError(f"{provider} has no operation {operation!r}; it has {', '.join(stand_in.wire.routes)}")
        stand_in.faults.add(make_fault(operation, kind, amount, skip=skip, times=times))

    def limit(self, provider: str, *, concurrency: int | None = None, creations: int | None = None) -> None:
        """Set what the provider's account allows.

        Args:
            provider: One of `PROVIDERS`.
            concurrency: Sessions that may be open at once; None for any number.
            creations: Sessions that may be created within a minute; None for any number.

        Raises:
            ValueError: The provider is unknown.

        """
        self._stand_in(provider).fleet.limits = Limits(concurrency, creations)

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the clock of the sandbox, by which sessions begin and end; `advance` still moves it.

        Args:
            at: The time to show, with an offset; by default the time that it shows now.

        Raises:
            ValueError: The time has no offset.

        """
        if at and not at.tzinfo:
            raise ValueError(f"{at.isoformat()} has no offset: give one, such as datetime.UTC")
        self._clock.freeze(at)

    def advance(self, time: timedelta | float) -> None:
        """Move the clock of the sandbox forward.

        Args:
            time: How far; a number is of seconds.

        """
        self._clock.advance(time if isinstance(time, timedelta) else timedelta(seconds=time))

    def reset(self) -> None:
        """Forget all sessions, faults, limits, and what was added; the clock stays as it is."""
        for stand_in in self._stand_ins.values():
            stand_in.reset()

    def _stand_in(self, provider: str) -> StandIn:
        if provider not in self._stand_ins:
            raise ValueError(f"unknown provider {provider!r}: expected one of {', '.join(self._stand_ins)}")
        return self._stand_ins[provider]


def _ended(status: SessionStatus | str) -> SessionStatus:
    if status not in (SessionStatus.COMPLETED, SessionStatus.FAILED):
        raise ValueError(f"unknown status {status!r}: expected completed or failed")
    return SessionStatus(status)


def _sendable(response: Any) -> Any:
    """Return a copy of a body, or a status, that can be sent."""
    if type(response) is int and response in range(400, 600):
        return response
    if not isinstance(response, Mapping):
        expected = "expected a body, or the status of an error from 400 to 599"
        raise ValueError(f"{response!r} cannot be sent: {expected}")  # noqa: TRY004 - of a type it is, or of a range
    try:
        text = json.dumps(dict(response), allow_nan=False, ensure_ascii=False)
        return json.loads(text.encode())
    except (TypeError, ValueError) as error:
        raise ValueError(f"{response!r} cannot be sent: {error}") from None


@contextlib.contextmanager
def serve(port: int = 0, *, faults: str | None = None, browser: str | None = None) -> Iterator[Sandbox]:
    """Serve the sandbox on this machine, for as long as the context is open.

    Args:
        port: Where; 0 is any that is free.
        faults: What `Sandbox.fault` would be called with, as text, with a semicolon between faults:
            "skyvern stop_session slow 17; browserbase create_session lost skip=1 times=all". If it is None, it is
            what the environment variable BROWSER_SESSIONS_SANDBOX_FAULTS holds, also for the command line.
        browser: The address of a browser that stands in for those of all sessions: "ws://…", or "http://…", such as
            http://127.0.0.1:9222 of a Chromium with --remote-debugging-port=9222. Browserbase's sessions have its own
            address; Browser Use's and Skyvern's have an http address here, which leads to it as long as they run, and
            Skyvern's needs the key, as in its cloud. Bright Data has no address for a session, and Anchor Browser's is
            in its response to a create alone: what `connect_info` gives is built only at its own base URL.

    Raises:
        ImportError: The extra `sandbox` is not installed.
        ValueError: A fault cannot be read, or no browser is at the address.

    """
    try:
        from browser_sessions.sandbox._server import BROWSERS, Server, application
    except ModuleNotFoundError as error:
        message = f"the sandbox needs {error.name}: install the extra, browser-sessions[sandbox]"
        raise ImportError(message, name=error.name) from None
    clock = Clock()
    stand_ins = open_stand_ins(KEY, clock)
    wanted = [*parse_faults(os.environ.get(FAULTS_VARIABLE, "") if faults is None else faults)]
    websocket = find_websocket(browser) if browser else None
    with Server(application(stand_ins), port) as server:
        sandbox = Sandbox(server.url, stand_ins, clock)
        if websocket:
            for slug, stand_in in stand_ins.items():
                stand_in.browser = Browser(websocket, f"{server.url}/{slug}/{BROWSERS}")
            sandbox.reset()
        for provider, fault in wanted:
            sandbox.fault(provider, **fault)
        yield sandbox


__all__ = ["KEY", "SCENARIOS", "Sandbox", "serve"]
