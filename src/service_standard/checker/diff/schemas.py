"""The one walk over two versions of a schema: each pair of places once, so that rings end and walks are short."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Final, TypeAlias

from service_standard.checker.diff import facts, shape
from service_standard.checker.diff.change import Change
from service_standard.checker.diff.facts import Fact
from service_standard.checker.diff.kinds import Side, schema_kind
from service_standard.checker.diff.shape import Parts
from service_standard.contract import ContractError, Node

# The alternatives of a schema, by what people call them.
Choices: TypeAlias = dict[str, list[Parts]]
MOST_PAIRS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Pair:
    """The two versions of one schema, and the field of the body at which they stand."""

    old: Parts
    new: Parts
    field: str = ""

    @property
    def key(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(part.uri for part in self.old), frozenset(part.uri for part in self.new)

    def at(self, old: Parts, new: Parts, name: str) -> "Pair":
        return replace(self, old=old, new=new, field=f"{self.field}/{name}")


@dataclass(slots=True)
class Walk:
    """What is still to be compared, the shallow first: a change is told at the shortest way to it."""

    waiting: deque[Pair]
    seen: set[tuple[frozenset[str], frozenset[str]]] = field(default_factory=set)

    def __iter__(self) -> Iterator[Pair]:
        while self.waiting:
            pair = self.waiting.popleft()
            gathered = replace(pair, old=shape.gathered(pair.old), new=shape.gathered(pair.new))
            if gathered.key not in self.seen:
                self.seen.add(gathered.key)
                yield gathered
            if len(self.seen) > MOST_PAIRS:
                raise ContractError([f"{(pair.old or pair.new)[0].place}: leads to more than {MOST_PAIRS} schemas"])


def of_schemas(old: Node | None, new: Node | None, side: Side, where: str) -> Iterator[Change]:
    """What changed between two schemas, either of which may be missing; `where` names who feels it.

    Raises:
        ContractError: a reference leads nowhere, or the schemas are too many to follow.
    """
    if old is None and new is None:
        return
    anchor = new or old
    for pair, fact in _facts(Pair((old,) if old else (), (new,) if new else ()), side):
        kind = schema_kind(side, fact.facet, fact.verb)
        name = f"/{fact.name}" if fact.name else ""
        node = fact.node or next(iter((*pair.new, *pair.old)), anchor)
        if node is not None:
            yield Change(kind, (f"{where} {pair.field}{name}".rstrip(),), fact.old, fact.new, node)


def _facts(start: Pair, side: Side) -> Iterator[tuple[Pair, Fact]]:
    """Every fact that changed at the start or below it."""
    walk = Walk(deque([start]))
    for pair in walk:
        for fact in _compared(pair, side, walk):
            yield pair, fact


def _compared(pair: Pair, side: Side, walk: Walk) -> Iterator[Fact]:
    if not pair.old or not pair.new:
        yield from facts.of_existence(pair.old, pair.new)
        return
    before, after = shape.alternatives(pair.old), shape.alternatives(pair.new)
    if before or after:
        yield from _choices(before or shape.by_label([pair.old]), after or shape.by_label([pair.new]), pair, walk)
        return
    yield from facts.of_values(pair.old, pair.new)
    yield from facts.of_fields(pair.old, pair.new, is_taken=side.is_taken)
    walk.waiting += _members(pair)


def _members(pair: Pair) -> Iterator[Pair]:
    """The schemas within: of fields that both have, of elements, of further members."""
    old, new = shape.properties(pair.old), shape.properties(pair.new)
    for known in sorted(old.keys() & new.keys()):
        yield pair.at(old[known], new[known], known)
    for word, name in (("items", "*"), ("additionalProperties", "*"), ("propertyNames", "(name)")):
        before, after = shape.under(pair.old, word), shape.under(pair.new, word)
        is_shut = word == "additionalProperties" and (shape.is_closed(pair.old) or shape.is_closed(pair.new))
        if (before or after) and not is_shut:
            yield pair.at(before, after, name)
    heads = [[one for part in parts for one in shape.children(part, "prefixItems")] for parts in (pair.old, pair.new)]
    for index, (first, second) in enumerate(zip_longest(*heads)):
        yield pair.at((first,) if first else (), (second,) if second else (), str(index))


def _choices(old: Choices, new: Choices, pair: Pair, walk: Walk) -> Iterator[Fact]:
    """Alternatives of one name are compared; the others came or went."""
    labels = [*old, *(label for label in new if label not in old)]
    met = [(label, *both) for label in labels for both in zip_longest(old.get(label, []), new.get(label, []))]
    for label, before, after in met:
        if before and after:
            walk.waiting.append(pair.at(before, after, f"({label})"))
        elif before:
            yield Fact("alternative", "narrowed", label, None, before[0])
        else:
            yield Fact("alternative", "widened", None, label, after[0])
