"""Retention: what has served its purpose is forgotten, a thousand rows in a transaction."""

from typing import Final, cast

from service_standard.database import Database
from service_standard.events.outbox import Outbox
from service_standard.identity import now_ns, timestamp
from service_standard.inbox import inbox
from service_standard.settings import Settings
from service_standard.writes import idempotency

_DAY_NS: Final = 86_400_000_000_000
_SLOWEST: Final = "SELECT coalesce(min(position), 0) FROM sink_cursors"


class Retention:
    """Forgets idempotency records, events that every sink has, and inbox rows that are done."""

    def __init__(self, database: Database, outbox: Outbox, settings: Settings) -> None:
        self._database = database
        self._outbox = outbox
        self._settings = settings

    async def prune(self) -> None:
        """One round."""
        before = timestamp(now_ns() - int(self._settings.event_retention_days * _DAY_NS))
        await idempotency.prune(self._database, self._settings.idempotency_hours)
        await self._outbox.prune(before, await self._up_to())
        await inbox.prune(self._database, before)

    async def _up_to(self) -> int:
        """The slowest sink's position: what a sink has not got yet is kept, however old, unless told otherwise."""
        if self._settings.event_retention_past_cursors or not self._settings.event_sinks:
            return (await self._outbox.backlog()).head
        # A sink without a cursor has got nothing: its relay has never run.
        rows = await self._database.fetch(_SLOWEST)
        return cast("int", rows[0][0])
