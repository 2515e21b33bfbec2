"""How long, and how often."""

from __future__ import annotations

from dataclasses import dataclass

_THREE_YEARS = 1e8


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a session may be asked for, and how often.

    Attributes:
        timeout: Seconds for one attempt.
        max_retries: Attempts after the first one.
        deadline: Seconds for all attempts, with the pauses between them.

    """

    timeout: float
    max_retries: int
    deadline: float

    def __post_init__(self) -> None:
        checked_seconds("timeout", self.timeout)
        checked_seconds("deadline", self.deadline)
        if not is_whole(self.max_retries, least=0):
            raise ValueError(f"max_retries is a number, 0 or more, not {self.max_retries!r}")


def checked_seconds(name: str, seconds: float) -> float:
    """Return an argument that bounds a time.

    Raises:
        ValueError: It is not above zero, or no number of seconds that a clock could count.

    """
    if not _is_number(seconds) or not 0 < seconds <= _THREE_YEARS:  # NaN is neither
        raise ValueError(f"{name} is a number of seconds above zero, not {seconds!r}")
    return seconds


def is_whole(number: object, *, least: int) -> bool:
    """Whether an argument is a whole number that is not too small."""
    return isinstance(number, int) and not isinstance(number, bool) and number >= least


def _is_number(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool)
