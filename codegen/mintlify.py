"""Mintlify's expanded endpoint dialect, rebuilt as OpenAPI 3.1.

Documentation sites made with Mintlify show an endpoint as a page whose YAML looks like OpenAPI and is not:
the renderer expands the first level of each request, response and parameter schema into an array of
alternatives (`schemaArray`, or `schema` for a parameter) and leaves everything below as the provider wrote it.
This module undoes the expansion. What the renderer lost (`info`, `operationId`, tags) is left for the overlay;
what cannot be rebuilt, and every key that this module does not know, is refused.

The dialect is documented nowhere; what is known of it was read off published pages.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from codegen.document import canonical
from codegen.errors import DialectError, pointer
from codegen.walk import walk

_LOCATIONS = ("path", "query", "header", "cookie")
_SECURITY_LOCATIONS = ("header", "query", "cookie")
_PLACEHOLDER = "_mintlify/placeholder"
"""The media type of a response without a body."""

_MACHINE_MADE = "example"
"""The name of the example that the renderer makes up from the schema."""

_NAME = "refIdentifier"
_COMPONENT = re.compile(r"#/components/schemas/(?P<name>[A-Za-z0-9._-]+)")

_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")

# What an alternative may say besides what is converted below: JSON Schema that stays as it is.
_KEPT = frozenset(
    [
        "const",
        "contentEncoding",
        "contentMediaType",
        "default",
        "deprecated",
        "description",
        "enum",
        "example",
        "examples",
        "format",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "not",
        "pattern",
        "patternProperties",
        "readOnly",
        "title",
        "uniqueItems",
        "writeOnly",
    ]
)
_CONVERTED = frozenset(
    [
        "additionalProperties",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "items",
        "properties",
        "refIdentifier",
        "required",
        "requiredProperties",
        "type",
    ]
)

_Place = tuple[str | int, ...]


def to_openapi(page: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of a page in Mintlify's dialect, without `info`.

    Args:
        page: The page's YAML block as plain data; it stays as it is.

    Raises:
        DialectError: The page holds a key or a shape that cannot be rebuilt, at the place that the error names.

    """
    _refuse_unknown(page, ("paths", "components"), ())
    endpoint = _field(page, "paths", dict, ())
    place: _Place = ("paths",)
    known = ("path", "method", "servers", "request", "response", "deprecated", "type", "xMint", "xMcp")
    _refuse_unknown(endpoint, known, place)
    if endpoint.get("type", "path") != "path":
        _refuse((*place, "type"), f"{endpoint['type']!r} is no endpoint")
    components = _components(_field(page, "components", dict, (), default={}))
    schemes: dict[str, Any] = {}
    operation = _operation(endpoint, schemes, place)
    path = _field(endpoint, "path", str, place)
    document = {
        "openapi": "3.1.0",
        "servers": _servers(_field(endpoint, "servers", list, place, default=[])),
        "paths": {path: {_field(endpoint, "method", str, place).lower(): operation}},
        "components": {"schemas": components, "securitySchemes": schemes},
    }
    return _name_components(document)


def _refuse(place: _Place, problem: str) -> NoReturn:
    raise DialectError(pointer(*place), problem)


def _refuse_unknown(value: Any, known: Iterable[str], place: _Place) -> None:
    if not isinstance(value, dict):
        _refuse(place, "expected a mapping")
    unknown = sorted(value.keys() - set(known))
    if unknown:
        _refuse((*place, unknown[0]), "is not a key of this dialect that can be rebuilt")


def _field(holder: dict[str, Any], key: str, kind: type, place: _Place, **default: Any) -> Any:
    value = holder.get(key, default.get("default"))
    if not isinstance(value, kind):
        _refuse((*place, key), f"expected a {kind.__name__}")
    return value


def _servers(servers: list[Any]) -> list[dict[str, Any]]:
    for index, server in enumerate(servers):
        place: _Place = ("paths", "servers", index)
        _refuse_unknown(server, ("url", "description", "variables"), place)
        for name, variable in server.get("variables", {}).items():
            variable_place = (*place, "variables", name)
            _refuse_unknown(variable, ("type", "enum", "description", "default"), variable_place)
    kept = copy.deepcopy(servers)
    for server in kept:
        for variable in server.get("variables", {}).values():
            variable.pop("type", None)  # a server variable is a string, or one of its enum
    return kept


