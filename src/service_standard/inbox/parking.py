"""Parked events of the inbox: what came in and can have no effect, until an operator decides."""

from dataclasses import dataclass
from typing import Final, cast

from service_standard.database import Database
from service_standard.identity import now_ns, timestamp
from service_standard.inbox.inbox import UNREADABLE

# What is done has no next attempt. As a range, the condition is one that the index answers on every database.
_HELD: Final = "next_attempt_at >= ''"
_COUNTS: Final = f"SELECT outcome, count(*) FROM inbox WHERE {_HELD} GROUP BY outcome"  # noqa: S608 constants only
_LISTED: Final = (
    f"SELECT source, event_id, type, reason, received_at FROM inbox WHERE {_HELD} AND outcome = 'parked' "  # noqa: S608 constants only
    "ORDER BY received_at, source, event_id LIMIT $1"
)
_RETRY: Final = (
    "UPDATE inbox SET outcome = 'waiting', attempts = 0, next_attempt_at = $2 "
    "WHERE outcome = 'parked' AND type <> $3 AND ($1 = '' OR event_id = $1) RETURNING 1"
)
_DISCARD: Final = (
    "UPDATE inbox SET outcome = 'done', next_attempt_at = NULL, reason = 'discarded', envelope = NULL "
    "WHERE outcome = 'parked' AND event_id = $1 RETURNING source"
)


@dataclass(frozen=True, slots=True)
class ParkedInbound:
    """One event that is parked in the inbox."""

    source: str
    event_id: str
    type: str
    reason: str
    received_at: str


class InboxParking:
    """The inbox as an operator sees it: what waits there, and what is parked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self) -> tuple[int, int]:
        """How many events wait for their time, and how many are parked."""
        counts = {str(row[0]): cast("int", row[1]) for row in await self._database.fetch(_COUNTS)}
        return counts.get("waiting", 0), counts.get("parked", 0)

    async def listed(self, limit: int) -> list[ParkedInbound]:
        rows = await self._database.fetch(_LISTED, limit)
        return [ParkedInbound(*row) for row in rows]  # type: ignore[arg-type] # the columns above

    async def retry(self, event_id: str | None) -> int:
        """Lets parked events wait again, due now and with all their attempts; returns how many.

        What could not be read as an event stays parked: it is none, however often it is tried.
        """
        values = (event_id or "", timestamp(now_ns()), UNREADABLE)
        return len(await self._database.transact(lambda transaction: transaction.fetch(_RETRY, *values)))

    async def discard(self, event_id: str) -> list[str]:
        """Gives up what is parked under an id, and returns whose it was; delivered again, it still does nothing."""
        rows = await self._database.transact(lambda transaction: transaction.fetch(_DISCARD, event_id))
        return [str(row[0]) for row in rows]
