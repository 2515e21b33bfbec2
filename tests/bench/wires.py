"""What each provider's API is asked and answers, as far as fetching one session goes."""

from __future__ import annotations

import json
import tomllib

import attrs

from codegen.__main__ import ROOT
from tests.facade.fetching import running
from tests.facade.viewing import ENVELOPES, MODELS, session_in

KEY = "a-key-for-nothing"


@attrs.frozen
class Wire:
    """One provider.

    Attributes:
        slug: Its name.
        id: The session that is fetched.
        path: The request's path.
        header: The header of the key, and its value.
        answer: The body, as a JSON value.
        model: The name of the generated model of the answer.
        envelope: The answer's property that holds the session, or "".

    """

    slug: str
    id: str
    path: str
    header: tuple[str, str]
    answer: dict[str, object]
    model: str
    envelope: str

    @property
    def route(self) -> str:
        """The path, without the session."""
        return self.path.removesuffix(self.id)

    @property
    def body(self) -> bytes:
        """The answer's bytes."""
        return json.dumps(self.answer).encode()


def load_wires() -> dict[str, Wire]:
    """Return all providers, by slug."""
    rows = tomllib.loads((ROOT / "tests" / "clients" / "clients.toml").read_text("utf-8"))
    return {slug: _wire(slug, row) for slug, row in rows.items()}


def _wire(slug: str, row: dict[str, object]) -> Wire:
    answer = running(slug)
    identifying = row["identifying"]
    assert isinstance(identifying, list)
    name = session_in(slug, answer)[identifying[-1]]
    path, value = (str(row[each]) for each in ("path", "value"))
    return Wire(
        slug=slug,
        id=name,
        path=path.replace("an-id", name),
        header=(str(row["header"]), value.replace("a-token", KEY)),
        answer=answer,
        model=MODELS.get(slug, "Session"),
        envelope=ENVELOPES.get(slug, ""),
    )
