"""Every error of the pipeline: values with fields, which `str` makes a sentence of.

CodegenError
├── PlacedError          something is wrong in one place
│   ├── SourcesError     a file of settings is missing or invalid: specs/sources.toml, pyproject.toml, constraints/
│   ├── DialectError     a page in Mintlify's dialect cannot be rebuilt as OpenAPI
│   ├── OverlayError     an overlay is malformed or does not fit the document
│   ├── TreeError        a file or folder could not be written or replaced
│   └── RevisionError    a git revision has no inputs that can be read
├── DocumentError        a page or file cannot be read, at a line and column
├── ProblemsError        several problems at once
│   ├── NeedlessCorrections  corrections that correct nothing (any more)
│   └── InvalidDocument      an overlaid document from which no client can be made
├── GenerationError      the generator or the formatter refused or lost something
├── ToolchainError       a tool that decides the output's bytes is not the pinned one
└── ProviderFailure      one of the above, and for which provider
"""

from __future__ import annotations

from pathlib import Path, PurePath, PurePosixPath
from urllib.parse import quote

import attrs

_QUOTED_LIMIT = 100
_TEXT_LIMIT = 300


@attrs.frozen
class CodegenError(Exception):
    """What every stage raises for invalid input; errors are equal if their fields are."""

    def __eq__(self, other: object) -> bool:
        """Compare by class and fields: attrs compares exceptions by identity."""
        return type(self) is type(other) and attrs.astuple(self, recurse=False) == attrs.astuple(other, recurse=False)

    def __hash__(self) -> int:
        """Hash by class and fields, to match equality."""
        return hash((type(self), attrs.astuple(self, recurse=False)))


def pointer(*parts: object) -> str:
    """Return the JSON Pointer (RFC 6901, as a URI fragment) of a place in a document; it is one printable line."""
    escaped = (str(part).replace("%", "%25").replace("~", "~0").replace("/", "~1") for part in parts)
    place = "#" + "".join(f"/{part}" for part in escaped)
    return place if place.isprintable() else "".join(each if each.isprintable() else quote(each) for each in place)


def quoted(text: str) -> str:
    """Return a third party's text escaped and shortened to a line, so that it can be printed."""
    return repr(text if len(text) <= _QUOTED_LIMIT else f"{text[:_QUOTED_LIMIT]}…")


def shortened(text: str) -> str:
    """Return a library's message without the middle if it is long."""
    return text if len(text) <= _TEXT_LIMIT else f"{text[: _TEXT_LIMIT // 2]} … {text[-_TEXT_LIMIT // 2 :]}"


@attrs.frozen(eq=False)
class PlacedError(CodegenError):
    """Something is wrong in one place: a file, a git revision, or a part of a document."""

    place: str | Path
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


class SourcesError(PlacedError):
    """A file that the pipeline reads settings from is missing or invalid, such as `specs/sources.toml`."""


class DialectError(PlacedError):
    """A page in Mintlify's dialect holds what cannot be rebuilt; `place` is a JSON Pointer into the page."""


class OverlayError(PlacedError):
    """An overlay is malformed, or one of its actions does not fit; `place` is in the overlay."""


class TreeError(PlacedError):
    """A file or folder could not be written or replaced; its former content is unchanged."""


class RevisionError(PlacedError):
    """A git revision has no inputs that can be read."""


@attrs.frozen(eq=False)
class DocumentError(CodegenError):
    """A file or page is missing, or is not what we read; `line` and `column` count from one, 0 if they are unknown."""

    source: PurePath | str
    line: int
    column: int
    problem: str

    def __str__(self) -> str:
        place = "".join(f":{number}" for number in (self.line, self.column) if number)
        return f"{self.source}{place}: {self.problem}"


@attrs.frozen
class Problem:
    """One thing that a person has to correct: where, and what."""

    location: str
    text: str

    def __str__(self) -> str:
        return f"{self.location}: {self.text}"


def unsupported(place: str, what: str) -> Problem:
    """Return the problem of a part that our templates do not support."""
    return Problem(place, f"{what} is not supported here: correct it by an overlay")


@attrs.frozen(eq=False)
class ProblemsError(CodegenError):
    """Several things to correct, each a line."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class NeedlessCorrections(ProblemsError):  # noqa: N818 - the name says what is wrong
    """Corrections that match or change nothing: mostly because the provider has corrected the page."""


class InvalidDocument(ProblemsError):  # noqa: N818 - the name says what is wrong
    """An overlaid document that is invalid, or that the generator would turn into wrong code."""


@attrs.frozen(eq=False)
class GenerationError(CodegenError):
    """The generator or the formatter refused the document, or left a part of it out."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@attrs.frozen(eq=False)
class ToolchainError(CodegenError):
    """A tool that decides the output's bytes is missing, or has another version than the pinned one."""

    tool: str
    installed: str | None
    pinned: str

    def __str__(self) -> str:
        found = f"is {self.installed}" if self.installed else "is not installed"
        return (
            f"{self.tool} {found}, but {self.pinned} is pinned, and the output's bytes depend on it: "
            "run it through nox, which installs from constraints/"
        )


@attrs.frozen(eq=False)
class ProviderFailure(CodegenError):  # noqa: N818 - the name says what it is
    """What went wrong for which provider, and in which of its files or in the overlaid document."""

    slug: str
    file: PurePosixPath | None
    """Relative to the repository; None: the overlaid document, which `codegen show` prints."""

    error: CodegenError

    def __str__(self) -> str:
        has_place = isinstance(self.error, DocumentError)
        prefix = f"{self.slug}: " if has_place else f"{self.slug}: {self.file or 'overlaid document'}: "
        return "\n".join(prefix + line for line in str(self.error).splitlines())
