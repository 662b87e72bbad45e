"""A sink's cursor under a lease: one relay leads a sink at a time, and one that lost the lead cannot move the cursor.

Whoever takes the lease raises the epoch. Every later write names owner and epoch and changes nothing once another has
taken over, so that a leader that was frozen finds itself fenced when it thaws.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from service_standard.database import Database, Row, Transaction
from service_standard.identity import now_ns, timestamp

_INTRODUCE: Final = "INSERT INTO sink_cursors (sink, position, epoch) VALUES ($1, 0, 0) ON CONFLICT (sink) DO NOTHING"
_TAKE: Final = (
    "UPDATE sink_cursors SET owner = $2, epoch = epoch + 1, lease_until = $3 "
    "WHERE sink = $1 AND (lease_until IS NULL OR lease_until < $4 OR owner = $2) RETURNING epoch, position"
)
_KEEP: Final = (
    "UPDATE sink_cursors SET position = $4, lease_until = $5 WHERE sink = $1 AND owner = $2 AND epoch = $3 RETURNING 1"
)
_RELEASE: Final = (
    "UPDATE sink_cursors SET position = $4, owner = NULL, lease_until = NULL "
    "WHERE sink = $1 AND owner = $2 AND epoch = $3 RETURNING 1"
)


class LeadLost(Exception):
    """Another relay leads, or may lead, the sink by now."""


@dataclass(slots=True)
class Lead:
    """The lead of a sink: the position of its cursor, and until when (monotonic clock) it certainly holds."""

    epoch: int
    position: int
    until: float


class Lease:
    """Takes, keeps and releases the lead of one sink. Clocks of replicas may differ by a fraction of `seconds`."""

    def __init__(
        self, database: Database, sink: str, owner: str, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._sink = sink
        self._owner = owner
        self._clock = clock
        self.seconds = seconds

    async def take(self) -> Lead | None:
        """The lead, unless another holds it; a sink that is new begins at the beginning of the stream."""
        began = self._clock()
        values = (self._sink, self._owner, self._end(), timestamp(now_ns()))

        async def work(transaction: Transaction) -> list[Row]:
            await transaction.fetch(_INTRODUCE, self._sink)
            return await transaction.fetch(_TAKE, *values)

        rows = await self._database.transact(work)
        if not rows:
            return None
        epoch, position = cast("tuple[int, int]", tuple(rows[0]))
        return Lead(epoch, position, began + self.seconds)

    async def keep(self, lead: Lead, writes: Sequence[tuple[str, Row]] = ()) -> None:
        """Writes the cursor and what else is to be written by a leader only, and prolongs the lead.

        Raises:
            LeadLost: another has taken it; nothing was written.
        """
        began = self._clock()
        values = (self._sink, self._owner, lead.epoch, lead.position, self._end())

        async def work(transaction: Transaction) -> None:
            if not await transaction.fetch(_KEEP, *values):
                raise LeadLost
            for statement, row in writes:
                await transaction.fetch(statement, *row)

        await self._database.transact(work)
        lead.until = began + self.seconds

    async def release(self, lead: Lead) -> None:
        """Writes the cursor and gives the lead to whoever asks first; nothing happens if it is lost."""
        values = (self._sink, self._owner, lead.epoch, lead.position)
        await self._database.transact(lambda transaction: transaction.fetch(_RELEASE, *values))

    def require(self, lead: Lead) -> None:
        """Returns while the lead certainly holds; a process that slept through its end finds out here.

        Raises:
            LeadLost: it may have ended.
        """
        if self._clock() >= lead.until:
            raise LeadLost

    def _end(self) -> str:
        return timestamp(now_ns() + int(self.seconds * 1_000_000_000))
