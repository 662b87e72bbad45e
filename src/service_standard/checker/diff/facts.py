"""The facts of one schema, compared: which values it allows, and which fields it has."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from service_standard.checker.diff import shape
from service_standard.checker.diff.shape import Parts
from service_standard.contract import Json, Node

Verb: TypeAlias = Literal["narrowed", "widened", "changed", "added", "removed", "required", "optional"]
LOWEST: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
HIGHEST: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")
# A limit that limits nothing.
NO_LIMIT: Final = {"minLength": 0, "minItems": 0, "minProperties": 0}
FORMATS: Final = ("format", "pattern", "multipleOf", "contentEncoding", "contentMediaType")
# Conditions that nobody can compare in general: another one is another one, and is taken to break.
CONDITIONS: Final = (
    "not",
    "if",
    "then",
    "else",
    "contains",
    "patternProperties",
    "dependentRequired",
    "dependentSchemas",
    "discriminator",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact that is not what it was; `name` is that of the field which came or went."""

    facet: str
    verb: Verb
    old: Json
    new: Json
    node: Node | None = None
    name: str = ""


def of_existence(old: Parts, new: Parts) -> Iterator[Fact]:
    """A schema where there was none, or none where there was one: nothing allows everything."""
    part = (*old, *new)[0]
    if part.value not in ({}, True):
        before, after = (parts[0].value if parts else None for parts in (old, new))
        yield Fact("schema", "narrowed" if new else "widened", before, after, part)


def of_values(old: Parts, new: Parts) -> Iterator[Fact]:
    """Types, null, listed values, formats, limits, conditions and the default."""
    yield from _types(old, new)
    yield from _null(old, new)
    yield from _enum(old, new)
    yield from _limits(old, new)
    for word in FORMATS:
        yield from _conditions(word, word, old, new)
    for word in CONDITIONS:
        yield from _conditions("condition", word, old, new)
    if any("uniqueItems" in part for part in (*old, *new)):
        yield from _unique(old, new)
    yield from _default(old, new)


def _place(old: Parts, new: Parts, word: str) -> Node | None:
    return shape.holder(new, word) or shape.holder(old, word)


def _types(old: Parts, new: Parts) -> Iterator[Fact]:
    before, after = shape.types(old), shape.types(new)
    if before == after:
        return
    verb: Verb = "narrowed" if after < before else "widened" if before < after else "changed"
    yield Fact("type", verb, _listed(before), _listed(after), _place(old, new, "type"))


def _listed(types: frozenset[str]) -> Json:
    """Types as they are written: all of them are «any», and an integer beside a number goes without saying."""
    if types == shape.EVERY_TYPE - {"null"}:
        return "any"
    names = sorted(types - {"integer"} if "number" in types else types)
    return names[0] if len(names) == 1 else [*names]


def _null(old: Parts, new: Parts) -> Iterator[Fact]:
    before, after = shape.allows_null(old), shape.allows_null(new)
    if before != after:
        yield Fact("null", "widened" if after else "narrowed", before, after, _place(old, new, "type"))


def _enum(old: Parts, new: Parts) -> Iterator[Fact]:
    before, after = shape.enum(old), shape.enum(new)
    node = _place(old, new, "enum") or _place(old, new, "const")
    if before != after and (before is None or after is None):
        yield Fact("enum", "narrowed" if before is None else "widened", _values(before), _values(after), node)
        return
    before, after = before or frozenset(), after or frozenset()
    if before - after:
        yield Fact("enum", "narrowed", _values(before - after), None, node)
    if after - before:
        yield Fact("enum", "widened", None, _values(after - before), node)


def _values(values: frozenset[str] | None) -> Json:
    return None if values is None else [shape.parsed(value) for value in sorted(values)]


def _limits(old: Parts, new: Parts) -> Iterator[Fact]:
    for word in LOWEST:
        yield from _limit(word, _tightest(old, word, 1), _tightest(new, word, 1), 1, _place(old, new, word))
    for word in HIGHEST:
        yield from _limit(word, _tightest(old, word, -1), _tightest(new, word, -1), -1, _place(old, new, word))


