"""The commands of this repository: short lists of steps, whose work is in codegen/, tests/ and benchmarks/."""

import json
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "virtualenv"
nox.options.sessions = ["tests", "drift", "lint", "typing", "wheels", "honesty", "contract", "recipes", "site"]

PYPROJECT = nox.project.load_toml("pyproject.toml")
PROJECTS = PYPROJECT["tool"]["uv"]["workspace"]["members"]
CONSTRAINTS = "constraints/dev.txt"
PRISM = Path("constraints", "prism")
AXE = Path("constraints", "axe")
LOWEST = "constraints/lowest.txt"
SITE = Path("site")
TEXTS = ("*.md", "docs/**/*.md", "facade/README.md", "generated/*/README.md")
RESOLVED = [f"{project}/pyproject.toml" for project in PROJECTS]
EXTRAS = ("--extra=cli", "--extra=sandbox")
APART = PYPROJECT["tool"]["workspace"]["apart"]
SERVERS = PYPROJECT["tool"]["workspace"]["servers"]
VENDORS = PYPROJECT["tool"]["workspace"]["vendors"]
# SDKs without a call that reads a session.
WITHOUT_SESSIONS = ("brightdata-sdk",)
TESTS = PYPROJECT["tool"]["pytest"]["ini_options"]["testpaths"]
# These reach all hand-written code; the others run without coverage, which would take longer than they do.
MEASURED = ("tests/codegen", "tests/facade")
BENCHMARKS = ("regenerate", "decoding", "listing", "calls", "faults")
# Tests spend half of their time waiting for responses that are slow or lost on purpose.
ON_ALL_CORES = ("-n", "auto", "--dist", "worksteal")


def install(session: nox.Session, group: str, *, projects: bool = False, pins: str | None = CONSTRAINTS) -> None:
    """Install a dependency group, and our own projects in place, with pinned versions or the newest."""
    requirements = nox.project.dependency_groups(PYPROJECT, group)
    editable = [part for project in PROJECTS for part in ("-e", f"./{project}")] if projects else []
    session.install(*(("-c", pins) if pins else ("--upgrade",)), *requirements, *editable)


@nox.session(default=False)
def demo(session: nox.Session) -> None:
    """Regenerate the clients, fetch sessions of all providers from a sandbox, and print them in one table."""
    install(session, "codegen")
    session.run("python", "-m", "codegen", "regenerate")
    install(session, "demo", projects=True)
    session.run("python", "-m", "facade.demo", *session.posargs)


@nox.session(default=False, reuse_venv=True)
def fetch(session: nox.Session) -> None:
    """Update specs/ from the pages of the given providers or all: slug, or slug=page.md for a local file."""
    install(session, "codegen")
    session.run("python", "-m", "codegen", "fetch", *session.posargs)


@nox.session(default=False, reuse_venv=True)
def regenerate(session: nox.Session) -> None:
    """Rewrite generated/ from specs/ and overlays/, for the given providers or all. Needs no network."""
    install(session, "codegen")
    session.run("python", "-m", "codegen", "regenerate", *session.posargs)


@nox.session(default=False, reuse_venv=True)
def docs(session: nox.Session) -> None:
    """Write the README's tables and docs/fields.md from the facade's table and docstrings."""
    install(session, "codegen")
    session.run("python", "-m", "codegen", "docs")


@nox.session
def drift(session: nox.Session) -> None:
    """Show how generated/ differs from what `regenerate` would write."""
    install(session, "codegen")
    session.run("python", "-m", "codegen", "drift", *session.posargs)


