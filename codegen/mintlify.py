"""Mintlify's expanded endpoint dialect, rebuilt as OpenAPI 3.1.

Documentation sites made with Mintlify show an endpoint as a page whose YAML looks like OpenAPI and is not:
the renderer expands the first level of each request, response and parameter schema into an array of
alternatives (`schemaArray`, or `schema` for a parameter) and leaves everything below as the provider wrote it.
This module undoes the expansion. What the renderer lost (`info`, `operationId`, tags) is left for the overlay;
what cannot be rebuilt, and every key that this module does not know, is refused.

The dialect is documented nowhere; what is known of it was read off published pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from codegen.document import canonical, copied
from codegen.errors import DialectError, pointer
from codegen.walk import METHODS, walk

_LOCATIONS = ("path", "query", "header", "cookie")
_SECURITY_LOCATIONS = ("header", "query", "cookie")
_PLACEHOLDER = "_mintlify/placeholder"
"""The media type of a response without a body."""

_MACHINE_MADE = "example"
"""The name of the example that the renderer makes up from the schema, where the provider gave none."""

_NAME = "refIdentifier"
_COMPONENT = re.compile(r"#/components/schemas/(?P<name>[A-Za-z0-9._-]+)")

_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")

_Kinds = tuple[type, ...]
_MAPPING: _Kinds = (dict,)
_LIST: _Kinds = (list,)
_TEXT: _Kinds = (str,)
_BOOLEAN: _Kinds = (bool,)
_NUMBER: _Kinds = (int, float)
_SCHEMA: _Kinds = (dict, bool)
_ANY: _Kinds = (dict, list, str, int, float, bool, type(None))
_KIND_NAMES = {dict: "a mapping", list: "a list", str: "a string", bool: "a boolean"}

_Known = Mapping[str, _Kinds]
"""What a mapping of the dialect may hold: keys, and the kinds of their values."""

_PAGE: _Known = {"paths": _MAPPING, "components": _MAPPING}
_ENDPOINT: _Known = {
    "path": _TEXT,
    "method": _TEXT,
    "servers": _LIST,
    "request": _MAPPING,
    "response": _MAPPING,
    "deprecated": _BOOLEAN,
    "type": _TEXT,
    "xMint": _MAPPING,
    "xMcp": _MAPPING,
}
_SERVER: _Known = {"url": _TEXT, "description": _TEXT, "variables": _MAPPING}
_VARIABLE: _Known = {"type": _TEXT, "enum": _LIST, "description": _TEXT, "default": _TEXT}
_REQUEST: _Known = {"security": _LIST, "parameters": _MAPPING, "body": _MAPPING, "codeSamples": _LIST}
_SECURITY: _Known = {"title": _TEXT, "parameters": _MAPPING}
# x-default is a key that the documentation fills its console with: no part of the API.
_SCHEME: _Known = {"type": _TEXT, "scheme": _TEXT, "description": _TEXT, "x-default": _ANY}
_PARAMETER: _Known = {"schema": _LIST, "style": _TEXT, "explode": _BOOLEAN}
_MEDIA_TYPE: _Known = {"schemaArray": _LIST, "examples": _MAPPING, "description": _TEXT}
_EXAMPLE: _Known = {"summary": _TEXT, "description": _TEXT, "value": _ANY}

# What an alternative may say besides what is converted below: JSON Schema that stays as it is.
_KEPT: _Known = {
    "const": _ANY,
    "contentEncoding": _TEXT,
    "contentMediaType": _TEXT,
    "default": _ANY,
    "deprecated": _BOOLEAN,
    "description": _TEXT,
    "enum": _LIST,
    "example": _ANY,
    "examples": _LIST,
    "format": _TEXT,
    "maxItems": _NUMBER,
    "maxLength": _NUMBER,
    "maxProperties": _NUMBER,
    "maximum": _NUMBER,
    "minItems": _NUMBER,
    "minLength": _NUMBER,
    "minProperties": _NUMBER,
    "minimum": _NUMBER,
    "multipleOf": _NUMBER,
    "not": _SCHEMA,
    "pattern": _TEXT,
    "patternProperties": _MAPPING,
    "readOnly": _BOOLEAN,
    "title": _TEXT,
    "uniqueItems": _BOOLEAN,
    "writeOnly": _BOOLEAN,
}
_CONVERTED: _Known = {
    "additionalProperties": _SCHEMA,
    "exclusiveMaximum": _BOOLEAN + _NUMBER,
    "exclusiveMinimum": _BOOLEAN + _NUMBER,
    "items": _SCHEMA,
    "properties": _MAPPING,
    "refIdentifier": _TEXT,
    "required": _BOOLEAN,
    "requiredProperties": _LIST,
    "type": _TEXT,
}
_ALTERNATIVE: _Known = {**_KEPT, **_CONVERTED}

# What is said of a union, and not of one of its alternatives: the renderer copies it into each.
_UNION_KEYS = ("title", "description", "deprecated", "readOnly", "writeOnly", "default", "example", "examples")

_Place = tuple[str | int, ...]


def to_openapi(page: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of a page in Mintlify's dialect, without `info`.

    Args:
        page: The page's YAML block as plain data; it stays as it is.

    Raises:
        DialectError: The page holds a key or a shape that cannot be rebuilt, at the place that the error names.

    """
    _check(page, _PAGE, (), "paths")
    endpoint = page["paths"]
    place: _Place = ("paths",)
    _check(endpoint, _ENDPOINT, place, "path", "method", "request", "response")
    if endpoint.get("type", "path") != "path":
        _refuse((*place, "type"), f"{endpoint['type']!r} is no endpoint")
    method = endpoint["method"].lower()
    if method not in METHODS:
        _refuse((*place, "method"), f"{endpoint['method']!r} is no method")
    components = _components(page.get("components", {}))
    schemes: dict[str, Any] = {}
    operation = _operation(endpoint, schemes, place)
    document = {
        "openapi": "3.1.0",
        "servers": _servers(endpoint.get("servers", []), (*place, "servers")),
        "paths": {endpoint["path"]: {method: operation}},
        "components": {"schemas": components, "securitySchemes": schemes},
    }
    return _name_components(document)


