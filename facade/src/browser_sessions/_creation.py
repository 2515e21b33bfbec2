"""The creation of a session: how it is looked for if the response is lost, and how it is stopped."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

import httpx

from browser_sessions._attempt import Pause, RawResponse, Receipt
from browser_sessions._bounds import Bounds
from browser_sessions._call import Call, Course, MayExistError, course, may_exist, outcome_of
from browser_sessions._failures import unexpected
from browser_sessions._masking import secrets_in, shown
from browser_sessions._options import Options, make_marker
from browser_sessions._query import OPEN, SKEW, Query
from browser_sessions._reading import MARKER
from browser_sessions._records import note, note_over, record
from browser_sessions._ref import as_ref
from browser_sessions._session import BrowserSession
from browser_sessions._stopping import stop
from browser_sessions._waiting import is_connectable
from browser_sessions.errors import BrowserSessionsError, CreateUncertain, SessionEnded, StopUnconfirmed

if TYPE_CHECKING:
    from browser_sessions._calls import Calls, ProviderClient

LOOKS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds after a response was lost at which the session is looked for."""

_SEARCH = 10.0
"""Seconds that this takes at most; a look that has begun may take another second."""

_TOLERANCE = timedelta(seconds=10)
"""How much a lifetime between two reported times may differ: a browser takes a while to start."""

_STOP, CONFIRM = 60.0, 15.0
"""Seconds that a stop at the end of a block may take, and then to see the session end."""

_log = logging.getLogger("browser_sessions")


