"""Mintlify's expanded endpoint dialect, rebuilt as OpenAPI 3.1.

Documentation sites made with Mintlify show an endpoint as a page whose YAML resembles OpenAPI: the renderer expands the
first level of each schema into an array of alternatives (`schemaArray`, or `schema` for a parameter) and leaves
everything below as the provider wrote it. This module undoes that for reads. Request bodies and every key that this
module does not know are refused. What the renderer lost (`info`, `operationId`, tags) is left for the overlay.
The dialect is documented nowhere: what is known of it was read off published pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn

from codegen.document import canonical, copied
from codegen.errors import DialectError, pointer
from codegen.walk import METHODS, walk

_PLACEHOLDER = "_mintlify/placeholder"  # the media type of a response without a body
_MACHINE_MADE = "example"  # the name of the example that the renderer makes up if the provider gave none
_NAME = "refIdentifier"
_COMPONENT = re.compile(r"#/components/schemas/(?P<name>[A-Za-z0-9._-]+)")
_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")

_Kind = type | tuple[type, ...]
_NUMBER = (int, float)
_SCHEMA = (dict, bool)
_KIND_NAMES: dict[_Kind, str] = {dict: "a mapping", list: "a list", str: "a string", bool: "a boolean"}

# What the mappings of the dialect may hold: keys, and the kinds of their values.
_FIELDS: dict[str, dict[str, _Kind]] = {
    "page": {"paths": dict, "components": dict},
    "components": {"schemas": dict},
    "endpoint": {
        **dict.fromkeys(("path", "method", "type"), str),
        **dict.fromkeys(("request", "response", "xMint", "xMcp"), dict),
        "servers": list,
        "deprecated": bool,
    },
    "server": {"url": str, "description": str, "variables": dict},
    "request": {"security": list, "parameters": dict, "body": dict, "codeSamples": list},
    "security": {"title": str, "parameters": dict},
    "parameters": dict.fromkeys(("path", "query", "header", "cookie"), dict),
    # x-default is what the documentation fills its console with, and not a part of the API.
    "scheme": {"type": str, "scheme": str, "description": str, "x-default": object},
    "parameter": {"schema": list, "style": str, "explode": bool},
    "media type": {"schemaArray": list, "examples": dict, "description": str},
    "example": {"summary": str, "description": str, "value": object},
    "alternative": {
        **dict.fromkeys(("const", "default", "example"), object),
        **dict.fromkeys(("contentEncoding", "contentMediaType", "description", "format", "pattern", "title"), str),
        **dict.fromkeys(("refIdentifier", "type"), str),
        **dict.fromkeys(("deprecated", "readOnly", "required", "uniqueItems", "writeOnly"), bool),
        **dict.fromkeys(("enum", "examples", "requiredProperties"), list),
        **dict.fromkeys(("patternProperties", "properties"), dict),
        **dict.fromkeys(("additionalProperties", "items", "not"), _SCHEMA),
        **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum"), (bool, *_NUMBER)),
        **dict.fromkeys(("maxItems", "maxLength", "maxProperties", "maximum", "multipleOf"), _NUMBER),
        **dict.fromkeys(("minItems", "minLength", "minProperties", "minimum"), _NUMBER),
    },
}
# What is said of a union, and not of one of its alternatives: the renderer copies it into each.
_UNION_KEYS = ("title", "description", "deprecated", "readOnly", "writeOnly", "default", "example", "examples")

_Place = tuple[str | int, ...]


def to_openapi(page: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document, without `info`, of a page's YAML block in Mintlify's dialect.

    Raises:
        DialectError: The page holds a key or a shape that cannot be rebuilt, at the place that the error names.

    """
    page = copied(page)
    _check("page", page, (), "paths")
    endpoint, place = page["paths"], ("paths",)
    _check("endpoint", endpoint, place, "path", "method", "request", "response")
    method = endpoint["method"].lower()
    if method not in METHODS or endpoint.get("type", "path") != "path":
        _refuse(place, f"is not an endpoint with a method of HTTP, {endpoint['method']!r}")
    servers = endpoint.get("servers", [])
    for index, server in enumerate(servers):
        _check("server", server, (*place, "servers", index), "url")
    components = page.get("components", {})
    _check("components", components, ("components",))
    schemes: dict[str, Any] = {}
    document = {
        "openapi": "3.1.0",
        "servers": servers,
        "paths": {endpoint["path"]: {method: _operation(endpoint, schemes, place)}},
        "components": {"schemas": components.get("schemas", {}), "securitySchemes": schemes},
    }
    _upgrade(document)
    return document


