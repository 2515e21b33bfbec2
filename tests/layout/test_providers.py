"""The list of providers stands in `specs/sources.toml`; wherever else it must stand, it is the same list."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from codegen.__main__ import ROOT
from codegen.providers import load_providers
from codegen.tree import is_staging
from facade.demo import ATTRIBUTES

PROVIDERS = load_providers(ROOT)


def stems(folder: str) -> list[str]:
    """Return the names of a folder's YAML files."""
    return sorted(path.stem for path in (ROOT / folder).glob("*.yaml"))


def test_every_list_of_providers_is_the_same_list() -> None:
    """A provider is in all of them or in none."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    readme = (ROOT / "README.md").read_text("utf-8")
    generated = [path for path in (ROOT / "generated").iterdir() if not is_staging(path)]
    lists = {
        "specs": stems("specs"),
        "overlays": stems("overlays"),
        "generated": sorted(path.name for path in generated),
        "workspace": [Path(member).name for member in pyproject["tool"]["uv"]["workspace"]["members"]],
        "mypy": [Path(path).name for path in pyproject["tool"]["mypy"]["mypy_path"] if path != "."],
        "demo": [*ATTRIBUTES],
        "README": sorted(re.findall(r"^\| .*\]\(generated/(\w+)\)", readme, re.MULTILINE)),
    }

    slugs = [provider.slug for provider in PROVIDERS]
    assert {name: listed for name, listed in lists.items() if listed != slugs} == {}


def test_the_readme_names_every_operation() -> None:
    """The README's table says how each provider's session is fetched, as the list has it."""
    rows = re.findall(
        r"\(generated/(\w+)\) \| `(\w+) (\S+)` \|$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
    )

    operations = {slug: f"{method.lower()} {path}" for slug, method, path in rows}
    assert operations == {provider.slug: provider.operation for provider in PROVIDERS}


def test_members_of_the_workspace_are_generated_projects() -> None:
    """Members are named one by one, since a glob would trip over a stray folder, and each is a project."""
    members = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["uv"]["workspace"]["members"]
    names = {
        member: tomllib.loads((ROOT / member / "pyproject.toml").read_text("utf-8"))["project"]["name"]
        for member in members
    }

    assert names == {f"generated/{provider.slug}": provider.distribution for provider in PROVIDERS}
