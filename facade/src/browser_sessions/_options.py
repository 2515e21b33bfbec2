"""What a session is created with: options in one vocabulary, checked before anything is sent, and the marker."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple, Protocol, TypedDict

from browser_sessions._bounds import is_whole
from browser_sessions._providers import Provider
from browser_sessions._providers._operations import require
from browser_sessions._reading import MARKER
from browser_sessions._ref import known_provider
from browser_sessions.errors import InvalidOption

_CHANCE = 20
"""Random letters and digits at the end of a marker, which no two sessions share."""

_LABEL = r"(?! )[A-Za-z0-9._ -]*(?<! )"
"""What every provider keeps as it is, and can look for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy of the provider's, by its country, or one of your own, by its server.

    Attributes:
        country: Two letters, ISO 3166-1, in any case.
        region: A state or another part of the country, as the provider calls it.
        city: A city in the country, as the provider calls it.
        server: The address of a proxy of your own, such as "http://proxy.example.com:8080".
        username: The user at that server.
        password: The user's password; `repr` shows neither server, user nor password.

    Raises:
        InvalidOption: There is neither a country nor a server, or there are both, or what belongs to the other.

    """

    country: str | None = None
    region: str | None = None
    city: str | None = None
    server: str | None = field(default=None, repr=False)
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) is not None:
                _check_text(f"Proxy({name}=…)", getattr(self, name))
        if (self.country is None) == (self.server is None):
            raise InvalidOption("Proxy() takes a country, for a proxy of the provider's, or a server, for one of yours")
        if self.country is None and (self.region is not None or self.city is not None):
            raise InvalidOption("Proxy(server=…) takes no region and no city: the server is where it is")
        if self.server is None and (self.username is not None or self.password is not None):
            raise InvalidOption("Proxy(country=…) takes no username and no password: the provider has them")
        if self.country is not None and not re.fullmatch("[A-Za-z]{2}", self.country):
            # It is not shown: it may be the address of a proxy, with a password.
            raise InvalidOption(
                "a proxy's country must be two letters, such as 'de'; your own proxy is Proxy(server=…)"
            )
        if self.server is not None and "@" in self.server:
            raise InvalidOption("Proxy(server=…) has a user in it: pass username=… and password=… instead")


@dataclass(frozen=True, slots=True)
class Profile:
    """Cookies and storage that a session starts with.

    Attributes:
        id: The profile's id; Anchor Browser's profiles have a name instead.
        persist: Whether what the session changes is kept for later ones, where that can be chosen.

    Raises:
        InvalidOption: The id is not a text or is empty, or `persist` is not a bool.

    """

    id: str
    persist: bool = False

    def __post_init__(self) -> None:
        _check_text("Profile(id=…)", self.id)
        _check_switch("Profile(persist=…)", self.persist)


class CreateOptions(TypedDict, total=False):
    """What a session is created with; an option that is left out, or None, is not sent, so that the provider decides.

    `PROVIDERS[slug].operations["create"].options` has those that a provider takes, with units and bounds.

    Attributes:
        lifetime: After how long it ends by itself, in whole seconds or minutes, as the provider counts.
        proxy: False for none, True for the provider's usual one, a country such as "de", or a `Proxy`.
        region: Where the browser runs, as the provider names it.
        keep_alive: Whether it continues when its client disconnects.
        metadata: Its labels: letters, digits, ".", "_", "-", and spaces between them.
        recording: Whether it is recorded.
        viewport: The width and height of the window, in pixels.
        profile: The id of the profile that it starts with, or a `Profile`.
        captcha: Whether captchas are solved.

    """

    lifetime: timedelta | None
    proxy: bool | str | Proxy | None
    region: str | None
    keep_alive: bool | None
    metadata: Mapping[str, str] | None
    recording: bool | None
    viewport: tuple[int, int] | None
    profile: str | Profile | None
    captcha: bool | None


class Model(Protocol):
    """A provider's own `CreateSessionRequest`."""

    def to_dict(self) -> dict[str, Any]: ...


class Options(NamedTuple):
    """`CreateOptions`, checked: a country became a `Proxy`, and an id a `Profile`.

    `options` is more of the provider's own request: a model, or JSON data.
    """

    lifetime: timedelta | None = None
    proxy: bool | Proxy | None = None
    region: str | None = None
    keep_alive: bool | None = None
    metadata: Mapping[str, str] | None = None
    recording: bool | None = None
    viewport: tuple[int, int] | None = None
    profile: Profile | None = None
    captcha: bool | None = None
    options: Model | Mapping[str, Any] | None = None

    def __repr__(self) -> str:
        # `options` may hold passwords.
        given = [
            f"{name}={value!r}" for name, value in self._asdict().items() if name != "options" and value is not None
        ]
        return f"{type(self).__name__}({', '.join(given)})"


