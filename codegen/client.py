"""The only module that knows the generator: an overlaid document becomes an installable project.

openapi-python-client's Python API, its templates and ruff's formatting are nobody's promise, and all three
decide the output's bytes. So they are pinned exactly, called here and nowhere else, and shielded from the
machine: in process, without the generator's own hooks, and with a ruff that reads no configuration.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import attrs
from jinja2 import TemplateSyntaxError
from jinja2.bccache import Bucket, BytecodeCache
from openapi_python_client import Project, strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError, ParseError
from openapi_python_client.parser.openapi import Endpoint, generate_operation_id
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.responses import Response
from openapi_python_client.schema.untrusted_string import UntrustedString
from ruff import find_ruff_bin  # type: ignore[import-untyped]  # it says where its executable is, no more

from codegen.errors import GenerationError, Problem, pointer
from codegen.providers import Provider
from codegen.reserved import RESERVED_CLASSES
from codegen.walk import METHODS, dereference, walk

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
    (
        "format",
        *_RUFF,
        "--config=format.skip-magic-trailing-comma=true",
        "--config=lint.isort.split-on-trailing-comma=false",
    ),
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

RENAMED_PARAMETERS = frozenset({"client", "url"})
"""Parameters that the generator itself gives another name."""

_MODELS = "..."
"""Where an operation's module finds the package of the models."""

_SUCCESS = 2
"""The first digit of a success's status."""


@attrs.frozen
class Auth:
    """Where the API key goes: the header's name, and what stands before the key in it."""

    header: str
    prefix: str


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


def in_literal(text: str) -> str:
    """Return what is left of a text that the generator writes as a literal: it drops what is invisible."""
    return str(json.loads(f'"{strings.in_double_quote_literal(text)}"'))


def rehearse(document: dict[str, Any]) -> Iterator[Problem]:
    """Yield what the generator refuses or leaves out, and the classes whose name or file is taken.

    Only the generator knows the classes of nested schemas: it joins their names from those of the parts around.
    """
    try:
        data = _parse(_with_locations(document), _config("rehearsal", Path("rehearsal")))
    except GenerationError as error:
        yield Problem(pointer(), error.problem)
        return
    collections = data.endpoint_collections_by_tag.values()
    for refusal in (*data.errors, *(each for collection in collections for each in collection.parse_errors)):
        yield Problem(_blamed(document, refusal), _text(refusal))
    files: dict[str, str] = {}
    for each in (*data.models, *data.enums):
        name, file = str(each.class_info.name), class_file(each.class_info.name)
        if name in RESERVED_CLASSES:
            yield Problem(_location(each), f"the class name {name} is taken: give the schema another title")
        elif len(file.encode()) > MAX_NAME:
            yield Problem(_location(each), f"the class {name} makes too long a name for a file: give it a title")
        elif file in files:
            yield Problem(_location(each), f"the class {name} is written over {files[file]}: give it another title")
        files[file] = name


def _with_locations(document: dict[str, Any]) -> dict[str, Any]:
    """Return a copy in which every part is described by its place, as all else that the generator keeps is names."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    for part in walk(copy):
        if part.kind in {"schema", "operation", "response", "body"} and isinstance(part.node, dict):
            part.node["description"] = part.location
    return copy


def _location(described: Any, otherwise: str = "#") -> str:
    description = getattr(described, "description", None) or otherwise
    return description if isinstance(description, str) else str(description.get_untrusted_value())


def _blamed(document: dict[str, Any], error: ParseError) -> str:
    """Return the place of the part that the generator hands back with its error, or of the operation that it names."""
    operations = ((path, method) for path, item in document["paths"].items() for method in item)
    named = (each for each in operations if f" parsing {each[1].upper()} {each[0]} within " in error.header)
    return _location(error.data, pointer("paths", *next(named, ())))


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
        sensitive=_sensitive_properties(document),
        outcomes_of=_outcomes,
        refuse=_refuse,
    )
    project.env.filters |= {"plain": _plain, "one_line": _one_line}
    project.env.tests["none_property"] = lambda each: isinstance(each, NoneProperty)
    _build(project)
    with _generator():
        decoding = project.env.get_template("decoding.py.jinja").render()
    (into / provider.package / "decoding.py").write_text(decoding, "utf-8", newline="\n")
    (into / provider.package / "py.typed").touch()
    for name in ("pyproject.toml", "README.md"):
        with _generator():
            text = project.env.get_template(f"project/{name}.jinja").render()
        (into / name).write_text(text, "utf-8", newline="\n")
    _mark(into, provider)
    _format(into)


class _CompiledTemplates(BytecodeCache):
    """Templates that were compiled in this process: to compile them takes as long as all the rest."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_COMPILED_TEMPLATES = _CompiledTemplates()


