"""Shapes that are valid OpenAPI, and that the generator would turn into wrong code without a word.

Each rule is a function from a part of the document to what is wrong with it. The repair is always an overlay
action: rename, unwrap, hoist, or write `const`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from codegen import client
from codegen.errors import Problem, pointer
from codegen.walk import Part, resolve

MAX_NAME = 100
"""Characters in an operationId: it becomes a file name."""

RESERVED_CLASSES = frozenset(
    {
        "Any",
        "AuthenticatedClient",
        "BinaryIO",
        "Client",
        "File",
        "FileTypes",
        "Generator",
        "HTTPStatus",
        "IO",
        "Literal",
        "Mapping",
        "MutableMapping",
        "RequestFiles",
        "Response",
        "T",
        "TextIO",
        "TypeVar",
        "UNSET",
        "UUID",
        "Unset",
    }
)
"""Names that the generated modules import or define themselves."""

RESERVED_PROPERTIES = frozenset(
    {
        "additional_keys",
        "additional_properties",
        "cast",
        "cls",
        "d",
        "field_dict",
        "files",
        "from_dict",
        "json",
        "prop",
        "prop_dict",
        "prop_name",
        "src_dict",
        "to_dict",
        "to_multipart",
        "types",
        "unexpected",
    }
)
"""Names that a generated model uses for itself."""

RESERVED_PARAMETERS = frozenset(
    {
        "body",
        "client",
        "cookies",
        "errors",
        "headers",
        "httpx",
        "kwargs",
        "params",
        "quote",
        "response",
        "url",
    }
)
"""Names that a generated operation uses for itself."""

_IGNORED = {
    "$defs": "hoist its schemas into components",
    "$id": "references are resolved from the document's root",
    "$anchor": "refer by JSON Pointer",
    "$dynamicRef": "refer by JSON Pointer",
    "discriminator": "name the variants' own properties instead",
}


def find_unsafe_shapes(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    """Yield what the generator would get wrong in a valid document.

    Args:
        document: A valid OpenAPI document whose references all resolve.
        parts: What `walk` yields for it.

    """
    parts = list(parts)
    for part in parts:
        for rule in _RULES.get(part.kind, ()):
            for text in rule(document, part):
                yield Problem(part.location, text)
    yield from _same_files(parts)
    yield from _same_classes(document)


def _schema_keywords(document: dict[str, Any], part: Part) -> Iterator[str]:
    if isinstance(part.node, bool):
        if part.parts[-1] not in {"additionalProperties", "unevaluatedProperties", "unevaluatedItems"}:
            yield "a boolean schema is not supported"
        return
    for keyword, repair in _IGNORED.items():
        if keyword in part.node:
            yield f"{keyword} is not supported: {repair}"
    if "nullable" in part.node and document["openapi"].startswith("3.1"):
        yield "nullable means nothing in OpenAPI 3.1: add the type 'null'"
    if "const" in part.node and part.node["const"] is None:
        yield "a const of null is not supported: write type: 'null'"
    default = part.node.get("default")
    if isinstance(default, str) and ("\\" in default or '"' in default):
        yield "a default with a backslash or a quote would be generated as another text"


def _schema_unions(_: dict[str, Any], part: Part) -> Iterator[str]:
    if not isinstance(part.node, dict):
        return
    for union in {"anyOf", "oneOf"} & part.node.keys():
        for keyword in ("properties", "allOf", "items", "enum"):
            if keyword in part.node:
                yield f"{keyword} beside {union} would be lost: put it into the alternatives"


def _schema_enums(_: dict[str, Any], part: Part) -> Iterator[str]:
    if not isinstance(part.node, dict) or "enum" not in part.node:
        return
    if isinstance(part.node.get("type"), list):
        yield "an enum beside a list of types loses null: write anyOf with the enum and null"
    names: dict[str, Any] = {}
    for index, value in enumerate(part.node["enum"]):
        name = client.enum_member_name(value, index)
        if name in names:
            yield f"the enum members {names[name]!r} and {value!r} would both be named {name}"
        names[name] = value


def _schema_all_of(document: dict[str, Any], part: Part) -> Iterator[str]:
    if not isinstance(part.node, dict):
        return
    members = part.node.get("allOf", [])
    if len(members) == 1 and "$ref" in members[0]:
        return
    for index, member in enumerate(members):
        if not _is_object(document, member, ()):
            yield f"allOf[{index}] is not an object: allOf merges properties, and only those"
        elif "$ref" not in member and {"allOf", "anyOf", "oneOf"} & member.keys():
            yield f"allOf[{index}] is composed itself, which would be lost: flatten it"


def _is_object(document: dict[str, Any], schema: Any, seen: tuple[str, ...]) -> bool:
    if not isinstance(schema, dict):
        return False
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return reference not in seen and _is_object(document, resolve(document, reference), (*seen, reference))
    if schema.get("type", "object") != "object" or {"anyOf", "oneOf", "enum"} & schema.keys():
        return False
    return bool({"type", "properties", "allOf", "required"} & schema.keys())


def _schema_properties(_: dict[str, Any], part: Part) -> Iterator[str]:
    properties = part.node.get("properties", {}) if isinstance(part.node, dict) else {}
    for name in properties:
        python_name = client.python_name(name)
        if python_name in RESERVED_PROPERTIES:
            yield f"the property {name!r} would be named {python_name}, which a model uses for itself"


def _parameter_names(_: dict[str, Any], part: Part) -> Iterator[str]:
    if part.reference is not None:
        return
    if "schema" not in part.node:
        yield "a parameter without a schema would be left out: give it one instead of content"
    python_name = client.python_name(part.node["name"])
    if python_name in RESERVED_PARAMETERS:
        yield f"the parameter {part.node['name']!r} would be named {python_name}, which an operation uses for itself"


def _operation(document: dict[str, Any], part: Part) -> Iterator[str]:
    name = part.node.get("operationId", "")
    if len(name) > MAX_NAME:
        yield f"an operationId of {len(name)} characters makes no file name: shorten it"
    if document.get("security") and "security" not in part.node:
        yield "the document's security would be ignored: repeat it in the operation"


def _body(_: dict[str, Any], part: Part) -> Iterator[str]:
    if part.reference is None and part.node.get("required") and len(part.node["content"]) > 1:
        yield "a required body in several media types would become optional: keep one"


_Rule = Callable[[dict[str, Any], Part], Iterator[str]]

_RULES: dict[str, tuple[_Rule, ...]] = {
    "schema": (_schema_keywords, _schema_unions, _schema_enums, _schema_all_of, _schema_properties),
    "parameter": (_parameter_names,),
    "operation": (_operation,),
    "body": (_body,),
}


def _same_files(parts: list[Part]) -> Iterator[Problem]:
    """Yield the operations that would be written over each other."""
    seen: dict[tuple[str, str], str] = {}
    for part in parts:
        if part.kind != "operation" or part.parts[0] != "paths":
            continue
        operation_id = part.node.get("operationId")
        tag = client.python_name((part.node.get("tags") or ["default"])[0])
        name = client.python_name(operation_id or f"{part.parts[-1]}_{part.parts[1]}")
        if (tag, name) in seen:
            yield Problem(part.location, f"would be written over {seen[tag, name]}: both are api/{tag}/{name}.py")
        seen[tag, name] = part.location


def _same_classes(document: dict[str, Any]) -> Iterator[Problem]:
    """Yield the component schemas whose classes would take a name or a file that is taken."""
    files: dict[str, list[str]] = defaultdict(list)
    for key, schema in document.get("components", {}).get("schemas", {}).items():
        if not isinstance(schema, dict) or "$ref" in schema:
            continue
        name = client.class_name(schema.get("title") or key)
        if not _makes_class(schema):
            continue
        if name in RESERVED_CLASSES:
            yield Problem(pointer("components", "schemas", key), f"the class name {name} is taken: rename the schema")
        files[client.python_name(name)].append(key)
    for file, keys in files.items():
        for key in keys[1:]:
            text = f"would be written over {keys[0]}: both are models/{file}.py"
            yield Problem(pointer("components", "schemas", key), text)


def _makes_class(schema: dict[str, Any]) -> bool:
    return bool({"enum", "properties", "allOf"} & schema.keys()) or schema.get("type") == "object"
