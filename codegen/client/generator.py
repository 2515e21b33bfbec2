"""The generator itself, openapi-python-client: in process, without its own hooks, and with our templates."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from jinja2.bccache import Bucket, BytecodeCache
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError

from codegen.allowlist import FILES
from codegen.client.identifiers import FIELD_PREFIX
from codegen.client.places import adapt
from codegen.client.rows import mark_rows
from codegen.errors import GenerationError
from codegen.providers import Provider

TEMPLATES = Path(__file__).parents[1] / "templates"

# The generator wraps the document's texts in a class, and prints the object in place of the text.
_ADDRESS = re.compile(r"<\S+ object at 0x[0-9a-f]+>")


class _CompiledTemplates(BytecodeCache):
    """Templates compiled in this process: compiling them takes as long as everything else."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_COMPILED_TEMPLATES = _CompiledTemplates()


def open_project(document: dict[str, Any], provider: Provider, package: Path) -> Project:
    """Return the generator's project that writes a document's client into a package."""
    project = Project(
        openapi=parse(document), config=_config(provider.package, package), custom_template_path=TEMPLATES
    )
    project.env.bytecode_cache = _COMPILED_TEMPLATES
    return project


def _config(name: str, package: Path) -> Config:
    """Return the generator's settings, which do not depend on the machine."""
    return Config.from_sources(
        ConfigFile(
            package_name_override=name,
            post_hooks=[],
            field_prefix=FIELD_PREFIX,
            # The first is the only media type of bytes that it knows.
            content_type_overrides=dict.fromkeys(FILES, FILES[0]),
        ),
        meta_type=MetaType.NONE,
        document_source="",
        file_encoding="utf-8",
        overwrite=False,
        output_path=package,
    )


CONFIG = _config("client", Path("client"))
"""The settings for reading a document, the same for all projects."""


def parse(document: dict[str, Any]) -> GeneratorData:
    """Return what the generator makes of a document, before any template sees it.

    Its parts are described by their places in the document, and arrays of rows are a kind of their own.
    """
    return _parse(json.dumps(document))


@lru_cache(maxsize=1)  # a document is validated and then generated, and parsing takes as long as validation
def _parse(text: str) -> GeneratorData:
    document = json.loads(text)
    with shielded():
        adapt(document)
        data = GeneratorData.from_dict(document, config=CONFIG)
        if isinstance(data, GeneratorError):
            raise GenerationError(text_of(data))
        mark_rows(document, data)
    return data


def build(project: Project) -> None:
    """Write a project's package."""
    with shielded():
        errors = project.build()
    # Warnings too: each is a model or an operation that is missing from the output.
    if errors:
        raise GenerationError("\n".join(map(text_of, errors)))


@contextlib.contextmanager
def shielded() -> Iterator[None]:
    """Silence the generator's output, and turn its exceptions for invalid documents into our error."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    except (GenerationError, TemplateError):  # the latter is a fault of our templates: its traceback shows the line
        raise
    except (
        Exception
    ) as error:  # it raises ValueError, KeyError, TypeError and others for documents that it cannot process
        raise GenerationError(f"the generator failed: {type(error).__name__}: {error}") from error


def render(project: Project, template: str, into: Path) -> None:
    """Write one of our own templates, which the generator does not know, to a file."""
    with shielded():
        text = project.env.get_template(template).render()
    into.write_text(text, "utf-8", newline="\n")


def text_of(error: GeneratorError) -> str:
    """Return the generator's error as one line."""
    text = f"{error.header} {error.detail or ''}"
    return "the generator: " + " ".join(_ADDRESS.sub("", text).split())
