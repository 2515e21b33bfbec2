from __future__ import annotations

import pickle
import re
from pathlib import Path, PurePosixPath

import pytest

from codegen import errors
from codegen.errors import (
    CodegenError,
    DialectError,
    DocumentError,
    GenerationError,
    InvalidDocument,
    NeedlessCorrections,
    OverlayError,
    Problem,
    ProviderFailure,
    RevisionError,
    SourcesError,
    ToolchainError,
    TreeError,
    pointer,
    quoted,
)

PATH = PurePosixPath("specs/acme.yaml")
PINNED = "but 0.2 is pinned, and the output's bytes depend on it: run it through nox, which installs from constraints/"
TWO = (Problem("#/a", "is wrong"), Problem("#/b", "is missing"))

SENTENCES = [
    (SourcesError(Path("sources.toml"), "is empty"), "sources.toml: is empty"),
    (DocumentError("page.md", 3, 1, "is a tab"), "page.md:3:1: is a tab"),
    (DocumentError("page.md", 3, 0, "has no end"), "page.md:3: has no end"),
    (DocumentError("page.md", 0, 0, "is HTML"), "page.md: is HTML"),
    (DocumentError(PATH, 3, 1, "is a tab"), "specs/acme.yaml:3:1: is a tab"),
    (DocumentError(PATH, 0, 0, "cannot be read"), "specs/acme.yaml: cannot be read"),
    (DialectError("#/a", "is unknown"), "#/a: is unknown"),
    (OverlayError("#/actions/0", "does not fit"), "#/actions/0: does not fit"),
    (NeedlessCorrections(TWO), "#/a: is wrong\n#/b: is missing"),
    (InvalidDocument(TWO), "#/a: is wrong\n#/b: is missing"),
    (GenerationError("the generator failed"), "the generator failed"),
    (ToolchainError("ruff", "0.1", "0.2"), f"ruff is 0.1, {PINNED}"),
    (ToolchainError("ruff", None, "0.2"), f"ruff is not installed, {PINNED}"),
    (TreeError(Path("generated"), "cannot be written"), "generated: cannot be written"),
    (RevisionError("v1", "is not a revision of this repository"), "v1: is not a revision of this repository"),
    (
        ProviderFailure("acme", PATH, InvalidDocument(TWO)),
        "acme: specs/acme.yaml: #/a: is wrong\nacme: specs/acme.yaml: #/b: is missing",
    ),
    (ProviderFailure("acme", None, InvalidDocument(TWO[:1])), "acme: overlaid document: #/a: is wrong"),
    (ProviderFailure("acme", PATH, DocumentError(PATH, 3, 1, "is a tab")), "acme: specs/acme.yaml:3:1: is a tab"),
    (ProviderFailure("acme", PATH, DocumentError("page.md", 3, 0, "has no end")), "acme: page.md:3: has no end"),
]


@pytest.mark.parametrize(("error", "sentence"), SENTENCES)
def test_an_error_says_where_and_what(error: CodegenError, sentence: str) -> None:
    """Each line of an error can be read alone: it names the known provider, file and place."""
    assert str(error) == sentence


@pytest.mark.parametrize("error", [error for error, _ in SENTENCES])
def test_an_error_is_a_value(error: CodegenError) -> None:
    """Errors with equal fields are equal, even after pickling; others are not."""
    twin = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own error
    assert (twin, hash(twin)) == (error, hash(error))
    assert [other for other, _ in SENTENCES if other == error] == [error]
    assert error != str(error)


def test_errors_of_different_classes_differ() -> None:
    """Equal fields do not make errors of different classes equal."""
    assert TreeError("a", "b") != OverlayError("a", "b")
    assert GenerationError("a") != GenerationError("b")


def test_an_error_keeps_its_cause() -> None:
    """A frozen error can be raised from another, as every stage does."""
    cause = OSError("disk full")
    with pytest.raises(TreeError) as caught:
        raise TreeError(Path("generated"), "cannot be written") from cause
    assert caught.value.__cause__ is cause


def test_the_tree_of_errors_is_drawn_whole() -> None:
    """The module's docstring names every error, in the order of their definition, and no other."""
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__, re.MULTILINE)
    defined = [name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, CodegenError)]
    assert ["CodegenError", *drawn] == defined
    assert {type(error).__name__ for error, _ in SENTENCES} == set(drawn) - {"PlacedError", "ProblemsError"}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((), "#"),
        (("a", 0, "b"), "#/a/0/b"),
        (("/a~b", ""), "#/~1a~0b/"),
        (("~1",), "#/~01"),
        (("ä\n%\x1b",), "#/ä%0A%25%1B"),
    ],
)
def test_a_place_is_a_json_pointer(parts: tuple[str | int, ...], expected: str) -> None:
    """Keys are escaped by RFC 6901."""
    assert pointer(*parts) == expected


def test_foreign_text_is_quoted_on_one_line() -> None:
    """It can neither move the cursor nor fill the screen."""
    assert quoted("a\x1b[2J\n'") == '"a\\x1b[2J\\n\'"'
    assert quoted("a" * 100) == f"'{'a' * 100}'"
    assert quoted("a" * 101) == f"'{'a' * 100}…'"
