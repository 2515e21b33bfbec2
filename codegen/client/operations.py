"""An operation as its template needs it: the parameters and the body of its request, and its documented responses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import attrs
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.responses import Response

from codegen.client.places import place_of
from codegen.walk import dereference, resolve

_MODELS = "..."
"""Where an operation's module finds the package of the models."""

_SUCCESS = 2
"""The first digit of a success's status."""


@attrs.frozen
class Parameter:
    """A parameter of a call: its name on the wire and in Python, its annotation, and its docstring."""

    name: str
    python_name: str
    type: str
    is_required: bool
    doc: str
    reserved: tuple[str, ...] = ()
    """Values that reach other routes, so that the path must not hold them."""


@attrs.frozen
class Body:
    """The body of a request; `form` is the argument of `Client.build_request` that takes it."""

    type: str
    is_required: bool
    media_type: str
    form: str
    doc: str


@attrs.frozen
class Outcome:
    """A documented response: for which statuses, and how its body is decoded."""

    first: int
    last: int
    source: str
    prop: Any

    @property
    def _is_union(self) -> bool:
        return isinstance(self.prop, UnionProperty)

    @property
    def has_body(self) -> bool:
        """Whether there is a body that matters."""
        return self.source != "None"

    @property
    def types(self) -> list[str]:
        """The types that the body may be decoded to."""
        if not self.has_body:
            return ["None"]
        if self.source == "bytes":
            return ["bytes"]
        return [_type(each) for each in (self.prop.inner_properties if self._is_union else [self.prop])]


@attrs.frozen
class Operation:
    """An operation; its documented responses list ranges of statuses before the single ones that they hold."""

    summary: str
    description: str
    method: str
    path: tuple[str | Parameter, ...]
    """The parts of the path: texts, and the parameters between them."""

    query: tuple[Parameter, ...]
    headers: tuple[Parameter, ...]
    body: Body | None
    successes: list[Outcome]
    failures: list[Outcome]
    is_public: bool
    """Whether a client without a key may call it."""

    @property
    def path_parameters(self) -> list[Parameter]:
        """The parameters in the path, in its order."""
        return [part for part in self.path if isinstance(part, Parameter)]

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
        """The type of all documented bodies."""
        return _union(self.successes + self.failures) or "None"


def operation_of(document: dict[str, Any], endpoint: Endpoint) -> Operation:
    """Return an operation of the document that the generator read with its places as descriptions."""
    described = resolve(document, place_of(endpoint))
    successes, failures = _outcomes(endpoint)
    parameters = _described_parameters(document, place_of(endpoint))
    found = {
        place: tuple(_parameter(parameters[place, each.name.get_untrusted_value()], each) for each in properties)
        for place, properties in (
            ("path", endpoint.path_parameters),
            ("query", endpoint.query_parameters),
            ("header", endpoint.header_parameters),
        )
    }
    return Operation(
        summary=described.get("summary", ""),
        description=described.get("description", ""),
        method=endpoint.method,
        path=tuple(_path(endpoint, {each.python_name: each for each in found["path"]})),
        query=found["query"],
        headers=found["header"],
        body=_body(document, endpoint),
        successes=successes,
        failures=failures,
        is_public=not endpoint.requires_security,
    )


def document_default(schema: Any) -> str:
    """Return what the docstring says of the value that the server assumes."""
    return f" The server's default: {json.dumps(schema['default'])}." if has_default(schema) else ""


def has_default(schema: Any) -> bool:
    """Whether a schema says what the server assumes; a default of null says nothing."""
    return isinstance(schema, dict) and schema.get("default") is not None


def _described_parameters(document: dict[str, Any], place: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the parameters of an operation, and those that it has from its path, by place and name."""
    path, _, _ = place.rpartition("/")
    held = [each for holder in (path, place) for each in resolve(document, holder).get("parameters", [])]
    found = [dereference(document, each) for each in held]
    return {(each["in"], each["name"]): each for each in found}


def _parameter(described: dict[str, Any], prop: PropertyProtocol) -> Parameter:
    schema = described.get("schema", {})
    text = described.get("description") or schema.get("description") or ""
    return Parameter(
        described["name"],
        str(prop.python_name),
        _type(prop),
        prop.required,
        f"{prop.python_name} ({_type(prop)}): {text}{document_default(schema)}",
        tuple(described.get("x-reserved", ())),
    )


def _path(endpoint: Endpoint, parameters: dict[str, Parameter]) -> Iterator[str | Parameter]:
    """Yield the parts of the path, in which the generator has put the Python names of the parameters."""
    for part in re.split(r"(\{[^{}]*\})", endpoint.path.get_untrusted_value()):
        yield parameters[part[1:-1]] if part.startswith("{") else part


def _body(document: dict[str, Any], endpoint: Endpoint) -> Body | None:
    if not endpoint.bodies:
        return None
    body = endpoint.bodies[0]
    variants = body.prop.inner_properties if isinstance(body.prop, UnionProperty) else [body.prop]
    code = _type(body.prop, no_optional=True)
    if any(isinstance(each, ModelProperty) for each in variants):
        code += " | dict[str, Any]"
    if not body.prop.required:
        code += " | Unset"
    described = dereference(document, resolve(document, place_of(endpoint))["requestBody"])
    doc = f"body ({code}): {described.get('description', '')}"
    media_type = body.content_type.get_untrusted_value()
    return Body(code, body.prop.required, media_type, str(body.body_type), doc)


def _outcomes(endpoint: Endpoint) -> tuple[list[Outcome], list[Outcome]]:
    patterns = [(response, response.status_code.range) for response in endpoint.responses.patterns]
    found = [_outcome(response, *codes) for response, codes in patterns if codes]
    successes = [outcome for outcome in found if outcome.first // 100 == _SUCCESS]
    failures = [outcome for outcome in found if outcome.first // 100 != _SUCCESS]
    if endpoint.responses.default:
        failures.append(_outcome(endpoint.responses.default, 100, 599))
        if not successes:
            successes.append(_outcome(endpoint.responses.default, 200, 299))
    return _ranges_first(successes), _ranges_first(failures)


def _outcome(response: Response, first: int, last: int) -> Outcome:
    return Outcome(first, last, response.source["return_type"], response.prop)


def _ranges_first(outcomes: list[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda outcome: (outcome.first - outcome.last, outcome.first))


def _type(prop: PropertyProtocol, *, no_optional: bool = False) -> str:
    """Return a property's annotation; it names models through their package, which imports each on first use."""
    code = prop.get_type_string(no_optional=no_optional).as_unembedded_code()
    imports = prop.get_imports(prefix=_MODELS) | prop.get_lazy_imports(prefix=_MODELS)
    names = [line.rpartition(" ")[2] for line in imports if line.startswith(f"from {_MODELS}models.")]
    return _within(code, names)


def _within(code: str, names: list[str]) -> str:
    """Return the code of a type with `models.` before the names of models, but not in the text of a constant."""
    if not names:
        return code
    found = re.compile(rf"('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")|(?<!\w)({'|'.join(map(re.escape, names))})(?!\w)")
    return found.sub(lambda match: match[1] or f"models.{match[2]}", code)


def _union(outcomes: Iterable[Outcome]) -> str:
    return " | ".join(dict.fromkeys(each for outcome in outcomes for each in outcome.types))
