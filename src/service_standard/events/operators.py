"""What operators see and mend: parked events, of sinks and of the inbox, and the cursors of sinks."""

from dataclasses import dataclass
from typing import Final

from service_standard.database import Database
from service_standard.events.cursors import Cursors
from service_standard.events.outbox import Outbox
from service_standard.events.parking import Parked, Parking
from service_standard.inbox.parking import InboxParking

INBOX: Final = "inbox"


class Declined(Exception):
    """What was asked for cannot be done; nothing was changed, and the message says why."""


@dataclass(frozen=True, slots=True)
class Held:
    """A parked event; `place` is its position or, in the inbox, its source; there it has no key."""

    sink: str
    place: str
    event_id: str
    key: str
    since: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rewound:
    """From where to where a cursor was moved."""

    before: int
    now: int


class Desk:
    """Where operators ask for things, while the service and its relays run or not; `sink` may be the inbox."""

    def __init__(self, database: Database) -> None:
        self._parking = Parking(database)
        self._inbox = InboxParking(database)
        self._cursors = Cursors(database)
        self._outbox = Outbox(database)

    async def parked(self, limit: int) -> list[Held]:
        """What is parked: at most `limit` events of the sinks, and as many of the inbox."""
        outbound = [_held(event) for event in await self._parking.listed(limit)]
        inbound = await self._inbox.listed(limit)
        return outbound + [Held(INBOX, e.source, e.event_id, "", e.received_at, e.reason) for e in inbound]

    async def retry(self, sink: str, key: str | None, event_id: str | None) -> int:
        """Has parked events tried again, all or those of a key (sink) or with an id (inbox); returns how many.

        Raises:
            Declined: there is no such sink, or nothing is parked that was named, or it was named in the wrong way.
        """
        if sink == INBOX:
            _decline_if(key is not None, "events of the inbox have no key: name one by --event")
            count = await self._inbox.retry(event_id)
        else:
            await self._require(sink)
            _decline_if(event_id is not None, "a sink's events keep their order: name them by --key")
            count = await self._parking.retry(sink, key)
        _decline_if(not count and (key or event_id) is not None, f"nothing of that name can be retried for {sink}")
        return count

    async def discard(self, sink: str, event_id: str) -> list[Held]:
        """Gives up a parked event for good, and returns it; in the inbox several sources may have used its id.

        Raises:
            Declined: there is no such sink, or no such event is parked for it.
        """
        if sink == INBOX:
            sources = await self._inbox.discard(event_id)
            discarded = [Held(INBOX, source, event_id, "", "", "") for source in sources]
        else:
            await self._require(sink)
            event = await self._parking.discard(sink, event_id)
            discarded = [_held(event)] if event else []
        _decline_if(not discarded, f"no event of that id is parked for {sink}")
        return discarded

    async def rewind(self, sink: str, position: int) -> Rewound:
        """Has everything after `position` delivered again; who led the sink is fenced.

        Raises:
            Declined: there is no such sink, or it is not that far.
        """
        before = await self._cursors.rewind(sink, position)
        if before is None:
            raise await self._unknown()
        _decline_if(position > before, f"{sink} is at {before}: a cursor is only moved back")
        return Rewound(before, position)

    async def position_of(self, event_id: str) -> int:
        """Where an event is in the stream.

        Raises:
            Declined: it is not there.
        """
        position = await self._outbox.position_of(event_id)
        if position is None:
            raise Declined("the stream has no event of that id: it was pruned, has no position yet, or never was")
        return position

    async def _require(self, sink: str) -> None:
        if sink not in await self._sinks():
            raise await self._unknown()

    async def _unknown(self) -> Declined:
        known = ", ".join(await self._sinks()) or "none"
        return Declined(f"there is no sink of that name; those that a relay has led: {known}")

    async def _sinks(self) -> list[str]:
        return [cursor.sink for cursor in await self._cursors.all()]


def _held(event: Parked) -> Held:
    return Held(event.sink, str(event.position), event.event_id, event.key, event.parked_at, event.reason)


def _decline_if(condition: bool, reason: str) -> None:  # noqa: FBT001 the condition is what this function is about
    if condition:
        raise Declined(reason)
