"""The synchronous client. httpx, and all that needs it, is imported with the first request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Self

from browser_sessions._lifecycle import Lifecycle
from browser_sessions._observation import Observation
from browser_sessions._ref import as_ref

if TYPE_CHECKING:
    from browser_sessions._bounds import Seconds
    from browser_sessions._drivers import Driver
    from browser_sessions._many import PerProvider, Result
    from browser_sessions._ref import Ref
    from browser_sessions._session import BrowserSession
    from browser_sessions._waiting import Until


def get(ref: Ref) -> BrowserSession:
    """Return a session, fetched with the key in its provider's environment variable.

    A `Client` keeps its connections, and is faster for more than one session.

    Args:
        ref: Which session, for example "skyvern:pbs_123".

    Raises:
        BrowserSessionsError: The session could not be fetched; the classes are in `browser_sessions.errors`.

    """
    with Client() as client:
        return client.get(ref)


class Client(Lifecycle, Observation):
    """Creates, lists, reads and stops sessions of five providers, from any thread; close it, or use it with `with`.

        with Client() as client:
            session = client.wait("skyvern:pbs_123", until="ready")

    Seconds may be a number or a `timedelta`; a session may be named by a `SessionRef`, its text or a `BrowserSession`.

    Args:
        api_keys: Keys by provider, used before those in the environment (`PROVIDERS[slug].key_variables`).
        base_urls: Base URLs by provider, used before the providers' own and those in the environment
            (`PROVIDERS[slug].base_url_variable`); https, or on this machine.
        plain_http: Providers whose base URL, and whose browsers' URLs, may be plain http to another machine, except the
            provider's own hosts. Everything on the way can then read the key, a proxy included. The environment
            variable `BROWSER_SESSIONS_PLAIN_HTTP` may name more.
        timeout: Seconds that one attempt may take, from connecting to the last byte of the response. Looking up a
            host name is not interrupted.
        max_retries: How often a request is sent again after a lost connection, a timeout, 408, 429 or 5xx.
        deadline: Seconds that all attempts of a call may take, with the pauses between them.
        transport: Sends the requests in place of our own connections, and is closed with the client. It limits
            connecting, each read and each write by itself. Its errors must mean what they mean in httpx: after a
            `ConnectError`, a `ConnectTimeout`, a `PoolTimeout` or a `ProxyError` nothing was sent.
        proxy: The URL of an http or SOCKS proxy, used before those in the environment; never for this machine.
        verify: A TLS context, or False to trust any certificate.
        ledger: A file that records each create before it is sent and afterwards, so that `reap` finds the session; it
            is created if it is missing, with its folder, for you alone. Not on Windows.
        owner: A name for the sessions' markers, which `reap` can ask for: letters, digits, "_", "-", and spaces
            between them.

    Raises:
        ConfigurationError: A key or a base URL is for an unknown provider, or empty; or a transport was given with
            `proxy` or `verify`, which it has itself.
        InvalidOption: The owner is invalid.
        ValueError: A number is out of range.

    """

    def get(self, ref: Ref) -> BrowserSession:
        """Return a session as its provider reports it now.

            session = client.get("skyvern:pbs_123")

        Args:
            ref: Which session, for example "skyvern:pbs_123".

        Raises:
            BrowserSessionsError: The session could not be fetched; the classes are in `browser_sessions.errors`.

        """
        driver = self._open()
        return driver.run(driver.calls.get(as_ref(ref), self._bounds))

    def get_many(
        self, refs: Iterable[Ref], *, concurrency: int = 20, per_provider: PerProvider = None
    ) -> Iterator[Result]:
        """Yield each reference with its session, or with the error in its place, in order of completion.

        A failure is one result, never the end of the run. Leaving the loop ends the work; a thread that is connecting
        ends with its attempt.

            for ref, result in client.get_many(["skyvern:pbs_1", "browserbase:5f0c"]):
                ...  # a BrowserSession or a BrowserSessionsError

        Args:
            refs: Which sessions; taken one by one in the caller's thread, at most `concurrency` ahead. An invalid
                reference is yielded as it was given, with the error.
            concurrency: How many are fetched at once, each in a thread.
            per_provider: How many of each provider at once, or of some by name.

        Raises:
            ConfigurationError: `per_provider` names an unknown provider.
            ValueError: A number is less than one.

        """
        calls = self._open().calls
        return self._results(refs, lambda ref: calls.get(ref, self._bounds), concurrency, per_provider)

    def wait(self, ref: Ref, *, until: Until = "ended", timeout: Seconds = 600) -> BrowserSession:
        """Return a session once it has ended, is ready, or meets a condition.

        It is polled after half a second at first, and every five seconds at last.

            session = client.wait("skyvern:pbs_123", until="ready")

        Args:
            ref: Which session.
            until: "ended"; "ready", when its browser can be connected to; or a function of the `BrowserSession` that
                returns something true.
            timeout: Seconds to wait; the last poll begins when they have passed, and may take another second.

        Raises:
            WaitTimeout: The session did not get there in time. A transient error does not end the wait; that of the
                last poll is in the message, and is the cause.
            SessionEnded: It has ended, and will not become ready.
            NotConnectable: It will never have a URL to connect to.
            BrowserSessionsError: It cannot be fetched.
            ValueError: `until` is unknown, or `timeout` is out of range.

        """
        driver = self._open()
        return driver.run(driver.calls.wait(as_ref(ref), until, timeout, self._bounds))

    def wait_many(
        self,
        refs: Iterable[Ref],
        *,
        until: Until = "ended",
        timeout: Seconds = 600,
        concurrency: int = 20,
        per_provider: PerProvider = None,
    ) -> Iterator[Result]:
        """Yield each reference with its session once `wait` would return it, or with the error in its place.

            for ref, result in client.wait_many(["skyvern:pbs_1", "browserbase:5f0c"], until="ready"):
                ...

        Args:
            refs: Which sessions; taken one by one in the caller's thread, at most `concurrency` ahead.
            until: As of `wait`.
            timeout: Seconds to wait for each, from its first poll.
            concurrency: How many are waited for at once, each in a thread.
            per_provider: How many of each provider at once, or of some by name.

        Raises:
            ConfigurationError: `per_provider` names an unknown provider.
            ValueError: A number is out of range, or `until` is unknown.

        """
        from browser_sessions._waiting import checked_wait

        checked_wait(until, timeout)
        calls = self._open().calls
        return self._results(refs, lambda ref: calls.wait(ref, until, timeout, self._bounds), concurrency, per_provider)

    def close(self) -> None:
        """Close the connections. Every call afterwards raises a `ConfigurationError`."""
        if closing := self._shared.close(self._transport):
            closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _make_driver(self) -> Driver:
        from browser_sessions._calls import Calls
        from browser_sessions._drivers import Driver
        from browser_sessions._http import Network

        calls = Calls(self._api_keys, self._base_urls, self._plain_http, ledger=self._ledger, owner=self._owner)
        return Driver(calls, Network(self._transport, proxy=self._proxy, verify=self._verify))
