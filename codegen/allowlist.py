"""What our templates support, as data: everything else is refused, to be corrected by an overlay.

The document tests/clients/synthetic.yaml uses each entry, and its client is tested; a test compares the two.
Values and combinations are JSON Schemas of the parts of a document.
"""

from __future__ import annotations

from typing import Any

Forms = dict[str, dict[str, Any]]
"""JSON Schemas by name."""

_ANY: dict[str, Any] = {}
_COUNT = {"type": "integer", "minimum": 0}
_FLAG = {"type": "boolean"}
_LIST = {"type": "array"}
_NUMBER = {"type": "number"}
_OBJECT = {"type": "object"}
_SCHEMA = {"type": ["object", "boolean"]}
_SCHEMAS = {"type": "array", "minItems": 1, "items": _SCHEMA}
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True}
_TYPE_30 = {"enum": ["array", "boolean", "integer", "number", "object", "string"]}
_TYPE_31 = {"enum": [*_TYPE_30["enum"], "null"]}

_KEYWORDS: Forms = {
    "$ref": _TEXT,
    "format": _TEXT,
    "enum": {"type": "array", "minItems": 1, "uniqueItems": True},
    "properties": _OBJECT,
    "required": {"type": "array", "items": _TEXT, "uniqueItems": True},
    "additionalProperties": _SCHEMA,
    "items": _SCHEMA,
    "allOf": _SCHEMAS,
    "anyOf": _SCHEMAS,
    "oneOf": _SCHEMAS,
    "x-enum-varnames": _TEXTS,
    "x-rows": {"enum": [True]},
    "x-sensitive": _FLAG,
}

KEYWORDS: dict[str, Forms] = {
    "3.0": _KEYWORDS | {"type": _TYPE_30, "nullable": _FLAG},
    "3.1": {
        **_KEYWORDS,
        "type": {"anyOf": [_TYPE_31, {"type": "array", "items": _TYPE_31, "minItems": 1, "uniqueItems": True}]},
        "const": _ANY,
    },
}
"""The keywords of a schema that decide what the client sends and reads, with their values, by version."""

_LIMITS: Forms = {
    **dict.fromkeys(("description", "pattern", "title"), _TEXT),
    **dict.fromkeys(("deprecated", "readOnly", "uniqueItems", "writeOnly"), _FLAG),
    **dict.fromkeys(("maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties"), _COUNT),
    **dict.fromkeys(("maximum", "minimum"), _NUMBER),
    "multipleOf": {"type": "number", "exclusiveMinimum": 0},
    "default": _ANY,
    "discriminator": {"type": "object", "required": ["propertyName"], "properties": {"propertyName": _TEXT}},
    "example": _ANY,
    "externalDocs": {"type": "object", "required": ["url"], "additionalProperties": _TEXT},
    "not": _SCHEMA,
    "xml": _OBJECT,
}

LIMITS: dict[str, Forms] = {
    "3.0": _LIMITS | dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum"), _FLAG),
    "3.1": {
        **_LIMITS,
        **dict.fromkeys(("$comment", "contentEncoding", "contentMediaType"), _TEXT),
        **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum"), _NUMBER),
        **dict.fromkeys(("maxContains", "minContains"), _COUNT),
        **dict.fromkeys(("dependentRequired", "dependentSchemas", "patternProperties"), _OBJECT),
        **dict.fromkeys(("contains", "else", "if", "propertyNames", "then"), _SCHEMA),
        **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), _SCHEMA),
        "examples": _LIST,
    },
}
"""Limits and descriptions, which the client does not enforce, with their values, by version."""

BESIDE: dict[str, set[str]] = {
    "$ref": set(),
    "allOf": {"additionalProperties", "nullable", "properties", "required", "type"},
    "anyOf": {"nullable"},
    "oneOf": {"nullable"},
    "enum": {"format", "type"},
    "const": {"format", "type"},
}
"""The keywords allowed beside the first of these that a schema has; a schema without any of them may have all."""

_MEMBER = {"$ref", "additionalProperties", "properties", "required", "type"}

TOGETHER: Forms = {
    "allOf": {
        "properties": {"type": {"const": "object"}},
        # With one reference, it is an alias of a schema; otherwise an object with the properties of all members.
        "if": {"properties": {"allOf": {"maxItems": 1, "items": {"required": ["$ref"]}}}},
        "then": {"propertyNames": {"not": {"enum": ["additionalProperties", "properties", "required"]}}},
        "else": {
            "properties": {
                "allOf": {
                    "items": {
                        "properties": {"type": {"const": "object"}},
                        "propertyNames": {"not": {"enum": sorted({*KEYWORDS["3.0"], *KEYWORDS["3.1"]} - _MEMBER)}},
                    }
                }
            },
            "anyOf": [
                {"required": ["type"]},
                {"required": ["properties"]},
                {"properties": {"allOf": {"contains": {"anyOf": [{"required": [key]} for key in sorted(_MEMBER)]}}}},
            ],
        },
    },
    "enum": {
        "properties": {
            "enum": {"anyOf": [{"items": {"type": ["string", "null"]}}, {"items": {"type": ["integer", "null"]}}]},
            "type": {"type": "string"},
        }
    },
    "const": {"properties": {"const": {"type": ["boolean", "integer", "string"]}, "type": {"type": "string"}}},
    "nullable": {
        "anyOf": [
            {"required": ["type"], "not": {"required": ["allOf"]}},
            {"propertyNames": {"not": {"enum": ["additionalProperties", "items", "properties", "type"]}}},
        ]
    },
}
"""What a schema that has a keyword must satisfy, in addition to `BESIDE`."""

