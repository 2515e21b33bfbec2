"""References to sessions: a provider, and the provider's id of the session."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeAlias

from browser_sessions._providers import PROVIDERS, Provider
from browser_sessions.errors import InvalidOption, InvalidSessionRef

if TYPE_CHECKING:
    from browser_sessions._session import BrowserSession

Ref: TypeAlias = "SessionRef | BrowserSession | str"
"""What names a session wherever one is wanted."""


@dataclass(frozen=True, slots=True)
class SessionRef:
    """A reference to a session of a provider; as text, `skyvern:pbs_123`.

    Attributes:
        provider: One of the names in `PROVIDERS`.
        id: The provider's id for the session, whatever it looks like.

    Raises:
        InvalidSessionRef: The provider is unknown, or the id is empty, "." or "..", or has white space, quotes or
            invisible characters around it.

    """

    provider: str
    id: str

    def __post_init__(self) -> None:
        if not all(isinstance(part, str) for part in (self.provider, self.id)):
            raise InvalidSessionRef("the provider and the id of a session must be strings")
        if _is_wrapped(self.provider):
            raise InvalidSessionRef(f"the provider of a session {_WRAPPED}")
        if self.provider not in PROVIDERS:
            raise InvalidSessionRef(unknown_provider(self.provider))
        if self.id in {"", ".", ".."}:
            raise InvalidSessionRef(f"{self.id!r} is not an id of a session", provider=self.provider)
        if not self.id.isascii() and any("\ud800" <= each <= "\udfff" for each in self.id):
            raise InvalidSessionRef("an id of a session must not have lone surrogates", provider=self.provider)
        if _is_wrapped(self.id):
            # Not stripped: two references to one session would not be equal, and a result would have another one's.
            raise InvalidSessionRef(f"the id of a session {_WRAPPED}", provider=self.provider)

    def __str__(self) -> str:
        return f"{self.provider}:{self.id}"

    @classmethod
    def parse(cls, text: object) -> Self:
        """Return the reference that a text such as `skyvern:pbs_123` stands for.

        Raises:
            InvalidSessionRef: The text is not a valid reference: it has no colon, is a URL, names an unknown provider,
                or its id is empty, "." or "..", or has white space, quotes or invisible characters around it.

        """
        if not isinstance(text, str) or ":" not in text:
            raise InvalidSessionRef("a session is named by a provider, a colon and an id, such as 'skyvern:pbs_123'")
        if re.match(r"(?:\w+:)?(?:https?|wss?)://", text):
            form = "the provider, a colon and the id that is in the URL, such as 'skyvern:pbs_123'"
            raise InvalidSessionRef(f"this is a URL: write {form}")
        provider, _, session_id = text.partition(":")
        return cls(provider, session_id)


def as_ref(name: Ref) -> SessionRef:
    """Return the reference of a session that is named by a reference, a text or a `BrowserSession`.

    Raises:
        InvalidSessionRef: `name` is not a valid reference. One that was built from a response can be invalid as well.

    """
    if isinstance(name, str):
        return SessionRef.parse(name)
    if not isinstance(name, SessionRef):
        from browser_sessions._session import BrowserSession

        if not isinstance(name, BrowserSession):
            return SessionRef.parse(name)
    return SessionRef(name.provider, name.id)


def ref_of_response(provider: str, session_id: str) -> SessionRef:
    """Build a reference from a provider's response without validating the id."""
    ref = object.__new__(SessionRef)
    object.__setattr__(ref, "provider", provider)
    object.__setattr__(ref, "id", session_id)
    return ref


_WRAPPED = "has white space, quotes or invisible characters around it: remove them"


def _is_wrapped(text: str) -> bool:
    """Whether a text begins or ends with a character that comes from a file or a shell, and not from a name."""
    return any(not each.isprintable() or each in " \"'" for each in (text[:1], text[-1:]) if each)


def known_provider(name: object) -> Provider:
    """Return a provider by its name.

    Raises:
        InvalidOption: The provider is unknown.

    """
    if isinstance(name, str) and name in PROVIDERS:
        return PROVIDERS[name]
    raise InvalidOption(unknown_provider(name))


def unknown_provider(provider: object) -> str:
    """Return the sentence for a provider that is not known."""
    import difflib

    if not isinstance(provider, str):
        return f"a provider must be a string, not {type(provider).__name__}. There are: {', '.join(PROVIDERS)}"
    # A text that is not a name is not shown: it may be a part of a URL, or a key.
    shown = f"provider {provider!r}" if provider.replace("-", "_").isidentifier() else "such provider"
    nearest = difflib.get_close_matches(provider.lower(), PROVIDERS, n=1)
    hint = f" Did you mean {nearest[0]}?" if nearest else ""
    return f"there is no {shown}.{hint} There are: {', '.join(PROVIDERS)}"
