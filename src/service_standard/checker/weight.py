"""Which schemas a validator has to try on one value: rings of them have no end, and doubled ones no end in time."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, cast

from service_standard.contract import ContractError, Json, Node
from service_standard.contract.document import walk

LISTS: Final = frozenset({"allOf", "anyOf", "oneOf"})
SINGLE: Final = ("not", "if", "then", "else")
HEAVIEST: Final = 10_000


def refuse_heavy(root: Node) -> None:
    """Nothing stops a validator in native code once it has begun, so such a document is told before.

    Raises:
        ContractError: more than 10,000 schemas are tried on one value.
    """
    known: dict[int, int] = {}
    for schema in _composed(root):
        if _is_heavy(schema, known):
            raise ContractError([f"{schema.file.name}: more than {HEAVIEST} schemas are tried on one value"])


def _composed(root: Node) -> Iterator[Node]:
    """Each schema that is made of others, in each file; its place is told by the file alone."""
    for path, file in root.files.items():
        found = (schema for schema in walk(cast("Json", file)) if not LISTS.isdisjoint(schema))
        yield from (replace(root, file=path, pointer="", value=schema) for schema in found)


def made_of_themselves(root: Node) -> Iterator[Node]:
    """Schemas that are tried on a value again before they are done with it; one of each ring."""
    done: set[int] = set()
    for name, schema in _named(root):
        if _leads_back(schema, [], done):
            yield replace(schema, pointer=f"/components/schemas/{name}")


def _named(root: Node) -> Iterator[tuple[str, Node]]:
    components = root.value.get("components") if isinstance(root.value, dict) else None
    schemas = components.get("schemas") if isinstance(components, dict) else None
    for name, value in schemas.items() if isinstance(schemas, dict) else ():
        yield name, replace(root, pointer="", value=value)


def _leads_back(schema: Node, way: list[int], done: set[int]) -> bool:
    key = id(schema.value)
    if key in way:
        return True
    if key in done:
        return False
    done.add(key)
    return any(_leads_back(other, [*way, key], done) for other in _beside(schema))


def _is_heavy(schema: Node, known: dict[int, int]) -> bool:
    try:
        return _weight(schema, known) > HEAVIEST
    except RecursionError:
        return True


def _weight(schema: Node, known: dict[int, int]) -> int:
    """Of a schema and all that are tried with it; a ring counts once."""
    key = id(schema.value)
    if key not in known:
        known[key] = 0
        known[key] = min(1 + sum(_weight(other, known) for other in _beside(schema)), HEAVIEST + 1)
    return known[key]


def _beside(schema: Node) -> Iterator[Node]:
    members = schema.value if isinstance(schema.value, dict) else {}
    listed = [members.get(word) for word in LISTS]
    values = [members.get(word) for word in SINGLE] + [one for some in listed if isinstance(some, list) for one in some]
    yield from (replace(schema, value=value) for value in values if isinstance(value, dict))
    reference = members.get("$ref")
    if isinstance(reference, str):
        yield from _referred(schema, reference)


def _referred(schema: Node, reference: str) -> Iterator[Node]:
    """Nothing for a reference that leads nowhere, which is told elsewhere."""
    try:
        yield schema.at(reference)
    except ContractError:
        return
