"""Every hostile text in every place of a document; tests/codegen tests a sample of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.codegen.hostile import TEXTS
from tests.codegen.injected_client import PROSE, InjectedClient
from tests.codegen.test_injection import CASES, check, outline, require_sound

__all__ = ["outline"]  # a fixture


@pytest.mark.parametrize(("place", "text"), CASES)
def test_meaning(place: str, text: str, tmp_path: Path, outline: list[str]) -> None:
    """A hostile text in a meaningful place is refused with its place, or changes only the text there."""
    check(place, text, tmp_path, outline)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_prose(text: str, tmp_path: Path, outline: list[str]) -> None:
    """A hostile text in all places for people at once is never refused, and changes only the texts there."""
    require_sound(InjectedClient.generate(dict.fromkeys(PROSE, text), tmp_path), outline)