def checked_options(slug: str, **given: Any) -> Options:
    """Return the options that were given as arguments for a new session of a provider.

    A country alone becomes a `Proxy`, and an id alone a `Profile`.

    Raises:
        Unsupported: The provider cannot create sessions, or has no such option; the message names those that can.
        InvalidOption: The provider is unknown, a value has the wrong type, or is one that no request can express, such
            as a lifetime that is not whole in the provider's unit.

    """
    provider = known_provider(slug)
    options = Options(**given)
    require(slug, "create")
    checked = {}
    for option, value in given.items():
        if value is None:
            continue
        require(slug, "create", option=option)
        try:
            checked[option] = _CHECKS[option](option, value)
        except InvalidOption as error:
            error.provider = slug
            raise
    if options.lifetime is not None:
        _check_unit(options.lifetime, provider)
    return Options(**checked)


def make_marker(owner: str | None) -> str:
    """Return the value of a new session's marker: its owner or "-", a point, and what cannot be guessed."""
    chance = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(_CHANCE))
    return f"{owner or '-'}.{chance}"


def checked_owner(owner: object) -> str:
    """Return an owner that can be in a marker.

    Raises:
        InvalidOption: It has other characters than letters, digits, "_", "-" and spaces, or is "-".

    """
    owner = _check_text("owner", owner)
    if owner == "-" or not re.fullmatch(r"(?! )[A-Za-z0-9_ -]+(?<! )", owner):
        allowed = "letters, digits, '_', '-' and spaces between them"
        raise InvalidOption(f"owner {owner!r} has other characters than {allowed}, or is '-', which means no owner")
    return owner


def _check_unit(lifetime: timedelta, provider: Provider) -> None:
    unit = provider.operations["create"].options["lifetime"].unit
    if lifetime % timedelta(**{str(unit): 1}):
        text = f"lifetime must be in whole {unit} for {provider.name}, and {lifetime} is not: round it up or down"
        raise InvalidOption(text, provider=provider.slug)


def _check_text(option: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidOption(f"{option} must be a string, not {_kind(value)}")
    if not value.strip() or not value.isprintable():
        raise InvalidOption(f"{option} is empty, or has characters that cannot be printed")
    return value


def _check_switch(option: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidOption(f"{option} must be True or False, not {_kind(value)}")
    return value


def _check_lifetime(option: str, value: object) -> timedelta:
    if not isinstance(value, timedelta):
        raise InvalidOption(f"{option} must be a timedelta, not {_kind(value)}")
    if value <= timedelta(0):
        raise InvalidOption(f"{option} must be above zero, not {value}")
    return value


def _check_proxy(option: str, value: object) -> bool | Proxy:
    if isinstance(value, bool | Proxy):
        return value
    if isinstance(value, str):
        return Proxy(country=value)
    raise InvalidOption(f"{option} must be True, False, a country such as 'de', or a Proxy, not {_kind(value)}")


def _check_profile(option: str, value: object) -> Profile:
    if isinstance(value, Profile):
        return value
    return Profile(_check_text(option, value))


def _check_viewport(option: str, value: object) -> tuple[int, int]:
    match value:
        case (int() as width, int() as height) if is_whole(width, least=1) and is_whole(height, least=1):
            return width, height
    raise InvalidOption(f"{option} must be a width and a height in whole pixels, such as (1280, 720), not {value!r}")


def _check_metadata(option: str, value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise InvalidOption(f"{option} must be a mapping from strings to strings, not {_kind(value)}")
    for name, text in value.items():
        if not isinstance(name, str) or not isinstance(text, str):
            raise InvalidOption(
                f"{option} must be a mapping from strings to strings: {name!r} or its value is not a string"
            )
        if not (name and re.fullmatch(_LABEL, name) and re.fullmatch(_LABEL, text)):
            allowed = "letters, digits, '.', '_', '-' and spaces between them"
            raise InvalidOption(
                f"{option} {name!r}: the name is empty, or it or the value has other characters than {allowed}"
            )
        if name == MARKER:
            raise InvalidOption(f"{option} {name!r}: the name is reserved for the mark of this package's sessions")
    return dict(value)


def _unchecked(_: str, value: Any) -> Any:
    return value


def _kind(value: object) -> str:
    return type(value).__name__


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "lifetime": _check_lifetime,
    "proxy": _check_proxy,
    "region": _check_text,
    "keep_alive": _check_switch,
    "metadata": _check_metadata,
    "recording": _check_switch,
    "viewport": _check_viewport,
    "profile": _check_profile,
    "captcha": _check_switch,
    "options": _unchecked,  # the provider's folder knows its model
}
