"""Rules of collections: API-06, as far as the contract states it."""

from collections.abc import Iterator
from itertools import product
from typing import Final

from service_standard.checker.documents import part, properties, required
from service_standard.checker.openapi import Operation, json_schema
from service_standard.checker.rule import Finding, NotJudged, Rule
from service_standard.checker.subject import Subject
from service_standard.contract import Json, Node

ENVELOPE: Final = ("items", "total", "limit", "offset")
DEFAULT_LIMIT: Final = 10
HIGHEST_LIMIT: Final = 100


def collections_take_limit_and_offset(subject: Subject) -> Iterator[Finding]:
    for operation, name in product(_collections(subject), ("limit", "offset")):
        fault = _fault(operation.parameter(name), name)
        if fault:
            yield Finding(f"{operation.name}: {fault}", subject.shown(operation.node))


def _fault(parameter: Node | None, name: str) -> str | None:
    if parameter is None:
        return f"has no query parameter `{name}`"
    schema = part(parameter, "schema")
    if _value(schema, "type") != "integer":
        return f"`{name}` must be an integer"
    bounds = ("minimum", "maximum") if name == "limit" else ("minimum",)
    missing = [bound for bound in bounds if not isinstance(_value(schema, bound), int)]
    return f"`{name}` states no {' and no '.join(missing)}" if missing else None


def limits_are_those_of_the_standard(subject: Subject) -> Iterator[Finding]:
    for operation in _collections(subject):
        schema = part(operation.parameter("limit"), "schema")
        if schema is not None:
            yield from (Finding(f"{operation.name}: {fault}", subject.shown(schema)) for fault in _other_limits(schema))


def _other_limits(schema: Node) -> Iterator[str]:
    if "default" not in schema:
        yield f"`limit` has no default, which is {DEFAULT_LIMIT}"
    for word, wanted in (("default", DEFAULT_LIMIT), ("maximum", HIGHEST_LIMIT)):
        came = schema.get(word)
        if came is not None and came != wanted:
            yield f"the {word} of `limit` is {came}, not {wanted}"


def pages_have_the_envelope(subject: Subject) -> Iterator[Finding]:
    for operation in _collections(subject):
        schema = json_schema(operation.success)
        missing = [name for name in ENVELOPE if name not in properties(schema) or name not in required(schema)]
        if missing:
            what = (
                "answers a bare array" if _value(schema, "type") == "array" else f"its page lacks {', '.join(missing)}"
            )
            yield Finding(f"{operation.name}: {what}", subject.shown(schema or operation.node))


def _collections(subject: Subject) -> tuple[Operation, ...]:
    if not subject.openapi.collections:
        raise NotJudged("the OpenAPI document has no collections")
    return subject.openapi.collections


def _value(schema: Node | None, word: str) -> Json:
    return schema.get(word) if schema else None


RULES: Final = (
    Rule(
        "API-06.parameters",
        "Collections take `limit` and `offset`, integers whose bounds the contract states.",
        "A client that pages through one service can then page through all; without bounds it asks for what kills it.",
        "Declare both query parameters, `limit` with minimum and maximum, `offset` with a minimum.",
        collections_take_limit_and_offset,
    ),
    Rule(
        "API-06.limits",
        "`limit` is 10 by default and 100 at the most.",
        "Services differ here without a reason, and clients then get pages of another size than they were written for.",
        "Set `default: 10` and `maximum: 100`.",
        limits_are_those_of_the_standard,
    ),
    Rule(
        "API-06.envelope",
        "A page is `{items, total, limit, offset}`, all four required.",
        "A bare array can never say how much there is, and another envelope needs another client.",
        "Answer an object with these four members.",
        pages_have_the_envelope,
    ),
)
