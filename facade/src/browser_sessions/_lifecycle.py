"""The part of the synchronous client that creates sessions and stops them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, overload

from browser_sessions._configuration import Configuration
from browser_sessions._ref import SessionRef, as_ref

if TYPE_CHECKING:
    from typing import Unpack

    import httpx

    from browser_sessions._bounds import Seconds
    from browser_sessions._call import Course
    from browser_sessions._drivers import Driver
    from browser_sessions._many import PerProvider, Result
    from browser_sessions._options import CreateOptions
    from browser_sessions._providers.anchorbrowser.creates import Request as AnchorBrowserRequest
    from browser_sessions._providers.browser_use.creates import Request as BrowserUseRequest
    from browser_sessions._providers.browserbase.creates import Request as BrowserbaseRequest
    from browser_sessions._providers.skyvern.creates import Request as SkyvernRequest
    from browser_sessions._reap_report import ReapReport
    from browser_sessions._ref import Ref
    from browser_sessions._session import BrowserSession
    from browser_sessions._session_run import SessionRun

    _Configuration = Configuration[httpx.BaseTransport, Driver]
else:
    _Configuration = Configuration  # without its type, for which httpx would have to be imported


class Lifecycle(_Configuration):
    """Creates sessions and stops them."""

    @overload
    def create(
        self,
        provider: Literal["anchorbrowser"],
        *,
        options: AnchorBrowserRequest | None = None,
        **given: Unpack[CreateOptions],
    ) -> BrowserSession: ...
    @overload
    def create(
        self,
        provider: Literal["browserbase"],
        *,
        options: BrowserbaseRequest | None = None,
        **given: Unpack[CreateOptions],
    ) -> BrowserSession: ...
    @overload
    def create(
        self,
        provider: Literal["browser_use"],
        *,
        options: BrowserUseRequest | None = None,
        **given: Unpack[CreateOptions],
    ) -> BrowserSession: ...
    @overload
    def create(
        self, provider: Literal["skyvern"], *, options: SkyvernRequest | None = None, **given: Unpack[CreateOptions]
    ) -> BrowserSession: ...
    def create(self, provider: str, **given: Any) -> BrowserSession:
        """Create a session, and return it as the provider sent it; it runs until its lifetime ends or `stop` is called.

        `session()` stops it by itself. An option that is not given is not sent, and the provider decides; False is sent
        as what turns it off there. `PROVIDERS[provider].operations["create"].options` has the options, with units and
        bounds.

            session = client.create("browserbase", lifetime=timedelta(minutes=20), metadata={"job": "nightly"})

        A request is sent again only if it was certainly not received, or after 429. If its response is lost, or is 303,
        the session is looked for by its metadata `browser-sessions`, for ten seconds at most. No redirect is followed;
        after 301, 302, 307 or 308 nothing was created. If the call is interrupted, by Ctrl-C for example, the session
        that it may have created is looked for and stopped; if that fails, the exception gets a note.

        Args:
            provider: Whose session: "anchorbrowser", "browserbase", "browser_use" or "skyvern".
            given: The options; `CreateOptions` describes each.

        Raises:
            Unsupported: The provider creates no sessions, or has no such option.
            InvalidOption: An option cannot be expressed.
            LedgerError: The client's ledger cannot be written, or cannot be trusted; nothing was sent.
            CreateUncertain: The response was lost, and the session was not found; one may be running.
            TransportError: The request was not received; nothing was created, as after every other error.
            BrowserSessionsError: The provider refused to create it.

        """
        from browser_sessions._session_run import leave

        driver = self._open()
        creation = driver.calls.creation(provider, given, self._bounds)
        try:
            return driver.run(creation.steps())
        except BaseException as error:
            leave(driver, creation, error)
            raise

    def stop(self, ref: Ref, *, timeout: Seconds = 60) -> BrowserSession:
        """Stop a session, and return it once it has ended; one that has already ended is returned as it is.

        A session that this client did not create is fetched first, and stopped only if it is open and has this id.

            session = client.stop("skyvern:pbs_1")

        Args:
            ref: Which session, for example "skyvern:pbs_123".
            timeout: Seconds for all of it; a provider may take 20 to respond.

        Raises:
            Unsupported: The provider cannot stop sessions.
            StopUnconfirmed: It was asked to stop, but was not seen to end in time.
            BrowserSessionsError: It cannot be fetched, or the provider refused to stop it.
            ValueError: `timeout` is out of range.

        """
        driver = self._open()
        return driver.run(driver.calls.stop(as_ref(ref), timeout, self._bounds))

    def stop_many(
        self,
        refs: Iterable[Ref],
        *,
        timeout: Seconds = 60,
        concurrency: int = 20,
        per_provider: PerProvider = None,
    ) -> list[Result]:
        """Stop sessions, and return each reference with its session, or with the error in its place.

            for ref, result in client.stop_many(["skyvern:pbs_1", "browserbase:5f0c"]):
                ...

        Args:
            refs: Which sessions.
            timeout: Seconds for each, as of `stop`.
            concurrency: How many are stopped at once, each in a thread.
            per_provider: How many of each provider at once, or of some by name.

        Raises:
            ConfigurationError: `per_provider` names an unknown provider.
            ValueError: A number is out of range.

        """
        calls = self._open().calls
        return [*self._results(refs, lambda ref: calls.stop(ref, timeout, self._bounds), concurrency, per_provider)]

    @overload
    def session(
        self,
        provider: Literal["anchorbrowser"],
        *,
        ready_timeout: Seconds = ...,
        options: AnchorBrowserRequest | None = None,
        **given: Unpack[CreateOptions],
    ) -> SessionRun: ...
    @overload
    def session(
        self,
        provider: Literal["browserbase"],
        *,
        ready_timeout: Seconds = ...,
        options: BrowserbaseRequest | None = None,
        **given: Unpack[CreateOptions],
    ) -> SessionRun: ...
    @overload
    def session(
        self,
        provider: Literal["browser_use"],
        *,
        ready_timeout: Seconds = ...,
        options: BrowserUseRequest | None = None,
        **given: Unpack[CreateOptions],
    ) -> SessionRun: ...
    @overload
    def session(
        self,
        provider: Literal["skyvern"],
        *,
        ready_timeout: Seconds = ...,
        options: SkyvernRequest | None = None,
        **given: Unpack[CreateOptions],
    ) -> SessionRun: ...
    def session(self, provider: str, *, ready_timeout: Seconds = 120, **given: Any) -> SessionRun:
        """Return a session for the length of a `with` block: created and ready at its beginning, stopped at its end.

            with client.session("skyvern", lifetime=timedelta(minutes=20)) as session:
                info = client.connect_info(session)

        A return, an exception and Ctrl-C end the block; SIGTERM, SIGKILL and a power failure end the program without
        it, and then the session ends with its lifetime, 30 minutes by default. If the session is not seen to end within
        15 seconds after its stop, `StopUnconfirmed` is raised. If another exception is being raised, it is raised on
        with a note that names the session, and the problem is logged at ERROR.

        Args:
            provider: Whose session, as of `create`.
            ready_timeout: Seconds within which its browser must be there to connect to.
            given: The options, as of `create`.

        Returns:
            A context manager, which is entered once. Its `created` is the session as it was created, and its `final`
            the session once it has ended.

        Raises:
            Unsupported: The provider creates no sessions, or has no such option.
            InvalidOption: An option cannot be expressed.
            ValueError: `ready_timeout` is out of range.

        """
        from browser_sessions._bounds import checked_seconds
        from browser_sessions._session_run import LIFETIME, SessionRun

        driver = self._open()
        creation = driver.calls.creation(provider, {"lifetime": LIFETIME, **given}, self._bounds)
        return SessionRun(driver, creation, checked_seconds("ready_timeout", ready_timeout))

    def reap(
        self,
        *,
        older_than: timedelta,
        owner: str | None = None,
        metadata: Mapping[str, str] | None = None,
        dry_run: bool = True,
    ) -> ReapReport:
        """Stop your sessions that were left running, and report what became of them.

        Yours are those in the client's ledger, and those whose marker names the owner. All are fetched again: a session
        is stopped only if its provider reports it as open, and if it is old enough.

            report = client.reap(older_than=timedelta(hours=1), dry_run=False)

        Args:
            older_than: Only sessions that were created, or at least started, so long ago. If this is short, a session
                that another program is just creating may be stopped.
            owner: Whose sessions; by default the client's owner. With an owner, the ledger's lines of other owners are
                left alone. Skyvern keeps no marker: its sessions are found by the ledger alone.
            metadata: Only those with all of these labels.
            dry_run: Whether nothing is stopped, and no line is written: `stopped` are those that would be.

        Raises:
            ConfigurationError: There is neither an owner nor a ledger, or no key for any provider.
            InvalidOption: `older_than` or `owner` is invalid.
            LedgerError: The ledger cannot be read; nothing was stopped.

        """
        from browser_sessions._reaping import checked_scope

        driver = self._open()
        scope = checked_scope(driver.calls, older_than, owner, metadata, dry_run=dry_run)
        return driver.run(driver.calls.reap(scope, self._bounds))

    def _results(
        self,
        refs: Iterable[Ref],
        course_of: Callable[[SessionRef], Course[BrowserSession]],
        concurrency: int,
        per_provider: PerProvider,
    ) -> Iterator[Result]:
        from browser_sessions._many import checked_limits, require_several, result, results_of

        require_several(refs)
        driver, limits = self._open(), checked_limits(concurrency, per_provider)
        return results_of(refs, lambda name, stop: driver.run(result(name, course_of), stop), limits, concurrency)
