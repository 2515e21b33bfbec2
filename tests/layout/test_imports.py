"""Who may import whom, read from the modules themselves: an import that is not reached by a test counts too."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import httpcore
import httpx
import pytest

from codegen.__main__ import ROOT
from codegen.providers import load_providers

PROVIDERS = {provider.slug: provider for provider in load_providers(ROOT)}
CLIENTS = {provider.package for provider in PROVIDERS.values()}
FACADE = ROOT / "facade" / "src" / "browser_sessions"


def imported(path: Path) -> set[str]:
    """Return the top-level names that a module imports anywhere in it; a relative import has none."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"import_module", "importlib.import_module"}:
            names |= {str(argument.value) for argument in node.args[:1] if isinstance(argument, ast.Constant)}
    return {name.partition(".")[0] for name in names}


def outside(paths: Iterable[Path], allowed: Iterable[str]) -> dict[str, list[str]]:
    """Return what modules import beyond the standard library and some names; there must be modules."""
    modules = {path.as_posix(): imported(path) - sys.stdlib_module_names - {*allowed} for path in paths}
    assert modules
    return {path: sorted(names) for path, names in modules.items() if names}


def wrong_clients(package: Path) -> dict[str, list[str]]:
    """Return the modules of a facade that import other clients than they may: a provider's its own, others none."""
    wrong = {}
    for path in sorted(package.rglob("*.py")):
        is_provider = path.parent.parent.name == "_providers" and path.parent.name in PROVIDERS
        expected = {PROVIDERS[path.parent.name].package} if is_provider else set()
        found = imported(path) & CLIENTS
        if found != expected:
            wrong[path.relative_to(package).as_posix()] = sorted(found)
    return wrong


def test_every_form_of_import_is_seen(tmp_path: Path) -> None:
    """Imports count wherever they stand and however they are written, and the package's own ones do not."""
    path = tmp_path / "module.py"
    path.write_text(
        "import a.b, c as d\nfrom e.f import g\nfrom . import h\nfrom .i import j\n"
        "if TYPE_CHECKING:\n    import k\ndef f():\n    import l\n    importlib.import_module('m.n')\n"
        "    import_module('o')\n    import_module(p)\n'import q'\n",
        "utf-8",
    )

    assert imported(path) == {"a", "c", "e", "k", "l", "m", "o"}
    assert outside([path], "ace") == {path.as_posix(): ["k", "l", "m", "o"]}


