"""Every error of the pipeline: values with fields, whose sentence is built last.

CodegenError
├── SourcesError         specs/sources.toml does not say what it must
├── PageError            a page that cannot be downloaded, or is not what its row says
├── DocumentError        not the strict YAML that we read, at a line and column
├── DialectError         a page in Mintlify's dialect that cannot be rebuilt as OpenAPI
├── OverlayError         an overlay that is malformed or does not fit the document
├── NeedlessCorrections  corrections that correct nothing (any more)
├── InvalidDocument      an overlaid document that no client may be made of
├── GenerationError      the generator or the formatter refused or lost something
├── ToolchainError       a tool that decides the output's bytes is not the pinned one
├── TreeError            a file or folder could not be written or replaced
├── ReleaseError         the version cannot be read or written
├── RevisionError        what git cannot give
└── ProviderFailure      one of the above, and whose it is
"""

from __future__ import annotations

from pathlib import Path, PurePath, PurePosixPath
from typing import Any

import attrs

_QUOTED_LIMIT = 100


@attrs.frozen
class CodegenError(Exception):
    """What every stage raises for bad input; equal when all fields are."""

    def __eq__(self, other: object) -> bool:
        """Compare by class and fields: attrs leaves exceptions with identity."""
        return type(self) is type(other) and fields_of(self) == fields_of(other)

    def __hash__(self) -> int:
        """Hash by class and fields, as equality demands."""
        return hash((type(self), fields_of(self)))


def fields_of(error: Any) -> tuple[object, ...]:
    """Return the values of an error's fields, in the order of their declaration."""
    return tuple(getattr(error, field.name) for field in attrs.fields(type(error)))


def pointer(*parts: object) -> str:
    """Return the JSON Pointer (RFC 6901, as a URI fragment) of a place in a document."""
    escaped = (str(part).replace("%", "%25").replace("~", "~0").replace("/", "~1") for part in parts)
    return "#" + "".join(f"/{part}" for part in escaped)


def quoted(text: str) -> str:
    """Return somebody else's text as it can be printed: escaped, and not longer than a line."""
    return repr(text if len(text) <= _QUOTED_LIMIT else f"{text[:_QUOTED_LIMIT]}…")


@attrs.frozen(eq=False)
class SourcesError(CodegenError):
    """`specs/sources.toml` does not say what it must."""

    path: Path
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


@attrs.frozen(eq=False)
class PageError(CodegenError):
    """A page, or a file in its place, is missing or invalid; `line` and `column` are 0 if they are unknown."""

    source: str
    line: int
    column: int
    problem: str

    def __str__(self) -> str:
        place = "".join(f":{number}" for number in (self.line, self.column) if number)
        return f"{self.source}{place}: {self.problem}"


@attrs.frozen(eq=False)
class DocumentError(CodegenError):
    """A file is not strict YAML; `line` and `column` count from one, 0 if they are unknown."""

    path: PurePath
    line: int
    column: int
    problem: str

    def __str__(self) -> str:
        place = f":{self.line}:{self.column}" if self.line else ""
        return f"{self.path}{place}: {self.problem}"


@attrs.frozen(eq=False)
class DialectError(CodegenError):
    """A page in Mintlify's dialect holds what cannot be rebuilt; `location` is a JSON Pointer into the page."""

    location: str
    problem: str

    def __str__(self) -> str:
        return f"{self.location}: {self.problem}"


@attrs.frozen(eq=False)
class OverlayError(CodegenError):
    """An overlay is malformed, or one of its actions does not fit; `location` names the place in the overlay."""

    location: str
    problem: str

    def __str__(self) -> str:
        return f"{self.location}: {self.problem}"


@attrs.frozen
class Problem:
    """One thing that a person has to correct: where, and what."""

    location: str
    text: str

    def __str__(self) -> str:
        return f"{self.location}: {self.text}"


def unsupported(place: str, what: str) -> Problem:
    """Return the problem of what our templates do not serve."""
    return Problem(place, f"{what} is not supported here: correct it by an overlay")


@attrs.frozen(eq=False)
class NeedlessCorrections(CodegenError):  # noqa: N818 - the name says what is wrong
    """Corrections that match or change nothing: mostly because the provider has corrected the page."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


@attrs.frozen(eq=False)
class InvalidDocument(CodegenError):  # noqa: N818 - the name says what is wrong
    """An overlaid document that is not valid, or that the generator would turn into wrong code."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


@attrs.frozen(eq=False)
class GenerationError(CodegenError):
    """The generator or the formatter refused the document, or left a part of it out."""

    problem: str

    place: str = "#"
    """Where in the document, if that is known."""

    def __str__(self) -> str:
        return self.problem


@attrs.frozen(eq=False)
class ToolchainError(CodegenError):
    """A tool that decides the output's bytes is missing, or not the version that is pinned."""

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
class TreeError(CodegenError):
    """A file or folder could not be written or replaced; what stood there before stands there still."""

    path: Path
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


@attrs.frozen(eq=False)
class ReleaseError(CodegenError):
    """The version of our distributions cannot be read or written."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@attrs.frozen(eq=False)
class RevisionError(CodegenError):
    """The inputs of a git revision cannot be had."""

    revision: str
    problem: str

    def __str__(self) -> str:
        return f"{self.revision}: {self.problem}"


@attrs.frozen(eq=False)
class ProviderFailure(CodegenError):  # noqa: N818 - the name says what it is
    """What went wrong, for which provider, in which of its files, or in the overlaid document that these make."""

    slug: str
    file: PurePosixPath | None
    """Relative to the repository; None for the overlaid document, which `codegen show` prints."""

    error: CodegenError

    def __str__(self) -> str:
        has_place = isinstance(self.error, PageError | DocumentError)
        prefix = f"{self.slug}: " if has_place else f"{self.slug}: {self.file or 'overlaid document'}: "
        return "\n".join(prefix + line for line in str(self.error).splitlines())
