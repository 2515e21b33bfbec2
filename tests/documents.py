"""The overlaid documents of the providers, each of which is made once for all tests."""

from __future__ import annotations

import functools
from typing import Any

from codegen.pipeline import build_document
from codegen.providers import Provider


@functools.cache
def overlaid_document(provider: Provider) -> dict[str, Any]:
    """Return a provider's overlaid document, which is not to be changed."""
    return build_document(provider)
