"""Names that are different in a document, and the same, or taken, in the Python that the generator makes of it.

Each rule is a function from a part of the document to what is wrong with it, and how an overlay repairs it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from codegen import client
from codegen.errors import Problem, pointer
from codegen.schemas import alternatives, kinds, members_of, reference_of
from codegen.walk import Part, dereference

RESERVED_CLASSES = frozenset(
    {
        "Any",
        "AuthenticatedClient",
        "BinaryIO",
        "Client",
        "Generator",
        "HTTPStatus",
        "Literal",
        "Mapping",
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

RESERVED_CLASSES_OF_BYTES = frozenset({"BytesIO", "File", "FileTypes"})
"""Names that they import where something is of format `binary`."""

RESERVED_MODULES = frozenset({"additional_properties", "additional_property", "cls", "d", "prop_dict", "prop_name"})
"""Names that a generated model uses for itself where it also uses its module's."""

RESERVED_PROPERTIES = frozenset(
    {
        "additional_keys",
        "additional_properties",
        "cast",
        "cls",
        "d",
        "field_dict",
        "from_dict",
        "prop",
        "prop_name",
        "src_dict",
        "to_dict",
        "to_multipart",
        "unexpected",
    }
)
"""Names that a generated model uses for itself."""

RESERVED_PARAMETERS = frozenset({"body", "cookies", "headers", "kwargs", "params", "quote", "response"})
"""Names that a generated operation uses for itself."""


_PLAIN = {"any", "boolean", "integer", "null", "number", "string"}
"""Kinds of values that a model takes as they are."""


