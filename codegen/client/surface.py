"""The public API of a client, as plain data: operations, parameters, results, classes, and where requests go.

It is read from the generator's own parser, so that two spellings of one schema (a reference or the schema itself,
`allOf` or its members in one object, `nullable` or a type `null`) give the same API.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
from openapi_python_client.parser.openapi import Endpoint, GeneratorData
from openapi_python_client.parser.properties import EnumProperty, ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.responses import Response

from codegen.client.access import access_of
from codegen.client.generator import parse, shielded
from codegen.client.places import members_of_model, place_of
from codegen.client.properties import alternatives_of, properties_of
from codegen.client.secrecy import hidden_properties
from codegen.errors import pointer
from codegen.routes import parameters_of

CLASS = "class"
"""The type of a model or an enum."""

_NULL = "None"


@attrs.frozen
class Element:
    """One element of an API: its name in Python, its place in the document, and its types, or its one value."""

    label: str
    place: str
    types: tuple[str, ...]

    holder: str = ""
    """The label of the operation or class that it belongs to."""

    is_given: bool = False
    """Whether the caller passes it: a parameter or a body."""

    is_required: bool = False
    is_secret: bool = False

    def __str__(self) -> str:
        notes = ", required" * self.is_required + ", hidden from repr" * self.is_secret
        return " | ".join(self.types) + notes


def surface_of(document: dict[str, Any]) -> dict[str, Element]:
    """Return the elements of the API of a document's client, by label.

    Args:
        document: A document that `validate_document` accepts.

    """
    with shielded():
        return {each.label: each for each in _elements(document, parse(document))}


def _elements(document: dict[str, Any], data: GeneratorData) -> Iterator[Element]:
    access = access_of(document)
    yield Element("the base URL", "#/servers/0/url", (access.base_url.rstrip("/"),))
    yield Element("the key's header", access.auth.place, (str(access.auth),))
    for tag, collection in data.endpoint_collections_by_tag.items():
        for endpoint in collection.endpoints:
            yield from _operation_elements(document, endpoint, f"{tag}.{endpoint.name}")
    for model in data.models:
        yield from _model_elements(document, model, str(model.class_info.name))
    for enum in data.enums:
        label, place = str(enum.class_info.name), place_of(enum)
        yield Element(label, place, (CLASS,))
        for name, value in enum.values.items() if isinstance(enum, EnumProperty) else ():
            yield Element(f"{label}.{name}", place, (repr(value),), label)


def _operation_elements(document: dict[str, Any], endpoint: Endpoint, label: str) -> Iterator[Element]:
    place = place_of(endpoint)
    yield Element(label, place, (f"{endpoint.method.upper()} {endpoint.path.get_untrusted_value()}",))
    places = {(each.node["in"], each.node["name"]): each.location for each in parameters_of(document, place)}
    for location, prop in endpoint.iter_all_parameters():
        there = places[location, prop.name.get_untrusted_value()]
        name = f"{label}: {location} parameter {prop.python_name}"
        yield Element(name, there, _types(prop), label, is_given=True, is_required=prop.required)
    for body in endpoint.bodies:
        name, types = f"{label}: body", _types(body.prop)
        yield Element(name, f"{place}/requestBody", types, label, is_given=True, is_required=body.prop.required)
    results: dict[str, None] = {}
    for response in endpoint.responses:
        status = response.status_code.pattern
        if status.startswith("2"):
            results |= dict.fromkeys(_body_types(response))
        else:
            yield Element(
                f"{label}: status {status}", place + pointer("responses", status)[1:], _body_types(response), label
            )
    yield Element(f"{label}: result", f"{place}/responses", tuple(results), label)


def _model_elements(document: dict[str, Any], model: ModelProperty, label: str) -> Iterator[Element]:
    place = place_of(model)
    yield Element(label, place, (CLASS,))
    described, hidden = members_of_model(document, model).properties, hidden_properties(document, model)
    for prop in properties_of(model):
        name, is_required = prop.name.get_untrusted_value(), prop.required
        there, is_secret = described[name][-1].location, name in hidden
        yield Element(
            f"{label}.{prop.python_name}", there, _types(prop), label, is_required=is_required, is_secret=is_secret
        )
    values = model.additional_properties
    types = ("Never",) if values is None else _types(values)
    yield Element(f"{label}.additional_properties", f"{place}/additionalProperties", types, label)


def _body_types(response: Response) -> tuple[str, ...]:
    # What is not JSON has a type of its own: the text as it is, the bytes, or no body at all.
    plain = {"None": _NULL, "bytes": "bytes", "str": "str (text)"}.get(response.source["return_type"])
    return _types(response.prop) if plain is None else (plain,)


def _types(prop: PropertyProtocol) -> tuple[str, ...]:
    """Return the types of a property in the order in which they are tried, null last."""
    texts = [each.get_type_string(no_optional=True).as_unembedded_code() for each in alternatives_of(prop)]
    return tuple(sorted(dict.fromkeys(texts), key=lambda text: text == _NULL))
