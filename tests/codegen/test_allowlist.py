"""Whether the document of the synthetic client holds all that the validation allows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codegen.allowlist import IGNORED, KEYWORDS, LIMITS, MEDIA_TYPES, METHODS, PARAMETERS
from codegen.document import load_document
from codegen.schemas import kinds
from codegen.walk import Part, walk

DOCUMENT = load_document(Path(__file__).parents[1] / "clients" / "synthetic.yaml")

STYLES = {"path": "simple", "query": "form", "header": "simple"}
"""What a parameter's style is if it does not say, which no document here has to say."""


def allowed() -> Iterator[tuple[str, ...]]:
    """Yield what the validation allows: limits and descriptions as one, since the client does not enforce them."""
    yield ("limits and descriptions",)
    yield ("x-reserved",)
    yield from (("keyword", keyword) for keyword in KEYWORDS["3.1"])
    yield from (("method", method) for method in METHODS)
    yield from (("style", place, style) for place, style in STYLES.items())
    yield from (
        ("parameter", place, kind) for place, served in PARAMETERS.items() for kind in frozenset().union(*served)
    )
    yield from ((kind, media_type) for kind, served in MEDIA_TYPES.items() for media_type in served)


def held(part: Part) -> Iterator[tuple[str, ...]]:
    """Yield what a part of the document holds of that."""
    if part.kind == "schema":
        yield from (("keyword", keyword) for keyword in part.node)
        if LIMITS["3.1"].keys() & part.node.keys():
            yield ("limits and descriptions",)
    elif part.kind == "parameter" and part.reference is None:
        place = part.node["in"]
        yield ("style", place, part.node.get("style", STYLES[place]))
        yield from (("parameter", place, kind) for schema in part.members("schema") for kind in kinds(DOCUMENT, schema))
        yield from (("x-reserved",) for _ in part.node.get("x-reserved", ()))
    elif part.kind == "operation":
        yield ("method", str(part.parts[-1]))
    elif part.kind in MEDIA_TYPES:
        yield from ((part.kind, named(str(each.parts[-1]))) for each in part.members("content"))


def named(media_type: str) -> str:
    """Return a media type in the form of the allowlist."""
    essence = media_type.partition(";")[0]
    return "application/*+json" if essence.endswith("+json") else essence


def test_the_synthetic_document_has_everything_allowed() -> None:
    """Its client is tested, so each allowed keyword must be in it."""
    found: set[Any] = {each for part in walk(DOCUMENT, IGNORED) for each in held(part)}
    assert sorted(set(allowed()) - found) == []
