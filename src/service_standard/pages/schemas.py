"""Schemas as a person reads them: what a value is, what limits it, and what the members of an object are."""

import json
from collections.abc import Iterator
from html import escape
from typing import Final, cast

from service_standard.contract import Json, Node
from service_standard.pages.markup import inline, row, table

_NAMED: Final = "/components/schemas/"
_LIMITS: Final = {
    "minimum": "≥",
    "maximum": "≤",
    "exclusiveMinimum": ">",
    "exclusiveMaximum": "<",
    "multipleOf": "a multiple of",
    "minLength": "length ≥",
    "maxLength": "length ≤",
    "minItems": "items ≥",
    "maxItems": "items ≤",
    "minProperties": "members ≥",
    "maxProperties": "members ≤",
    "default": "default",
    "pattern": "pattern",
}


def models_within(*schemas: Node) -> dict[str, Node]:
    """The named objects that the schemas are made of, by name, each after those that mention it."""
    found: dict[str, Node] = {}
    waiting = list(schemas)
    while waiting:
        node = waiting.pop(0)
        is_new = is_model(node) and node.name not in found
        if is_new:
            found[node.name] = node
        if is_new or not is_model(node):
            waiting += _parts(node)
    return found


def is_model(schema: Node) -> bool:
    """Whether it is an object with a name, which is explained in one place."""
    return "properties" in schema and schema.pointer.startswith(_NAMED)


def _parts(schema: Node) -> Iterator[Node]:
    if "properties" in schema:
        yield from (part for _, part in schema["properties"].items())
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield schema[word]
    for word in ("allOf", "anyOf", "oneOf"):
        if word in schema:
            yield from schema[word].elements()


def kind(schema: Node) -> str:
    """What a value is, as HTML: a link to the model, or a type with its format."""
    if is_model(schema):
        return f'<a href="#schema-{escape(schema.name)}">{escape(schema.name)}</a>'
    if "items" in schema:
        return f"array of {kind(schema['items'])}"
    types = schema.get("type")
    words = " or ".join(map(str, types)) if isinstance(types, list) else str(types or "any")
    return escape(f"{words} ({schema.get('format')})" if "format" in schema else words)


def limits(schema: Node) -> str:
    """What a value must be beside its type, as HTML; empty if nothing more is asked."""
    if is_model(schema):
        return ""
    chosen = schema.get("enum") or ([schema.get("const")] if "const" in schema else [])
    found = [f"<code>{escape(str(value))}</code>" for value in cast("list[Json]", chosen)]
    found += [
        f"{sign} <code>{escape(_written(schema.get(word)))}</code>" for word, sign in _LIMITS.items() if word in schema
    ]
    found += ["no two alike"] if schema.get("uniqueItems") is True else []
    inner = limits(schema["items"]) if "items" in schema else ""
    return " · ".join(found) + (f"{' · ' if found else ''}each: {inner}" if inner else "")


def _written(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def explained(holder: Node, schema: Node) -> str:
    """What a value means and what limits it, as HTML; what its holder says of it comes before what its schema says."""
    said = holder.value.get("description") if isinstance(holder.value, dict) else None
    text, bounds = inline(str(said or schema.get("description") or "")), limits(schema)
    return text + (f'<div class="limits">{bounds}</div>' if bounds else "")


def members(schema: Node) -> str:
    """The members of an object as a table."""
    return table(("Member", "Type", "Meaning"), _members(schema, ""))


def _members(schema: Node, within: str) -> Iterator[str]:
    required = cast("list[Json]", schema.get("required") or [])
    for name, member in schema["properties"].items():
        mark = ' <span class="required">required</span>' if name in required else ""
        label = f"<code>{escape(within + name)}</code>{mark}"
        yield row(label, kind(member), explained(schema["properties"].child(name), member))
        if "properties" in member and not is_model(member):
            yield from _members(member, f"{within}{name}.")


def schema_sections(models: dict[str, Node]) -> Iterator[str]:
    """Each model by itself, where the links to it lead."""
    for name, schema in models.items():
        about = inline(str(schema.get("description") or ""))
        yield f'<section class="card" id="schema-{escape(name)}"><h3>{escape(name)}</h3>'
        yield f"<p>{about}</p>{members(schema)}</section>"


def example(value: Json) -> str:
    """A value as it is sent."""
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    return f"<pre>{escape(text)}</pre>"
