"""What the tests must know of each provider, from `providers/<slug>.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml

from browser_sessions import PROVIDERS, SessionStatus

FOLDER = Path(__file__).parent / "providers"
STATES = (
    SessionStatus.PENDING,
    SessionStatus.RUNNING,
    SessionStatus.COMPLETED,
    SessionStatus.FAILED,
    SessionStatus.TIMED_OUT,
)


def statuses_of(words: list[str]) -> tuple[SessionStatus, ...]:
    """Return the statuses with some values."""
    return tuple(map(SessionStatus, words))


@attrs.frozen
class ProviderCase:
    """How a provider says what all of them say.

    Attributes:
        example: The name of the example, in the overlays, of a session that runs.
        words: The raw status of a session that is `running`, and of one that is `over`.
        requests: The requests that `list`, `get`, `create` and `stop` make, below the base URL; those that it offers.
        over: What a session that has ended has instead of what that example has.
        ready: What that example has instead, in each response up to the one that is ready.
        statuses: What it reports of each of `STATES`.
        drifted: What is read from the raw status that no table has; its times may still tell.
        polls: How often a session in the sandbox is fetched until it is ready.
        order, window: The order of its list, and the days that the list reaches back; None without a known end.
        page: How many sessions a page of its list has.
        live_view: How the URL of a live view in the sandbox begins, where it offers one.

    """

    example: str
    words: dict[str, str]
    requests: dict[str, str]
    over: dict[str, Any]
    ready: tuple[dict[str, Any], ...] = attrs.field(converter=tuple)
    statuses: tuple[SessionStatus, ...] = attrs.field(converter=statuses_of)
    drifted: SessionStatus = attrs.field(default=SessionStatus.UNKNOWN, converter=SessionStatus)
    polls: int = 0
    order: str = "newest"
    window: int | None = None
    page: int = 100
    live_view: str = ""


class ProviderCases(dict[str, ProviderCase]):
    """The cases by slug; a missing one fails the test that asks for it, and names the file to write."""

    def __missing__(self, slug: str) -> ProviderCase:
        pytest.fail(f"tests/facade/providers/{slug}.yaml is missing: write it like the others there", pytrace=False)


CASES = ProviderCases(
    (path.stem, ProviderCase(**yaml.safe_load(path.read_text("utf-8")))) for path in sorted(FOLDER.glob("*.yaml"))
)
MARKING = tuple(slug for slug, each in PROVIDERS.items() if "metadata" in each.operations["create"].options)
"""The providers whose new sessions can hold a marker."""


def able(operation: str, option: str | None = None) -> tuple[str, ...]:
    """Return the slugs of the providers that offer an operation, or one of its options."""
    offered = {slug: each.operations[operation] for slug, each in PROVIDERS.items()}
    return tuple(
        slug for slug, each in offered.items() if each.is_available and (option is None or option in each.options)
    )


def names(slugs: tuple[str, ...]) -> str:
    """Return the names of providers, as error messages list them."""
    return ", ".join(PROVIDERS[slug].name for slug in slugs)
