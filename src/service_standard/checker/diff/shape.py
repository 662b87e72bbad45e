"""What schemas that hold together allow, one fact at a time, whatever words they are written in."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from typing import Final, TypeAlias

from service_standard.contract import ContractError, Json, Node

# Schemas that all hold for one value; none at all allow every value.
Parts: TypeAlias = tuple[Node, ...]
ALTERNATIVES: Final = ("oneOf", "anyOf")
EVERY_TYPE: Final = frozenset({"null", "boolean", "object", "array", "string", "number", "integer"})
MOST_PARTS: Final = 200
COMPONENT: Final = re.compile(r"/components/schemas/[^/]+")


def canonical(value: Json) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def parsed(text: str) -> Json:
    """The value that `canonical` wrote."""
    value: Json = json.loads(text)
    return value


def gathered(nodes: Iterable[Node]) -> Parts:
    """The schemas that they are, refer to and include by `allOf`, each once though they form a ring.

    Raises:
        ContractError: a reference leads nowhere, or more schemas than anyone can follow hold together.
    """
    found: dict[str, Node] = {}
    waiting = list(nodes)
    while waiting:
        node = waiting.pop(0)
        if node.uri not in found:
            found[node.uri] = node
            waiting += _included(node)
        if len(found) > MOST_PARTS:
            raise ContractError([f"{node.place}: more than {MOST_PARTS} schemas hold together"])
    return tuple(node for node in found.values() if not _only_refers(node)) or tuple(found.values())[:1]


def _only_refers(node: Node) -> bool:
    return isinstance(node.value, dict) and node.value.keys() == {"$ref"}


def _included(node: Node) -> Iterator[Node]:
    reference = node.get("$ref")
    if isinstance(reference, str):
        yield node.at(reference)
    yield from children(node, "allOf")
    for word in ALTERNATIVES:
        listed = children(node, word)
        others = [one for one in listed if not _is_null(one)] or listed[:1]
        yield from others if len(others) == 1 else ()


def children(node: Node, word: str) -> list[Node]:
    """The schemas in the list under a word, references not yet followed."""
    value = node.get(word)
    return [node.child(word).child(str(index)) for index in range(len(value) if isinstance(value, list) else 0)]


def _is_null(node: Node) -> bool:
    return node.get("type") == "null"


def alternatives(parts: Parts) -> dict[str, list[Parts]]:
    """The first choice of several, by what people call each: the alternative with all that holds beside it.

    Nothing where there is no choice, or only one of something or null: that is told by `allows_null`.
    """
    for part, word in product(parts, ALTERNATIVES):
        listed = children(part, word)
        if sum(not _is_null(one) for one in listed) > 1:
            beside = tuple(_without(one, word) if one is part else one for one in parts)
            return by_label([(one, *beside) for one in listed])
    return {}


def _without(part: Node, word: str) -> Node:
    members = part.value if isinstance(part.value, dict) else {}
    return replace(part, value={key: value for key, value in members.items() if key != word})


def by_label(choices: list[Parts]) -> dict[str, list[Parts]]:
    """What people call each of them: the name of its first schema, its title, or its types."""
    found: dict[str, list[Parts]] = {}
    for choice in choices:
        found.setdefault(_label(choice[0]), []).append(choice)
    return found


def _label(node: Node) -> str:
    schema = node.resolved()
    if COMPONENT.fullmatch(schema.pointer):
        return schema.name
    title = schema.get("title")
    parts = gathered([node])
    return title if isinstance(title, str) else "|".join(sorted(enum(parts) or types(parts))) or "null"


def types(parts: Parts) -> frozenset[str]:
    """The types that are allowed, null left out; a number may be an integer."""
    found = EVERY_TYPE
    for part in parts:
        found &= _types_of(part)
    return found - {"null"}


def _types_of(part: Node) -> frozenset[str]:
    if part.value is False:
        return frozenset()
    value = part.get("type")
    named = frozenset(map(str, value)) if isinstance(value, list) else frozenset({str(value)})
    if value is None:
        return EVERY_TYPE
    return named | {"integer"} if "number" in named else named


def allows_null(parts: Parts) -> bool:
    if any(_is_something_or_null(part, word) for part, word in product(parts, ALTERNATIVES)):
        return True
    choices = _choices(parts)
    in_types = all("null" in _types_of(part) for part in parts)
    return in_types and (choices is None or "null" in choices)


def _is_something_or_null(part: Node, word: str) -> bool:
    listed = children(part, word)
    return any(map(_is_null, listed)) and sum(not _is_null(one) for one in listed) == 1


def enum(parts: Parts) -> frozenset[str] | None:
    """The values that are allowed, in canonical form and null left out; None where they are not counted up."""
    choices = _choices(parts)
    return None if choices is None else choices - {"null"}


def _choices(parts: Parts) -> frozenset[str] | None:
    found: frozenset[str] | None = None
    for part in parts:
        choices = part.get("enum")
        listed = choices if isinstance(choices, list) else [part.get("const")] if "const" in part else None
        if listed is not None:
            values = frozenset(map(canonical, listed))
            found = values if found is None else found & values
    return found


def values(parts: Parts, word: str) -> frozenset[str]:
    """What stands under a word, in canonical form; each is one more condition."""
    return frozenset(canonical(part.get(word)) for part in parts if word in part)


def bounds(parts: Parts, word: str) -> list[float]:
    """The numbers under a word."""
    found = (part.get(word) for part in parts)
    return [value for value in found if isinstance(value, int | float) and not isinstance(value, bool)]


def is_closed(parts: Parts) -> bool:
    return any(part.get(word) is False for part in parts for word in ("additionalProperties", "unevaluatedProperties"))


def required(parts: Parts) -> frozenset[str]:
    lists = (part.get("required") for part in parts)
    return frozenset(str(name) for names in lists if isinstance(names, list) for name in names)


def properties(parts: Parts) -> dict[str, Parts]:
    """The properties, each with the schemas that hold for it; references not yet followed."""
    found: dict[str, Parts] = {}
    for part in parts:
        members = part.get("properties")
        for name in members if isinstance(members, dict) else ():
            found[name] = (*found.get(name, ()), part.child("properties").child(name))
    return found


def under(parts: Parts, word: str) -> Parts:
    """The schemas under a word; a bare true or false is none."""
    return tuple(part.child(word) for part in parts if isinstance(part.get(word), dict))


def holder(parts: Parts, word: str) -> Node | None:
    """The place that has a word."""
    return next((part.child(word) for part in parts if word in part), None)
