"""Mintlify's expanded endpoint dialect, rebuilt as OpenAPI 3.1.

Documentation sites made with Mintlify show an endpoint as a page whose YAML resembles OpenAPI: the renderer expands the
first level of each schema into an array of alternatives (`schemaArray`, or `schema` for a parameter) and leaves
everything below as the provider wrote it. This module undoes that for reads with a key in a header. Every key that
`dialect` does not list is refused. What the renderer lost (`info`, `operationId`, tags) is left for the overlay.
The dialect is documented nowhere: this is what published pages show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from codegen.dialect import NAME, PAGE
from codegen.document import canonical, copied
from codegen.errors import DialectError
from codegen.forms import problems_of
from codegen.walk import walk

_PLACEHOLDER = "_mintlify/placeholder"  # the media type of a response without a body
_MACHINE_MADE = "example"  # the name of the example that the renderer makes up if the provider gave none
_COMPONENT = re.compile(r"#/components/schemas/(?P<name>[A-Za-z0-9._-]+)")

_PAGE = Draft202012Validator(PAGE)

# Keys of a union itself, which the renderer copies into each alternative.
_UNION_KEYS = ("title", "description", "deprecated", "readOnly", "writeOnly", "default", "example", "examples")


def to_openapi(page: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document, without `info`, of a page's YAML block in Mintlify's dialect.

    Raises:
        DialectError: The page holds a key or a shape that cannot be rebuilt, at the place that the error names.

    """
    for problem in problems_of(_PAGE, page):
        raise DialectError(problem.location, problem.text)
    page = copied(page)
    endpoint = page["paths"]
    schemes: dict[str, Any] = {}
    document = {
        "openapi": "3.1.0",
        "servers": endpoint.get("servers", []),
        "paths": {endpoint["path"]: {endpoint["method"].lower(): _operation(endpoint, schemes)}},
        "components": {"schemas": page.get("components", {}).get("schemas", {}), "securitySchemes": schemes},
    }
    _upgrade(document)
    return document


def _operation(endpoint: dict[str, Any], schemes: dict[str, Any]) -> dict[str, Any]:
    request = endpoint["request"]
    operation: dict[str, Any] = {
        "parameters": [_parameter(*each) for each in _entries(request.get("parameters", {}))],
        "responses": {
            code if code == "default" else code.upper(): _response(media_types)
            for code, media_types in endpoint["response"].items()
        },
        "security": _security(request.get("security", []), schemes),
    }
    return operation | ({"deprecated": True} if endpoint.get("deprecated") else {})


def _security(blocks: list[Any], schemes: dict[str, Any]) -> list[dict[str, list[str]]]:
    """Return the security requirements, and add the schemes that they name: keys in headers."""
    for block in blocks:
        for header, entry in block["parameters"]["header"].items():
            description = {key: entry[key] for key in entry if key == "description"}
            schemes[block["title"].replace(" ", "_")] = {
                "type": "apiKey",
                **description,
                "in": "header",
                "name": header,
            }
    return [{name: []} for name in schemes]


def _entries(parameters: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield the location, name and entry of each parameter."""
    for location, entries in parameters.items():
        for name, entry in entries.items():
            yield location, name, entry


def _parameter(location: str, name: str, entry: Any) -> dict[str, Any]:
    alternatives = entry.pop("schema")
    schema = _schema(alternatives)
    is_required = location == "path" or any(each.get("required") for each in alternatives)
    required = {"required": True} if is_required else {}
    moved: dict[str, Any] = {
        key: schema.pop(key) for key in ("description", "deprecated") if key in schema
    }  # by the renderer
    parameter: dict[str, Any] = {"name": name, "in": location, **required, **moved, **entry}
    return parameter | {"schema": schema}


def _response(media_types: dict[str, Any]) -> dict[str, Any]:
    content = {name: _media_type(value) for name, value in media_types.items()}
    content.pop(_PLACEHOLDER, None)
    # The renderer repeats a response's description in every media type.
    descriptions = dict.fromkeys(each.get("description", "") for each in media_types.values())
    response: dict[str, Any] = {"description": "\n\n".join(filter(None, descriptions))}
    return response | ({"content": content} if content else {})


def _media_type(media_type: dict[str, Any]) -> dict[str, Any]:
    examples = media_type.get("examples", {})
    schema = {"schema": _schema(media_type["schemaArray"])}
    return schema | ({"examples": examples} if examples.keys() - {_MACHINE_MADE} else {})


def _schema(alternatives: list[Any]) -> dict[str, Any]:
    """Return the one schema that an array of alternatives represents.

    The renderer writes oneOf, anyOf, lists of types and nullable alike; anyOf accepts all that any of them accepts.
    """
    schemas: list[dict[str, Any]] = [*map(_alternative, alternatives)]
    if len(schemas) == 1:
        return schemas[0]
    shared = {
        key: schemas[0][key]
        for key in _UNION_KEYS
        if all(key in each for each in schemas) and len({canonical(each[key]) for each in schemas}) == 1
    }
    return shared | {"anyOf": [{key: each[key] for key in each if key not in shared} for each in schemas]}


def _alternative(alternative: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        key: value for key, value in alternative.items() if key not in {"type", "required", "requiredProperties"}
    }
    if alternative["type"] != "any":
        schema["type"] = alternative["type"].removeprefix("enum<").removesuffix(">")
    if schema.get("type") == "null":
        schema.pop(NAME, None)
    if "requiredProperties" in alternative:
        schema["required"] = alternative["requiredProperties"]
    for key in ("items", "additionalProperties"):
        if key in schema:
            schema[key] = _unwrapped(schema[key])
    if "properties" in schema:
        schema["properties"] = {name: _unwrapped(each) for name, each in schema["properties"].items()}
    return schema


def _unwrapped(schema: Any) -> Any:
    """Return the provider's own schema from the renderer's wrapper; an allOf of several members is the provider's."""
    members = schema["allOf"] if isinstance(schema, dict) and schema.keys() == {"allOf"} else None
    return members[0] if isinstance(members, list) and len(members) == 1 else schema


def _upgrade(document: dict[str, Any]) -> None:
    """Turn every schema into OpenAPI 3.1, and move the schemas that the renderer named into the components.

    The page no longer says in which version the provider wrote its schemas. The renderer also names the innermost
    reference of an allOf, so several schemas may have one name: then each stays where it is.
    """
    named: dict[str, list[dict[str, Any]]] = {}
    for part in list(walk(document)):
        if part.kind == "schema" and isinstance(part.node, dict):
            _upgrade_schema(part.node)
            if isinstance(part.node.get(NAME), str):
                named.setdefault(part.node.pop(NAME), []).append(part.node)
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
    """Write `nullable` as an alternative."""
    if isinstance(schema.get("nullable"), bool) and schema.pop("nullable"):
        shared = {key: schema.pop(key) for key in _UNION_KEYS if key in schema}  # a default may be null
        union = [dict(schema), {"type": "null"}]
        schema.clear()
        schema.update(shared, anyOf=union)
