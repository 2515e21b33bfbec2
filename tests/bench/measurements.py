"""What was measured and seen, in a file to which each result is added as it comes: an interrupted run loses nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import attrs


@attrs.frozen(kw_only=True)
class Run:
    """The machine and the moment in which some figures were measured.

    `states` has, for each environment and for the generator, what is another text once anything in it has changed.
    """

    kind: ClassVar[str] = "run"

    date: str
    processor: str
    cores: int
    system: str
    python: str
    plans: tuple[str, ...]
    states: dict[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Time:
    """A job, measured in one round; the fields are those of `harness.Job` and `harness.Measured`.

    `load` is how many processes wanted a processor in the last minute, this measurement's own among them.
    """

    kind: ClassVar[str] = "time"

    plan: str
    measure: str
    subject: str
    provider: str
    size: int
    baseline: str
    round: int
    seconds: tuple[float, ...]
    memory: int
    load: float


@attrs.frozen(kw_only=True)
class Installed:
    """What is in an environment: its distributions and their versions, and the bytes of their files.

    `has_route` says whether a module of an SDK names the route by which its vendor's sessions are fetched.
    """

    kind: ClassVar[str] = "installed"
    plan: ClassVar[str] = "installed"

    environment: str
    distributions: dict[str, str]
    size: int
    has_route: bool


@attrs.frozen(kw_only=True)
class Seen:
    """What somebody did about something odd: whether it is well, and what was seen, in a few words."""

    kind: ClassVar[str] = "seen"
    plan: ClassVar[str] = "faults"

    case: str
    subject: str
    provider: str
    is_well: bool
    what: str


Record = Run | Time | Installed | Seen

T = TypeVar("T", Run, Time, Installed, Seen)

_KINDS = {each.kind: each for each in (Run, Time, Installed, Seen)}


def append(path: Path, record: Record) -> None:
    """Add a record to a file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(_line(record))


def read(path: Path) -> list[Record]:
    """Return a file's records, without a last one that was cut off."""
    if not path.is_file():
        return []
    text = path.read_text("utf-8")
    return [_record(json.loads(line)) for line in text[: text.rfind("\n") + 1].splitlines()]


def keep(path: Path, plans: Iterable[str]) -> None:
    """Leave in a file what is of some plans alone, and the runs in which they were carried out."""
    kept = {*plans}
    # What was left by another version of this program may not be what is read here, if all of it is to go.
    records = [of_plans for each in (read(path) if kept else ()) if (of_plans := _of_plans(each, kept))]
    if not records:
        path.unlink(missing_ok=True)
        return
    # Beside it first: on a disk that is full, or after Ctrl-C, what was there is there.
    beside = path.with_name(f"{path.name}.new")
    beside.write_text("".join(map(_line, records)), "utf-8")
    beside.replace(path)


def _of_plans(record: Record, plans: set[str]) -> Record | None:
    """Return a record as far as it is of some plans."""
    if not isinstance(record, Run):
        return record if record.plan in plans else None
    left = tuple(plan for plan in record.plans if plan in plans)
    return attrs.evolve(record, plans=left) if left else None


def of_kind(records: Iterable[Record], kind: type[T]) -> list[T]:
    """Return the records of a kind."""
    return [each for each in records if isinstance(each, kind)]


def _line(record: Record) -> str:
    return json.dumps({"kind": record.kind} | attrs.asdict(record)) + "\n"


def _record(fields: dict[str, Any]) -> Record:
    kind: Any = _KINDS[fields.pop("kind")]
    record: Record = kind(**{name: tuple(each) if isinstance(each, list) else each for name, each in fields.items()})
    return record
