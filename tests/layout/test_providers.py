"""The list of providers stands in `specs/sources.toml`; wherever else it must stand, it is the same list."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import browser_sessions
from codegen.__main__ import ROOT
from codegen.providers import Provider, load_providers
from tests.codegen.test_specs import DECISIONS

PROVIDERS = load_providers(ROOT)


def stems(folder: str, pattern: str = "*.yaml") -> list[str]:
    """Return the names of a folder's files."""
    return sorted(path.stem for path in (ROOT / folder).glob(pattern))


def test_every_list_of_providers_is_the_same_list() -> None:
    """Each provider is in every list."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    readme = (ROOT / "README.md").read_text("utf-8")
    clients = tomllib.loads((ROOT / "facade" / "pyproject.toml").read_text("utf-8"))["tool"]["uv"]["sources"]
    lists = {
        "specs": stems("specs"),
        "overlays": [stem for stem in stems("overlays") if not stem.endswith(".operations")],
        "generated": sorted(path.name for path in (ROOT / "generated").iterdir()),
        "workspace": [Path(each).name for each in pyproject["tool"]["uv"]["workspace"]["members"] if each != "facade"],
        "mypy": [Path(each).name for each in pyproject["tool"]["mypy"]["mypy_path"] if each.startswith("generated/")],
        "facade": [*browser_sessions.PROVIDERS],
        "facade's folders": stems("facade/src/browser_sessions/_providers", "[!_]*"),
        "sources of the facade's clients": sorted(name.removesuffix("-client").replace("-", "_") for name in clients),
        "tests/clients/clients.toml": sorted(tomllib.loads((ROOT / "tests/clients/clients.toml").read_text("utf-8"))),
        "tests/codegen/test_specs.py": sorted(DECISIONS),
        "tests/facade/cases": stems("tests/facade/cases"),
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
    read = {each.slug: [str(one) for one in each.operations if one.name == "get_session"] for each in PROVIDERS}
    assert {slug: [operation] for slug, operation in operations.items()} == read


def test_members_of_the_workspace_are_projects() -> None:
    """Members are named one by one, since a glob would trip over a stray folder, and each is a project."""
    members = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["uv"]["workspace"]["members"]
    names = {
        member: tomllib.loads((ROOT / member / "pyproject.toml").read_text("utf-8"))["project"]["name"]
        for member in members
    }

    clients = {f"generated/{provider.slug}": provider.distribution for provider in PROVIDERS}
    assert names == {"facade": "browser-sessions"} | clients


def texts(path: str) -> str:
    """Return the text of a file, empty where there is none."""
    file = ROOT / path
    return file.read_text("utf-8") if file.exists() else ""


def places(provider: Provider) -> Iterator[tuple[str, str, str]]:
    """Yield a file where a provider must stand, what it must hold, and what to do: all that CONTRIBUTING.md lists."""
    slug = provider.slug
    facade, known = "facade/src/browser_sessions", browser_sessions.PROVIDERS.get(slug)
    creates = any(each.name == "create_session" for each in provider.operations)
    row = f'"{slug}": {{'
    yield f"overlays/{slug}.yaml", "overlay: ", "write what is wrong with the page"
    yield "tests/clients/clients.toml", f"\n[{slug}]\n", "describe the request and the sensitive properties"
    yield "tests/codegen/test_specs.py", f'\n    "{slug}": Decision(', "add a row to DECISIONS"
    yield "tests/codegen/cases/operations.yaml", f"\n{slug}:\n", "say what each operation needs and returns"
    yield f"{facade}/_providers/_table.py", f"\n    {row}\n", "add a row"
    yield f"{facade}/_providers/{slug}/__init__.py", "VIEWS = ", "view a session"
    yield f"{facade}/sandbox/_wire/{slug}.py", "WIRE = ", "say what the sandbox sends"
    yield f"{facade}/_session.py", f"{slug}.Raw", "import the folder, and add its Raw to the union"
    yield f"tests/facade/providers/{slug}.yaml", "words: ", "copy another one; provider_case.py describes each line"
    yield f"tests/facade/cases/{slug}.yaml", "full:", "write whole responses and their views"
    yield f"tests/facade/failures/{slug}.yaml", "error:", "write whole responses and their errors"
    yield (
        "tests/facade/list_server.py",
        f'\n    "{slug}": _',
        "write a function that sends pages, and put it into _PAGES",
    )
    yield "tests/honesty/plays.yaml", f"\n{slug}:\n", "list calls of each operation"
    yield "tests/facade/vendors.py", f'"{slug}",', "describe the life of a session, as a Vendor"
    yield "tests/facade/cases/sandbox/refusals.yaml", f"\n{slug}:\n", "write requests that the sandbox refuses"
    yield "tests/facade/cases/sandbox/filters.yaml", f"\n{slug}:\n", "write what its lists have"
    yield "tests/facade/test_sandbox_operations.py", f'"{slug}": {{', "add a row to OPTIONS"
    if creates:
        yield f"tests/facade/creates/{slug}.yaml", "cases:", "write the request for each option"
        yield "tests/facade/test_sandbox_operations.py", f'"{slug}": (', "add a row to LIMITED"
        yield "tests/facade/test_sandbox_operations.py", f'\n        "{slug}": {{"', "add a row to `endless`"
        for name in ("_lifecycle", "_async_lifecycle"):
            yield f"{facade}/{name}.py", f'Literal["{slug}"]', "add overloads of create and session"
    if known:
        yield "docs/proof.md", f"| {known.name} ", "add a column to the table of proofs"


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.slug)
def test_a_provider_stands_in_every_place(provider: Provider) -> None:
    """What is missing is said at once, with what to write where; all other tests may assume it."""
    missing = [f"{path}: {advice}" for path, text, advice in places(provider) if text not in texts(path)]
    assert not missing, "\n".join([f"{provider.slug} is missing from", *missing])
