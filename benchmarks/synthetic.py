"""A synthetic spec of any size that resembles a real one, and an overlay that corrects it as our overlays do."""

from __future__ import annotations

from typing import Any

SOURCES = """
[synthetic]
info = ""
dialect = "openapi"
sha256 = "{}"
operations.get_session = "get /sessions/{{id}}"
"""
"""The list of providers, with a placeholder for the spec's hash."""

OVERLAY = {
    "overlay": "1.1.0",
    "info": {"title": "Corrections like ours", "version": "1"},
    "actions": [
        {"target": "$.paths.*.get", "description": "a tag", "update": {"tags": ["sessions"]}},
        {"target": "$.components.schemas.*.properties.count.type", "description": "may be null", "remove": True},
        {
            "target": "$.components.schemas.*.properties.count",
            "description": "may be null",
            "update": {"type": ["integer", "null"]},
        },
        {"target": "$..[?@.format == 'uuid'].format", "description": "ids are opaque", "remove": True},
    ],
}


def spec(size: int) -> dict[str, Any]:
    """Return a spec with one operation and `size` schemas, which refer to each other like the nodes of a tree."""
    names = ["Session", *(f"Model{number}" for number in range(1, size))]
    content = {"application/json": {"schema": _reference("Session"), "examples": {"one": {"value": _EXAMPLE}}}}
    operation = {
        "operationId": "get_session",
        "security": [{"key": []}],
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {"200": {"description": "A session", "content": content}},
    }
    key = {"type": "apiKey", "in": "header", "name": "x-api-key"}
    schemas = {name: _schema(name, names[2 * index + 1 : 2 * index + 3]) for index, name in enumerate(names)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Synthetic", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": {"/sessions/{id}": {"get": operation}},
        "components": {"securitySchemes": {"key": key}, "schemas": schemas},
    }


def _schema(name: str, children: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "title": name,
        "description": f"The {name} of this spec",
        "required": ["id", "state"],
        "properties": {
            "id": {"type": "string", "format": "uuid", "description": "Identifies the object"},
            "state": {"type": "string", "enum": ["PENDING", "RUNNING", "ENDED"]},
            "count": {"type": "integer", "description": "How many there are"},
            "createdAt": {"type": "string", "format": "date-time"},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            **{f"list{n}": {"type": "array", "items": _reference(child)} for n, child in enumerate(children)},
            **{f"one{n}": {"anyOf": [_reference(child), {"type": "null"}]} for n, child in enumerate(children)},
        },
        "examples": [_EXAMPLE],
    }


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


_EXAMPLE = {"id": "4f0c7a1e", "state": "RUNNING", "count": 1, "labels": {"a": "b"}}
