"""The only module that knows the generator: an overlaid document becomes an installable project.

openapi-python-client's Python API, its templates and ruff's formatting are nobody's promise, and all three
decide the output's bytes. So they are pinned exactly, called here and nowhere else, and shielded from the
machine: in process, without the generator's own hooks, and with a ruff that reads no configuration.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from openapi_python_client import Project, strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.openapi import generate_operation_id
from openapi_python_client.schema import UntrustedString
from ruff import find_ruff_bin  # type: ignore[import-untyped]  # it says where its executable is, no more

from codegen.errors import GenerationError
from codegen.providers import Provider
from codegen.walk import METHODS, dereference

TEMPLATES = Path(__file__).parent / "templates"

LINE_LENGTH = 120

MAX_NAME = 200
"""Bytes in a name that becomes a file's: file systems take 255, and Python makes longer ones of it."""

# ruff's own defaults differ between its versions, and so does what it finds above the files: say it all.
# It also passes over folders named `dist`, and over what a `.gitignore` above the files or in the home folder names.
_RUFF = (
    *("--isolated", "--no-cache", "--no-respect-gitignore", "--exclude="),
    *("--target-version=py311", f"--line-length={LINE_LENGTH}"),
)
_RUFF_STEPS = (
    ("check", *_RUFF, "--fix-only", "--select=F401,I,UP"),
    ("format", *_RUFF),
)

UNREAD = frozenset(
    {
        *("callbacks", "encoding", "examples", "headers", "links", "pathItems", "webhooks"),
        *("$defs", "contains", "dependentSchemas", "else", "if", "not", "patternProperties", "propertyNames", "then"),
        *("unevaluatedItems", "unevaluatedProperties"),
    }
)
"""Fields of a document and of a schema that the generator does not read: nothing in them can go wrong."""

_FIELD_PREFIX = "field_"

# The generator guards the document's texts by a class, and prints its object where it means the text.
_ADDRESS = re.compile(r"<\S+ object at 0x[0-9a-f]+>")


@attrs.frozen
class Auth:
    """Where the API key goes: the header's name, and what stands before the key in it."""

    header: str
    prefix: str


class _TemplateCache(BytecodeCache):
    """Compiled templates: each project has an environment of its own, and would compile them all again.

    That was a third of the time of regenerating. Jinja compares a template's source before it takes what is here.
    """

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_TEMPLATE_CACHE = _TemplateCache()


def python_name(name: str) -> str:
    """Return the identifier that the generator makes of a property or parameter."""
    return _as_python_reads(_identifier(name))


def python_names(names: Iterable[str]) -> dict[str, str]:
    """Return the identifiers of names that stand side by side, of which the generator keeps equal ones apart."""
    found = {name: _identifier(name) for name in names}
    if len(set(found.values())) < len(found):
        settled: dict[str, str] = {}
        for name, wanted in found.items():
            identifier = wanted
            for other, taken in settled.items():
                if taken == identifier:  # both are left as they are, and not compared to the others again
                    settled[other] = _identifier(other, skip_snake_case=True)
                    identifier = _identifier(name, skip_snake_case=True)
            settled[name] = identifier
        found = settled
    return {name: _as_python_reads(identifier) for name, identifier in found.items()}


def _identifier(name: str, *, prefix: str = _FIELD_PREFIX, skip_snake_case: bool = False) -> str:
    return strings.PythonIdentifier(name, prefix, skip_snake_case)


def _as_python_reads(identifier: str) -> str:
    # https://docs.python.org/3/reference/lexical_analysis.html#identifiers; the generator compares them as they are.
    return unicodedata.normalize("NFKC", identifier)


def class_name(name: str) -> str:
    """Return the class name that the generator makes of a schema's title or name."""
    return _as_python_reads(strings.ClassName(name.rsplit("/", 1)[-1], _FIELD_PREFIX))


def class_file(name: str) -> str:
    """Return the file that the generator writes a class to."""
    return f"models/{python_name(name)}.py"


def operation_file(path: str, method: str, operation: dict[str, Any]) -> str:
    """Return the file that the generator writes an operation to."""
    tag = _identifier((operation.get("tags") or ["default"])[0], prefix="tag")
    name = operation.get("operationId")
    if name is None:
        name = generate_operation_id(path=UntrustedString(path), method=method, prefix=_FIELD_PREFIX)
    return f"api/{tag}/{_identifier(_identifier(name))}.py"  # twice, as the generator does: `$`, `field_`, `field`


