"""Every hostile text in every place of a document, of which tests/codegen has a sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.codegen.hostile import TEXTS
from tests.codegen.injected_client import PROSE, InjectedClient
from tests.codegen.test_injection import CASES, check, outline, require_sound

__all__ = ["outline"]  # a fixture


@pytest.mark.parametrize(("place", "text"), CASES)
def test_meaning(place: str, text: str, tmp_path: Path, outline: list[str]) -> None:
    """In a place of meaning it is refused with its place, or changes nothing but what it says."""
    check(place, text, tmp_path, outline)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_prose(text: str, tmp_path: Path, outline: list[str]) -> None:
    """In all places for people at once it is never refused, and changes nothing but what it says."""
    require_sound(InjectedClient.generate(dict.fromkeys(PROSE, text), tmp_path), outline)