def find_unsafe_names(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    """Yield the names that would be lost or confused in the generated code.

    Args:
        document: A valid OpenAPI document whose references all resolve.
        parts: What `walk` yields for it, without what the generator does not read.

    """
    parts = [part for part in parts if part.reference is None and isinstance(part.node, dict)]
    for part in parts:
        for rule in _RULES.get(part.kind, ()):
            for text in rule(document, part):
                yield Problem(part.location, text)
    yield from _operations(parts)
    yield from _classes(document, parts)


def _enum_members(_: dict[str, Any], part: Part) -> Iterator[str]:
    enum = part.node.get("enum", [])
    values = [value for value in enum if value is not None]
    types = {type(value) for value in values}
    if part.node.get("type") == "boolean":
        return  # which the generator reads without its enum
    if types not in ({str}, {int}, set()):
        yield "an enum that is not of texts alone, or of integers alone, is not supported: leave it away"
        return
    if not enum and "enum" in part.node:
        yield "an enum without members allows nothing: leave it away"
    names: dict[str, Any] = {}
    for name, value in zip(client.enum_member_names(enum, part.node.get("x-enum-varnames")), values, strict=True):
        if isinstance(value, str) and not client.is_kept(value):
            yield f"the enum member {value!r} would lose characters that cannot be seen: leave the enum away"
        if not name.isidentifier():
            yield f"the enum member {value!r} would have no name: name the members by x-enum-varnames"
        elif name not in names:
            names[name] = value
        elif names[name] == value:
            yield f"the enum holds {value!r} twice: remove one"
        else:
            yield f"the enum members {names[name]!r} and {value!r} would both be named {name}: set x-enum-varnames"


def _properties(document: dict[str, Any], part: Part) -> Iterator[str]:
    own = part.node.get("properties", {})
    if not own and "allOf" not in part.node:
        return
    identifiers = client.python_names(members_of(document, part.node).properties)
    for name in own:
        if not client.is_kept(name):
            yield f"the property {name!r} would lose characters that cannot be seen: remove it"
        if identifiers[name] in RESERVED_PROPERTIES:
            text = f"the property {name!r} would be named {identifiers[name]}, which a model uses for itself"
            yield f"{text}: remove it, and it is read as an additional property"
    yield from _twice("properties", identifiers)
    for name, schema in own.items():
        taken = {f"{identifiers[name]}_item", f"{identifiers[name]}_item_data"} & set(identifiers.values())
        if taken and _is_loop(document, schema):
            yield f"the items of {name!r} need the names that begin with {identifiers[name]}_item: remove who has one"


def _is_loop(document: dict[str, Any], schema: Any) -> bool:
    """Whether a property is an array whose items are not taken as they are, but decoded one by one."""
    if not isinstance(schema, dict) or schema.get("type") != "array":
        return False
    items = alternatives(document, schema.get("items", {}))
    return any("enum" in each or not kinds(document, each) <= _PLAIN for each in items)


def _twice(what: str, identifiers: dict[str, str]) -> Iterator[str]:
    """Yield the names that are one name in Python, which the generator cannot or does not keep apart."""
    for identifier, count in Counter(identifiers.values()).items():
        if count > 1:
            names = [repr(name) for name, each in identifiers.items() if each == identifier]
            yield f"the {what} {', '.join(names)} would all be named {identifier}: keep one of them"


def _parameter(_: dict[str, Any], part: Part) -> Iterator[str]:
    name = part.node["name"]
    if not client.is_kept(name):
        yield f"the parameter {name!r} would lose characters that cannot be seen: rename or remove it"
    python_name = client.python_name(name)
    if python_name in RESERVED_PARAMETERS:
        yield f"the parameter {name!r} would be named {python_name}, which an operation uses for itself: remove it"


def _path(_: dict[str, Any], part: Part) -> Iterator[str]:
    if not client.is_kept(str(part.parts[-1])):
        yield "the path would lose characters that cannot be seen: write it without them"


def _parameters(document: dict[str, Any], part: Part) -> Iterator[str]:
    """Compare the parameters of an operation, and those that it has from its path."""
    path = document["paths"][part.parts[1]]
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for each in (*part.node.get("parameters", []), *path.get("parameters", [])):
        parameter = dereference(document, each)
        names[parameter["in"]][parameter["name"]] = None
    for place, beside in names.items():
        identifiers = client.python_names(beside)
        yield from _twice(f"{place} parameters", identifiers)
        for name, identifier in identifiers.items():
            if f"json_{identifier}" in identifiers.values():
                yield f"the parameter {name!r} needs the name json_{identifier}, which another has: remove one"


_RULES: dict[str, tuple[Callable[[dict[str, Any], Part], Iterator[str]], ...]] = {
    "schema": (_enum_members, _properties),
    "parameter": (_parameter,),
    "path": (_path,),
    "operation": (_parameters,),
}


def _operations(parts: Iterable[Part]) -> Iterator[Problem]:
    """Yield the operations that would be written over each other, or cannot be written."""
    seen: dict[str, str] = {}
    ids: dict[str, str] = {}
    for part in parts:
        if part.kind != "operation":
            continue
        name = part.node.get("operationId", part.location)
        file = client.operation_file(str(part.parts[1]), str(part.parts[2]), part.node)
        if file in seen:
            text = f"would be written over {seen[file]}, for both are {file}: give it another operationId"
            yield Problem(part.location, text)
        elif name in ids:
            yield Problem(part.location, f"has the operationId of {ids[name]}: give it another")
        elif any(len(each.encode()) > client.MAX_NAME for each in file.split("/")):
            yield Problem(part.location, "makes too long a name for a file: shorten its operationId and its tag")
        seen[file] = ids[name] = part.location


def _classes(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    """Yield the component schemas whose classes would take a name or a file that is taken."""
    has_bytes = any(part.kind == "schema" and part.node.get("format") == "binary" for part in parts)
    taken = RESERVED_CLASSES | (RESERVED_CLASSES_OF_BYTES if has_bytes else set())
    files: dict[str, str] = {}
    for key, schema in document.get("components", {}).get("schemas", {}).items():
        target = dereference(document, schema)
        if not isinstance(target, dict) or not _makes_class(target):
            continue
        location = pointer("components", "schemas", key)
        name = client.class_name(target.get("title") or key)
        file = client.class_file(name)
        if name in taken or ("enum" not in target and client.python_name(name) in RESERVED_MODULES):
            yield Problem(location, f"the class name {name} is taken: rename the schema, or give it another title")
        elif file in files:
            text = f"would be written over {files[file]}, for both are {file}: rename it, or give it another title"
            yield Problem(location, text)
        files[file] = key


def _makes_class(schema: dict[str, Any]) -> bool:
    kind = schema.get("type")
    if reference_of(schema) or kind == "boolean" or isinstance(kind, list) or schema.get("nullable") is True:
        return False  # or a class of another name
    if "enum" in schema:
        return None not in schema["enum"]
    if {"anyOf", "oneOf", "const"} & schema.keys():
        return False
    return kind == "object" or (kind is None and bool({"properties", "allOf"} & schema.keys()))