def _refuse(place: _Place, problem: str) -> NoReturn:
    raise DialectError(pointer(*place), problem)


def _check(value: Any, known: _Known, place: _Place, *required: str) -> None:
    """Refuse what is no mapping, misses a required key, or holds an unknown key or a value of a wrong kind."""
    if not isinstance(value, dict):
        _refuse(place, "expected a mapping")
    for key in required:
        if key not in value:
            _refuse((*place, key), "is missing")
    for key, field in value.items():
        if key not in known:
            _refuse((*place, key), "is not a key of this dialect that can be rebuilt")
        if type(field) not in known[key]:
            names = dict.fromkeys(_KIND_NAMES.get(kind, "a number") for kind in known[key])
            _refuse((*place, key), f"expected {' or '.join(names)}")


def _servers(servers: list[Any], place: _Place) -> list[dict[str, Any]]:
    converted = []
    for index, server in enumerate(servers):
        _check(server, _SERVER, (*place, index), "url")
        variables = server.get("variables", {})
        for name, variable in variables.items():
            _check(variable, _VARIABLE, (*place, index, "variables", name))
        # A variable is a string, or one of its enum, whatever its type says.
        untyped = {name: copied(_without(variable, "type")) for name, variable in variables.items()}
        converted.append(_without(server, "variables") | ({"variables": untyped} if untyped else {}))
    return converted


def _without(mapping: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key not in keys}


def _operation(endpoint: dict[str, Any], schemes: dict[str, Any], place: _Place) -> dict[str, Any]:
    request = endpoint["request"]
    request_place = (*place, "request")
    _check(request, _REQUEST, request_place)
    operation: dict[str, Any] = {
        "parameters": _parameters(request.get("parameters", {}), (*request_place, "parameters")),
        "responses": _responses(endpoint["response"], (*place, "response")),
        "security": _security(request.get("security", []), schemes, (*request_place, "security")),
    }
    if body := request.get("body"):
        operation["requestBody"] = _body(body, (*request_place, "body"))
    if endpoint.get("deprecated"):
        operation["deprecated"] = True
    extensions = {
        "x-codeSamples": request.get("codeSamples"),
        "x-mint": endpoint.get("xMint"),
        "x-mcp": endpoint.get("xMcp"),
    }
    return operation | {name: copied(value) for name, value in extensions.items() if value is not None}