IGNORED = frozenset(
    {
        *("callbacks", "examples", "headers", "links", "pathItems", "webhooks"),
        *("contains", "dependentSchemas", "else", "if", "not", "patternProperties", "propertyNames", "then"),
        *("unevaluatedItems", "unevaluatedProperties"),
    }
)
"""The fields of documents and schemas whose parts the client neither sends nor reads."""

# Characters of a path that need no encoding, RFC 3986, and of a header's name, RFC 9110, without the backtick.
_CHARACTER = r"[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}"
_SEGMENT = r"/(?!\.{1,2}(?:/|$))"
_SERVER = rf"^https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:{_SEGMENT}(?:{_CHARACTER})+)*/?$"
_PATH = rf"^(?:[^/].*|(?:{_SEGMENT}(?:{_CHARACTER}|\{{[A-Za-z_-][A-Za-z0-9_-]*\}})+)*/?)$"
_HEADER = r"^[A-Za-z0-9!#$%&'*+.^_|~-]+$"

METHODS = ("delete", "get", "patch", "post", "put")
"""The supported methods; `walk.METHODS` are all methods of OpenAPI."""

SCALARS = frozenset({"boolean", "date", "date-time", "integer", "number", "string", "uuid"})
"""The kinds of values that are sent as a single text."""

PARAMETERS: dict[str, tuple[frozenset[str], ...]] = {
    "path": (SCALARS,),
    "query": (SCALARS | {"null"}, frozenset({"array", "null"}), frozenset({"object"})),
    "header": tuple(frozenset({kind}) for kind in ("boolean", "integer", "number", "string", "uuid")),
}
"""The sets of kinds that one parameter's values may have, by its place."""

_NO_BYTES = {"properties": {"format": {"not": {"const": "binary"}}}}
_JSON: Forms = {"application/json": _NO_BYTES, "application/*+json": _NO_BYTES}
_BYTES = {"properties": {"type": {"const": "string"}, "format": {"const": "binary"}}}

FILES = ("application/octet-stream", "video/mp4")
"""The media types whose bodies are read as bytes."""

MEDIA_TYPES: dict[str, Forms] = {
    "body": {
        **_JSON,
        "application/octet-stream": _BYTES,
        "application/x-www-form-urlencoded": {"properties": {"type": {"const": "object"}}},
    },
    "response": {**_JSON, **dict.fromkeys(FILES, _BYTES), "text/plain": {"properties": {"type": {"const": "string"}}}},
}
"""The media types of bodies and responses, with the schemas that each allows."""


def _fields(*names: str) -> dict[str, Any]:
    return {"propertyNames": {"pattern": f"^(?:x-.*|{'|'.join(names)})$"}}


def _content(media_types: Forms) -> dict[str, Any]:
    patterns = {name: name.replace("+", r"\+").replace("*", r"[A-Za-z0-9_.-]+") for name in media_types}
    return {
        "maxProperties": 1,
        "patternProperties": {
            f"^{patterns[name]}(?: *;[ -~]*)?$": {"properties": {"schema": schema}}
            for name, schema in media_types.items()
        },
        "propertyNames": {"pattern": f"^(?:{'|'.join(patterns.values())})(?: *;[ -~]*)?$"},
    }


PARTS: Forms = {
    "document": {
        "properties": {
            "servers": {"prefixItems": [{"properties": {"url": {"pattern": _SERVER}}}]},
            "paths": {"propertyNames": {"pattern": _PATH}},
        }
    },
    "path": _fields(*METHODS, "description", "parameters", "summary"),
    "operation": _fields(
        *("callbacks", "deprecated", "description", "externalDocs", "operationId", "parameters", "requestBody"),
        *("responses", "security", "summary", "tags"),
    ),
    "parameter": {
        **_fields(
            *("deprecated", "description", "example", "examples", "explode", "in", "name", "required", "schema"),
            "style",
        ),
        "properties": {
            "in": {"enum": [*PARAMETERS]},
            "style": {"enum": ["form", "simple"]},
            "x-reserved": _TEXTS,
        },
        "allOf": [
            {"if": {"properties": {"in": {"const": "header"}}}, "then": {"properties": {"name": {"pattern": _HEADER}}}},
            {"if": {"properties": {"in": {"const": "query"}}}, "then": {"properties": {"explode": {"const": True}}}},
            {"if": {"required": ["x-reserved"]}, "then": {"properties": {"in": {"const": "path"}}}},
        ],
    },
    "body": {
        "properties": {"content": {**_content(MEDIA_TYPES["body"]), "additionalProperties": {"required": ["schema"]}}}
    },
    "response": {"properties": {"content": _content(MEDIA_TYPES["response"])}},
    "media type": _fields("example", "examples", "schema"),
    "security scheme": {"properties": {"name": {"pattern": _HEADER}}},
}
"""The other parts of a document."""
