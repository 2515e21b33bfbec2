"""Our templates, next to the generator's own."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import openapi_python_client
import pytest

from codegen.client import TEMPLATES

STOCK = Path(openapi_python_client.__file__).parent / "templates"
OURS = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file())
REPLACING = [name for name in OURS if (STOCK / name).exists()]

PINS = Path(__file__).parent / "upstream_templates.toml"
PINNED: dict[str, str] = tomllib.loads(PINS.read_text("utf-8"))


def test_exactly_the_replaced_templates_are_pinned() -> None:
    """Each stock template that one of ours replaces, and no other."""
    assert sorted(PINNED) == REPLACING


@pytest.mark.parametrize("name", REPLACING)
def test_a_replaced_template_has_not_changed(name: str) -> None:
    """A change must be read before its pin is updated."""
    found = hashlib.sha256((STOCK / name).read_bytes()).hexdigest()
    if found != PINNED[name]:
        pytest.fail(
            f"The generator's template {name} has changed. Compare it with that of the version before, carry over to "
            f"codegen/templates/{name} what is worth it, run nox -s regenerate, then write into "
            f'tests/codegen/{PINS.name}:\n"{name}" = "{found}"'
        )


@pytest.mark.parametrize("name", OURS)
def test_each_template_has_a_reason(name: str) -> None:
    """It starts with what it replaces the stock one for, or what is new."""
    form = r"Replaces the stock template: \w.+\." if name in REPLACING else r"New: \w.+\."
    assert re.match(rf"\{{# {form} #\}}\n", (TEMPLATES / name).read_text("utf-8"), re.DOTALL)
