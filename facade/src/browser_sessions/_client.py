"""The client for five providers. httpx, and all that needs it, is imported with the first request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Self

from browser_sessions._configuration import Configuration
from browser_sessions._ref import SessionRef, as_ref

if TYPE_CHECKING:
    import httpx

    from browser_sessions._bounds import Seconds
    from browser_sessions._call import Course
    from browser_sessions._drivers import Driver
    from browser_sessions._many import PerProvider, Result
    from browser_sessions._ref import Ref
    from browser_sessions._session import BrowserSession
    from browser_sessions._waiting import Until

    _Configuration = Configuration[httpx.BaseTransport, Driver]
else:
    _Configuration = Configuration  # without its type, for which httpx would have to be imported


def get(ref: Ref) -> BrowserSession:
    """Return a session, fetched with the key in its provider's environment variable.

    For more than one, a `Client` keeps its connections.

    Args:
        ref: Which one, for example "skyvern:pbs_123".

    Raises:
        BrowserSessionsError: There is none to return; the classes are in `browser_sessions.errors`.

    """
    with Client() as client:
        return client.get(ref)


class Client(_Configuration):
    """Fetches sessions of five providers; to be closed, or used with `with`. Threads may share it.

    Args:
        api_keys: Keys by provider, in the place of those in the environment (`PROVIDERS[slug].key_variables`).
        base_urls: Addresses by provider, in the place of the providers' own or those in the environment
            (`PROVIDERS[slug].base_url_variable`); https, or on this machine.
        timeout: Seconds that one attempt may take, from connecting to the last byte of the answer.
        max_retries: How often a request is sent again that was not answered, or with 408, 429 or 5xx.
        deadline: Seconds that all attempts of a call may take, with the pauses between them.
        transport: What sends the requests, in the place of a pool of connections with the proxies of the environment;
            closed with the client.

    Raises:
        ConfigurationError: A key or an address is for no provider, or empty.
        ValueError: A number is out of range.

    """

    def get(self, ref: Ref) -> BrowserSession:
        """Return a session.

        Args:
            ref: Which one, for example "skyvern:pbs_123".

        Raises:
            BrowserSessionsError: There is none to return; the classes are in `browser_sessions.errors`.

        """
        driver = self._open()
        return driver.run(driver.calls.get(as_ref(ref), self._bounds))

    def get_many(
        self, refs: Iterable[Ref], *, concurrency: int = 20, per_provider: PerProvider = None
    ) -> Iterator[Result]:
        """Yield each reference with its session, or with the error in its place, in order of completion.

        A failure is one result, never the end of the run; leaving the loop ends the work.

        Args:
            refs: Which ones; taken one by one in the caller's thread, at most `concurrency` ahead.
            concurrency: How many are fetched at once, each in a thread.
            per_provider: How many of each provider at once, or of some by name.

        Raises:
            ConfigurationError: `per_provider` names a provider that there is not.
            ValueError: A number is less than one.

        """
        calls = self._open().calls
        return self._results(refs, lambda ref: calls.get(ref, self._bounds), concurrency, per_provider)

    def wait(self, ref: Ref, *, until: Until = "ended", timeout: Seconds = 600) -> BrowserSession:
        """Return a session once it is what is waited for; looked at every half second at first, then every five.

        Args:
            ref: Which one.
            until: "ended": it is over. "ready": its browser can be connected to. Or a function of a `BrowserSession`,
                which returns something true.
            timeout: Seconds to wait at most.

        Raises:
            WaitTimeout: It did not come in time; looks that failed in a way that may pass are not the end before.
            SessionEnded: It is over, and will not be ready any more.
            BrowserSessionsError: It cannot be fetched.
            ValueError: `until` or `timeout` is neither.

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
        """Yield each reference with its session once it is what is waited for, or with the error in its place.

        Args:
            refs: Which ones; taken one by one in the caller's thread, at most `concurrency` ahead.
            until: As of `wait`.
            timeout: Seconds to wait for each, from when it is first looked at.
            concurrency: How many are waited for at once, each in a thread.
            per_provider: How many of each provider at once, or of some by name.

        Raises:
            ConfigurationError: `per_provider` names a provider that there is not.
            ValueError: A number is out of range, or `until` is no such word.

        """
        from browser_sessions._waiting import checked_wait

        checked_wait(until, timeout)
        calls = self._open().calls
        return self._results(refs, lambda ref: calls.wait(ref, until, timeout, self._bounds), concurrency, per_provider)

    def close(self) -> None:
        """Close the connections; what is asked of the client afterwards is a `ConfigurationError`."""
        if closing := self._shared.close(self._transport):
            closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> Driver:
        return self._shared.driver or self._shared.open(self._make_driver)

    def _make_driver(self) -> Driver:
        from browser_sessions._calls import Calls
        from browser_sessions._drivers import Driver
        from browser_sessions._http import Network

        calls = Calls(self._api_keys, self._base_urls)
        return Driver(calls, Network(self._transport, proxy=self._proxy, verify=self._verify))

    def _results(
        self,
        refs: Iterable[Ref],
        course_of: Callable[[SessionRef], Course[BrowserSession]],
        concurrency: int,
        per_provider: PerProvider,
    ) -> Iterator[Result]:
        from browser_sessions._many import checked_limits, results_of

        driver, limits = self._open(), checked_limits(concurrency, per_provider)
        return results_of(refs, lambda ref, stop: driver.run(course_of(ref), stop), limits, concurrency)
