"""The view: a session of any provider, in one shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from browser_sessions._masking import HIDDEN, mask_json, mask_text, mask_url
from browser_sessions._providers import ADDRESSES, PROVIDERS
from browser_sessions._ref import SessionRef, ref_of_response
from browser_sessions._status import SessionStatus

if TYPE_CHECKING:
    from browser_sessions._providers import anchorbrowser, brightdata, browser_use, browserbase, skyvern

    Raw: TypeAlias = anchorbrowser.Raw | brightdata.Raw | browser_use.Raw | browserbase.Raw | skyvern.Raw


Origin: TypeAlias = Literal["get", "list", "create", "stop"]
"""The operation that returned what a view shows."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a session cost.

    Attributes:
        amount: How much, exactly as the provider reported it.
        unit: "USD", or "credits" of the provider's own.
        final: Whether it will no longer change.

    """

    amount: Decimal
    unit: Literal["USD", "credits"]
    final: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording of a session; its URL is signed, and not shown.

    Attributes:
        url: Where it can be fetched, without a key, until the URL expires.
        filename: What it is called.
        size: Its size in bytes.
        checksum: Its SHA-256, in hexadecimal digits.
        modified_at: When it was last changed, UTC.

    """

    url: str = field(repr=False)
    filename: str | None = None
    size: int | None = None
    checksum: str | None = None
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionFailure:
    """Why a session failed, as the provider reported it.

    Attributes:
        code: The kind of failure.
        message: A sentence about it.

    """

    code: str | None = None
    message: str | None = None

    def __repr__(self) -> str:
        code, message = (each and mask_text(each) for each in (self.code, self.message))
        return f"{type(self).__name__}({code=}, {message=})"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """A session of any provider; two are equal if all fields are, and the hash is that of the reference.

    None means that the provider did not report it; `PROVIDERS[session.provider].fields` has what it can report.

    Attributes:
        provider: The provider's name in `PROVIDERS`.
        id: The provider's id for the session.
        status: Where it is in its life.
        raw_status: The provider's own status.
        created_at: When it was created. All times are aware, in UTC.
        started_at: When its browser had started.
        ended_at: When it ended.
        expires_at: When it ends by itself at the latest, or would have.
        updated_at: When the provider last changed what it reports.
        duration: How long it ran: as reported, or ended - started; never counted from now.
        connect_url: The CDP URL as the provider sent it.
        live_view_url: Where people watch the browser.
        recordings: Its recordings.
        proxy_bytes: Bytes that went through the provider's proxy.
        billable_bytes: Bytes that the provider bills, through a proxy or not.
        cost: What it cost, so far or in the end.
        region: Where it runs, as the provider names it.
        account_id: The project, team, organisation or zone that it belongs to.
        metadata: The labels that it was created with; an array of labels is under "tags".
        marker: The label that this package gave it; it is not in `metadata`.
        failure: Why it failed.
        derived: The names of the fields that were computed from other fields.
        unexpected: Paths in `raw` of values that the provider's description does not allow, or that no field here can
            hold. An unknown member of an enum is not one: enums are open.
        origin: The operation that returned it: "get", "list", "create" or "stop"; not compared.
        raw: The generated model of the response, unchanged: the one of `<provider>_client.models`.

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
    marker: str | None = None
    failure: SessionFailure | None = None
    derived: frozenset[str] = frozenset()
    unexpected: tuple[str, ...] = ()
    origin: Origin = field(default="get", compare=False)
    raw: Raw

    @property
    def ref(self) -> SessionRef:
        """The session's reference, by which it can be fetched again."""
        return ref_of_response(self.provider, self.id)

    def __hash__(self) -> int:
        return hash(self.ref)

    def __repr__(self) -> str:
        found = self._fields(secrets=False)
        if self.origin == "get":
            del found["origin"]
        shown = {name: _to_show(value) for name, value in found.items() if value not in _ABSENT}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    def to_dict(self, *, secrets: bool = False, raw: bool = False) -> dict[str, Any]:
        """Return the session as JSON data: times as ISO 8601, durations in seconds, decimals as text.

            json.dumps(client.get("skyvern:pbs_1").to_dict())

        Args:
            secrets: Whether to show credentials and signed URLs, in place of `***`, and the user, query and fragment of
                the session's other URLs.
            raw: Whether to add the provider's whole response, as "raw"; what is hidden there is hidden by its name,
                wherever that stands.

        """
        found = {"ref": str(self.ref)} | {
            name: _to_json(value, secrets=secrets) for name, value in self._fields(secrets=secrets).items()
        }
        if raw:
            found["raw"] = self._raw(secrets=secrets)
        return found

    def _fields(self, *, secrets: bool) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in _NAMES}
        if not secrets:
            hidden = PROVIDERS[self.provider].sensitive_fields
            for name in {*ADDRESSES, *hidden}:
                if isinstance(values[name], str):
                    values[name] = HIDDEN if name in hidden else mask_url(values[name])
        return values

    def _raw(self, *, secrets: bool) -> Any:
        data = self.raw.to_dict()
        if secrets:
            return _copied(data)
        provider = PROVIDERS[self.provider]
        return mask_json(
            data, lambda name, text: mask_url(text) if name in provider.addresses else text, provider.sensitive
        )


def began_at(session: BrowserSession) -> datetime | None:
    """Return when a session was created or, where the provider does not report it, when it started."""
    return session.created_at or session.started_at


class SessionDraft:
    """A `BrowserSession` that is being made: `frozen` turns it into one.

    A view must not cost more than decoding what it views. A frozen class sets each field by a call, and takes twenty
    arguments by name, which is four times as slow as assigning them here.
    """

    __slots__ = BrowserSession.__slots__  # so that one can become the other

    provider: str
    id: str
    status: SessionStatus
    raw_status: str | None
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    expires_at: datetime | None
    updated_at: datetime | None
    duration: timedelta | None
    connect_url: str | None
    live_view_url: str | None
    recordings: tuple[Recording, ...]
    proxy_bytes: int | None
    billable_bytes: int | None
    cost: Cost | None
    region: str | None
    account_id: str | None
    metadata: dict[str, Any]
    marker: str | None
    failure: SessionFailure | None
    derived: frozenset[str]
    unexpected: tuple[str, ...]
    origin: Origin
    raw: Any

    def frozen(self) -> BrowserSession:
        """Return the draft as a session, once all of its fields are set."""
        made: Any = self
        made.__class__ = BrowserSession
        session: BrowserSession = made
        return session


_NAMES = tuple(each.name for each in fields(BrowserSession) if each.name != "raw")
_ABSENT: tuple[Any, ...] = (None, (), {}, frozenset())


def _copied(value: Any) -> Any:
    """Return JSON data of its own, however deep it is."""
    return mask_json(value, lambda _, text: text)


def _to_show(value: Any) -> Any:
    """Return what a `repr` shows of a field: no user, query or fragment of any URL in it."""
    if isinstance(value, dict):
        return mask_json(value, lambda _, text: mask_text(text))
    return mask_text(value) if type(value) is str else value


_AS_JSON: dict[type, Callable[[Any], Any]] = {
    datetime: lambda time: time.isoformat().replace("+00:00", "Z"),
    timedelta: timedelta.total_seconds,
    Decimal: str,
    SessionStatus: str,
    dict: _copied,
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
