"""Where people watch a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LiveView:
    """Where people watch the browser of a session; the URL may be a credential, and is not shown.

    Attributes:
        url: An absolute http or https URL.
        expires_at: When it stops working at the latest, UTC; None if the provider does not report it.

    """

    url: str = field(repr=False)
    expires_at: datetime | None = None
