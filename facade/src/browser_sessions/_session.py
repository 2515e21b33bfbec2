"""The view: what a session is, whoever runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields, make_dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from browser_sessions._providers import PROVIDERS
from browser_sessions._ref import SessionRef, ref_of_answer
from browser_sessions._status import SessionStatus

HIDDEN = "***"
"""What stands for a value that the spec marks sensitive."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a session cost.

    Attributes:
        amount: How much, exactly as the provider said it.
        unit: "USD", or "credits" of the provider's own.
        final: Whether it will not change any more.

    """

    amount: Decimal
    unit: Literal["USD", "credits"]
    final: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording of a session; its address is signed, and not shown.

    Attributes:
        url: Where it is.
        filename: What it is called.
        size: Its bytes.
        checksum: Its SHA-256.
        modified_at: When it was last changed, UTC.

    """

    url: str = field(repr=False)
    filename: str | None = None
    size: int | None = None
    checksum: str | None = None
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionFailure:
    """Why a session failed, in the provider's words.

    Attributes:
        code: Its kind.
        message: A sentence about it.

    """

    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """A session, whoever runs it: equal by all fields, hashed by its reference.

    None means that the provider did not say; whether it ever can is in `PROVIDERS[session.provider].fields`.

    Attributes:
        provider: The provider's name in `PROVIDERS`.
        id: The provider's id for the session.
        status: Where it is in its life.
        raw_status: The provider's own word for that.
        created_at, started_at, ended_at, expires_at, updated_at: Always aware, in UTC.
        duration: How long it ran: reported, or ended - started; never counted from now.
        connect_url: The CDP address as the provider gave it.
        live_view_url: Where people watch the browser.
        recordings: The recordings of it.
        proxy_bytes: Bytes that went through the provider's proxy.
        billable_bytes: Bytes that the provider bills, by whatever way they went.
        cost: What it cost, so far or for good.
        region: Where it runs, in the provider's words.
        account_id: Whose it is: a project, team, organisation or zone.
        metadata: What its user labelled it with; an array of labels is in "tags".
        failure: Why it failed.
        derived: The fields that were computed from other fields.
        unexpected: The paths, in `raw`, of what is not what the provider's description promises, or what no field
            here can hold.
        raw: The generated model, exactly as it was viewed.

    """

    provider: str
    id: str
    status: SessionStatus
    raw_status: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    updated_at: datetime | None = None
    duration: timedelta | None = None
    connect_url: str | None = None
    live_view_url: str | None = None
    recordings: tuple[Recording, ...] = ()
    proxy_bytes: int | None = None
    billable_bytes: int | None = None
    cost: Cost | None = None
    region: str | None = None
    account_id: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    failure: SessionFailure | None = None
    derived: frozenset[str] = frozenset()
    unexpected: tuple[str, ...] = ()
    raw: Any

    @property
    def ref(self) -> SessionRef:
        """The session's name, by which it can be fetched again."""
        return ref_of_answer(self.provider, self.id)

    def __hash__(self) -> int:
        return hash(self.ref)

    def __repr__(self) -> str:
        shown = {name: value for name, value in self._fields(secrets=False).items() if value not in _ABSENT}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    def to_dict(self, *, secrets: bool = False, raw: bool = False) -> dict[str, Any]:
        """Return the session as plain JSON data: ISO times, durations in seconds, decimals as text.

        Args:
            secrets: Whether to show what the spec marks sensitive, instead of "***".
            raw: Whether to add the whole answer of the provider, as "raw".

        """
        found = {"ref": str(self.ref)} | {
            name: _to_json(value, secrets=secrets) for name, value in self._fields(secrets=secrets).items()
        }
        if raw:
            answer = self.raw.to_dict()
            found["raw"] = answer if secrets else _hidden(answer, PROVIDERS[self.provider].sensitive)
        return found

    def _fields(self, *, secrets: bool) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in _NAMES}
        if not secrets:
            for name in PROVIDERS[self.provider].sensitive_fields & values.keys():
                if isinstance(values[name], str):
                    values[name] = HIDDEN
        return values


def _default_of(each: Field[Any]) -> Any:
    return field(default=each.default, default_factory=each.default_factory)


def _freeze(draft: Any) -> None:
    draft.__class__ = BrowserSession


if TYPE_CHECKING:
    make_session = BrowserSession
else:
    # A view must not cost more than decoding what it views, and half of its cost would be what freezing adds to
    # `__init__`. So a session is made with the same fields, but not frozen, and becomes a BrowserSession at the end.
    _fields = [(each.name, each.type, _default_of(each)) for each in fields(BrowserSession)]
    make_session = make_dataclass(
        BrowserSession.__name__, _fields, namespace={"__post_init__": _freeze}, kw_only=True, slots=True
    )

_NAMES = tuple(each.name for each in fields(BrowserSession) if each.name != "raw")
_ABSENT: tuple[Any, ...] = (None, (), {}, frozenset())


_AS_JSON: dict[type, Callable[[Any], Any]] = {
    datetime: lambda time: time.isoformat().replace("+00:00", "Z"),
    timedelta: timedelta.total_seconds,
    Decimal: str,
    SessionStatus: str,
    dict: dict,
    frozenset: sorted,
}


def _to_json(value: Any, *, secrets: bool) -> Any:
    if type(value) in _AS_JSON:
        return _AS_JSON[type(value)](value)
    if isinstance(value, tuple):
        return [_to_json(item, secrets=secrets) for item in value]
    if isinstance(value, Cost | Recording | SessionFailure):
        parts = {each.name: _to_json(getattr(value, each.name), secrets=secrets) for each in fields(value)}
        return parts if secrets or not isinstance(value, Recording) else parts | {"url": HIDDEN}
    return value


def _hidden(value: Any, names: frozenset[str]) -> Any:
    """Return JSON data without the values of some names, wherever they are."""
    if isinstance(value, dict):
        return {
            name: HIDDEN if name in names and item is not None else _hidden(item, names) for name, item in value.items()
        }
    return [_hidden(item, names) for item in value] if isinstance(value, list) else value
