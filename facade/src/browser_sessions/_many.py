"""Many sessions at once, in threads."""

from __future__ import annotations

import contextlib
import contextvars
import queue
import threading
from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from browser_sessions._bounds import is_whole
from browser_sessions._call import Course
from browser_sessions._providers import PROVIDERS
from browser_sessions._ref import Ref, SessionRef, as_ref
from browser_sessions._session import BrowserSession
from browser_sessions._streams import Stop, Stopped
from browser_sessions.errors import BrowserSessionsError, ConfigurationError

Outcome = BrowserSession | BrowserSessionsError
Result = tuple[Ref, Outcome]
PerProvider = int | Mapping[str, int] | None

Name = TypeVar("Name")
Made = TypeVar("Made")


def result(name: Ref, course_of: Callable[[SessionRef], Course[BrowserSession]]) -> Course[Result]:
    """Return a reference with its session, or with the error in its place."""
    try:
        name = as_ref(name)
        return name, (yield from course_of(name))
    except BrowserSessionsError as error:
        return name, error.with_traceback(None)  # which would keep all that led to it for as long as the result


def provider_of(name: object) -> str:
    """Return the provider whose limit a reference counts for, valid or not."""
    provider = name.partition(":")[0] if isinstance(name, str) else getattr(name, "provider", "")
    return provider if isinstance(provider, str) else ""


def results_of(
    refs: Iterable[Ref], work: Callable[[Ref, Stop], Result], limits: Mapping[str, int], concurrency: int
) -> Iterator[Result]:
    """Yield the result of the work on each reference, in order of completion.

    References are taken in the caller's own thread, between two results: at most `concurrency` are under way, or done
    and not yet yielded. What taking them raises is raised once all that were taken have been yielded. Leaving ends the
    work and its threads.
    """
    source = iter(refs)
    run = Run(work, limits)
    is_over: Exception | None = None
    try:
        while True:
            while is_over is None and run.under_way < concurrency:
                try:
                    run.start(next(source))
                except Exception as error:  # noqa: BLE001 - the caller's own; it is raised below
                    is_over = error
                if run.has_result:  # a slow source does not hold it back
                    break
            if not run.under_way:
                break
            yield run.result()
    finally:
        run.stop()
    if is_over and not isinstance(is_over, StopIteration):
        raise is_over


class Run(Generic[Name, Made]):
    """Threads that work, each started when there is work for it.

    Args:
        work: What is done with each thing that is started.
        limits: How many of a provider may be worked on at once, where that is bounded.

    """

    def __init__(self, work: Callable[[Name, Stop], Made], limits: Mapping[str, int]) -> None:
        self._work = work
        self._limits = {slug: threading.Semaphore(limit) for slug, limit in limits.items()}
        self._jobs: queue.SimpleQueue[tuple[contextvars.Context, Name] | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Made | BaseException] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._stop = Stop()
        self.under_way = 0
        """How many are being worked on, or are done and not yet taken."""

    @property
    def has_result(self) -> bool:
        """Whether `result` does not wait."""
        return not self._results.empty()

    def start(self, name: Name) -> None:
        """Start the work on one more."""
        # A thread knows none of the caller's context variables: a trace, the name of a request in the log.
        self._jobs.put((contextvars.copy_context(), name))
        self.under_way += 1
        if len(self._threads) < self.under_way:
            thread = threading.Thread(target=self._run, name="browser-sessions", daemon=True)
            thread.start()
            self._threads.append(thread)

    def result(self) -> Made:
        """Return the next result.

        Raises:
            BaseException: Whatever a function of the caller's raised in a thread.

        """
        result = self._results.get()
        self.under_way -= 1
        if isinstance(result, BaseException):
            raise result
        return result

    def stop(self) -> None:
        """End the work and the threads."""
        self._stop.set()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        with contextlib.suppress(Stopped):
            while job := self._jobs.get():
                context, name = job
                self._results.put(context.run(self._work_on, name))

    def _work_on(self, name: Name) -> Made | BaseException:
        try:
            with self._limits.get(provider_of(name), contextlib.nullcontext()):
                self._stop.pause(0)  # nothing is begun for a loop that was left
                return self._work(name, self._stop)
        except Stopped:
            raise
        except BaseException as error:  # noqa: BLE001 - raised by `result`, in the caller's thread
            return error


def require_several(refs: object) -> None:
    """Refuse one reference in the place of several, whose characters would be taken for references.

    Raises:
        TypeError: It is one, or nothing that can be iterated over.

    """
    if isinstance(refs, str | bytes) or not isinstance(refs, Iterable | AsyncIterable):
        raise TypeError(f"refs must be an iterable of references, not {type(refs).__name__}: pass [ref] for one")


def checked_limits(concurrency: int, per_provider: PerProvider) -> dict[str, int]:
    """Return how many sessions of each provider may be under way at once, where that is bounded.

    Raises:
        ConfigurationError: A provider is unknown.
        ValueError: A number is less than one.

    """
    limits = dict.fromkeys(PROVIDERS, per_provider) if isinstance(per_provider, int) else dict(per_provider or {})
    if unknown := limits.keys() - PROVIDERS.keys():
        raise ConfigurationError(f"per_provider has no such provider: {', '.join(sorted(map(str, unknown)))}")
    for number in (concurrency, *limits.values()):
        if not is_whole(number, least=1):
            raise ValueError(f"concurrency and per_provider must be whole numbers above zero, not {number!r}")
    return limits
