"""Versions are the same in all places, and those that decide bytes are exact."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import browser_sessions
from codegen.__main__ import ROOT
from codegen.providers import load_providers
from codegen.release import read_version
from codegen.toolchain import CONSTRAINTS, TOOLS, read_pins

PROVIDERS = load_providers(ROOT)


def toml(path: Path) -> dict[str, Any]:
    """Return a TOML file's content."""
    return tomllib.loads(path.read_text("utf-8"))


def test_all_distributions_have_one_version() -> None:
    """The root's version is that of every client, and of the facade, which needs the clients of the same version."""
    versions = {each.distribution: toml(each.output / "pyproject.toml")["project"]["version"] for each in PROVIDERS}

    assert versions == {provider.distribution: read_version(ROOT) for provider in PROVIDERS}
    facade = toml(ROOT / "facade" / "pyproject.toml")["project"]
    assert facade["version"] == read_version(ROOT)
    pins = [each for each in facade["dependencies"] if "==" in each]
    assert pins == sorted(f"{name}=={version}" for name, version in versions.items())
    assert browser_sessions.__version__ == read_version(ROOT)


def test_no_version_is_in_generated_code() -> None:
    """A release changes the clients' project files and no module; nor does a module name its generator's version."""
    pins = read_pins(ROOT / CONSTRAINTS)
    versions = [read_version(ROOT), *(pins[tool] for tool in TOOLS)]
    version = re.compile(r"(?<!httpx\.)__version__|(?<![\d.])(" + "|".join(map(re.escape, versions)) + r")(?![\d.])")
    modules = [path for provider in PROVIDERS for path in provider.output.rglob("*.py")]

    assert len(modules) > len(PROVIDERS)
    assert [path for path in modules if version.search(path.read_text("utf-8"))] == []


def test_pins_are_the_same_wherever_they_stand() -> None:
    """A version in a dependency group is the installed one."""
    pins = read_pins(ROOT / CONSTRAINTS)
    groups = toml(ROOT / "pyproject.toml")["dependency-groups"]
    requirements = {each for group in groups.values() for each in group if isinstance(each, str) and "==" in each}

    assert requirements == {f"{tool}=={pins[tool]}" for tool in ("openapi-python-client", "ruff")}


def test_whatever_a_session_installs_is_pinned() -> None:
    """Every name in a dependency group has its version in the constraints."""
    pins = read_pins(ROOT / CONSTRAINTS)
    groups = toml(ROOT / "pyproject.toml")["dependency-groups"]
    names = {re.split(r"[\[=<]", each)[0] for group in groups.values() for each in group if isinstance(each, str)}

    assert names - pins.keys() == set()
    assert {*TOOLS, "nox"} - pins.keys() == set()


def test_the_build_backend_is_exact() -> None:
    """Constraints do not reach an isolated build, so each project names its backend's version itself."""
    projects = [ROOT / "facade", *(provider.output for provider in PROVIDERS)]
    required = {each for project in projects for each in _build_requirements(project)}

    assert len(required) == 1
    assert re.fullmatch(r"uv_build==[0-9.]+", required.pop())


def _build_requirements(project: Path) -> list[str]:
    requirements: list[str] = toml(project / "pyproject.toml")["build-system"]["requires"]
    return requirements