def _tightest(parts: Parts, word: str, sign: int) -> float | None:
    found = shape.bounds(parts, word)
    value = max(found, key=lambda bound: bound * sign) if found else None
    return None if value == NO_LIMIT.get(word) else value


def _limit(word: str, old: float | None, new: float | None, sign: int, node: Node | None) -> Iterator[Fact]:
    if old == new:
        return
    is_narrower = old is None or (new is not None and new * sign > old * sign)
    verb: Verb = "narrowed" if is_narrower else "widened"
    yield Fact("limit", verb, None if old is None else {word: old}, None if new is None else {word: new}, node)


def _conditions(facet: str, word: str, old: Parts, new: Parts) -> Iterator[Fact]:
    before, after = shape.values(old, word), shape.values(new, word)
    if before == after:
        return
    verb: Verb = "narrowed" if before < after else "widened" if after < before else "changed"
    yield Fact(facet, verb, _condition(word, before), _condition(word, after), _place(old, new, word))


def _condition(word: str, values: frozenset[str]) -> Json:
    listed = [shape.parsed(value) for value in sorted(values)]
    return {word: listed[0] if len(listed) == 1 else listed} if listed else None


def _unique(old: Parts, new: Parts) -> Iterator[Fact]:
    before, after = (any(part.get("uniqueItems") is True for part in parts) for parts in (old, new))
    if before != after:
        verb: Verb = "narrowed" if after else "widened"
        yield Fact("limit", verb, {"uniqueItems": before}, {"uniqueItems": after}, _place(old, new, "uniqueItems"))


def _default(old: Parts, new: Parts) -> Iterator[Fact]:
    before, after = shape.values(old, "default"), shape.values(new, "default")
    if before != after:
        shown = (_condition("default", before), _condition("default", after))
        yield Fact("default", "changed", *shown, _place(old, new, "default"))


def of_fields(old: Parts, new: Parts, *, is_taken: bool) -> Iterator[Fact]:
    """Fields that came or went, must or need not be there, and whether others may be."""
    before, after = _fields(old, is_taken=is_taken), _fields(new, is_taken=is_taken)
    for name in sorted(before.keys() - after.keys()):
        yield Fact("field", "removed", before[name][0].value, None, before[name][0], name)
    for name in sorted(after.keys() - before.keys()):
        must = is_taken and name in shape.required(new)
        yield Fact("field", "required" if must else "added", None, after[name][0].value, after[name][0], name)
    hidden = (shape.properties(old).keys() | shape.properties(new).keys()) - (before.keys() & after.keys())
    for name in sorted((shape.required(old) ^ shape.required(new)) - hidden):
        must = name in shape.required(new)
        yield Fact("field", "required" if must else "optional", *_must(is_now=must), _place(old, new, "required"), name)
    yield from _open(old, new)


def _must(*, is_now: bool) -> tuple[Json, Json]:
    return ("optional", "required") if is_now else ("required", "optional")


def _fields(parts: Parts, *, is_taken: bool) -> dict[str, Parts]:
    """The fields that travel this way: what is read only is never taken, what is write only is never given."""
    word = "readOnly" if is_taken else "writeOnly"
    found = shape.properties(parts)
    hidden = {name for name, held in found.items() if any(part.get(word) is True for part in shape.gathered(held))}
    return {name: held for name, held in found.items() if name not in hidden}


def _open(old: Parts, new: Parts) -> Iterator[Fact]:
    before, after = shape.is_closed(old), shape.is_closed(new)
    if before != after:
        node = _place(old, new, "additionalProperties") or _place(old, new, "unevaluatedProperties")
        verb: Verb = "narrowed" if after else "widened"
        yield Fact("open", verb, "closed" if before else "open", "closed" if after else "open", node)