def _refuse(place: _Place, problem: str) -> NoReturn:
    raise DialectError(pointer(*place), problem)


def _check(kind: str, value: Any, place: _Place, *required: str) -> None:
    """Refuse what is not a mapping, or lacks a required key, or holds an unknown key or a value of a wrong kind."""
    if not isinstance(value, dict):
        _refuse(place, "expected a mapping")
    for key in required:
        if key not in value:
            _refuse((*place, key), "is missing")
    for key, field in value.items():
        expected = _FIELDS[kind].get(key, object if kind == "alternative" and key.startswith("x-") else ())
        if expected == ():
            _refuse((*place, key), "is not a key of this dialect that can be rebuilt")
        if not isinstance(field, expected):
            _refuse((*place, key), f"expected {_KIND_NAMES.get(expected, 'a number or a schema')}")


def _operation(endpoint: dict[str, Any], schemes: dict[str, Any], place: _Place) -> dict[str, Any]:
    request, request_place = endpoint["request"], (*place, "request")
    _check("request", request, request_place)
    if request.get("body"):
        _refuse((*request_place, "body"), "request bodies cannot be rebuilt")
    operation: dict[str, Any] = {
        "parameters": _parameters(request.get("parameters", {}), (*request_place, "parameters")),
        "responses": {
            code if code == "default" else code.upper(): _response(media_types, (*place, "response", code))
            for code, media_types in endpoint["response"].items()
        },
        "security": _security(request.get("security", []), schemes, (*request_place, "security")),
    }
    optional = {
        "deprecated": endpoint.get("deprecated") or None,
        "x-codeSamples": request.get("codeSamples"),
        "x-mint": endpoint.get("xMint"),
        "x-mcp": endpoint.get("xMcp"),
    }
    return operation | {name: value for name, value in optional.items() if value is not None}


def _security(blocks: list[Any], schemes: dict[str, Any], place: _Place) -> list[dict[str, list[str]]]:
    """Return the security requirements, and add the schemes that they name."""
    requirements: list[dict[str, list[str]]] = []
    for index, block in enumerate(blocks):
        block_place = (*place, index)
        _check("security", block, block_place, "title", "parameters")
        found = [*_entries(block["parameters"], (*block_place, "parameters"))]
        if len(found) != 1:
            _refuse(block_place, f"{block['title']!r} is not one scheme with one parameter")
        name = block["title"].replace(" ", "_") or found[0][1]
        scheme = _scheme(*found[0])
        if schemes.setdefault(name, scheme) != scheme:
            _refuse(block_place, f"two different schemes are named {block['title']!r}")
        requirements.append({name: []})
    return requirements


def _entries(parameters: dict[str, Any], place: _Place) -> Iterator[tuple[str, str, Any, _Place]]:
    """Yield the location, name and entry of each parameter, and its place in the page."""
    _check("parameters", parameters, place)
    for location, entries in parameters.items():
        for name, entry in entries.items():
            yield location, name, entry, (*place, location, name)


def _scheme(location: str, name: str, entry: Any, place: _Place) -> dict[str, Any]:
    _check("scheme", entry, place, "type")
    scheme = {key: entry[key] for key in ("type", "scheme", "description") if key in entry}
    if entry["type"] == "apiKey":
        return scheme | {"in": location, "name": name}
    if entry["type"] == "http" and (location, name.lower()) == ("header", "authorization"):
        return scheme
    _refuse(place, f"a security scheme of type {entry['type']!r} cannot be rebuilt: the renderer drops its parts")


def _parameters(parameters: dict[str, Any], place: _Place) -> list[dict[str, Any]]:
    converted = []
    for location, name, entry, entry_place in _entries(parameters, place):
        _check("parameter", entry, entry_place, "schema")
        alternatives = entry.pop("schema")
        schema = _schema(alternatives, (*entry_place, "schema"))
        is_required = location == "path" or any(each.get("required") for each in alternatives)
        required = {"required": True} if is_required else {}
        moved = {key: schema.pop(key) for key in ("description", "deprecated") if key in schema}  # by the renderer
        converted.append({"name": name, "in": location} | required | moved | entry | {"schema": schema})
    return converted


def _response(media_types: Any, place: _Place) -> dict[str, Any]:
    if not isinstance(media_types, dict):
        _refuse(place, "expected a mapping")
    content = {name: _media_type(value, (*place, name)) for name, value in media_types.items()}
    content.pop(_PLACEHOLDER, None)
    # The renderer repeats a response's description in every media type.
    descriptions = dict.fromkeys(each.get("description", "") for each in media_types.values())
    response: dict[str, Any] = {"description": "\n\n".join(filter(None, descriptions))}
    return response | ({"content": content} if content else {})


