"""What people see of a client, as plain data: every part of its operations and classes, and where its requests go.

Read from the generator's own parser, so that two spellings of one schema (a reference or the schema itself,
`allOf` or its members in one object, `nullable` or a type `null`) are one and the same here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs
from openapi_python_client.parser.openapi import Endpoint, GeneratorData
from openapi_python_client.parser.properties import EnumProperty, ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.responses import Response

from codegen.client.access import access_of
from codegen.client.generator import parse, shielded
from codegen.client.places import members_of_model, place_of
from codegen.client.rows import properties_of
from codegen.client.secrecy import hidden_properties
from codegen.errors import pointer
from codegen.routes import parameters_of
from codegen.walk import segments

NULL = "None"
"""The type of null, and of a response without a body."""

VALUES = "additional_properties"
"""The attribute of a model for the values whose names the description does not give."""

ACCESS, OPERATION, PARAMETER, SUCCESS, FAILURE = "access", "operation", "parameter", "success", "failure"
MODEL, PROPERTY, ENUM, CONSTANT = "model", "property", "enum", "constant"


@attrs.frozen
class Type:
    """The types that a value may have, or its one value.

    Their order is that in which they are tried, as far as it decides: among those of one kind of JSON.
    """

    texts: tuple[str, ...]
    classes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " | ".join(self.texts)


@attrs.frozen
class Part:
    """One thing that people see: of which sort, what it is called, and which values it takes or has.

    `holder` is the operation or the class that it is part of, by its label, and `key` its name in the document: that
    of a property, or a status. `import_name` is its name in Python, dotted and relative to the package.
    """

    sort: str
    label: str
    import_name: str
    place: str
    type: Type
    holder: str = ""
    key: str = ""
    is_required: bool = False
    is_secret: bool = False


@attrs.frozen
class Surface:
    """All that people see of a client, by label."""

    parts: dict[str, Part]

    def parts_of(self, holder: str) -> list[Part]:
        """Return the parts of an operation or a class."""
        return [each for each in self.parts.values() if each.holder == holder]

    def of_sort(self, *sorts: str) -> list[Part]:
        """Return the parts of some sorts."""
        return [each for each in self.parts.values() if each.sort in sorts]

    def reached_from(self, parts: Iterable[Part]) -> set[str]:
        """Return the classes in the types of some parts, and in the parts of these classes, at any depth."""
        found: set[str] = set()
        left = [name for each in parts for name in each.type.classes]
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                left += [inner for each in self.parts_of(name) for inner in each.type.classes]
        return found


def surface_of(document: dict[str, Any]) -> Surface:
    """Return what people would see of the client of a document.

    Raises:
        GenerationError: The generator cannot read the document, or the base URL or the place of the key is missing.

    """
    with shielded():
        data = parse(document)
        return Surface({each.label: each for each in _parts(document, data)})


def _parts(document: dict[str, Any], data: GeneratorData) -> Iterator[Part]:
    access = access_of(document)
    auth = access.auth
    for label, place, text in (
        ("the base URL", "#/servers/0/url", access.base_url.rstrip("/")),
        ("the key's header", auth.place, auth.header.lower()),
        ("the key's prefix", auth.place, repr(auth.prefix)),
    ):
        yield Part(ACCESS, label, "AuthenticatedClient", place, Type((text,)))
    for tag, collection in data.endpoint_collections_by_tag.items():
        for endpoint in collection.endpoints:
            yield from _operation_parts(document, endpoint, f"{tag}.{endpoint.name}")
    for model in data.models:
        yield from _model_parts(document, model, str(model.class_info.name))
    for enum in data.enums:
        yield from _enum_parts(enum) if isinstance(enum, EnumProperty) else ()


def _operation_parts(document: dict[str, Any], endpoint: Endpoint, label: str) -> Iterator[Part]:
    place = place_of(endpoint)
    _, path, method = segments(place)
    operation = Part(OPERATION, label, f"api.{label}", place, Type((f"{method} {path}",)))
    yield operation
    places = {(each.node["in"], each.node["name"]): each.location for each in parameters_of(document, place)}
    for location, prop in endpoint.iter_all_parameters():
        name = prop.name.get_untrusted_value()
        yield _member(operation, f"{label}: {location} parameter {name}", prop, places[location, name])
    for body in endpoint.bodies:
        media_type = body.content_type.get_untrusted_value()
        yield _member(operation, f"{label}: {media_type} body", body.prop, f"{place}/requestBody")
    for response in endpoint.responses:
        status = response.status_code.pattern
        sort, there = SUCCESS if status.startswith("2") else FAILURE, place + pointer("responses", status)[1:]
        yield Part(sort, f"{label}: status {status}", f"api.{label}", there, _body_type(response), label, status)


def _member(holder: Part, label: str, prop: PropertyProtocol, place: str) -> Part:
    """Return a property of a model, or what an operation is given."""
    sort, name = PROPERTY if holder.sort == MODEL else PARAMETER, f"{holder.import_name}.{prop.python_name}"
    key = prop.name.get_untrusted_value()
    return Part(sort, label, name, place, _type(prop), holder.label, key, prop.required)


def _model_parts(document: dict[str, Any], model: ModelProperty, label: str) -> Iterator[Part]:
    place = place_of(model)
    described, hidden = members_of_model(document, model).properties, hidden_properties(document, model)
    holder = Part(MODEL, label, f"models.{label}", place, Type((MODEL,)))
    yield holder
    for prop in properties_of(model):
        name = prop.name.get_untrusted_value()
        part = _member(holder, f"{label}.{name}", prop, described[name][-1].location)
        yield attrs.evolve(part, is_secret=name in hidden)
    found = model.additional_properties
    values = Type(("Never",)) if found is None else _type(found)
    name, there = f"{holder.import_name}.{VALUES}", f"{place}/additionalProperties"
    yield Part(PROPERTY, f"{label}.{VALUES}", name, there, values, label, VALUES)


def _enum_parts(enum: EnumProperty) -> Iterator[Part]:
    label, place = str(enum.class_info.name), place_of(enum)
    yield Part(ENUM, label, f"models.{label}", place, Type((ENUM,)))
    for name, value in enum.values.items():
        yield Part(CONSTANT, f"{label}.{name}", f"models.{label}.{name}", place, Type((repr(value),)), label, name)


def _body_type(response: Response) -> Type:
    # What is not JSON has a type of its own: the text as it is, the bytes, or no body at all.
    plain = {"None": NULL, "bytes": "bytes", "str": "str (text)"}.get(response.source["return_type"])
    return _type(response.prop) if plain is None else Type((plain,))


def _type(prop: PropertyProtocol) -> Type:
    found = list(dict.fromkeys(_variants(prop)))
    if all(kind != "Any" for kind, *_ in found):
        found.sort(key=lambda each: (each[0] == NULL, each[0]))
    classes = dict.fromkeys(name for *_, names in found for name in names)
    return Type(tuple(text for _, text, _ in found), tuple(classes))


def _variants(prop: PropertyProtocol) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield each type that a property may have: its kind of JSON, its text and its classes."""
    if isinstance(prop, UnionProperty):
        for inner in prop.inner_properties:
            yield from _variants(inner)
    elif isinstance(prop, ListProperty):
        item = _type(prop.inner_property)
        yield "list", f"list[{item}]", item.classes
    else:
        text = prop.get_type_string(no_optional=True).as_unembedded_code()
        yield _kind(prop), text, (text,) if isinstance(prop, EnumProperty | ModelProperty) else ()


def _kind(prop: PropertyProtocol) -> str:
    """Return the kind of JSON that a value is read from; integers and other numbers are one kind."""
    kind = prop.get_base_json_type_string().as_unembedded_code()
    return "float" if kind == "int" else kind