def _security(blocks: list[Any], schemes: dict[str, Any], place: _Place) -> list[dict[str, list[str]]]:
    """Return the security requirements, and add the schemes that they name."""
    requirements: list[dict[str, list[str]]] = []
    for index, block in enumerate(blocks):
        block_place = (*place, index)
        _check(block, _SECURITY, block_place, "title", "parameters")
        title = block["title"]
        found = _security_parameters(block["parameters"], (*block_place, "parameters"))
        if not title and not found:
            requirements.append({})  # access without a key is one of the alternatives
            continue
        if " & " in title or len(found) != 1:
            _refuse(block_place, f"{title!r} is not one scheme with one parameter: which belongs to which is lost")
        name = title.replace(" ", "_") or found[0]["name"]
        if schemes.setdefault(name, found[0]) != found[0]:
            _refuse(block_place, f"two different schemes are named {title!r}")
        requirements.append({name: []})
    return requirements


def _security_parameters(parameters: dict[str, Any], place: _Place) -> list[dict[str, Any]]:
    _check(parameters, dict.fromkeys(_SECURITY_LOCATIONS, _MAPPING), place)
    return [
        _scheme(name, location, entry, (*place, location, name))
        for location, entries in parameters.items()
        for name, entry in entries.items()
    ]


def _scheme(name: str, location: str, entry: Any, place: _Place) -> dict[str, Any]:
    _check(entry, _SCHEME, place, "type")
    described = {key: entry[key] for key in ("description",) if key in entry}
    if entry["type"] == "apiKey":
        return {"type": "apiKey", "in": location, "name": name} | described
    if entry["type"] == "http" and name.lower() == "authorization" and location == "header":
        _check(entry, _SCHEME, place, "scheme")
        return {"type": "http", "scheme": entry["scheme"]} | described
    _refuse(place, f"a security scheme of type {entry['type']!r} cannot be rebuilt: the renderer drops its parts")


def _parameters(parameters: dict[str, Any], place: _Place) -> list[dict[str, Any]]:
    _check(parameters, dict.fromkeys(_LOCATIONS, _MAPPING), place)
    return [
        _parameter(name, location, entry, (*place, location, name))
        for location, entries in parameters.items()
        for name, entry in entries.items()
    ]


def _parameter(name: str, location: str, entry: Any, place: _Place) -> dict[str, Any]:
    _check(entry, _PARAMETER, place, "schema")
    schema = _schema(entry["schema"], (*place, "schema"))
    parameter: dict[str, Any] = {"name": name, "in": location}
    if location == "path" or _is_required(entry["schema"]):
        parameter["required"] = True
    for key in ("description", "deprecated"):  # the renderer moved them into the schema
        if key in schema:
            parameter[key] = schema.pop(key)
    return parameter | _without(entry, "schema") | {"schema": schema}


def _is_required(alternatives: list[dict[str, Any]]) -> bool:
    """Whether the body or parameter is required: each alternative repeats it."""
    return any(alternative.get("required") is True for alternative in alternatives)


def _body(body: dict[str, Any], place: _Place) -> dict[str, Any]:
    if _PLACEHOLDER in body:
        _refuse((*place, _PLACEHOLDER), "a request body without a content cannot be rebuilt")
    converted: dict[str, Any] = {"content": {name: _media_type(value, (*place, name)) for name, value in body.items()}}
    if any(_is_required(media_type["schemaArray"]) for media_type in body.values()):
        converted["required"] = True
    if description := _description(body.values()):
        converted["description"] = description
    return converted


