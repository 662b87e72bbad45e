"""The outbox: events wait in the table that was written in the transaction of the change that they announce.

They are read in the order of their positions. An id is taken before its transaction commits, so on PostgreSQL, where
many write at once, reading by id would pass over events that commit late. There the sequencer gives each entry its
position after the commit. SQLite has one writer, so ids are taken in the order of commits: the id is the position.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from service_standard.database import Database, Row, Transaction, inserting
from service_standard.events.event import Event
from service_standard.sinks.delivery import Outgoing

INSERT: Final = inserting("outbox", "event_id, type, partition_key, envelope, recorded_at")
# So few that a busy database is done with them well within its time-out: what is rolled back then would be tried again.
MOST_SEQUENCED: Final = 1000

_LOCK_HEAD: Final = "SELECT last_position FROM outbox_head WHERE id = 1 FOR UPDATE"
# Two statements at READ COMMITTED: as one, it would see the head from before it had the lock.
_SEQUENCE: Final = """
WITH n AS MATERIALIZED (
    SELECT id, row_number() OVER (ORDER BY id) AS rank
    FROM (SELECT id FROM outbox WHERE position IS NULL ORDER BY id LIMIT $1) AS unsequenced
), u AS (
    UPDATE outbox SET position = $2 + n.rank FROM n WHERE outbox.id = n.id AND outbox.position IS NULL RETURNING 1
)
UPDATE outbox_head SET last_position = last_position + (SELECT count(*) FROM u) WHERE id = 1 RETURNING last_position
"""


def entry(event: Event, at: str) -> Row:
    """The outbox entry of an event, for INSERT."""
    return (event.id, event.type, event.key, event.envelope.decode(), at)


@dataclass(frozen=True, slots=True)
class Backlog:
    """The newest position, and how many events have none yet."""

    head: int
    unsequenced: int


class Outbox:
    """Reads the outbox, in the order of positions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sequenced = database.commits_out_of_order
        # On SQLite the column `position` stays empty: what it would hold is the id.
        position = "position" if self._sequenced else "id"
        columns = f"{position}, event_id, type, partition_key, envelope"
        self._after = f"SELECT {columns} FROM outbox WHERE {position} > $1 ORDER BY {position} LIMIT $2"  # noqa: S608 constants only
        self._at = f"SELECT {columns} FROM outbox WHERE {position} = $1"  # noqa: S608 constants only
        self._find = f"SELECT {position} FROM outbox WHERE event_id = $1 AND {position} IS NOT NULL"  # noqa: S608 constants only
        # Not the greatest position in the table: that one may have been pruned.
        self._head = _LAST_POSITION if self._sequenced else _LAST_ID
        self._recorded = f"SELECT recorded_at FROM outbox WHERE {position} > $1 ORDER BY {position} LIMIT 1"  # noqa: S608 constants only
        self._prune = (
            f"DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE recorded_at < $1 AND {position} <= $2 "  # noqa: S608 constants only
            f"AND {position} NOT IN (SELECT position FROM parked) ORDER BY id LIMIT 1000) RETURNING id"
        )

    async def sequence(self) -> int:
        """Gives positions to what has committed; returns how many, and 0 when nothing is left."""
        # The look costs nothing; the transaction would write, whether there is something to sequence or not.
        if not self._sequenced or not await self._database.fetch(_ANY_UNSEQUENCED):
            return 0
        return await self._database.transact(_sequence)

    async def after(self, position: int, limit: int) -> list[Outgoing]:
        """The events after a position, at most `limit`."""
        return [_outgoing(row) for row in await self._database.fetch(self._after, position, limit)]

    async def at(self, position: int) -> Outgoing | None:
        """The event at a position, unless it was pruned."""
        rows = await self._database.fetch(self._at, position)
        return _outgoing(rows[0]) if rows else None

    async def position_of(self, event_id: str) -> int | None:
        """The position of an event, unless it was pruned, never there, or has none yet."""
        rows = await self._database.fetch(self._find, event_id)
        return cast("int", rows[0][0]) if rows else None

    async def backlog(self) -> Backlog:
        head = await self._database.fetch(self._head)
        rows = await self._database.fetch(_UNSEQUENCED) if self._sequenced else [(0,)]
        return Backlog(cast("int", head[0][0]), cast("int", rows[0][0]))

    async def oldest_after(self, position: int) -> str | None:
        """When the first event after a position was recorded; one that has no position yet comes after all others."""
        rows = await self._database.fetch(self._recorded, position)
        if not rows and self._sequenced:
            rows = await self._database.fetch(_OLDEST_UNSEQUENCED)
        return cast("str", rows[0][0]) if rows else None

    async def prune(self, before: str, up_to: int) -> None:
        """Forgets what was recorded before a time, up to a position; what is parked stays."""
        while await self._database.transact(lambda transaction: transaction.fetch(self._prune, before, up_to)):
            continue


_LAST_POSITION: Final = "SELECT last_position FROM outbox_head WHERE id = 1"
_LAST_ID: Final = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox'"
_ANY_UNSEQUENCED: Final = "SELECT 1 FROM outbox WHERE position IS NULL LIMIT 1"
_UNSEQUENCED: Final = "SELECT count(*) FROM outbox WHERE position IS NULL"
_OLDEST_UNSEQUENCED: Final = "SELECT recorded_at FROM outbox WHERE position IS NULL ORDER BY id LIMIT 1"


def published(position: int, envelope: str) -> bytes:
    """An event as it goes out: the recorded envelope with its `sequence`."""
    return f'{{"sequence":"{position:020d}",{envelope[1:]}'.encode()


async def _sequence(transaction: Transaction) -> int:
    last = cast("int", (await transaction.fetch(_LOCK_HEAD))[0][0])
    rows: Sequence[Row] = await transaction.fetch(_SEQUENCE, MOST_SEQUENCED, last)
    return cast("int", rows[0][0]) - last


def _outgoing(row: Row) -> Outgoing:
    position, event_id, event_type, key, envelope = cast("tuple[int, str, str, str, str]", tuple(row))
    return Outgoing(position, event_id, event_type, key, published(position, envelope))
