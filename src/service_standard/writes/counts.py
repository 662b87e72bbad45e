"""Counts that are kept as things change, so that asking how many there are costs the same however many there are.

They are written in the transaction of the change that they count. Each process has a slot of its own, as far as there
are enough, so that transactions of different processes seldom wait for the same row; a count is the sum of its slots.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias, cast

from service_standard.database import Database, Row, Statement

SLOTS: Final = 8
ADD: Final = Statement(
    # SQLite would take ON for the condition of a join, were there no WHERE.
    "INSERT INTO counts (name, kind, slot, amount) SELECT name, kind, slot, amount FROM given WHERE true"
    " ON CONFLICT (name, kind, slot) DO UPDATE SET amount = counts.amount + excluded.amount",
    "name, kind, slot, amount",
    {"slot": "integer", "amount": "bigint"},
)
_SUMS: Final = "SELECT kind, CAST(sum(amount) AS BIGINT) FROM counts WHERE name = $1 GROUP BY kind ORDER BY kind"
_SUMS_WITHIN: Final = (
    "SELECT name, kind, CAST(sum(amount) AS BIGINT) FROM counts WHERE name >= $1 AND name <= $2"
    " GROUP BY name, kind ORDER BY name, kind"
)


class Kind(NamedTuple):
    """One number among those of the same name, as `pending` among `orders`."""

    name: str
    kind: str


Counted: TypeAlias = tuple[Kind, int]


def new_slot() -> int:
    """Where a process keeps what it counts; two that share one wait for each other, and count no less right."""
    return secrets.randbelow(SLOTS)


def rows(counted: Iterable[Counted], slot: int) -> list[Row]:
    """What to add for all of it together, for ADD: sorted, so that no two transactions can wait for each other."""
    sums: Counter[Kind] = Counter()
    for kind, amount in counted:
        sums[kind] += amount
    return [(*kind, slot, amount) for kind, amount in sorted(sums.items()) if amount]


async def counts(database: Database, name: str) -> dict[str, int]:
    """How many there are of each kind."""
    found = await database.fetch(_SUMS, name)
    return {cast("str", kind): cast("int", amount) for kind, amount in found}


async def counts_within(database: Database, first: str, last: str) -> Sequence[tuple[Kind, int]]:
    """How many there are of each kind under the names from the first to the last, in their order."""
    found = await database.fetch(_SUMS_WITHIN, first, last)
    return [(Kind(cast("str", name), cast("str", kind)), cast("int", amount)) for name, kind, amount in found]
