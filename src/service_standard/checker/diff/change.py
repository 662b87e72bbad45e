"""One change between two versions of a contract: its rule, where it is, and whom it breaks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from service_standard.checker.diff.kinds import EFFECTS, Kind
from service_standard.checker.diff.shape import canonical
from service_standard.contract import Json, Node


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one fact; `where` names each operation or event that feels it, with the field.

    `node` is the place in the newer document, or in the older one for a fact that is gone.
    """

    kind: Kind
    where: tuple[str, ...]
    old: Json
    new: Json
    node: Node


def grouped(changes: Iterable[Change]) -> list[Change]:
    """Each change once, however many operations feel it; those that break come first."""
    found: dict[tuple[str, ...], Change] = {}
    for change in changes:
        key = (change.kind.id, change.node.uri, canonical(change.old), canonical(change.new))
        before = found.get(key)
        where = (*before.where, *change.where) if before else change.where
        found[key] = replace(change, where=tuple(dict.fromkeys(where)))
    return sorted(found.values(), key=lambda change: EFFECTS.index(change.kind.effect))
