"""Cursors: how far each sink is, as those see it who do not lead it, and the way back."""

from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias, cast

from service_standard.database import Database, Transaction
from service_standard.identity import now_ns, timestamp

_ALL: Final = "SELECT sink, position, epoch, owner, lease_until FROM sink_cursors ORDER BY sink"
_POSITION: Final = "SELECT position FROM sink_cursors WHERE sink = $1"
# The raised epoch fences whoever leads; the free lease lets the same relay, or another, go on from the new place.
_REWIND: Final = (
    "UPDATE sink_cursors SET position = $2, epoch = epoch + 1, owner = NULL, lease_until = NULL WHERE sink = $1"
)

_Columns: TypeAlias = "tuple[str, int, int, str | None, str | None]"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a sink is, which relay leads it if one does, and how often the lead was taken."""

    sink: str
    position: int
    epoch: int
    leader: str | None


class Cursors:
    """The cursors of all sinks that a relay ever led, whether the settings still name them or not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Cursor]:
        now = timestamp(now_ns())
        rows = cast("list[_Columns]", await self._database.fetch(_ALL))
        return [
            Cursor(sink, position, epoch, owner if until and until >= now else None)
            for sink, position, epoch, owner, until in rows
        ]

    async def rewind(self, sink: str, position: int) -> int | None:
        """Moves a cursor back to `position`, never forward; returns where it was, None if there is no such sink."""
        return await self._database.transact(partial(self._rewind, sink, position))

    async def _rewind(self, sink: str, position: int, transaction: Transaction) -> int | None:
        rows = await transaction.fetch(_POSITION + self._database.row_lock, sink)
        if not rows:
            return None
        before = cast("int", rows[0][0])
        if position <= before:
            await transaction.fetch(_REWIND, sink, position)
        return before
