from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.clients.client_case import ClientCase
from tests.clients.contract import parts_of
from tests.clients.synthetic import Synthetic

STEPS = """
import json, sys
found = []
for step in {steps!r}:
    exec(step)
    found.append(sorted(name for name in sys.modules if name.startswith("{package}.")))
print(json.dumps(found))
"""


def modules_after(package: str, project: Path, *steps: str) -> list[set[str]]:
    """Run steps in a new process, and return the package's imported modules after each step."""
    code = STEPS.format(steps=steps, package=package)
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=project, capture_output=True, check=True, text=True)  # noqa: S603 - our own code
    return [{name.removeprefix(f"{package}.") for name in names} for names in json.loads(done.stdout)]


def reachable(hint: Any, found: set[str]) -> set[str]:
    """Return the modules of the models and enums in a type."""
    for part in parts_of(hint):
        module = getattr(part, "__module__", "").partition(".")[2]
        if module.startswith("models.") and module not in found:
            found.add(module)
            for each in typing.get_type_hints(part).values() if attrs.has(part) else ():
                reachable(each, found)
    return found


def test_only_what_a_success_needs_is_imported(case: ClientCase) -> None:
    """Importing the client or its models package imports no model; an operation imports its success's models."""
    package = case.provider.package
    *_, failure = (name for name in case.models.__all__ if "Error" in name or "Found" in name)
    client, models, operation, one_more, all_of_them = modules_after(
        package,
        case.provider.output,
        f"import {package}",
        f"import {package}.models",
        f"import {package}.api.sessions.get_session",
        f"{package}.models.{failure}",
        f"from {package}.models import *",
    )
    assert client == {"client", "encoding", "errors", "types"}
    assert models == client | {"models"}
    needed = reachable(typing.get_type_hints(case.operation.sync)["return"], set())
    assert operation == models | needed | {"api", "api.sessions", "api.sessions.get_session", "decoding"}
    assert one_more > operation
    modules = {f"models.{path.stem}" for path in Path(case.models.__path__[0]).glob("[!_]*.py")}
    assert all_of_them == operation | modules


def test_httpx_is_imported_by_the_first_request(synthetic: Synthetic) -> None:
    """Importing httpx takes longer than importing all the rest, and a program that only decodes does not need it."""
    package = synthetic.package.name
    steps = (
        f"import {package}; from {package}.api.things import get_everything; from {package}.models import *",
        f"client = {package}.AuthenticatedClient(token='a').with_headers({{'a': 'b'}})",
        "client.get_httpx_client()",
    )
    imported = modules_after("httpx", synthetic.project, *steps)
    assert [bool(modules) for modules in imported] == [False, False, True]


def test_the_package_of_models_looks_like_any_other(case: ClientCase) -> None:
    """The package lists its models, offers each of them, and has no other name."""
    models = case.models
    assert dir(models) == sorted(models.__all__)
    for name in models.__all__:
        assert getattr(models, name).__name__ == name
        assert getattr(models, name) is getattr(models, name)
    with pytest.raises(AttributeError, match=rf"^module '{models.__name__}' has no attribute 'Nothing'$"):
        _ = models.Nothing
    with pytest.raises(ImportError, match="cannot import name 'Nothing'"):
        exec(f"from {models.__name__} import Nothing", {})  # noqa: S102 - a user writes this


def test_the_package_offers_what_its_users_need(case: ClientCase) -> None:
    """The package exports the clients, the errors and UNSET from their own modules."""
    package = case.package
    assert sorted(package.__all__) == ["ApiError", "AuthenticatedClient", "Client", "DecodeError", "UNSET"]
    for name, module in {"ApiError": "errors", "DecodeError": "errors", "Client": "client", "UNSET": "types"}.items():
        assert getattr(package, name) is getattr(case.module(module), name)


def test_a_client_needs_attrs_and_httpx_alone(case: ClientCase) -> None:
    """The client's modules import only the standard library, attrs, httpx and each other, at any level of nesting."""
    roots = set()
    for path in sorted((case.provider.output / case.provider.package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                roots |= {name.name.partition(".")[0] for name in node.names}
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                roots.add(str(node.module).partition(".")[0])
    assert roots - sys.stdlib_module_names == {"attrs", "httpx"}


def test_a_client_is_typed(case: ClientCase, synthetic: Synthetic) -> None:
    """The package contains py.typed, so type checkers read its annotations."""
    for project in (case.provider.output / case.provider.package, synthetic.project / "synthetic_client"):
        assert (project / "py.typed").read_bytes() == b""


def test_models_may_refer_to_each_other_in_any_order_of_import(synthetic: Synthetic) -> None:
    """Two models that contain each other are both complete, whichever is imported first."""
    for first in ("Node", "Tree", "Everything", "Whole"):
        code = f"import typing; from synthetic_client.models import {first}; typing.get_type_hints({first})"
        found = modules_after("synthetic_client", synthetic.project, code)
        module = importlib.import_module("synthetic_client.models")
        assert reachable(getattr(module, first), set()) <= found[0]
