"""The audit of a stream: what was committed against what arrived, with every duplicate and in the order of arrival."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service_standard.database import Database


@dataclass(frozen=True)
class Place:
    """Which event of its key an event is, counted from 1."""

    key: str
    version: int


@dataclass(frozen=True)
class Audit:
    """How many events were committed, and what is wrong with those that arrived.

    After dropping duplicates, an event is inverted if it did not follow the event of its key just before it.
    """

    committed: int
    duplicates: int
    lost: int
    phantom: int
    inverted: int

    @property
    def faults(self) -> int:
        return self.lost + self.phantom + self.inverted

    def __str__(self) -> str:
        wrong = f"lost {self.lost}, inverted {self.inverted}, phantom {self.phantom}"
        return f"committed {self.committed:,}, duplicates {self.duplicates:,}, {wrong}"


async def committed(database: Database) -> dict[str, Place]:
    """The place of every event in the outbox, by its id."""
    rows = await database.fetch("SELECT event_id, partition_key, envelope FROM outbox")
    return {str(row[0]): Place(str(row[1]), json.loads(str(row[2]))["data"]["version"]) for row in rows}


def audit(places: Mapping[str, Place], arrived: Sequence[str]) -> Audit:
    """The audit of the ids that arrived."""
    once = list(dict.fromkeys(arrived))
    known = [places[event_id] for event_id in once if event_id in places]
    return Audit(
        committed=len(places),
        duplicates=len(arrived) - len(once),
        lost=len(places) - len(known),
        phantom=len(once) - len(known),
        inverted=_inverted(known),
    )


def _inverted(places: Iterable[Place]) -> int:
    reached: Counter[str] = Counter()
    count = 0
    for place in places:
        count += place.version != reached[place.key] + 1
        reached[place.key] = place.version
    return count


def ids(contents: Iterable[bytes]) -> list[str]:
    """The ids of events that arrived as structured CloudEvents."""
    return [str(json.loads(content)["id"]) for content in contents]
