"""What was asked for, and what came of it: nothing is lost, nothing comes twice, and all is as it was planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from browser_sessions import BrowserSession
from browser_sessions.errors import BrowserSessionsError, SessionEnded
from tests.soak.plans import KINDS, Plan


class Ledger:
    """The account of a run.

    Attributes:
        sessions: How many sessions were asked for.
        accounted: How many of them came, once, and as they were planned.
        outcomes: How many of them by class.
        injected: How often what was done to an answer.
        survived: How often that was made good, or became the right error.
        problems: What is wrong, a line each.

    """

    def __init__(self) -> None:
        self.sessions = self.accounted = 0
        self.outcomes: Counter[str] = Counter()
        self.injected: Counter[str] = Counter()
        self.survived: Counter[str] = Counter()
        self.problems: list[str] = []
        self._due: dict[str, Plan] = {}
        self._right: list[Plan] = []

    def ask(self, plans: Iterable[Plan]) -> None:
        """Note that sessions are asked for."""
        for plan in plans:
            self.sessions += 1
            self._due[str(plan.ref)] = plan

    def take(self, ref: object, result: BrowserSession | BrowserSessionsError) -> None:
        """Note what came for a reference."""
        plan = self._due.pop(str(ref), None)
        if plan is None:
            self.problems.append(f"{ref}: came twice, or was never asked for: {result!r}")
        elif problem := _difference(plan, result):
            self.problems.append(f"{ref}: {problem}, after {[each.kind for each in plan.steps]}")
        else:
            self.accounted += 1
            self.outcomes[type(result).__name__] += 1
            self._right.append(plan)

    def close(self, asked: Counter[str], served: Counter[str]) -> None:
        """Note that all results of some plans have come, and what the proxy did to them."""
        self.problems += [f"{ref}: nothing came of it" for ref in self._due]
        for plan in self._right:
            count = asked[plan.ref.id]
            is_too_often = plan.has_time and count > len(plan.steps)  # elsewhere a slow machine may need more
            if is_too_often or (plan.is_counted and count < len(plan.steps)):
                self.problems.append(f"{plan.ref}: was asked for {count} times, and not {len(plan.steps)}")
            self.survived.update(step.kind for step in plan.taken(count))
        self.injected.update(served)
        self._due, self._right = {}, []

    def add(self, other: Ledger) -> None:
        """Add the account of another run, which is closed."""
        self.sessions += other.sessions
        self.accounted += other.accounted
        self.outcomes += other.outcomes
        self.injected += other.injected
        self.survived += other.survived
        self.problems += other.problems

    def lines(self) -> Iterable[str]:
        """Yield the account, a line each."""
        yield f"sessions    {self.accounted:,} of {self.sessions:,} accounted for"
        for name, count in sorted(self.outcomes.items()):
            yield f"            {count:7,} {name}"
        yield "faults      injected survived"
        for kind in KINDS:
            yield f"            {self.injected[kind]:8,} {self.survived[kind]:8,} {kind}"


def _difference(plan: Plan, result: BrowserSession | BrowserSessionsError) -> str:
    session = result.session if isinstance(result, SessionEnded) else result
    status = getattr(session, "status", None)
    if (type(result), status) == (plan.outcome, plan.status):
        return ""
    return f"is {type(result).__name__} {status or ''} ({result}), and not {plan.outcome.__name__} {plan.status or ''}"
