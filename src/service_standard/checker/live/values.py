"""A value for a parameter: an example, a default, a choice, or the simplest one that its schema allows."""

from collections.abc import Iterator
from typing import Final

from service_standard.checker.documents import part
from service_standard.checker.examples import examples_of
from service_standard.checker.rule import NotJudged
from service_standard.checker.schemas import Compiled
from service_standard.contract import Json, Node

_SIMPLE: Final[tuple[Json, ...]] = (
    1,
    "1",
    "a",
    "example",
    True,
    "2026-01-31",
    "2026-01-31T12:00:00Z",
    "00000000-0000-4000-8000-000000000000",
    "someone@example.com",
    "https://example.com/",
    0.5,
    [],
    ["a"],
    {},
)


def value_of(parameter: Node) -> Json:
    """A value that a parameter may have.

    Raises:
        NotJudged: none is known.
    """
    schema = part(parameter, "schema")
    compiled = Compiled(schema) if schema else None
    for value in _candidates(parameter, schema):
        if compiled is None or compiled.allows(value):
            return value
    raise NotJudged(f"no value for the parameter {parameter.get('name')} is known: give the contract an example")


def _candidates(parameter: Node, schema: Node | None) -> Iterator[Json]:
    yield from (example.value for example in examples_of(parameter))
    if schema is None:
        yield "1"
        return
    yield from (schema.get(word) for word in ("default", "const", "minimum") if word in schema)
    choices = schema.get("enum")
    yield from choices if isinstance(choices, list) else ()
    yield from _SIMPLE
    shortest = schema.get("minLength")
    yield "a" * shortest if isinstance(shortest, int) else ""
