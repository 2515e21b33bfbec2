"""What people see of a client, as plain data: its operations, classes and constants, and where its requests go.

Read from the generator's own parser, so that two spellings of one schema (a reference or the schema itself,
`allOf` or its members in one object, `nullable` or a type `null`) are one and the same here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import attrs
from openapi_python_client.parser.openapi import Endpoint, GeneratorData
from openapi_python_client.parser.properties import EnumProperty, ModelProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.responses import Response

from codegen.client.access import Auth, auth_of, base_url_of
from codegen.client.generator import config_of, parse, shielded
from codegen.client.identifiers import class_file
from codegen.client.places import place_of, with_places
from codegen.client.secrecy import hidden_properties
from codegen.errors import GenerationError, Problem, pointer
from codegen.walk import dereference, resolve, segments

NULL = "None"
"""The type of null."""

_Found = TypeVar("_Found")

_KINDS = {
    "AnyProperty": "any",
    "BooleanProperty": "boolean",
    "FloatProperty": "number",
    "IntProperty": "number",
    "ListProperty": "array",
    "ModelProperty": "object",
    "NoneProperty": "null",
}
"""The kind of JSON that each kind of property is decoded from; a text where none is given."""

_KINDS_OF_VALUES = {bool: "boolean", int: "number", float: "number", str: "string"}


@attrs.frozen
class Variant:
    """One of the types that a value may have: as it is written, the kind of JSON it is read from, and its classes."""

    text: str
    kind: str
    classes: tuple[str, ...] = ()
    spelled: str = attrs.field(default=attrs.Factory(lambda self: self.text, takes_self=True))


@attrs.frozen
class Type:
    """The types that a value may have, in the order in which they are tried."""

    spelled: tuple[Variant, ...]

    @property
    def variants(self) -> tuple[Variant, ...]:
        """The variants in an order that only tells what matters: which one is tried first of those of one kind."""
        if any(each.kind == "any" for each in self.spelled):
            return self.spelled
        return tuple(sorted(self.spelled, key=lambda each: (each.kind == "null", each.kind)))

    @property
    def texts(self) -> tuple[str, ...]:
        """The variants as they are written."""
        return tuple(each.text for each in self.variants)

    @property
    def classes(self) -> tuple[str, ...]:
        """The generated classes in it."""
        return tuple(name for each in self.spelled for name in each.classes)

    @property
    def spelling(self) -> str:
        """The type as the document orders it."""
        return " | ".join(each.spelled for each in self.spelled)

    def __str__(self) -> str:
        return " | ".join(self.texts)


@attrs.frozen
class Attribute:
    """An attribute of a model, read from the property `name`."""

    name: str
    python_name: str
    type: Type
    is_required: bool
    default: str | None
    is_sensitive: bool
    place: str


@attrs.frozen
class Model:
    """A class for JSON objects; `file` is relative to the package."""

    name: str
    file: str
    place: str
    attributes: dict[str, Attribute]


@attrs.frozen
class Enum:
    """A class for the words of a property: the value of each constant."""

    name: str
    file: str
    place: str
    members: dict[str, str | int]


@attrs.frozen
class Parameter:
    """A parameter of an operation; `location` is path, query, header, cookie or body."""

    name: str
    python_name: str
    location: str
    type: Type
    is_required: bool
    default: str | None
    place: str


@attrs.frozen
class Answer:
    """What the body of a documented status is decoded to."""

    status: str
    type: Type
    place: str

    @property
    def is_success(self) -> bool:
        """Whether the calls return it, and do not raise for it."""
        return self.status.startswith("2")


@attrs.frozen
class Operation:
    """An operation's module; `module` is relative to the package, dotted."""

    module: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    answers: dict[str, Answer]
    place: str

    @property
    def file(self) -> str:
        """The module's file, relative to the package."""
        return f"{self.module.replace('.', '/')}.py"


@attrs.frozen
class Surface:
    """All that people see of a client."""

    base_url: str | None
    auth: Auth | None
    operations: dict[str, Operation]
    models: dict[str, Model]
    enums: dict[str, Enum]

    problems: tuple[Problem, ...] = ()
    """Why there is no address, or nowhere for the key to go, so that no client can be made."""


def surface_of(document: dict[str, Any]) -> Surface:
    """Return what people would see of the client of a document.

    Raises:
        GenerationError: The generator cannot read the document.

    """
    problems: list[Problem] = []
    with shielded():
        data = parse(with_places(document), config_of("surface", Path("surface")))
        return Surface(
            _found(base_url_of, document, problems),
            _found(auth_of, document, problems),
            {each.module: each for each in _operations(document, data)},
            {str(each.class_info.name): _model(document, each) for each in data.models},
            {str(each.class_info.name): _enum(each) for each in data.enums if isinstance(each, EnumProperty)},
            tuple(problems),
        )


def _found(
    find: Callable[[dict[str, Any]], _Found], document: dict[str, Any], problems: list[Problem]
) -> _Found | None:
    """Return what a function finds in a document, or None, and then add its complaint to the problems."""
    try:
        with shielded():
            return find(document)
    except GenerationError as error:
        problems.append(Problem(error.place, error.problem))
        return None