def _responses(responses: dict[str, Any], place: _Place) -> dict[str, Any]:
    converted: dict[str, Any] = {}
    for code, media_types in responses.items():
        if not isinstance(media_types, dict):
            _refuse((*place, code), "expected a mapping")
        content = {name: _media_type(value, (*place, code, name)) for name, value in media_types.items()}
        response: dict[str, Any] = {"description": _description(media_types.values())}
        if content.keys() - {_PLACEHOLDER}:
            response["content"] = _without(content, _PLACEHOLDER)
        name = code if code == "default" else code.upper()
        if name in converted:
            _refuse((*place, code), f"{name} is given twice")
        converted[name] = response
    return converted


def _description(media_types: Iterable[dict[str, Any]]) -> str:
    """Return the description that the renderer repeats in every media type, and in a placeholder's schema."""
    found = [media_type.get("description", "") for media_type in media_types]
    return "\n\n".join(dict.fromkeys(text for text in found if text))


def _media_type(media_type: Any, place: _Place) -> dict[str, Any]:
    _check(media_type, _MEDIA_TYPE, place, "schemaArray")
    schema = _schema(media_type["schemaArray"], (*place, "schemaArray"))
    examples = media_type.get("examples", {})
    for name, example in examples.items():
        _check(example, _EXAMPLE, (*place, "examples", name))
    if not examples or examples.keys() == {_MACHINE_MADE}:
        return {"schema": schema}
    return {"schema": schema, "examples": copied(examples)}


def _schema(alternatives: list[Any], place: _Place) -> dict[str, Any]:
    """Return the one schema that an array of alternatives stands for.

    The renderer writes oneOf, anyOf, lists of types and nullable alike; anyOf never refuses what one of them takes.
    """
    schemas = [_alternative(alternative, (*place, index)) for index, alternative in enumerate(alternatives)]
    if not schemas:
        _refuse(place, "expected at least one alternative")
    if len(schemas) == 1:
        return schemas[0]
    # A file, and what may be anything, are written without default and example.
    typed = [schema for schema, its in zip(schemas, alternatives, strict=True) if its["type"] not in {"any", "file"}]
    shared = {}
    for key in _UNION_KEYS:
        holders = typed if key in {"default", "example"} else schemas
        values = {canonical(schema[key]) if key in schema else None for schema in holders}
        if len(values) == 1 and None not in values:
            shared[key] = holders[0][key]
    return shared | {"anyOf": [_without(schema, *shared) for schema in schemas]}


def _alternative(alternative: Any, place: _Place) -> dict[str, Any]:
    extensions = dict.fromkeys(alternative, _ANY) if isinstance(alternative, dict) else {}
    extensions = {key: kinds for key, kinds in extensions.items() if key.startswith("x-")}
    _check(alternative, {**_ALTERNATIVE, **extensions}, place, "type")
    schema = _type(alternative, place)
    schema |= {key: _upgrade_part(key, value) for key, value in alternative.items() if key in {*_KEPT, *extensions}}
    if "requiredProperties" in alternative:
        schema["required"] = copied(alternative["requiredProperties"])
    for key, convert in _NESTED.items():
        if key in alternative:
            schema[key] = convert(alternative[key], (*place, key))
    for key in ("exclusiveMinimum", "exclusiveMaximum"):
        if key in alternative:
            schema[key] = alternative[key]
    if _NAME in alternative and alternative["type"] != "null":
        schema[_NAME] = alternative[_NAME]  # taken out again by _name_components
    return _upgrade_bounds(schema)


def _type(alternative: dict[str, Any], place: _Place) -> dict[str, Any]:
    kind = alternative["type"]
    if kind.startswith("enum<") and kind[5:-1] in _TYPES and kind.endswith(">"):
        return {"type": kind[5:-1]}
    if kind == "file":
        return _file(alternative)
    if kind == "any":
        return {}
    if kind not in _TYPES:
        _refuse((*place, "type"), f"{kind!r} is not a type of this dialect")
    return {"type": kind}


def _file(alternative: dict[str, Any]) -> dict[str, Any]:
    """Return the string that carries a file: text and base64 as they are, everything else as binary."""
    is_text = alternative.get("contentMediaType", "").startswith("text/")
    if is_text or alternative.get("contentEncoding", "binary") != "binary":
        return {"type": "string"}
    return {"type": "string", "format": "binary"}


