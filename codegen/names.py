"""Names that are different in a document, and the same, or taken, in the Python that the generator makes of it.

Each rule is a function from a part of the document to what is wrong with it, and how an overlay repairs it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from codegen import client
from codegen.errors import Problem, pointer
from codegen.reserved import RESERVED_CLASSES, RESERVED_PARAMETERS, RESERVED_PROPERTIES
from codegen.schemas import members_of, reference_of
from codegen.walk import Part, dereference


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
    yield from _classes(document)


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
        if not client.is_steady(name):
            yield f"the property {name!r}: Python reads its name as {identifiers[name]}: remove it"
        if identifiers[name] in RESERVED_PROPERTIES:
            text = f"the property {name!r} would be named {identifiers[name]}, which a model uses for itself"
            yield f"{text}: remove it, and it is read as an additional property"
    yield from _twice("properties", identifiers)


def _twice(what: str, identifiers: dict[str, str]) -> Iterator[str]:
    """Yield the names that are one name in Python, which the generator cannot or does not keep apart."""
    for identifier, count in Counter(identifiers.values()).items():
        if count > 1:
            names = [repr(name) for name, each in identifiers.items() if each == identifier]
            yield f"the {what} {', '.join(names)} would all be named {identifier}: keep one of them"


def _parameter(_: dict[str, Any], part: Part) -> Iterator[str]:
    name = part.node["name"]
    python_name = client.python_name(name)
    if not client.is_steady(name):
        yield f"the parameter {name!r}: Python reads its name as {python_name}: remove it"
    if python_name in RESERVED_PARAMETERS - client.RENAMED_PARAMETERS:
        yield f"the parameter {name!r} would be named {python_name}, which an operation uses for itself: remove it"


def _parameters(document: dict[str, Any], part: Part) -> Iterator[str]:
    """Compare the parameters of an operation, and those that it has from its path."""
    path = document["paths"][part.parts[1]]
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for each in (*part.node.get("parameters", []), *path.get("parameters", [])):
        parameter = dereference(document, each)
        names[parameter["in"]][parameter["name"]] = None
    identifiers = {place: client.python_names(beside) for place, beside in names.items()}
    for place, beside in identifiers.items():
        yield from _twice(f"{place} parameters", beside)
    everywhere = {identifier for beside in identifiers.values() for identifier in beside.values()}
    for name, identifier in identifiers.get("query", {}).items():
        if f"json_{identifier}" in everywhere:
            yield f"the parameter {name!r} needs the name json_{identifier}, which another has: remove one"


_RULES: dict[str, tuple[Callable[[dict[str, Any], Part], Iterator[str]], ...]] = {
    "schema": (_enum_members, _properties),
    "parameter": (_parameter,),
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
        for word in (name, *part.node.get("tags", [])[:1]):
            if not client.is_steady(word):
                yield Problem(part.location, f"{word!r}: Python reads the module's name as {client.python_name(word)}")
        file = client.operation_file(str(part.parts[1]), str(part.parts[2]), part.node)
        if file in seen:
            text = f"would be written over {seen[file]}, for both are {file}: give it another operationId"
            yield Problem(part.location, text)
        elif name in ids:
            yield Problem(part.location, f"has the operationId of {ids[name]}: give it another")
        elif any(len(each.encode()) > client.MAX_NAME for each in file.split("/")):
            yield Problem(part.location, "makes too long a name for a file: shorten its operationId and its tag")
        seen[file] = ids[name] = part.location


def _classes(document: dict[str, Any]) -> Iterator[Problem]:
    """Yield the component schemas whose classes would take a name or a file that is taken."""
    files: dict[str, str] = {}
    for key, schema in document.get("components", {}).get("schemas", {}).items():
        target = dereference(document, schema)
        if not isinstance(target, dict) or not _makes_class(target):
            continue
        location = pointer("components", "schemas", key)
        name = client.class_name(target.get("title") or key)
        file = client.class_file(name)
        if not client.is_steady(target.get("title") or key):
            yield Problem(location, f"Python reads the class name as {name}: give it a title of plain letters")
        elif name in RESERVED_CLASSES:
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