def enum_member_names(enum: list[Any], names: Any) -> list[str]:
    """Return the names of an enum's members, of which `names` may be those that `x-enum-varnames` wants."""
    values = [value for value in enum if value is not None]
    wanted = [str(name) for name in names] if isinstance(names, list) and len(names) == len(values) else None
    if wanted is None:
        return [_enum_member_name(value, index) for index, value in enumerate(values)]
    return [_constant(name) for name in wanted]


def _enum_member_name(value: str | int, index: int) -> str:
    if isinstance(value, int):
        return f"VALUE_NEGATIVE_{-value}" if value < 0 else f"VALUE_{value}"
    return _constant(value.upper() if value[:1].isalpha() else f"VALUE_{index}")


def _constant(name: str) -> str:
    return _as_python_reads(strings.snake_case(name).upper())


def is_kept(text: str) -> bool:
    """Whether a text is the same in the generated code: control characters and invisible ones are dropped."""
    return bool(json.loads(f'"{strings.in_double_quote_literal(text)}"') == text)


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
        description=_one_line(document["info"]["title"]),
        base_url=_base_url(document),
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
    _check_files(data)
    project = Project(openapi=data, config=config, custom_template_path=TEMPLATES)
    project.env.bytecode_cache = _TEMPLATE_CACHE
    return project


def _check_files(data: GeneratorData) -> None:
    """Refuse classes that would be written over each other: those without a schema's name get one here only."""
    classes: dict[str, str] = {}
    problems = []
    for each in (*data.models, *data.enums):
        name, file = each.class_info.name, class_file(each.class_info.name)
        if len(file.encode()) > MAX_NAME:
            problems.append(f"the class {name} has too long a name for a file: shorten its schema's name or title")
        elif file in classes:
            text = f"the classes {classes[file]} and {name} are both {file}: give one of their schemas another title"
            problems.append(text)
        classes[file] = name
    if problems:
        raise GenerationError("\n".join(problems))


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
    text = f"{error.header} {error.detail or ''}"
    return "the generator: " + " ".join(_ADDRESS.sub("", text).split())


def _one_line(text: str) -> str:
    """Return a text without what could end a line or hide: it goes into files that people read."""
    words = text.split()
    return " ".join("".join(each for each in word if unicodedata.category(each)[0] != "C") for word in words)


def _base_url(document: dict[str, Any]) -> str:
    """Return where requests go: to the first server."""
    if not document.get("servers"):
        raise GenerationError("the document names no server, and the first one is the client's base URL")
    url = str(document["servers"][0]["url"])
    if not re.fullmatch(r"(?i)https?://[^\s{}]+", url):
        raise GenerationError(f"the first server, {url!r}, is no full address, and it is the client's base URL")
    return url


def _auth(document: dict[str, Any]) -> Auth:
    """Return where the key goes, as the first security requirement of every operation has it."""
    found = [_operation_auth(document, operation) for operation in _operations(document)]
    if not found:
        raise GenerationError("the document has no operation")
    if len(set(found)) > 1:
        raise GenerationError("the operations want keys in different places, and a client has one key")
    return found[0]


def _operation_auth(document: dict[str, Any], operation: dict[str, Any]) -> Auth:
    requirement: dict[str, Any] = next(iter(operation.get("security", [])), {})
    if len(requirement) > 1:
        raise GenerationError(f"an operation wants {len(requirement)} keys at once, and a client has one key")
    for name in requirement:
        scheme = dereference(document, document["components"]["securitySchemes"][name])
        if scheme["type"] == "apiKey" and scheme["in"] == "header":
            return Auth(scheme["name"], "")
        if scheme["type"] == "http" and scheme["scheme"].lower() == "bearer":
            return Auth("Authorization", "Bearer")
    raise GenerationError("the operation's first security requirement is no key in a header and no bearer token")


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (path[method] for method in METHODS if method in path)


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
            [find_ruff_bin(), *step, "."], cwd=project, capture_output=True, encoding="utf-8", check=False
        )
        if result.returncode:
            raise GenerationError(f"ruff {step[0]} failed: {' '.join(result.stderr.split())}")