def _model(document: dict[str, Any], model: ModelProperty) -> Model:
    place = place_of(model)
    sensitive = hidden_properties(document, resolve(document, place))
    properties = [*(model.required_properties or ()), *(model.optional_properties or ())]
    attributes = [_attribute(document, each, place, sensitive) for each in properties]
    name = str(model.class_info.name)
    return Model(name, class_file(name), place, {each.name: each for each in attributes})


def _attribute(document: dict[str, Any], each: PropertyProtocol, model: str, sensitive: frozenset[str]) -> Attribute:
    name = each.name.get_untrusted_value()
    place = _property_place(document, model, name) or model
    return Attribute(name, str(each.python_name), _type(each), each.required, _default(each), name in sensitive, place)


def _property_place(document: dict[str, Any], place: str, name: str) -> str | None:
    """Return where an object, or one that it is composed of, describes a property."""
    schema = resolve(document, place)
    if "$ref" in schema:
        return _property_place(document, schema["$ref"], name)
    if name in schema.get("properties", {}):
        return place + pointer("properties", name)[1:]
    members = (f"{place}/allOf/{index}" for index, _ in enumerate(schema.get("allOf", [])))
    return next(filter(None, (_property_place(document, member, name) for member in members)), None)


def _enum(enum: EnumProperty) -> Enum:
    name = str(enum.class_info.name)
    return Enum(name, class_file(name), place_of(enum), dict(enum.values))


def _operations(document: dict[str, Any], data: GeneratorData) -> Iterator[Operation]:
    for tag, collection in data.endpoint_collections_by_tag.items():
        for endpoint in collection.endpoints:
            place = str(place_of(endpoint))
            _, path, method = segments(place)
            yield Operation(
                f"api.{tag}.{endpoint.name}",
                method,
                path,
                tuple(_parameters(document, endpoint, place)),
                {each.status: each for each in _answers(endpoint, place)},
                place,
            )


def _parameters(document: dict[str, Any], endpoint: Endpoint, operation: str) -> Iterator[Parameter]:
    for location, each in endpoint.iter_all_parameters():
        name = each.name.get_untrusted_value()
        place = _parameter_place(document, operation, name, str(location.value))
        yield Parameter(
            name, str(each.python_name), str(location.value), _type(each), each.required, _default(each), place
        )
    for body in endpoint.bodies:
        media, prop = body.content_type.get_untrusted_value(), body.prop
        place = operation + pointer("requestBody")[1:]
        yield Parameter(media, "body", "body", _type(prop), prop.required, None, place)


def _parameter_place(document: dict[str, Any], operation: str, name: str, location: str) -> str:
    path, _, _ = operation.rpartition("/")
    return next(
        f"{holder}/parameters/{index}"
        for holder in (operation, path)
        for index, each in enumerate(resolve(document, holder).get("parameters", []))
        if _is_called(dereference(document, each), name, location)
    )


def _is_called(parameter: dict[str, Any], name: str, location: str) -> bool:
    return (parameter["name"], parameter["in"]) == (name, location)


def _answers(endpoint: Endpoint, operation: str) -> Iterator[Answer]:
    for each in endpoint.responses:
        status = each.status_code.pattern
        yield Answer(status, _answer_type(each), operation + pointer("responses", status)[1:])


def _answer_type(response: Response) -> Type:
    source = response.source["return_type"]
    if source == "None":
        return Type((Variant(NULL, "null"),))
    if source == "bytes":
        return Type((Variant("bytes", "any"),))
    found = _type(response.prop)
    if source == "str":  # the text as it is, and not JSON
        return Type(tuple(attrs.evolve(each, text=f"{each.text} (text)", kind="any") for each in found.spelled))
    return found


def _type(prop: PropertyProtocol) -> Type:
    return Type(tuple(dict.fromkeys(_variants(prop))))


def _variants(prop: PropertyProtocol) -> Iterator[Variant]:
    if isinstance(prop, UnionProperty):
        for inner in prop.inner_properties:
            yield from _variants(inner)
    elif isinstance(prop, ListProperty):
        item = _type(prop.inner_property)
        yield Variant(f"list[{item}]", "array", item.classes, f"list[{item.spelling}]")
    elif isinstance(prop, ModelProperty):
        yield Variant(str(prop.class_info.name), "object", (str(prop.class_info.name),))
    elif isinstance(prop, EnumProperty):
        name = str(prop.class_info.name)
        yield Variant(name, _KINDS_OF_VALUES[prop.value_type], (name,))
    elif isinstance(prop, ConstProperty):
        yield Variant(_code(prop), _KINDS_OF_VALUES[type(prop.value.raw_value)])
    else:
        yield Variant(_code(prop), _KINDS.get(type(prop).__name__, "string"))


def _code(prop: PropertyProtocol) -> str:
    return str(prop.get_type_string(no_optional=True).as_unembedded_code())


def _default(prop: PropertyProtocol) -> str | None:
    return None if prop.default is None else str(prop.default.python_code.as_unembedded_code())