def _operation(endpoint: dict[str, Any], schemes: dict[str, Any], place: _Place) -> dict[str, Any]:
    request = _field(endpoint, "request", dict, place)
    request_place = (*place, "request")
    _refuse_unknown(request, ("security", "parameters", "body", "codeSamples"), request_place)
    operation: dict[str, Any] = {
        "parameters": _parameters(_field(request, "parameters", dict, request_place, default={}), request_place),
        "responses": _responses(_field(endpoint, "response", dict, place), (*place, "response")),
        "security": _security(_field(request, "security", list, request_place, default=[]), schemes, request_place),
    }
    if body := _field(request, "body", dict, request_place, default={}):
        operation["requestBody"] = _body(body, (*request_place, "body"))
    if endpoint.get("deprecated"):
        operation["deprecated"] = True
    extensions = {
        "x-codeSamples": request.get("codeSamples"),
        "x-mint": endpoint.get("xMint"),
        "x-mcp": endpoint.get("xMcp"),
    }
    return operation | {name: copy.deepcopy(value) for name, value in extensions.items() if value is not None}


def _security(blocks: list[Any], schemes: dict[str, Any], place: _Place) -> list[dict[str, list[str]]]:
    """Return the security requirements, and add the schemes that they name."""
    requirements: list[dict[str, list[str]]] = []
    for index, block in enumerate(blocks):
        block_place = (*place, "security", index)
        _refuse_unknown(block, ("title", "parameters"), block_place)
        title = _field(block, "title", str, block_place)
        found = _security_parameters(_field(block, "parameters", dict, block_place), (*block_place, "parameters"))
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
    _refuse_unknown(parameters, _SECURITY_LOCATIONS, place)
    return [
        _scheme(name, location, entry, (*place, location, name))
        for location in parameters
        for name, entry in _field(parameters, location, dict, place).items()
    ]


def _scheme(name: str, location: str, entry: Any, place: _Place) -> dict[str, Any]:
    # x-default is a key that the documentation fills its console with: no part of the API.
    _refuse_unknown(entry, ("type", "scheme", "description", "x-default"), place)
    described = {key: entry[key] for key in ("description",) if key in entry}
    if entry.get("type") == "apiKey":
        return {"type": "apiKey", "in": location, "name": name} | described
    if entry.get("type") == "http" and name.lower() == "authorization" and location == "header":
        return {"type": "http", "scheme": _field(entry, "scheme", str, place)} | described
    _refuse(place, f"a security scheme of type {entry.get('type')!r} cannot be rebuilt: the renderer drops its parts")


def _parameters(parameters: dict[str, Any], place: _Place) -> list[dict[str, Any]]:
    _refuse_unknown(parameters, _LOCATIONS, (*place, "parameters"))
    return [
        _parameter(name, location, entry, (*place, "parameters", location, name))
        for location in parameters
        for name, entry in _field(parameters, location, dict, (*place, "parameters")).items()
    ]


def _parameter(name: str, location: str, entry: Any, place: _Place) -> dict[str, Any]:
    _refuse_unknown(entry, ("schema", "style", "explode"), place)
    alternatives = _field(entry, "schema", list, place)
    schema = _schema(alternatives, (*place, "schema"))
    parameter: dict[str, Any] = {"name": name, "in": location}
    if location == "path" or _is_required(alternatives):
        parameter["required"] = True
    for key in ("description", "deprecated"):  # the renderer moved them into the schema
        if key in schema:
            parameter[key] = schema.pop(key)
    kept = {key: entry[key] for key in ("style", "explode") if key in entry}
    return parameter | kept | {"schema": schema}


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
    converted = {}
    for code, media_types in responses.items():
        _refuse_unknown(media_types, media_types or (), (*place, code))
        content = {name: _media_type(value, (*place, code, name)) for name, value in media_types.items()}
        response: dict[str, Any] = {"description": _description(media_types.values())}
        if content.keys() - {_PLACEHOLDER}:
            response["content"] = {name: value for name, value in content.items() if name != _PLACEHOLDER}
        converted[code if code == "default" else code.upper()] = response
    return converted


def _description(media_types: Iterable[dict[str, Any]]) -> str:
    """Return the description that the renderer repeats in every media type, and in a placeholder's schema."""
    found = [media_type.get("description") or "" for media_type in media_types]
    return "\n\n".join(dict.fromkeys(text for text in found if text))


def _media_type(media_type: Any, place: _Place) -> dict[str, Any]:
    _refuse_unknown(media_type, ("schemaArray", "examples", "description"), place)
    converted: dict[str, Any] = {
        "schema": _schema(_field(media_type, "schemaArray", list, place), (*place, "schemaArray"))
    }
    examples = {
        name: copy.deepcopy(example)
        for name, example in _field(media_type, "examples", dict, place, default={}).items()
        if name != _MACHINE_MADE
    }
    for name, example in examples.items():
        _refuse_unknown(example, ("summary", "description", "value"), (*place, "examples", name))
    return converted | ({"examples": examples} if examples else {})