def test_each_provider_module_imports_its_own_client_only(tmp_path: Path) -> None:
    """A module in a provider's folder imports exactly that provider's client, and no other module imports one."""
    for name, text in {
        "__init__.py": "import importlib",
        "_view.py": "import skyvern_client",
        "_providers/skyvern/lists.py": "import skyvern_client.models",
        "_providers/brightdata/lists.py": "import brightdata_client, browserbase_client",
        "_providers/browserbase/__init__.py": "import attrs",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")

    assert wrong_clients(tmp_path) == {
        "_providers/brightdata/lists.py": ["brightdata_client", "browserbase_client"],
        "_providers/browserbase/__init__.py": [],
        "_view.py": ["skyvern_client"],
    }
    assert wrong_clients(FACADE) == {}


def test_importing_the_facade_imports_no_client() -> None:
    """The facade imports neither a client nor the HTTP library before it needs them."""
    names = "[getattr(browser_sessions, name) for name in browser_sessions.__all__]"
    made = "browser_sessions.Client().close(), browser_sessions.AsyncClient().with_options(timeout=5)"

    unwanted = {*CLIENTS, "httpx", "httpcore", "anyio", "attrs", "ssl", "asyncio"}
    assert loaded(f"import browser_sessions; {names}; {made}") & unwanted == set()


def test_importing_the_facade_alone_imports_its_errors_alone() -> None:
    """Each other module is imported with the first of its names."""
    modules = {name for name in loaded("import browser_sessions") if name.startswith("browser_sessions")}

    assert modules == {"browser_sessions", "browser_sessions.errors"}


def test_the_help_of_the_command_needs_no_client() -> None:
    """A person who asks what there is waits neither for a client nor for what requests are sent with."""
    shown = "command.main(['--help'], standalone_mode=False)"
    modules = loaded(f"from browser_sessions.cli._commands import command; {shown}")

    assert "browser_sessions.cli._commands" in modules
    assert modules & {*CLIENTS, "httpx", "httpcore", "anyio", "attrs", "uvicorn", "starlette"} == set()


FETCH = """
import httpx, browser_sessions
transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"browser_session_id": "pbs_1"}))
browser_sessions.Client(api_keys={"skyvern": "a-key"}, transport=transport).get("skyvern:pbs_1")"""


def test_what_a_get_loads() -> None:
    """One client, and of the facade what a synchronous call needs: nothing of tasks, of many, or of other providers."""
    modules = loaded(FETCH)
    ours = {name.removeprefix("browser_sessions.") for name in modules if name.startswith("browser_sessions.")}

    assert modules & {*CLIENTS, "asyncio", "concurrent.futures"} == {"skyvern_client"}
    assert ours == {
        "_access",
        "_attempt",
        "_body",
        "_bounds",
        "_call",
        "_calls",
        "_client",
        "_configuration",
        "_drafts",
        "_drivers",
        "_environment",
        "_http",
        "_lifecycle",
        "_masking",
        "_observation",
        "_providers",
        "_providers._table",
        "_providers.skyvern",
        "_reading",
        "_ref",
        "_session",
        "_status",
        "_streams",
        "_version",
        "errors",
    }


def private_names(path: Path) -> list[str]:
    """Return what a module takes from httpx and httpcore that these do not offer, and private attributes of others."""
    offered = {"httpx": httpx.__all__, "httpcore": httpcore.__all__}
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in offered:
            found += [ast.unparse(node)] * (node.attr not in offered[node.value.id])
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_") and node.attr[-1] != "_":
            if node.attr in {"_asdict", "_fields", "_replace"}:  # a named tuple's public methods
                continue
            found += [ast.unparse(node)] * (ast.unparse(node.value) not in {"self", "cls"})
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
            is_own = isinstance(node, ast.ImportFrom) and node.level
            roots = [name.partition(".") for name in names if not is_own]
            found += [f"{root}.{rest}" for root, _, rest in roots if root in offered and rest]
    return found


def test_nothing_private_of_httpx_is_used(tmp_path: Path) -> None:
    """The code uses only public names of httpx and httpcore, since newer releases keep only those."""
    path = tmp_path / "module.py"
    path.write_text(
        "import httpx\nimport httpx._client\nfrom httpcore._sync import a\nfrom . import _b\n"
        "httpx.Client()._transport\nhttpcore.default\nself._a\nx.__class__\nhttpx.URL\n",
        "utf-8",
    )
    assert private_names(path) == ["httpx._client", "httpcore._sync", "httpx.Client()._transport", "httpcore.default"]

    assert {path.name: names for path in FACADE.rglob("*.py") if (names := private_names(path))} == {}


@pytest.mark.parametrize("slug", PROVIDERS)
def test_viewing_needs_one_client_and_no_httpx(slug: str) -> None:
    """A recorded response can be viewed without the code that fetches, and without the other clients."""
    code = (
        f"import browser_sessions; from {slug}_client.models import Session; "
        f"name = browser_sessions.PROVIDERS['{slug}'].fields['id'][0]; "
        "browser_sessions.view(Session.from_dict({name: 'a'}))"
    )

    assert loaded(code) & {*CLIENTS, "httpx"} == {f"{slug}_client"}


def loaded(code: str) -> set[str]:
    """Return the modules that are imported after some code in a new process."""
    command = [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"]
    return {*subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()}  # noqa: S603 - ours


@pytest.mark.parametrize("slug", PROVIDERS)
def test_a_client_stands_on_its_own(slug: str) -> None:
    """A generated package imports the standard library, attrs, httpx and itself, and nothing of ours."""
    provider = PROVIDERS[slug]

    assert outside(provider.output.rglob("*.py"), {"attr", "attrs", "httpx", provider.package}) == {}


def test_the_pipeline_imports_no_product() -> None:
    """`codegen` knows neither the facade nor a client."""
    modules = (ROOT / "codegen").rglob("*.py")
    names = {name for path in modules for name in imported(path)}

    assert "openapi_python_client" in names
    assert names & {*CLIENTS, "facade", "browser_sessions", "tests"} == set()


def test_the_generator_is_known_to_one_package() -> None:
    """Its Python API is not public, so one package calls it."""
    packages = {path.parent for path in (ROOT / "codegen").rglob("*.py") if "openapi_python_client" in imported(path)}

    assert packages == {ROOT / "codegen" / "client"}


def test_the_commands_need_nox_alone() -> None:
    """`noxfile.py` runs where nothing but nox is installed."""
    assert outside([ROOT / "noxfile.py"], {"nox"}) == {}


OTHERS = {"specs": ["sources.toml"], "overlays": [f"{slug}.operations.yaml" for slug in PROVIDERS]}


@pytest.mark.parametrize("folder", OTHERS)
def test_inputs_are_data(folder: str) -> None:
    """Specs and overlays are YAML, and the list of them is TOML: nothing there is run."""
    names = sorted(path.name for path in (ROOT / folder).iterdir())

    assert names == sorted([f"{slug}.yaml" for slug in PROVIDERS] + OTHERS[folder])


@pytest.mark.parametrize("folder", ["codegen", "facade", "tests"])
def test_nothing_imports_the_benchmarks(folder: str) -> None:
    """`benchmarks` measures the product and the pipeline, and neither they nor their tests need it."""
    modules = [*(ROOT / folder).rglob("*.py")]

    assert modules
    assert [path for path in modules if "benchmarks" in imported(path)] == []
