"""Each distribution is built, installed alone, and imported outside the repository, as a user would do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from codegen.__main__ import ROOT
from codegen.providers import Provider, load_providers
from codegen.release import read_version

pytestmark = pytest.mark.wheels

PROVIDERS = load_providers(ROOT)

each_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.slug)

IMPORT = """
import json, sys
from importlib.metadata import distributions
import {package}
from {package}.api.sessions import get_session
from {package}.models import Session
installed = {{each.name: each.version for each in distributions()}}
print(json.dumps([{package}.__file__, get_session.__name__, Session.__module__, installed]))
"""

VIEW = """
import importlib, json
from importlib.metadata import distributions
import browser_sessions
refs = []
for slug in browser_sessions.PROVIDERS:
    session = importlib.import_module(slug + "_client.models").Session
    name = browser_sessions.PROVIDERS[slug].fields["id"][0]
    refs.append(str(browser_sessions.view(session.from_dict({name: "a"})).ref))
print(json.dumps([browser_sessions.__file__, refs, {each.name: each.version for each in distributions()}]))
"""


def run(*command: object, cwd: Path, **environment: str) -> str:
    """Run a command, which must succeed, and return what it prints."""
    result = subprocess.run(  # noqa: S603 - runs this Python or one of its environments
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels of all distributions and of their dependencies."""
    folder = tmp_path_factory.mktemp("wheels")
    projects = ["./facade", *(f"./generated/{provider.slug}" for provider in PROVIDERS)]
    run(sys.executable, "-m", "pip", "wheel", "-c", "constraints/dev.txt", "-w", folder, *projects, cwd=ROOT)
    return folder


def wheel_of(wheels: Path, provider: Provider) -> zipfile.ZipFile:
    """Return a provider's only wheel, which is for every Python and platform and has the common version."""
    name = f"{provider.distribution.replace('-', '_')}-{read_version(ROOT)}-py3-none-any.whl"
    return zipfile.ZipFile(wheels / name)


@each_provider
def test_a_wheel_holds_the_package(wheels: Path, provider: Provider) -> None:
    """The wheel holds every file of the package, including py.typed, and nothing else."""
    package = provider.output / provider.package
    files = {
        path.relative_to(provider.output).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with wheel_of(wheels, provider) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name and not name.endswith("/")}

    assert names == files
    assert f"{provider.package}/py.typed" in names


@each_provider
def test_a_wheel_says_what_it_is(wheels: Path, provider: Provider) -> None:
    """The metadata carries the common version, the README, and two third-party dependencies."""
    with wheel_of(wheels, provider) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        headers, _, readme = wheel.read(name).decode("utf-8").partition("\n\n")
    fields = [tuple(line.split(": ", 1)) for line in headers.splitlines()]

    assert [value for field, value in fields if field == "Name"] == [provider.distribution]
    assert [value for field, value in fields if field == "Version"] == [read_version(ROOT)]
    assert [value for field, value in fields if field == "Requires-Python"] == [">=3.11"]
    assert [value.split(">")[0] for field, value in fields if field == "Requires-Dist"] == ["attrs", "httpx"]
    assert readme.strip() == (provider.output / "README.md").read_text("utf-8").strip()


@each_provider
def test_a_wheel_works_alone(wheels: Path, tmp_path: Path, provider: Provider) -> None:
    """The operation and the model can be imported if only the wheel and its dependencies are installed."""
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=tmp_path)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = ("-m", "pip", "--isolated", "--python", python, "install", "--no-index", "--find-links", wheels)
    run(sys.executable, *install, provider.distribution, cwd=tmp_path, PIP_CONFIG_FILE=os.devnull)

    code = IMPORT.format(package=provider.package)
    file, operation, model, installed = json.loads(run(python, "-I", "-W", "error", "-c", code, cwd=tmp_path))

    assert Path(file).is_relative_to(environment)
    assert (operation, model) == (f"{provider.package}.api.sessions.get_session", f"{provider.package}.models.session")
    assert installed[provider.distribution] == read_version(ROOT)
    assert {each.distribution for each in PROVIDERS} & installed.keys() == {provider.distribution}


def test_the_facades_wheel_works_with_the_clients_of_its_version(wheels: Path, tmp_path: Path) -> None:
    """Installing the facade by name installs all five clients, and the facade views a response of each."""
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=tmp_path)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = ("-m", "pip", "--isolated", "--python", python, "install", "--no-index", "--find-links", wheels)
    run(sys.executable, *install, "browser-sessions", cwd=tmp_path, PIP_CONFIG_FILE=os.devnull)

    file, refs, installed = json.loads(run(python, "-I", "-W", "error", "-c", VIEW, cwd=tmp_path))

    assert Path(file).is_relative_to(environment)
    assert refs == [f"{provider.slug}:a" for provider in PROVIDERS]
    ours = {"browser-sessions", *(provider.distribution for provider in PROVIDERS)}
    assert {name: installed[name] for name in ours} == dict.fromkeys(ours, read_version(ROOT))
    with zipfile.ZipFile(wheels / f"browser_sessions-{read_version(ROOT)}-py3-none-any.whl") as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name and not name.endswith("/")}
    source = ROOT / "facade" / "src"
    files = {path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert names == {path.relative_to(source).as_posix() for path in files}
    assert "browser_sessions/py.typed" in names