def _project(document: dict[str, Any], provider: Provider, package: Path) -> Project:
    config = _config(provider.package, package)
    project = Project(openapi=_parse(document, config), config=config, custom_template_path=TEMPLATES)
    project.env.bytecode_cache = _COMPILED_TEMPLATES
    return project


def _config(name: str, package: Path) -> Config:
    return Config.from_sources(
        ConfigFile(package_name_override=name, post_hooks=[], field_prefix=_FIELD_PREFIX),
        meta_type=MetaType.NONE,
        document_source="",
        file_encoding="utf-8",
        overwrite=False,
        output_path=package,
    )


def _parse(document: dict[str, Any], config: Config) -> GeneratorData:
    with _generator():
        data = GeneratorData.from_dict(document, config=config)
    if isinstance(data, GeneratorError):
        raise GenerationError(_text(data))
    return data


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
    except GenerationError:
        raise
    except TemplateSyntaxError as error:
        raise GenerationError(f"codegen/templates/{error.name}:{error.lineno}: {error.message}") from error
    except Exception as error:  # it raises ValueError, KeyError, TypeError and more for documents it cannot do
        raise GenerationError(f"the generator failed: {type(error).__name__}: {error}") from error


def is_steady(name: str) -> bool:
    """Whether Python reads the generator's identifier for a name as it is written, and not as a normal form of it."""
    return _identifier(name) == python_name(name)


def _text(error: GeneratorError) -> str:
    text = f"{error.header} {error.detail or ''}"
    return "the generator: " + " ".join(_ADDRESS.sub("", text).split())


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


def _sensitive_properties(document: dict[str, Any]) -> frozenset[str]:
    """Return the names of all properties marked `x-sensitive`.

    By name, whatever object they are in: the generator forgets the marks, and to hide too much is the safe side.
    """
    return frozenset(
        name
        for part in walk(document)
        if part.kind == "schema" and isinstance(part.node, dict)
        for name, schema in part.node.get("properties", {}).items()
        if isinstance(schema, dict) and schema.get("x-sensitive") is True
    )


@attrs.frozen
class Outcome:
    """A documented response: for which statuses, and how its body is decoded."""

    first: int
    last: int
    source: str
    prop: Any

    @property
    def has_body(self) -> bool:
        """Whether there is a body that matters."""
        return self.source != "None"

    @property
    def type(self) -> str:
        """The type that the body is decoded to."""
        if not self.has_body:
            return "None"
        if self.source == "bytes":
            return "bytes"
        code = self.prop.get_type_string().as_unembedded_code()
        imports = self.prop.get_imports(prefix=_MODELS) | self.prop.get_lazy_imports(prefix=_MODELS)
        names = [line.rpartition(" ")[2] for line in imports if line.startswith(f"from {_MODELS}models.")]
        # Through the package, so that a model is imported when it is used.
        return _within(code, names)