def _properties(properties: Any, place: _Place) -> dict[str, Any]:
    return {name: _unwrapped(schema, (*place, name)) for name, schema in properties.items()}


def _unwrapped(schema: Any, place: _Place) -> Any:
    """Return the provider's own schema from the renderer's wrapper; an allOf of several is the provider's."""
    if isinstance(schema, dict) and schema.keys() == {"allOf"}:
        members = schema["allOf"]
        if isinstance(members, list) and len(members) == 1:
            return _own(members[0], (*place, "allOf", 0))
    return _own(schema, place)


def _own(schema: Any, place: _Place) -> Any:
    """Return a schema that the provider wrote, which is OpenAPI's, as OpenAPI 3.1's."""
    if not isinstance(schema, _SCHEMA):
        _refuse(place, "expected a schema")
    return _upgrade(schema)


_NESTED: dict[str, Callable[[Any, _Place], Any]] = {
    "properties": _properties,
    "items": _unwrapped,
    "additionalProperties": _unwrapped,
}


def _components(components: dict[str, Any]) -> dict[str, Any]:
    _check(components, {"schemas": _MAPPING}, ("components",))
    schemas = components.get("schemas", {})
    return {name: _own(schema, ("components", "schemas", name)) for name, schema in schemas.items()}


def _upgrade(schema: Any) -> Any:
    """Return the provider's own schema as OpenAPI 3.1: the page no longer says which version it was written in."""
    if not isinstance(schema, dict):
        return copied(schema)
    upgraded = {key: _upgrade_part(key, value) for key, value in schema.items()}
    upgraded = _upgrade_bounds(upgraded)
    if not isinstance(upgraded.get("nullable"), bool) or not upgraded.pop("nullable"):
        return upgraded
    kind = upgraded.get("type")
    if isinstance(kind, str) and "enum" not in upgraded and "const" not in upgraded:
        return upgraded | {"type": [kind, "null"]} if kind != "null" else upgraded
    if kind is None and not {"$ref", "allOf", "anyOf", "oneOf", "enum", "const"} & upgraded.keys():
        return upgraded  # anything, so null too
    shared = {key: upgraded.pop(key) for key in _UNION_KEYS if key in upgraded}  # a default may be null
    return shared | {"anyOf": [upgraded, {"type": "null"}]}


def _upgrade_part(key: str, value: Any) -> Any:
    if key in {"properties", "patternProperties"} and isinstance(value, dict):
        return {name: _upgrade(schema) for name, schema in value.items()}
    if key in {"allOf", "anyOf", "oneOf"} and isinstance(value, list):
        return [_upgrade(schema) for schema in value]
    if key in {"items", "additionalProperties", "not"}:
        return _upgrade(value)
    return copied(value)


def _upgrade_bounds(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with OpenAPI 3.0's boolean exclusive bounds as 3.1's numbers."""
    upgraded = dict(schema)
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        is_exclusive = upgraded.get(exclusive)
        if isinstance(is_exclusive, bool):
            del upgraded[exclusive]
            if is_exclusive and bound in upgraded:
                upgraded[exclusive] = upgraded.pop(bound)
    return upgraded


def _name_components(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the schemas that the renderer named moved into the components.

    The renderer names the innermost reference of an allOf too, so one name may stand for several schemas:
    then each stays where it is.
    """
    components = document["components"]["schemas"]
    named: dict[str, list[dict[str, Any]]] = {}
    for part in list(walk({"paths": document["paths"]})):
        if part.kind == "schema" and isinstance(part.node, dict) and isinstance(part.node.get(_NAME), str):
            named.setdefault(part.node.pop(_NAME), []).append(part.node)
    for reference, schemas in named.items():
        match = _COMPONENT.fullmatch(reference)
        if match is None:
            continue
        known = components.get(match["name"], schemas[0])
        if all(canonical(schema) == canonical(known) for schema in schemas):
            components[match["name"]] = dict(known)
            for schema in schemas:
                schema.clear()
                schema["$ref"] = reference
    return document