def _schema(alternatives: list[Any], place: _Place) -> dict[str, Any]:
    """Return the one schema that an array of alternatives stands for.

    The renderer writes oneOf, anyOf, lists of types and nullable alike; anyOf never refuses what one of them takes.
    """
    schemas = [_alternative(alternative, (*place, index)) for index, alternative in enumerate(alternatives)]
    if not schemas:
        _refuse(place, "expected at least one alternative")
    if len(schemas) == 1:
        return schemas[0]
    shared = {}
    for key in ("title", "description", "deprecated"):  # the renderer copied the union's own into each alternative
        values = [schema.get(key) for schema in schemas]
        if values[0] is not None and all(value == values[0] for value in values):
            shared[key] = values[0]
    return shared | {"anyOf": [{k: v for k, v in schema.items() if k not in shared} for schema in schemas]}


def _alternative(alternative: Any, place: _Place) -> dict[str, Any]:
    if not isinstance(alternative, dict):
        _refuse(place, "expected a mapping")
    extensions = {key for key in alternative if key.startswith("x-")}
    _refuse_unknown(alternative, _KEPT | _CONVERTED | extensions, place)
    if not isinstance(alternative.get("required", False), bool):
        _refuse((*place, "required"), "expected a boolean: an object's own list is requiredProperties")
    schema = _type(alternative, place)
    schema |= {key: copy.deepcopy(alternative[key]) for key in alternative if key in _KEPT | extensions}
    if "requiredProperties" in alternative:
        schema["required"] = copy.deepcopy(alternative["requiredProperties"])
    for key, convert in _NESTED.items():
        if key in alternative:
            schema[key] = convert(alternative[key], (*place, key))
    for key in ("exclusiveMinimum", "exclusiveMaximum"):
        if key in alternative:
            schema[key] = alternative[key]
    if _NAME in alternative and schema.get("type") != "null":
        schema[_NAME] = _field(alternative, _NAME, str, place)  # taken out again by _name_components
    return _upgrade_bounds(schema)


def _type(alternative: dict[str, Any], place: _Place) -> dict[str, Any]:
    kind = _field(alternative, "type", str, place)
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
    _refuse_unknown(properties, properties or (), place)
    return {name: _unwrapped(schema, (*place, name)) for name, schema in properties.items()}


def _unwrapped(schema: Any, place: _Place) -> Any:
    """Return the provider's own schema from the renderer's wrapper; an allOf of several is the provider's."""
    if isinstance(schema, bool):
        return schema
    if not isinstance(schema, dict):
        _refuse(place, "expected a schema")
    members = schema.get("allOf")
    if schema.keys() == {"allOf"} and isinstance(members, list) and len(members) == 1:
        return _upgrade(members[0])
    return _upgrade(schema)


_NESTED: dict[str, Callable[[Any, _Place], Any]] = {
    "properties": _properties,
    "items": _unwrapped,
    "additionalProperties": _unwrapped,
}


def _components(components: dict[str, Any]) -> dict[str, Any]:
    _refuse_unknown(components, ("schemas",), ("components",))
    schemas = _field(components, "schemas", dict, ("components",), default={})
    return {name: _upgrade(schema) for name, schema in schemas.items()}


def _upgrade(schema: Any) -> Any:
    """Return the provider's own schema as OpenAPI 3.1: the page no longer says which version it was written in."""
    if not isinstance(schema, dict):
        return copy.deepcopy(schema)
    upgraded = {key: _upgrade_part(key, value) for key, value in schema.items()}
    upgraded = _upgrade_bounds(upgraded)
    if upgraded.pop("nullable", False) is not True:
        return upgraded
    kind = upgraded.get("type")
    if isinstance(kind, str) and "enum" not in upgraded and "const" not in upgraded:
        return upgraded | {"type": [kind, "null"]} if kind != "null" else upgraded
    if kind is None and not {"$ref", "allOf", "anyOf", "oneOf", "enum", "const"} & upgraded.keys():
        return upgraded  # anything, so null too
    return {"anyOf": [upgraded, {"type": "null"}]}


def _upgrade_part(key: str, value: Any) -> Any:
    if key in {"properties", "patternProperties"} and isinstance(value, dict):
        return {name: _upgrade(schema) for name, schema in value.items()}
    if key in {"allOf", "anyOf", "oneOf"} and isinstance(value, list):
        return [_upgrade(schema) for schema in value]
    if key in {"items", "additionalProperties", "not"}:
        return _upgrade(value)
    return copy.deepcopy(value)


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
    for part in list(walk(document)):
        if part.kind == "schema" and isinstance(part.node, dict) and _NAME in part.node:
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
