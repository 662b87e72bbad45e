"""Parked events: what a sink refused for good, and the later events of the same key, until an operator decides.

A refused event stands until it is to be tried again or given up; what waits behind it goes as soon as it does not stand
any more. So an event may go (`retry` is 1) if no event of its key before it, nor it itself, has to stand (0).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from service_standard.database import Database, Row
from service_standard.events.waves import Batch
from service_standard.identity import now_ns, timestamp
from service_standard.sinks.delivery import Outgoing

_COLUMNS: Final = "sink, position, event_id, partition_key, reason, parked_at, retry"
# What was parked already, and comes again because a relay ended before it wrote its cursor, stays as it is.
_PARK: Final = (
    f"INSERT INTO parked ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (sink, position) DO NOTHING"  # noqa: S608 constants only
)
_KEYS: Final = "SELECT DISTINCT partition_key FROM parked WHERE sink = $1"
_LISTED: Final = f"SELECT {_COLUMNS} FROM parked ORDER BY sink, position LIMIT $1"  # noqa: S608 constants only
_TO_RETRY: Final = """
SELECT parked.position FROM parked LEFT JOIN (
    SELECT partition_key, min(position) AS position FROM parked WHERE sink = $1 AND retry = 0 GROUP BY partition_key
) AS standing ON standing.partition_key = parked.partition_key
WHERE parked.sink = $1 AND (standing.position IS NULL OR parked.position < standing.position)
ORDER BY parked.position LIMIT $2
"""
_UNPARK: Final = "DELETE FROM parked WHERE sink = $1 AND position = $2"
_STAND: Final = "UPDATE parked SET retry = 0, reason = $3 WHERE sink = $1 AND position = $2"
_RETRY: Final = "UPDATE parked SET retry = 1 WHERE sink = $1 AND ($2 = '' OR partition_key = $2) RETURNING 1"
_DISCARD: Final = f"DELETE FROM parked WHERE sink = $1 AND event_id = $2 RETURNING {_COLUMNS}"  # noqa: S608 constants only
_COUNT: Final = "SELECT sink, count(*) FROM parked GROUP BY sink"

_STANDS: Final = 0
_MAY_GO: Final = 1


@dataclass(frozen=True, slots=True)
class Parked:
    """One parked event of one sink; `retry` is 0 for one that was refused and that nobody asked to try again."""

    sink: str
    position: int
    event_id: str
    key: str
    reason: str
    parked_at: str
    retry: int


class Parking:
    """The parked events of all sinks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keys(self, sink: str) -> set[str]:
        """The keys whose events have to be parked as they come."""
        return {str(row[0]) for row in await self._database.fetch(_KEYS, sink)}

    async def to_retry(self, sink: str, limit: int) -> list[int]:
        """The positions to be tried again, in the order of the stream."""
        return [cast("int", row[0]) for row in await self._database.fetch(_TO_RETRY, sink, limit)]

    async def listed(self, limit: int) -> list[Parked]:
        return list(map(_parked, await self._database.fetch(_LISTED, limit)))

    async def counts(self) -> dict[str, int]:
        """How many events are parked, by sink."""
        return {str(row[0]): cast("int", row[1]) for row in await self._database.fetch(_COUNT)}

    async def retry(self, sink: str, key: str | None) -> int:
        """Asks for another attempt at all parked events of a sink, or of one key of it; returns how many."""
        return len(await self._database.transact(lambda transaction: transaction.fetch(_RETRY, sink, key or "")))

    async def discard(self, sink: str, event_id: str) -> Parked | None:
        """Gives up one parked event for good, which frees what waits behind it; returns it, if there was one."""
        rows = await self._database.transact(lambda transaction: transaction.fetch(_DISCARD, sink, event_id))
        return _parked(rows[0]) if rows else None


def parked(sink: str, batch: Batch) -> list[tuple[str, Row]]:
    """What parks a batch's refused events and those behind them."""
    at = timestamp(now_ns())

    def row(event: Outgoing, reason: str, retry: int) -> Row:
        return (sink, event.position, event.id, event.key, reason, at, retry)

    rows = [row(event, reason, _STANDS) for event, reason in batch.refused]
    rows += [row(event, reason, _MAY_GO) for event, reason in batch.behind]
    return [(_PARK, row) for row in rows]


def retried(sink: str, batch: Batch) -> list[tuple[str, Row]]:
    """What forgets the parked events of a batch that were accepted after all, and has stand what was refused again."""
    forgotten: Sequence[tuple[str, Row]] = [(_UNPARK, (sink, event.position)) for event in batch.accepted]
    return [*forgotten, *((_STAND, (sink, event.position, reason)) for event, reason in batch.refused)]


def _parked(row: Row) -> Parked:
    return Parked(*row)  # type: ignore[arg-type] # the columns above