class Creation:
    """The creation of one session: how far it came, and how the session ended.

    Attributes:
        created: The session as it was created or found; None until then.
        final: The session once it has ended.
        problem: Why it may still be running although it was to be stopped.
        is_left: Whether its block has ended, and the session was stopped, or the problem reported.

    """

    def __init__(self, calls: Calls, opened: ProviderClient, options: Options, bounds: Bounds) -> None:
        provider = opened.access.provider
        # What it may take to find and to stop a session is imported before there is one: Ctrl-C may leave an import
        # locked, and another thread would wait for it for ever.
        self._module, self._stops, _ = (
            import_module(f"browser_sessions._providers.{provider.slug}.{name}")
            for name in ("creates", "stops", "lists")
        )
        has_metadata = "metadata" in provider.operations["create"].options
        self._mark = make_marker(calls.owner)  # in the ledger, it joins the lines of a session also without metadata
        self._marker = self._mark if has_metadata else None
        self._calls = calls
        self._options = options
        self._bounds = bounds
        self._since = datetime.now(UTC)
        self._receipt = Receipt()
        self._is_settled = False
        self._is_recorded = False
        self._process = os.getpid()
        self._call = self._call_of(opened)
        self.created: BrowserSession | None = None
        self.final: BrowserSession | None = None
        self.problem: BrowserSessionsError | None = None
        self.is_left = False

    def _call_of(self, opened: ProviderClient) -> Call[BrowserSession]:
        body = self._module.body(self._options, self._marker)
        return Call(
            opened.access,
            opened.client,
            self._module.OPERATION,
            self._module.view,
            self._bounds._replace(timeout=self._bounds.deadline),
            named={"body": body},
            receipt=self._receipt,
            secrets=tuple(secrets_in(body, opened.access.provider.sensitive)),
        )

    def steps(self) -> Course[BrowserSession]:
        """Create the session, and return it as it was created, or found.

        Raises:
            LedgerError: The ledger cannot be written; nothing was sent.
            CreateUncertain: The response was lost, and the session was not found.
            BrowserSessionsError: It was not created.

        """
        yield from record(self._calls, "create", self._call.access, self._mark)
        self._since = datetime.now(UTC)
        try:
            outcome = self._checked((yield from course(self._call)))
        except MayExistError as lost:
            outcome = lost.error
        except BrowserSessionsError:
            yield from self._settle()
            raise
        session = outcome if isinstance(outcome, BrowserSession) else (yield from self._search(outcome))
        return (yield from self._take(session))

    def steps_until_ready(self, seconds: float) -> Course[BrowserSession]:
        """Create the session, and return it once it can be connected to."""
        session = yield from self.steps()
        try:
            if is_connectable(session):
                return session
            return (yield from self._calls.wait(session.ref, "ready", seconds, self._bounds))
        except SessionEnded as error:
            if error.session.id == session.id:
                self.final = error.session
                yield from note_over(self._calls, error.session)
            raise

    def end(self) -> Course[None]:
        """Stop what was created, if anything was; `final` or `problem` has the result, and nothing is raised."""
        self.problem = None
        try:
            session = self.created or (yield from self._found())
            if session:
                yield from self._record(session)
            if session and not self.final:
                self.final = yield from stop(self._calls, session.ref, _STOP, self._bounds, confirming=CONFIRM)
        except (CreateUncertain, StopUnconfirmed) as error:
            self.problem = error
        except BrowserSessionsError as error:
            text = f"{self.name} may still be running: {str(error).removeprefix(f'{self.name}: ')}"
            self.problem = StopUnconfirmed(text, ref=self.created.ref if self.created else None)
            self.problem.__cause__ = error

    @property
    def name(self) -> str:
        """What to call the session in a sentence."""
        if self.created:
            return shown(self.created.ref)
        slug = self._call.access.provider.slug
        return f"a session of {slug}" + (f" with the metadata {MARKER}={self._marker}" if self._marker else "")

    def leave(self, error: BaseException | None, interruption: BaseException | None) -> None:
        """End a block; the exception that leaves it has a note if the session may be running.

        Args:
            error: The exception that was being raised before the session was stopped; it is raised on by the caller.
            interruption: The exception that interrupted the stop.

        Raises:
            BaseException: What takes the place of `error`.

        """
        # An interruption is not lost, and is not needed twice.
        leaves = interruption if interruption and (error is None or isinstance(error, Exception)) else error
        doubt = self.doubt
        if doubt and leaves is not None:
            leaves.add_note(doubt)
            _log.error("%s", doubt)
        self.is_left = True  # last: what interrupts this leaves it to the end of the run
        if leaves is None and self.problem:
            raise self.problem
        if leaves is not None and leaves is not error:
            raise leaves

    @property
    def doubt(self) -> str | None:
        """Why a session may be running; None if it cannot be."""
        if self.problem:
            return str(self.problem)
        if self.final or not self._may_run:
            return None
        return f"{self.name} may still be running: it was not stopped"

    @property
    def _may_run(self) -> bool:
        if os.getpid() != self._process:  # after a fork, it is the parent's
            return False
        return self.created is not None or (self._receipt.is_sent and not self._is_settled)

    def _found(self) -> Course[BrowserSession | None]:
        """Return the session of an interrupted create, if there is one."""
        came = self._receipt.came
        received = outcome_of(self._call, came, self._call.bounds.timeout)
        outcome = self._checked(received)
        if isinstance(outcome, BrowserSession):
            return (yield from self._take(outcome))
        if not may_exist(came, outcome):
            yield from self._settle()
            return None
        return (yield from self._take((yield from self._search(outcome))))

    def _checked(self, outcome: BrowserSession | BrowserSessionsError) -> BrowserSession | BrowserSessionsError:
        """Return the outcome of a create; another session, or one whose id no request can hold, counts as lost."""
        came = self._receipt.came
        if not isinstance(outcome, BrowserSession) or not isinstance(came, RawResponse):
            return outcome
        if outcome.marker not in (None, self._marker):
            return unexpected(self._call, came, f"this is the session of another create, by its metadata {MARKER}")
        problem = self._naming_problem(outcome)
        return unexpected(self._call, came, f"no request can name this session: {problem}") if problem else outcome

    def _naming_problem(self, session: BrowserSession) -> Exception | None:
        """Return why no request can hold a session's id; None if one can."""
        named = self._stops.named(session.id)
        try:
            self._stops.OPERATION.build_request(as_ref(session).id, client=self._call.client, **named)
        except (ValueError, httpx.InvalidURL) as error:
            return error
        return None

    def _search(self, error: BrowserSessionsError) -> Course[BrowserSession]:
        """Look for the session of a lost response."""
        lost = time.monotonic()
        candidates: dict[str, BrowserSession] = {}
        for moment in LOOKS:
            yield Pause(max(lost + moment - time.monotonic(), 0.0))
            left = max(lost + _SEARCH - time.monotonic(), 1.0)
            bounds = Bounds(min(self._bounds.timeout, left), self._bounds.max_retries, left)
            try:
                found = yield from self._calls.list(self._slug, self._query(), bounds).all_pages()
            except BrowserSessionsError as failed:
                _log.info("%s: a lost session could not be looked for (%s)", self._slug, failed)
                continue
            if self._marker and found and not self._naming_problem(found[0]):
                return found[0]
            candidates |= {each.id: each for each in found if each.ref not in self._calls.created}
        self._is_settled = True
        raise self._uncertain(error, tuple(candidates.values())) from error

    def _query(self) -> Query:
        if self._marker:
            return Query(self._module.SEARCHED, {MARKER: self._marker}, limit=1)
        return Query(OPEN, created_after=self._since - SKEW)

    def _uncertain(self, error: BrowserSessionsError, candidates: tuple[BrowserSession, ...]) -> CreateUncertain:
        text = f"{self._slug}: the response to a create was lost, and a session may be running. "
        if self._marker:
            text += f"No session with the metadata {MARKER}={self._marker} was listed within {LOOKS[-1]:g} s: "
            text += "list it later, and do not create again because of this"
        else:
            names = ", ".join(shown(each.ref) for each in candidates) or "none was listed"
            text += f"Sessions that may be it, in `candidates`: {names}. Do not create again because of this"
        about = str(error).removeprefix(f"{self._slug}: ")
        fields = {name: getattr(error, name) for name in _FIELDS}
        return CreateUncertain(
            f"{text} ({about})", marker=self._marker, since=self._since, candidates=candidates, **fields
        )

    def _take(self, session: BrowserSession) -> Course[BrowserSession]:
        self._calls.note_created(session.ref)
        self.created = session = self._with_lifetime(session)
        yield from self._record(session)
        return session

    def _record(self, session: BrowserSession) -> Course[None]:
        if not self._is_recorded:  # an interruption may have come before it
            yield from note(self._calls, "created", self._call.access, self._mark, session)
            self._is_recorded = True

    def _settle(self) -> Course[None]:
        """Note that nothing was created, for certain."""
        self._is_settled = True
        yield from note(self._calls, "failed", self._call.access, self._mark)

    def _with_lifetime(self, session: BrowserSession) -> BrowserSession:
        """Return the session, with its lifetime listed as unexpected if another one was asked for."""
        wanted, granted = self._options.lifetime, self._module.granted(session)
        if wanted is None or granted is None or abs(granted - wanted) <= _TOLERANCE:
            return session
        _log.warning("%s: the lifetime is %s, and %s was asked for", session.ref, granted, wanted)
        path = self._call.access.provider.fields["expires_at"][0]
        return replace(session, unexpected=(*session.unexpected, path))

    @property
    def _slug(self) -> str:
        return self._call.access.provider.slug


_FIELDS = ("provider", "status_code", "request_id", "retry_after", "headers", "body")