@attrs.frozen
class Outcomes:
    """The documented responses of an operation, ranges of statuses before the single ones that they hold."""

    successes: list[Outcome]
    failures: list[Outcome]
    parameter_imports: list[str]

    @property
    def success_type(self) -> str:
        """The type of a success's model."""
        return _union(self.successes) or "None"

    @property
    def failure_type(self) -> str:
        """The type of a failure's model."""
        return _union(self.failures) or "Never"

    @property
    def response_type(self) -> str:
        """The type of whatever is documented."""
        return _union(self.successes + self.failures) or "None"


def _within(code: str, names: list[str]) -> str:
    """Return the code of a type with the models' names where they are found; a constant's text is no name."""
    if not names:
        return code
    found = re.compile(rf"('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")|\b({'|'.join(names)})\b")
    return found.sub(lambda match: match[1] or f"models.{match[2]}", code)


def _union(outcomes: Iterable[Outcome]) -> str:
    return " | ".join(dict.fromkeys(outcome.type for outcome in outcomes))


def _outcomes(endpoint: Endpoint) -> Outcomes:
    patterns = [(response, response.status_code.range) for response in endpoint.responses.patterns]
    found = [_outcome(response, *codes) for response, codes in patterns if codes]
    successes = [outcome for outcome in found if outcome.first // 100 == _SUCCESS]
    failures = [outcome for outcome in found if outcome.first // 100 != _SUCCESS]
    if endpoint.responses.default:
        failures.append(_outcome(endpoint.responses.default, 100, 599))
        if not successes:
            successes.append(_outcome(endpoint.responses.default, 200, 299))
    return Outcomes(_ranges_first(successes), _ranges_first(failures), _parameter_imports(endpoint))


def _parameter_imports(endpoint: Endpoint) -> list[str]:
    lines: set[str] = set()
    for parameter in endpoint.list_all_parameters():
        lines |= parameter.get_imports(prefix=_MODELS) | parameter.get_lazy_imports(prefix=_MODELS)
    return sorted(line for line in lines if line.startswith(f"from {_MODELS}models."))


def _outcome(response: Response, first: int, last: int) -> Outcome:
    return Outcome(first, last, response.source["return_type"], response.prop)


def _ranges_first(outcomes: list[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda outcome: (outcome.first - outcome.last, outcome.first))


def _plain(prose: UntrustedString | str) -> str:
    """Return a text in lines, with a blank for every character that hides, or moves what stands around it."""
    text = prose.get_untrusted_value() if isinstance(prose, UntrustedString) else prose
    return "\n".join("".join(each if each.isprintable() else " " for each in line) for line in text.splitlines())


def _one_line(prose: str) -> str:
    """Return a text in one line, for files that people read."""
    return " ".join(_plain(prose).split())


def _refuse(problem: str) -> NoReturn:
    raise GenerationError(problem)


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (path[method] for method in METHODS if method in path)


def _mark(project: Path, provider: Provider) -> None:
    banner = (
        f"# Generated by `nox -s regenerate` from specs/{provider.slug}.yaml and overlays/{provider.slug}.yaml.\n"
        "# Do not edit: correct the spec by an overlay, the form by a template.\n"
    )
    for path in _files(project, (".py", ".toml")):
        path.write_text(banner + path.read_text("utf-8"), "utf-8", newline="\n")


def _files(project: Path, suffixes: Iterable[str]) -> list[Path]:
    return sorted(path for path in project.rglob("*") if path.suffix in suffixes)


def _format(project: Path) -> None:
    command = find_ruff_bin()
    # Its variables are arguments too: one of them names a file that it would write.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RUFF_")}
    for step in _RUFF_STEPS:
        # The working folder decides what ruff takes for first-party code, so it is always the project's.
        result = subprocess.run(  # noqa: S603 - the pinned ruff, with the arguments above
            [command, *step, "."], cwd=project, env=environment, capture_output=True, encoding="utf-8", check=False
        )
        if result.returncode:
            raise GenerationError(f"ruff {step[0]} failed: {' '.join(result.stderr.split())}")
