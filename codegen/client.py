"""The only module that knows the generator: an overlaid document becomes an installable project.

openapi-python-client's Python API, its templates and ruff's formatting are nobody's promise, and all three
decide the output's bytes. So they are pinned exactly, called here and nowhere else, and shielded from the
machine: in process, without the generator's own hooks, and with a ruff that reads no configuration.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
from openapi_python_client import Project, strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from ruff import find_ruff_bin  # type: ignore[import-untyped]  # it says where its executable is, no more

from codegen.errors import GenerationError
from codegen.providers import Provider

TEMPLATES = Path(__file__).parent / "templates"

LINE_LENGTH = 120

# ruff's own defaults differ between its versions, and so does what it finds above the files: say it all.
_RUFF = ("--isolated", "--no-cache", "--quiet", "--target-version=py311", f"--line-length={LINE_LENGTH}")
_RUFF_STEPS = (
    ("check", *_RUFF, "--fix-only", "--select=F401,I,UP"),
    ("format", *_RUFF),
)

_FIELD_PREFIX = "field_"


@attrs.frozen
class Auth:
    """Where the API key goes: the header's name, and what stands before the key in it."""

    header: str
    prefix: str


def python_name(name: str) -> str:
    """Return the identifier that the generator makes of a property, parameter, tag or operationId."""
    return str(strings.PythonIdentifier(name, _FIELD_PREFIX))


def class_name(name: str) -> str:
    """Return the class name that the generator makes of a schema's title or name."""
    return str(strings.ClassName(name, _FIELD_PREFIX))


def enum_member_name(value: object, index: int) -> str:
    """Return the name of the enum member for a value that stands at `index` in its enum."""
    if not isinstance(value, str):
        return f"VALUE_{value}"
    return strings.snake_case(value.upper() if value[:1].isalpha() else f"VALUE_{index}").upper()


def generate_client(document: dict[str, Any], provider: Provider, *, version: str, into: Path) -> None:
    """Write a provider's whole project into a folder that does not exist yet.

    The bytes written depend on the arguments, the templates and the pinned tools alone.

    Args:
        document: A document that `validate_document` accepts.
        provider: Whose client it is; decides the names of the package and the distribution.
        version: The distribution's version.
        into: The project's folder.

    Raises:
        GenerationError: The generator refused the document or left a part of it out, or ruff failed.

    """
    into.mkdir(parents=True)
    project = _project(document, provider, into / provider.package)
    project.env.globals.update(
        provider=provider,
        version=version,
        description=document["info"]["title"],
        base_url=document["servers"][0]["url"],
        auth=_auth(document),
    )
    _build(project)
    (into / provider.package / "py.typed").touch()
    for name in ("pyproject.toml", "README.md"):
        text = project.env.get_template(f"project/{name}.jinja").render()
        (into / name).write_text(text, "utf-8")
    _mark(into, provider)
    _format(into)


def _project(document: dict[str, Any], provider: Provider, package: Path) -> Project:
    config = Config.from_sources(
        ConfigFile(package_name_override=provider.package, post_hooks=[], field_prefix=_FIELD_PREFIX),
        meta_type=MetaType.NONE,
        document_source=provider.spec,
        file_encoding="utf-8",
        overwrite=False,
        output_path=package,
    )
    with _generator():
        data = GeneratorData.from_dict(document, config=config)
    if isinstance(data, GeneratorError):
        raise GenerationError(_text(data))
    return Project(openapi=data, config=config, custom_template_path=TEMPLATES)


def _build(project: Project) -> None:
    with _generator():
        errors = project.build()
    # Warnings too: each one is a model or an operation that is missing from the output.
    if errors:
        raise GenerationError("\n".join(map(_text, errors)))


@contextlib.contextmanager
def _generator() -> Iterator[None]:
    """Silence the generator's prints, and turn whatever it raises for a bad document into our error."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    except Exception as error:  # it raises ValueError, KeyError, TypeError and more for documents it cannot do
        raise GenerationError(f"the generator failed: {type(error).__name__}: {error}") from error


def _text(error: GeneratorError) -> str:
    return "the generator: " + " ".join(f"{error.header} {error.detail or ''}".split())


def _auth(document: dict[str, Any]) -> Auth:
    """Return where the key goes, as the one operation's first security requirement has it."""
    requirement = next(_operations(document)).get("security", [])
    for name in requirement[0] if requirement else ():
        scheme = document["components"]["securitySchemes"][name]
        if scheme["type"] == "apiKey" and scheme["in"] == "header":
            return Auth(scheme["name"], "")
        if scheme["type"] == "http" and scheme["scheme"].lower() == "bearer":
            return Auth("Authorization", "Bearer")
    raise GenerationError("the operation's first security requirement is no key in a header and no bearer token")


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (value for value in path.values() if isinstance(value, dict) and "responses" in value)


def _mark(project: Path, provider: Provider) -> None:
    banner = (
        f"# Generated by `nox -s regenerate` from specs/{provider.slug}.yaml and overlays/{provider.slug}.yaml.\n"
        "# Do not edit: correct the spec by an overlay, the form by a template.\n"
    )
    for path in _files(project, (".py", ".toml")):
        path.write_text(banner + path.read_text("utf-8"), "utf-8")


def _files(project: Path, suffixes: Iterable[str]) -> list[Path]:
    return sorted(path for path in project.rglob("*") if path.suffix in suffixes)


def _format(project: Path) -> None:
    for step in _RUFF_STEPS:
        # The working folder decides what ruff takes for first-party code, so it is always the project's.
        result = subprocess.run(  # noqa: S603 - the pinned ruff, with the arguments above
            [find_ruff_bin(), *step, "."], cwd=project, capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise GenerationError(f"ruff {step[0]} failed: {' '.join(result.stderr.split())}")
