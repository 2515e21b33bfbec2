"""The files that a session downloaded, and its video, which is empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from browser_sessions.sandbox._life import Life


@dataclass(frozen=True, slots=True)
class File:
    """A file.

    Attributes:
        name: Its name.
        media_type: What it is.
        size: Its bytes.
        checksum: The SHA-256 of them, in hexadecimal digits.
        created_at: When it was downloaded.

    """

    name: str
    media_type: str
    size: int
    checksum: str
    created_at: datetime


_FILES = (
    ("report.pdf", "application/pdf", 48_213, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    ("table.csv", "text/csv", 1_024, "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"),
)

VIDEO = b"\0\0\0\x1cftypisom\0\0\x02\0isomiso2mp41\0\0\0\x08mdat"
"""An MP4 without pictures: the boxes of its type and of its empty content."""


def files_of(life: Life) -> list[File]:
    """Return the files of a session: two, from a second after its start on."""
    if not life.started_at or life.ran < timedelta(seconds=1):
        return []
    return [File(*each, life.started_at + timedelta(seconds=1)) for each in _FILES]
