"""What each does about an answer or an id that is odd, as the server saw it and as its user does."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.bench import oddities, programs
from tests.bench.contestants import RAW, Contestant
from tests.bench.measurements import Seen
from tests.bench.oddities import ELSEWHERE, WORD, Request
from tests.bench.setting import Setting
from tests.bench.wires import Wire


class Verdict(NamedTuple):
    """Whether something is well, and what was seen."""

    is_well: bool
    what: str


class Outcome(NamedTuple):
    """What came of a request.

    Attributes:
        returned: The session's status, if there is one.
        raised: The error's class, if there is one.
        pickle: The error of pickling the session or the error, or "".
        requests: What the servers were asked.
        wire: Whose.

    """

    returned: str | None
    raised: str | None
    pickle: str
    requests: tuple[Request, ...]
    wire: Wire


_NOTHING_ASKED = Verdict(is_well=False, what="the server was not asked")
"""Of what has to ask it to be seen at all: whoever fails before, or asks somebody else, is not well by that."""


def _read(outcome: Outcome) -> Verdict:
    """The session was returned, and its status can be read."""
    return Verdict(outcome.raised is None, "read" if outcome.raised is None else f"`{outcome.raised}`")


def _word(outcome: Outcome) -> Verdict:
    """The provider's word was kept."""
    what = f"`{outcome.raised}`" if outcome.raised else f"`{outcome.returned}`"
    return Verdict(outcome.returned == WORD, what)


def _key(outcome: Outcome) -> Verdict:
    """The key did not go where the redirect leads."""
    if not outcome.requests:
        return _NOTHING_ASKED
    followed = [request for request in outcome.requests if request.server == ELSEWHERE]
    if not followed:
        return Verdict(is_well=True, what="not followed")
    leaked = any(request.has_key for request in followed)
    return Verdict(not leaked, "the key is sent along" if leaked else "followed without the key")


def _route(outcome: Outcome) -> Verdict:
    """No request went to another route."""
    if not outcome.requests:
        return Verdict(is_well=True, what=f"`{outcome.raised}`, nothing sent") if outcome.raised else _NOTHING_ASKED
    route, asked = outcome.wire.route, outcome.requests[0].path
    is_inside = asked.startswith(route) and not {"..", "."} & {*asked.split("/")}
    if is_inside and asked != route:
        return Verdict(is_well=True, what=f"`{asked.removeprefix(route)}`, in its route")
    return Verdict(is_well=False, what=f"`GET {asked}`")


def _error_pickles(outcome: Outcome) -> Verdict:
    """The error of a session that is not there can be handed to another process."""
    if outcome.raised is None:
        return Verdict(is_well=False, what="no error")
    if not outcome.requests:
        return _NOTHING_ASKED
    return Verdict(not outcome.pickle, f"`{outcome.pickle}`" if outcome.pickle else "comes back")


def _session_pickles(outcome: Outcome) -> Verdict:
    """A session, which was asked for as the provider wants it, can be handed to another process."""
    if outcome.raised is not None:
        return Verdict(is_well=False, what=f"`{outcome.raised}`")
    for request in outcome.requests:
        if (request.path, request.has_key) != (outcome.wire.path, True):
            return Verdict(
                is_well=False, what=f"`GET {request.path}` {'with' if request.has_key else 'without'} the key"
            )
    if not outcome.requests:
        return _NOTHING_ASKED
    return Verdict(not outcome.pickle, f"`{outcome.pickle}`" if outcome.pickle else "comes back")


class Case(NamedTuple):
    """One way to be odd.

    Attributes:
        title: How the page calls it.
        judge: What is looked for.
        id: The session that is asked for, if not the usual one.
        provider: The one provider that it is about, or "".

    """

    title: str
    judge: Callable[[Outcome], Verdict]
    id: str = ""
    provider: str = ""


CASES = {
    "word": Case("a status that is not documented", _word),
    "envelope": Case("Anchor Browser's newer answer, in `data`", _read, provider="anchorbrowser"),
    "flat": Case("Anchor Browser's older answer, without `data`", _read, provider="anchorbrowser"),
    "port": Case("a redirect to another port of the host", _key),
    "host": Case("a redirect to another host", _key),
    "dots": Case("the id `..`", _route, id=".."),
    "route": Case("the id `../keys`", _route, id="../keys"),
    "missing": Case("the error of a 404, pickled", _error_pickles),
    "ordinary": Case("a session, pickled", _session_pickles),
}

_PROGRAM = """\
import json, pickle

def pickle_problem(value):
    try:
        copy = pickle.loads(pickle.dumps(value))
    except Exception as error:
        return type(error).__name__
    return "" if (type(copy), str(copy)) == (type(value), str(value)) else "another value"

for URL, ID in {requests!r}:
    REF = PROVIDER + ":" + ID
    client = {client}
    try:
        session = {session}
        seen = {{"returned": str({status}), "raised": None, "pickle": pickle_problem(session)}}
    except Exception as error:
        seen = {{"returned": None, "raised": type(error).__name__, "pickle": pickle_problem(error)}}
    print(json.dumps(seen))
"""


def look(setting: Setting) -> Iterator[Seen]:
    """Yield what is seen of all who fetch sessions and are not raw httpx."""
    for contestant, wire in setting.pairs():
        if contestant.kind != RAW:
            yield from _look(setting, contestant, wire)


def _look(setting: Setting, contestant: Contestant, wire: Wire) -> Iterator[Seen]:
    cases = {name: case for name, case in CASES.items() if case.provider in ("", wire.slug)}
    with oddities.serve(wire) as odd:
        asked = [(odd.urls[name], case.id or wire.id) for name, case in cases.items()]
        parts = {"client": contestant.client, "session": contestant.session, "status": contestant.status}
        program = programs.opened(contestant, wire) + _PROGRAM.format(requests=asked, **parts)
        command = [str(setting.pythons[contestant.environment]), "-c", program]
        # No proxy, which would be asked in the place of the servers here.
        variables = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, check=True, text=True)
        lines = done.stdout.splitlines()
        for name, line in zip(cases, lines, strict=True):
            seen: dict[str, Any] = json.loads(line)
            outcome = Outcome(**seen, requests=_requests(odd.requests, name), wire=wire)
            is_well, what = CASES[name].judge(outcome)
            yield Seen(case=name, subject=contestant.name, provider=wire.slug, is_well=is_well, what=what)


def _requests(requests: list[Request], name: str) -> tuple[Request, ...]:
    """Return what was asked for a case: a redirect leads to its own name's folder."""
    mine = [each for each in requests if each.server == name]
    followed = [each for each in requests if each.server == ELSEWHERE and each.path == f"/{name}"]
    return (*mine, *followed)
