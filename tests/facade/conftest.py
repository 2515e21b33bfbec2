"""What tests of the facade share."""

from __future__ import annotations

import pytest

from browser_sessions import _call, _waiting


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let attempts and polls follow each other at once, where it does not matter when; test_retries says when."""
    for module in (_call, _waiting):
        monkeypatch.setattr(module, "_FIRST_PAUSE", 0.001)