def _media_type(media_type: Any, place: _Place) -> dict[str, Any]:
    _check("media type", media_type, place, "schemaArray")
    schema = _schema(media_type["schemaArray"], (*place, "schemaArray"))
    examples = media_type.get("examples", {})
    for name, example in examples.items():
        _check("example", example, (*place, "examples", name))
    return {"schema": schema} | ({"examples": examples} if examples.keys() - {_MACHINE_MADE} else {})


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
    for key in _UNION_KEYS:
        # What may be anything is written without default and example.
        holders = [each for each in schemas if each.get("type") or key not in {"default", "example"}]
        values = {canonical(each[key]) if key in each else None for each in holders}
        if len(values) == 1 and None not in values:
            shared[key] = holders[0][key]
    return shared | {"anyOf": [{key: each[key] for key in each if key not in shared} for each in schemas]}


def _alternative(alternative: Any, place: _Place) -> dict[str, Any]:
    _check("alternative", alternative, place, "type")
    schema = {key: value for key, value in alternative.items() if key not in {"required", "requiredProperties"}}
    schema |= _type(schema, schema.pop("type"), place)
    if schema.get("type") == "null":
        schema.pop(_NAME, None)
    if "requiredProperties" in alternative:
        schema["required"] = alternative["requiredProperties"]
    for key in ("items", "additionalProperties"):
        if key in schema:
            schema[key] = _unwrapped(schema[key])
    if "properties" in schema:
        schema["properties"] = {name: _unwrapped(each) for name, each in schema["properties"].items()}
    return schema


def _type(schema: dict[str, Any], kind: str, place: _Place) -> dict[str, Any]:
    name = kind.removeprefix("enum<").removesuffix(">")
    if kind == "any":
        return {}
    if kind == "file":
        is_text = schema.get("contentMediaType", "").startswith("text/")
        is_binary = schema.get("contentEncoding", "binary") == "binary" and not is_text
        return {"type": "string"} | ({"format": "binary"} if is_binary else {})
    if name not in _TYPES or kind not in {name, f"enum<{name}>"}:
        _refuse((*place, "type"), f"{kind!r} is not a type of this dialect that can be rebuilt")
    return {"type": name}


def _unwrapped(schema: Any) -> Any:
    """Return the provider's own schema from the renderer's wrapper; an allOf of several is the provider's."""
    members = schema["allOf"] if isinstance(schema, dict) and schema.keys() == {"allOf"} else None
    return members[0] if isinstance(members, list) and len(members) == 1 else schema


def _upgrade(document: dict[str, Any]) -> None:
    """Turn every schema into OpenAPI 3.1, and move the schemas that the renderer named into the components.

    The page no longer says in which version the provider wrote its schemas. The renderer names the innermost reference
    of an allOf too, so one name may stand for several schemas: then each stays where it is.
    """
    named: dict[str, list[dict[str, Any]]] = {}
    for part in list(walk(document)):
        if part.kind == "schema" and isinstance(part.node, dict):
            _upgrade_schema(part.node)
            if isinstance(part.node.get(_NAME), str):
                named.setdefault(part.node.pop(_NAME), []).append(part.node)
    components = document["components"]["schemas"]
    for reference, schemas in named.items():
        match = _COMPONENT.fullmatch(reference)
        known = copied(components.get(match["name"], schemas[0])) if match else None
        if match and all(canonical(schema) == canonical(known) for schema in schemas):
            components[match["name"]] = known
            for schema in schemas:
                schema.clear()
                schema["$ref"] = reference


def _upgrade_schema(schema: dict[str, Any]) -> None:
    """Write boolean exclusive bounds as numbers, and `nullable` as a type."""
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) and bound in schema:
            schema[exclusive] = schema.pop(bound)
    if not isinstance(schema.get("nullable"), bool) or not schema.pop("nullable"):
        return
    kind = schema.get("type")
    if isinstance(kind, str) and not {"enum", "const"} & schema.keys():
        schema["type"] = [kind, "null"] if kind != "null" else kind
    elif {"type", "$ref", "allOf", "anyOf", "oneOf", "enum", "const"} & schema.keys():
        shared = {key: schema.pop(key) for key in _UNION_KEYS if key in schema}  # a default may be null
        union = [dict(schema), {"type": "null"}]
        schema.clear()
        schema.update(shared, anyOf=union)
