"""The variables, filters and tests of the templates."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from openapi_python_client import Project
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.schema.untrusted_string import UntrustedString

from codegen.client.access import access_of
from codegen.client.operations import default_sentence, operations_of
from codegen.client.places import place_of
from codegen.client.properties import is_typed_map, nesting
from codegen.client.rows import holding_rows
from codegen.client.secrecy import hidden_properties
from codegen.errors import GenerationError
from codegen.providers import Provider
from codegen.walk import resolve

_DECODED_AS_THEMSELVES = (BooleanProperty, FloatProperty, IntProperty, NoneProperty, StringProperty)

_MARKUP = re.compile(r"[\\`*_\[\]<>|&~]")


def teach(project: Project, document: dict[str, Any], provider: Provider, version: str) -> None:
    """Give a project's templates what they need of the document, in addition to what the generator gives them."""
    access, operations = access_of(document), operations_of(document, project.openapi, provider)

    def described(part: Any) -> dict[str, Any]:
        place = place_of(part)
        found = resolve(document, place) if place != "#" else {}
        return found if isinstance(found, dict) else {}

    def documented(prop: PropertyProtocol) -> str:
        annotation, schema = prop.get_type_string().as_unembedded_code(), described(prop)
        return f"{prop.python_name} ({annotation}): {schema.get('description', '')}{default_sentence(schema)}"

    project.env.globals |= {
        "auth": access.auth,
        "base_url": access.base_url,
        "description": one_line(document["info"]["title"]),
        "description_of": lambda part: described(part).get("description", ""),
        "hidden_in": lambda model: hidden_properties(document, model),
        "operation_of": lambda endpoint: operations[place_of(endpoint)],
        "operations": list(operations.values()),
        "provider": provider,
        "refuse": _refuse,
        "version": version,
    }
    project.env.filters |= {
        "doc": documented,
        "markdown": markdown,
        "one_line": one_line,
        "plain": _plain,
    }
    project.env.tests |= {
        "decoded_as_itself": lambda each: isinstance(each, _DECODED_AS_THEMSELVES),
        "holding_rows": holding_rows(project.openapi),
        "nesting": nesting(project.openapi),
        "none_property": lambda each: isinstance(each, NoneProperty),
        "typed_map": is_typed_map,
    }


def _plain(prose: UntrustedString | str) -> str:
    """Return a text in lines, with a blank for every character that is invisible or moves others."""
    text = prose.get_untrusted_value() if isinstance(prose, UntrustedString) else prose
    return "\n".join("".join(each if each.isprintable() else " " for each in line) for line in text.splitlines())


def one_line(prose: str) -> str:
    """Return a text in one line."""
    return " ".join(_plain(prose).split())


def markdown(prose: str) -> str:
    """Return a text as one line of Markdown without markup, for tables too."""
    return _MARKUP.sub(r"\\\g<0>", one_line(prose))


def _refuse(problem: str) -> NoReturn:
    raise GenerationError(problem)
