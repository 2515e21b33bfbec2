"""The providers: for each a row of data, in `_table.py`, and a folder, which alone imports the provider's client.

A folder's `__init__` views a session that was fetched. Each operation has a module of its own, so that only what is
used is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from browser_sessions._providers._table import ROWS

if TYPE_CHECKING:
    from browser_sessions._providers._operations import Operation

ADDRESSES = ("connect_url", "live_view_url")
"""The fields of a `BrowserSession` that are URLs of it."""


class FailureRule(NamedTuple):
    """What a provider means by a status.

    Attributes:
        status: The HTTP status.
        error: The name of an error in `browser_sessions.errors`.
        says: A regular expression that the response's explanation must match, in any case.

    """

    status: int
    error: str
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Provider:
    """A provider, as data; there is one object of each.

    Attributes:
        slug: Its name in this package, such as "browser_use".
        name: The name that it calls itself.
        documentation: The URL of its description of how a session is fetched.
        base_url: The URL of its API.
        domain: A host in this domain is the provider's own.
        key_variables: Environment variables in which the provider's users keep their key, the usual one first.
        base_url_variable: The environment variable for another base URL.
        fields: For each field of a `BrowserSession` that it can ever fill, the properties of its own session that
            the field is read from: `a.b` is a property of an object, `a[].b` of the objects in an array. A field that
            is missing here is never filled.
        sensitive: Names of the properties that are credentials or signed URLs.
        ready: The fields of a `BrowserSession` that a running session has once it can be connected to.
        connect_url: Where to connect, with "{connect_url}", "{id}" and "{key}" to be filled in; None where no session
            can be connected to again.
        connect_header: The header in which the key is wanted there.
        connect_never: Properties of the provider's own session, and what they hold if it never gets a `connect_url`.
        failures: What a status means here and nowhere else.

    """

    slug: str
    name: str
    documentation: str
    base_url: str
    domain: str
    key_variables: tuple[str, ...]
    base_url_variable: str
    fields: Mapping[str, tuple[str, ...]]
    sensitive: frozenset[str]
    ready: tuple[str, ...]
    connect_url: str | None
    connect_header: str | None
    connect_never: Mapping[str, str]
    failures: tuple[FailureRule, ...]
    sensitive_fields: frozenset[str] = field(init=False, repr=False)
    """The fields of a `BrowserSession` that are read from a sensitive property, or have its name."""
    addresses: frozenset[str] = field(init=False, repr=False)
    """The properties of its own session that the URLs of a `BrowserSession` are read from."""

    def __post_init__(self) -> None:
        names = {field: {each.split(".")[-1] for each in properties} for field, properties in self.fields.items()}
        found = {field for field in names if self.sensitive & names[field]}
        # Anchor Browser sends the live view in the response to a create, and not in its own session.
        object.__setattr__(self, "sensitive_fields", frozenset(found | (self.sensitive & {*ADDRESSES})))
        object.__setattr__(self, "addresses", frozenset().union(*(names.get(each, set()) for each in ADDRESSES)))

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Its operations, by the names of `Client`'s methods: get, list, create, stop and so on."""
        from browser_sessions._providers._operations import operations_of

        return operations_of(self.slug)

    def __reduce__(self) -> tuple[Any, ...]:
        return _provider_of, (self.slug,)


def _provider_of(slug: str) -> Provider:
    return PROVIDERS[slug]


def _provider(slug: str, row: dict[str, Any]) -> Provider:
    fields = {name: tuple(each["from"]) for name, each in row["fields"].items()}
    connect = row.get("connect", {})
    return Provider(
        slug=slug,
        name=row["name"],
        documentation=row["documentation"],
        base_url=row["base_url"],
        domain=row["domain"],
        key_variables=tuple(row["key_variables"]),
        base_url_variable=row["base_url_variable"],
        fields=MappingProxyType(fields),
        sensitive=frozenset(row["sensitive"]),
        ready=tuple(row.get("ready", ())),
        connect_url=connect.get("url"),
        connect_header=connect.get("header"),
        connect_never=MappingProxyType(connect.get("never", {})),
        failures=tuple(FailureRule(**each) for each in row.get("failures", ())),
    )


PROVIDERS: Mapping[str, Provider] = MappingProxyType({slug: _provider(slug, row) for slug, row in ROWS.items()})
"""All providers, by slug."""
