"""A stream of events on a real outbox, relays that deliver it, and a sink that keeps what it is handed."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from service_standard.database import Database, UniqueViolation
from service_standard.events.event import Event
from service_standard.events.outbox import INSERT, Outbox, entry
from service_standard.events.parking import Parking
from service_standard.events.relay import Relay
from service_standard.identity import new_id, now_ns, timestamp
from service_standard.sinks.delivery import Accepted, NotNow, Outcome, Outgoing

DEADLINE: Final = 20.0
LEASE_SECONDS: Final = 1.0
ENTER: Final = "INSERT INTO outbox (event_id, type, partition_key, envelope, recorded_at) VALUES ($1, $2, $3, $4, $5)"


def event(key: str, version: int = 1) -> Event:
    """An event of a key, as a change would record it."""
    event_id = new_id(now_ns())
    attributes = {"specversion": "1.0", "id": event_id, "source": "urn:test", "type": "order.updated"}
    envelope = {**attributes, "partitionkey": key, "data": {"version": version}}
    return Event(event_id, "order.updated", key, json.dumps(envelope).encode())


class Recorder:
    """A sink that judges each event as it is told, and keeps what it accepted in `accepted`, what it saw in `waves`."""

    def __init__(self, name: str = "recorder") -> None:
        self.name = name
        self.judge: Callable[[Outgoing], Outcome] = lambda _: Accepted()
        self.gate = asyncio.Event()
        self.gate.set()
        self.accepted: list[Outgoing] = []
        self.waves: list[list[Outgoing]] = []
        self.is_open = False
        self._changed = asyncio.Condition()

    async def start(self) -> None:
        self.is_open = True

    async def aclose(self) -> None:
        self.is_open = False

    async def deliver(self, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
        async with self._changed:
            self.waves.append([*wave])
            self._changed.notify_all()
        await self.gate.wait()
        outcomes = [self.judge(event) for event in wave]
        async with self._changed:
            self.accepted += [e for e, outcome in zip(wave, outcomes, strict=True) if isinstance(outcome, Accepted)]
            self._changed.notify_all()
        return outcomes

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits until something about this sink is so."""
        async with asyncio.timeout(DEADLINE), self._changed:
            await self._changed.wait_for(condition)

    async def has(self, count: int) -> list[str]:
        """The ids of what it accepted, once they are so many."""
        await self.until(lambda: len(self.accepted) >= count)
        return [event.id for event in self.accepted]

    def of_key(self, key: str) -> list[str]:
        """The ids of what it accepted of one key, in the order in which they came."""
        return [event.id for event in self.accepted if event.key == key]


class Stream:
    """A database as those use it who record events, and those who relay them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.outbox = Outbox(database)
        self.parking = Parking(database)

    async def record(self, *keys: str, version: int = 1) -> list[str]:
        """The ids of new events of these keys, all committed in one transaction."""
        events = [event(key, version) for key in keys]
        rows = [entry(each, timestamp(now_ns())) for each in events]
        await self.database.transact(lambda transaction: transaction.write([(INSERT, rows)]))
        return [each.id for each in events]

    async def roll_back(self, key: str) -> None:
        """Records an event and takes it back; an id of the outbox is used up."""
        row = entry(event(key), timestamp(now_ns()))
        try:
            await self.database.transact(lambda transaction: transaction.write([(INSERT, [row, row])]))
        except UniqueViolation:
            return
        raise AssertionError("one event was recorded twice")

    async def sequenced(self) -> list[Outgoing]:
        """Everything that has a position, once everything has one."""
        while await self.outbox.sequence():
            continue
        return await self.outbox.after(0, 1_000_000)

    @asynccontextmanager
    async def relaying(self, *sinks: Recorder, seconds: float = LEASE_SECONDS) -> AsyncIterator[Relay]:
        """A relay at work."""
        relay = Relay(self.database, sinks, seconds)
        await relay.start()
        try:
            yield relay
        finally:
            await relay.aclose()

    async def delivered(self, sink: Recorder, count: int) -> list[str]:
        """What the sink accepted from a relay of its own, once it has so many events."""
        async with self.relaying(sink):
            return await sink.has(count)

    async def cursor(self, sink: str) -> int:
        """The position that is written down for a sink."""
        rows = await self.database.fetch("SELECT position FROM sink_cursors WHERE sink = $1", sink)
        return int(rows[0][0] or 0)


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Waits until something that only the database can tell is so."""
    async with asyncio.timeout(DEADLINE):
        while not await condition():  # noqa: ASYNC110 the database tells nobody
            await asyncio.sleep(0.02)


OUT: Final = NotNow("the test says so")