@nox.session(default=False, reuse_venv=True)
def changes(session: nox.Session) -> None:
    """Show what changed in specs/ and overlays/ since HEAD, or `--against` another revision. Needs no network."""
    install(session, "codegen")
    session.run("python", "-m", "codegen", "changes", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests: those that are named, or all, which must reach every hand-written line and branch."""
    install(session, "tests", projects=True)
    if session.posargs:
        session.run("python", "-m", "pytest", *session.posargs)
    else:
        session.run("coverage", "erase")
        session.run("coverage", "run", "-m", "pytest", *ON_ALL_CORES, *MEASURED)
        session.run("python", "-m", "pytest", *ON_ALL_CORES, *(each for each in TESTS if each not in MEASURED))
        session.run("coverage", "combine", "--quiet")
        session.run("coverage", "report")


@nox.session
def lint(session: nox.Session) -> None:
    """Check the style of hand-written code."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def typing(session: nox.Session) -> None:
    """Check the types of hand-written and generated code."""
    install(session, "typing", projects=True)
    session.run("mypy")
    session.run("pyright", *PROJECTS)
    session.run("python", "-m", "pytest", "-m", "typing")


@nox.session
def wheels(session: nox.Session) -> None:
    """Build every distribution, install each alone with its dependencies, and import it."""
    install(session, "wheels")
    session.run("python", "-m", "pytest", "-m", "wheels", "tests/packaging", *session.posargs)


@nox.session
def honesty(session: nox.Session) -> None:
    """Check the sandbox against the providers' own API descriptions, with openapi-core."""
    editable = [part for project in PROJECTS for part in ("-e", f"./{project}")]
    session.install("-c", "constraints/honesty.txt", *APART["honesty"], *editable)
    session.run("python", "-m", "pytest", "tests/honesty", *session.posargs)


@nox.session
def contract(session: nox.Session) -> None:
    """Run clients and facade against Prism, a mock server of each overlaid spec. Needs Node and npm."""
    install(session, "tests", projects=True)
    prism = Path(session.create_tmp(), "prism")
    shutil.copytree(PRISM, prism, dirs_exist_ok=True)
    session.run("npm", "ci", "--no-audit", "--no-fund", "--prefix", str(prism), external=True)
    command = prism / "node_modules" / ".bin" / "prism"
    session.run("python", "-m", "pytest", "tests/contract", *session.posargs, env={"PRISM": str(command)})


@nox.session(default=False)
def skyvern(session: nox.Session) -> None:
    """Compare client, facade and sandbox with a real Skyvern server, which takes 1 GB. Needs Chromium."""
    editable = [part for project in PROJECTS for part in ("-e", f"./{project}")]
    session.install("-c", "constraints/skyvern.txt", *APART["skyvern"], *editable)
    session.install("-c", CONSTRAINTS, "uv")
    server = Path(session.create_tmp(), "server").resolve()
    session.run("uv", "venv", "--quiet", "--allow-existing", "--python=3.11", str(server))
    python = str(server / "bin" / "python")
    pins = ("--constraint", "constraints/skyvern-server.txt")
    session.run("uv", "pip", "install", "--quiet", "--python", python, *pins, *SERVERS["skyvern-server"])
    session.run("python", "-m", "pytest", "tests/skyvern", *session.posargs, env={"SKYVERN_SERVER_PYTHON": python})


@nox.session(default=False)
def vendors(session: nox.Session) -> None:
    """Compare sandbox and requests with the vendors' SDKs, each installed apart; `-- name==1.2.3` tries a release."""
    known = {name: sdk for name, sdk in VENDORS.items() if sdk not in WITHOUT_SESSIONS}
    tried = {requirement.partition("==")[0]: requirement for requirement in session.posargs}
    if unknown := tried.keys() - {*known.values()}:
        session.error(f"unknown SDK {', '.join(unknown)}: expected name==version of {', '.join(known.values())}")
    chosen = {name: sdk for name, sdk in known.items() if not tried or sdk in tried}
    editable = [part for project in PROJECTS for part in ("-e", f"./{project}")]
    session.install(
        "-c", CONSTRAINTS, "attrs", "jsonschema", "pytest", "pyyaml", "starlette", "uv", "uvicorn", *editable
    )
    environments = Path(session.create_tmp()).resolve()
    for name, sdk in chosen.items():
        session.run("uv", "venv", "--quiet", "--allow-existing", str(environments / name))
        python = str(environments / name / "bin" / "python")
        requirement = tried.get(sdk, sdk)
        pins = () if "==" in requirement else ("--constraint", f"constraints/vendors/{name}.txt")
        session.run("uv", "pip", "install", "--quiet", "--python", python, *pins, requirement)
    env = {"VENDORS_ENVIRONMENTS": str(environments)}
    session.run("python", "-m", "pytest", "tests/vendors", "-k", " or ".join(chosen), env=env)


@nox.session
def recipes(session: nox.Session) -> None:
    """Run the commands of every recipe's page, in a clone and an environment of its own. Needs Chromium."""
    session.install("-c", CONSTRAINTS, "attrs", "markdown-it-py", "pytest", "pytest-xdist")
    pages = ("-m", "recipes", "tests/recipes/runner/test_recipes.py")
    session.run("python", "-m", "pytest", *ON_ALL_CORES, *pages, *session.posargs)


@nox.session(default=False)
def page(session: nox.Session) -> None:
    """Look at the page of `browser-sessions page` in Chromium, with axe. Needs Chromium, Node and npm."""
    install(session, "tests", projects=True)
    session.install("-c", "constraints/recipes.txt", "playwright")
    axe = Path(session.create_tmp(), "axe").resolve()
    shutil.copytree(AXE, axe, dirs_exist_ok=True)
    session.run("npm", "ci", "--no-audit", "--no-fund", "--prefix", str(axe), external=True)
    script = axe / "node_modules" / "axe-core" / "axe.min.js"
    session.run("python", "-m", "pytest", "tests/page", *session.posargs, env={"AXE": str(script)})


@nox.session
def site(session: nox.Session) -> None:
    """Build the documentation, and check its links and pages; `-- external` checks links to other sites too."""
    install(session, "site", projects=True)
    shutil.rmtree(SITE, ignore_errors=True)
    doctrees = ("--doctree-dir", session.create_tmp(), "--fresh-env")
    session.run("sphinx-build", "--quiet", "--fail-on-warning", *doctrees, "--conf-dir", "docs", ".", str(SITE))
    offline = () if "external" in session.posargs else ("--offline",)
    session.run("lychee", "--no-progress", "--include-fragments", *offline, str(SITE), *TEXTS)
    session.run("python", "-m", "pytest", "tests/site")


@nox.session(default=False)
def injection(session: nox.Session) -> None:
    """Put every hostile text into every place of a spec; the tests try a sample."""
    install(session, "tests")
    session.run("python", "-m", "pytest", *ON_ALL_CORES, "tests/injection", *session.posargs)


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Try a thousand new examples of each Hypothesis property; the tests try a few fixed ones."""
    install(session, "tests", projects=True)
    many = ("-m", "hypothesis", "--hypothesis-profile", "many")
    session.run("python", "-m", "pytest", *ON_ALL_CORES, *many, *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Run all benchmarks, or one script of benchmarks/ with its arguments. All but `regenerate` need the network."""
    install(session, "bench")
    for name, *arguments in [session.posargs] if session.posargs else [[name] for name in BENCHMARKS]:
        session.run("python", "-m", f"benchmarks.{name}", *arguments)


@nox.session(default=False)
def lowest(session: nox.Session) -> None:
    """Test the clients and the facade with the lowest versions that they allow."""
    install(session, "tests", projects=True, pins=LOWEST)
    session.run("python", "-m", "pytest", *(session.posargs or (*ON_ALL_CORES, "tests/clients", "tests/facade")))


@nox.session(default=False)
def newest(session: nox.Session) -> None:
    """Test the clients and the facade with the newest versions that they allow."""
    install(session, "tests", projects=True, pins=None)
    session.run("python", "-m", "pytest", *(session.posargs or (*ON_ALL_CORES, "tests/clients", "tests/facade")))


@nox.session(default=False)
def audit(session: nox.Session) -> None:
    """Look up all pinned Python versions, and those that pip would install now, in a database of vulnerabilities."""
    install(session, "audit")
    newest, backend = (Path(session.create_tmp(), name) for name in ("newest.txt", "backend.txt"))
    compile_pins(session, str(newest), "--upgrade", *EXTRAS, *RESOLVED)
    builds = [nox.project.load_toml(f"{project}/pyproject.toml")["build-system"]["requires"] for project in PROJECTS]
    backend.write_text("\n".join(sorted({each for requires in builds for each in requires})), "utf-8")
    session.run("python", "-m", "tests.packaging.audit", str(newest), str(backend))


@nox.session(default=False)
def soak(session: nox.Session) -> None:
    """Poll and create thousands of sessions through faults of all kinds, and check what became of each."""
    install(session, "soak", projects=True)
    session.run("python", "-m", "benchmarks.soak", *session.posargs)


@nox.session(default=False)
def kills(session: nox.Session) -> None:
    """Kill programs at random moments, and stop the sessions they left running, by their ledger."""
    install(session, "soak", projects=True)
    session.run("python", "-m", "benchmarks.soak.kills", *session.posargs)


@nox.session(default=False, reuse_venv=True)
def release(session: nox.Session) -> None:
    """Write a new version, X.Y.Z, into every distribution."""
    install(session, "codegen")
    session.run("python", "-m", "codegen", "release", *session.posargs)


@nox.session(default=False)
def constraints(session: nox.Session) -> None:
    """Resolve all dependency groups again, and pin the result."""
    session.install("-c", CONSTRAINTS, "uv")
    groups = [part for group in PYPROJECT["dependency-groups"] for part in ("--group", group)]
    compile_pins(session, CONSTRAINTS, *groups, "pyproject.toml", *session.posargs)
    for name, requirements in APART.items():
        source = Path(session.create_tmp(), f"{name}.in")
        source.write_text("\n".join(requirements), "utf-8")
        compile_pins(session, f"constraints/{name}.txt", str(source), *RESOLVED, *session.posargs)
    for name, requirements in SERVERS.items():
        source = Path(session.create_tmp(), f"{name}.in")
        source.write_text("\n".join(requirements), "utf-8")
        compile_pins(session, f"constraints/{name}.txt", str(source), *session.posargs, where="--python-platform=linux")
    for name, requirement in VENDORS.items():
        source = Path(session.create_tmp(), f"{name}.in")
        source.write_text(requirement, "utf-8")
        compile_pins(session, f"constraints/vendors/{name}.txt", str(source), *session.posargs)
    # First the lowest versions of what we name ourselves; then the newest of everything else that fits.
    named = Path(session.create_tmp(), "lowest.txt")
    compile_pins(session, str(named), "--upgrade", "--resolution=lowest-direct", *EXTRAS, *RESOLVED)
    everything = (*EXTRAS, "--group=tests", "pyproject.toml", *RESOLVED)
    compile_pins(session, LOWEST, f"--constraints={named}", *everything, *session.posargs)
    for folder in (PRISM, AXE):
        lock_packages(session, folder)


def lock_packages(session: nox.Session, folder: Path) -> None:
    """Pin what a folder's package.json names and all that it needs, without a URL of a registry or of a donation."""
    lock = ("--package-lock-only", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund")
    session.run("npm", "install", *lock, "--prefix", str(folder), external=True)
    path = folder / "package-lock.json"
    locked = json.loads(path.read_text("utf-8"))
    for package in locked["packages"].values():
        package.pop("funding", None)
    path.write_text(f"{json.dumps(locked, indent=2, ensure_ascii=False)}\n", "utf-8")


def compile_pins(session: nox.Session, output: str, *sources: str, where: str = "--universal") -> None:
    """Pin the direct and indirect requirements of some sources, except our own projects."""
    ours = [part for project in PROJECTS for part in ("--no-emit-package", distribution(project))]
    session.run(
        *("uv", "pip", "compile", where, "--python-version=3.11", "--no-emit-index-url", "--no-annotate"),
        *("--no-header", f"--output-file={output}", *ours, *sources),
    )


def distribution(project: str) -> str:
    """Return the name of one of our projects."""
    name: str = nox.project.load_toml(f"{project}/pyproject.toml")["project"]["name"]
    return name
