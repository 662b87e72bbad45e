"""What an AsyncAPI document must be made of, as JSON Schema: the parts that events need, in versions 2 and 3."""

from typing import Final

from service_standard.contract import Object

_TEXT: Final[Object] = {"type": "string", "minLength": 1}
_REFERENCE: Final[Object] = {"type": "object", "required": ["$ref"], "properties": {"$ref": {"type": "string"}}}
_INFO: Final[Object] = {
    "type": "object",
    "required": ["title", "version"],
    "properties": {"title": _TEXT, "version": _TEXT},
}
_MESSAGE: Final[Object] = {
    "type": "object",
    "properties": {
        "$ref": _TEXT,
        "name": _TEXT,
        "contentType": _TEXT,
        "payload": {"type": ["object", "boolean"]},
        "headers": {"type": ["object", "boolean"]},
        "examples": {"type": "array", "items": {"type": "object"}},
    },
}
_BY_NAME: Final[Object] = {"type": "object", "additionalProperties": _MESSAGE}
_COMPONENTS: Final[Object] = {"type": "object", "properties": {"messages": _BY_NAME, "schemas": {"type": "object"}}}

_OPERATION_OF_2: Final[Object] = {
    "type": "object",
    "properties": {
        "operationId": _TEXT,
        "message": {
            "anyOf": [
                {
                    "type": "object",
                    "required": ["oneOf"],
                    "properties": {"oneOf": {"type": "array", "items": _MESSAGE}},
                },
                _MESSAGE,
            ]
        },
    },
}
ASYNCAPI_2: Final[Object] = {
    "type": "object",
    "required": ["asyncapi", "info", "channels"],
    "properties": {
        "asyncapi": {"type": "string", "pattern": r"^2\.\d+\.\d+"},
        "info": _INFO,
        "components": _COMPONENTS,
        "channels": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"subscribe": _OPERATION_OF_2, "publish": _OPERATION_OF_2},
            },
        },
    },
}
ASYNCAPI_3: Final[Object] = {
    "type": "object",
    "required": ["asyncapi", "info"],
    "properties": {
        "asyncapi": {"type": "string", "pattern": r"^3\.\d+\.\d+"},
        "info": _INFO,
        "components": _COMPONENTS,
        "channels": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"address": {"type": ["string", "null"]}, "messages": _BY_NAME},
            },
        },
        "operations": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "if": {"not": {"required": ["$ref"]}},
                "then": {
                    "required": ["action", "channel"],
                    "properties": {
                        "action": {"enum": ["send", "receive"]},
                        "channel": _REFERENCE,
                        "messages": {"type": "array", "items": _REFERENCE},
                    },
                },
            },
        },
    },
}
