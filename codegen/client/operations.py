"""Operations as the templates need them: the parameters and body of the request, and the documented responses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import attrs
from openapi_python_client.parser.openapi import Endpoint, GeneratorData
from openapi_python_client.parser.properties import AnyProperty, ModelProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.responses import Response

from codegen.client.places import place_of
from codegen.client.properties import alternatives_of
from codegen.client.samples import sample_of
from codegen.providers import Provider
from codegen.routes import parameters_of
from codegen.walk import Part, dereference, resolve

_MODELS = "..."
"""The relative package of the models, as seen from an operation's module."""

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
    sample: str
    """A value for a README."""

    is_date: bool = False
    """Whether it is a date; in Python a datetime is one too."""

    reserved: tuple[str, ...] = ()
    """Values that reach other routes, which the path must not contain."""


@attrs.frozen
class Body:
    """The body of a request; `form` is the argument of `Client.build_request` for it."""

    type: str
    is_required: bool
    media_type: str
    form: str
    takes_null: bool
    doc: str
    sample: str


@attrs.frozen
class Outcome:
    """A documented response: its range of statuses, and how its body is decoded."""

    first: int
    last: int
    source: str
    prop: Any

    @property
    def has_body(self) -> bool:
        """Whether the response has a body to decode."""
        return self.source != "None"

    @property
    def types(self) -> list[str]:
        """The types that the body may decode to."""
        if not self.has_body:
            return ["None"]
        if self.source == "bytes":
            return ["bytes"]
        return [_type(each) for each in alternatives_of(self.prop)]


@attrs.frozen
class Operation:
    """An operation; its documented responses list ranges of statuses before single statuses in them."""

    tag: str
    name: str
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
    def route(self) -> str:
        """The method and the path."""
        parts = (part if isinstance(part, str) else f"{{{part.name}}}" for part in self.path)
        return f"{self.method.upper()} {''.join(parts)}"

    def call(self, function: str) -> str:
        """Return a call of one of the operation's functions, with made-up values for all required arguments."""
        arguments = [*(each.sample for each in self.path_parameters), "client=client"]
        if self.body and self.body.is_required:
            arguments.append(f"body={self.body.sample}")
        named = (*self.query, *self.headers)
        arguments += [f"{each.python_name}={each.sample}" for each in named if each.is_required]
        return f"{self.name}.{function}({', '.join(arguments)})"

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


def operations_of(document: dict[str, Any], data: GeneratorData, provider: Provider) -> dict[str, Operation]:
    """Return the operations that the generator read, by their places, in the order of the provider's list."""
    listed = {(each.tag, each.name): number for number, each in enumerate(provider.operations)}
    collections = data.endpoint_collections_by_tag.items()
    endpoints = [(str(tag), endpoint) for tag, collection in collections for endpoint in collection.endpoints]
    endpoints.sort(key=lambda item: listed.get((item[0], str(item[1].name)), len(listed)))
    return {place_of(endpoint): _operation(document, tag, endpoint) for tag, endpoint in endpoints}


def _operation(document: dict[str, Any], tag: str, endpoint: Endpoint) -> Operation:
    described = resolve(document, place_of(endpoint))
    successes, failures = _outcomes(endpoint)
    known = parameters_of(document, place_of(endpoint))
    parameters = {(each.node["in"], each.node["name"]): each.node for each in known}
    found = {
        place: tuple(
            _parameter(document, parameters[place, each.name.get_untrusted_value()], each) for each in properties
        )
        for place, properties in (
            ("path", endpoint.path_parameters),
            ("query", endpoint.query_parameters),
            ("header", endpoint.header_parameters),
        )
    }
    return Operation(
        tag=tag,
        name=str(endpoint.name),
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


def default_sentence(schema: Any) -> str:
    """Return the sentence of the docstring on the server's default, or an empty text."""
    is_given = isinstance(schema, dict) and schema.get("default") is not None
    return f" The server's default: {json.dumps(schema['default'])}." if is_given else ""


def _parameter(document: dict[str, Any], described: dict[str, Any], prop: PropertyProtocol) -> Parameter:
    schema = described.get("schema", {})
    text = described.get("description") or schema.get("description") or ""
    return Parameter(
        described["name"],
        str(prop.python_name),
        _type(prop),
        prop.required,
        f"{prop.python_name} ({_type(prop)}): {text}{default_sentence(schema)}",
        _sample(document, schema, prop.python_name),
        "datetime.date" in _names(prop) and "datetime.datetime" not in _names(prop),
        tuple(described.get("x-reserved", ())),
    )


def _path(endpoint: Endpoint, parameters: dict[str, Parameter]) -> Iterator[str | Parameter]:
    """Yield the parts of the path, in which the generator has replaced the names of parameters by those in Python."""
    for part in re.split(r"(\{[^{}]*\})", endpoint.path.get_untrusted_value()):
        yield parameters[part[1:-1]] if part.startswith("{") else part


def _body(document: dict[str, Any], endpoint: Endpoint) -> Body | None:
    if not endpoint.bodies:
        return None
    body = endpoint.bodies[0]
    variants = alternatives_of(body.prop)
    code = _type(body.prop, no_optional=True)
    if any(isinstance(each, ModelProperty) for each in variants):
        code += " | dict[str, Any]"
    if not body.prop.required:
        code += " | Unset"
    described = dereference(document, resolve(document, place_of(endpoint))["requestBody"])
    (media,) = described["content"].values()
    doc = f"body ({code}): {described.get('description', '')}"
    media_type = body.content_type.get_untrusted_value()
    sample = _sample(document, media["schema"], "body")
    takes_null = any(isinstance(each, AnyProperty | NoneProperty) for each in variants)
    return Body(code, body.prop.required, media_type, str(body.body_type), takes_null, doc, sample)


def _sample(document: dict[str, Any], schema: dict[str, Any], name: str) -> str:
    return ascii(sample_of(document, Part("schema", (), schema), name))


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


def _names(prop: PropertyProtocol) -> list[str]:
    """Return the names in a property's annotation."""
    return re.findall(r"[\w.]+", _type(prop))


def _within(code: str, names: list[str]) -> str:
    """Return the code of a type with `models.` before the names of models, but not in the text of a constant."""
    if not names:
        return code
    found = re.compile(rf"('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")|(?<!\w)({'|'.join(map(re.escape, names))})(?!\w)")
    return found.sub(lambda match: match[1] or f"models.{match[2]}", code)


def _union(outcomes: Iterable[Outcome]) -> str:
    return " | ".join(dict.fromkeys(each for outcome in outcomes for each in outcome.types))
