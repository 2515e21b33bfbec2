"""A JSON Schema of the pages in Mintlify's dialect that can be rebuilt; every other key is refused."""

from __future__ import annotations

from typing import Any

from codegen.walk import METHODS

NAME = "refIdentifier"
"""The key under which the renderer names a schema."""

_Form = dict[str, Any]
_ANY: _Form = {}
_FLAG, _LIST, _NUMBER, _OBJECT, _TEXT = ({"type": name} for name in ("boolean", "array", "number", "object", "string"))
_SCHEMA = {"type": ["object", "boolean"]}
_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")


def _object(fields: _Form, *required: str) -> _Form:
    return {"type": "object", "properties": fields, "additionalProperties": False, "required": [*required]}


def _map(values: _Form) -> _Form:
    return {"type": "object", "additionalProperties": values}


def _by_place(values: _Form) -> _Form:
    return _object(dict.fromkeys(("path", "query", "header", "cookie"), _map(values)))


_ALTERNATIVE = {
    **_object(
        {
            "type": {"enum": ["any", *_TYPES, *(f"enum<{name}>" for name in _TYPES)]},
            **dict.fromkeys(("const", "default", "example"), _ANY),
            **dict.fromkeys(
                ("contentEncoding", "contentMediaType", "description", "format", "pattern", "title"), _TEXT
            ),
            **dict.fromkeys(("deprecated", "readOnly", "required", "uniqueItems", "writeOnly"), _FLAG),
            **dict.fromkeys(("enum", "examples", "requiredProperties"), _LIST),
            **dict.fromkeys(("patternProperties", "properties"), _OBJECT),
            **dict.fromkeys(("additionalProperties", "items", "not"), _SCHEMA),
            **dict.fromkeys(("maxItems", "maxLength", "maxProperties", "maximum", "multipleOf"), _NUMBER),
            **dict.fromkeys(("minItems", "minLength", "minProperties", "minimum"), _NUMBER),
            **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum"), _NUMBER),
            NAME: _TEXT,
        },
        "type",
    ),
    "patternProperties": {"^x-": _ANY},
}
_ALTERNATIVES = {"type": "array", "minItems": 1, "items": _ALTERNATIVE}
# x-default is a value for the console of the documentation, not a part of the API.
_KEY = _object({"type": {"const": "apiKey"}, "description": _TEXT, "x-default": _ANY}, "type")
_EMPTY = {"type": "object", "maxProperties": 0}
_KEY_IN_HEADER = {
    **_object({"header": {**_map(_KEY), "minProperties": 1, "maxProperties": 1}, "query": _EMPTY, "cookie": _EMPTY}),
    "required": ["header"],
}
_SECURITY = _object({"title": {**_TEXT, "minLength": 1}, "parameters": _KEY_IN_HEADER}, "title", "parameters")
_EXAMPLE = _object({"summary": _TEXT, "description": _TEXT, "value": _ANY})
_MEDIA_TYPE = _object({"schemaArray": _ALTERNATIVES, "examples": _map(_EXAMPLE), "description": _TEXT}, "schemaArray")
_REQUEST = _object(
    {
        "security": {"type": "array", "maxItems": 1, "items": _SECURITY},
        "parameters": _by_place(_object({"schema": _ALTERNATIVES, "style": _TEXT, "explode": _FLAG}, "schema")),
        "body": _EMPTY,
        "codeSamples": _LIST,  # shown beside the endpoint, and dropped, as are xMint and xMcp
    }
)
_SERVER = _object({"url": _TEXT, "description": _TEXT, "variables": _OBJECT}, "url")
_ENDPOINT = _object(
    {
        "path": _TEXT,
        "method": {"enum": [*METHODS, *map(str.upper, METHODS)]},
        "type": {"const": "path"},
        "request": _REQUEST,
        "response": _map(_map(_MEDIA_TYPE)),
        "servers": {"type": "array", "items": _SERVER},
        "deprecated": _FLAG,
        "xMint": _OBJECT,
        "xMcp": _OBJECT,
    },
    *("path", "method", "request", "response"),
)
PAGE = _object({"paths": _ENDPOINT, "components": _object({"schemas": _OBJECT})}, "paths")
