"""How long an event takes from its commit to its sink, in the embedded default: SQLite, the relay in the process.

    python -m bench.commit_to_delivery [--events 6000] [--rate 200]

The path is the service's own - write queue, outbox, bell, relay - without HTTP before or behind it.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Final

from opentelemetry.trace import NoOpTracer

from orders.migrations import VERSIONS
from service_standard.binding.reply import Reply
from service_standard.database import Transaction, database_of
from service_standard.events.event import Event
from service_standard.events.relay import Announcer, Relay
from service_standard.identity import new_id, now_ns, timestamp
from service_standard.migrations.apply import migrate
from service_standard.settings import Settings
from service_standard.sinks.delivery import Accepted, Outcome, Outgoing
from service_standard.writes.queue import Change, Decision, WriteQueue

EVENTS: Final = 6000
RATE: Final = 200
LEASE_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Latencies:
    """Milliseconds from the commit to the delivery."""

    p50: float
    p99: float
    highest: float

    def __str__(self) -> str:
        return f"p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms, highest {self.highest:.1f} ms"


class Clock:
    """A sink that notes when each event comes."""

    name: Final = "clock"

    def __init__(self, events: int) -> None:
        self.came: dict[str, float] = {}
        self.done = asyncio.Event()
        self._events = events

    async def start(self) -> None:
        """There is nothing to prepare."""

    async def aclose(self) -> None:
        """There is nothing to give back."""

    async def deliver(self, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
        now = time.perf_counter()
        for event in wave:
            self.came.setdefault(event.id, now)
        if len(self.came) == self._events:
            self.done.set()
        return [Accepted()] * len(wave)


async def measured(settings: Settings, events: int, rate: int) -> Latencies:
    """Records `rate` events a second, each at its time however long the others take; the database must be migrated."""
    database = database_of(settings)
    await database.start()
    sink = Clock(events)
    relay = Relay(database, [sink], LEASE_SECONDS)
    announcer = Announcer(database, relay.committed)
    queue: WriteQueue[None] = WriteQueue(
        database, _nothing, lambda _: announcer.committed(), lambda _: None, NoOpTracer()
    )
    await relay.start()
    try:
        committed = await _record(queue, events, rate)
        await sink.done.wait()
    finally:
        await queue.aclose()
        await relay.aclose()
        await database.aclose()
    return _latencies([sink.came[event_id] - at for event_id, at in committed])


async def _record(queue: WriteQueue[None], events: int, rate: int) -> list[tuple[str, float]]:
    """The ids of the events, and when whoever recorded each was told of its commit."""
    began = time.perf_counter()

    async def record(number: int) -> tuple[str, float]:
        await asyncio.sleep(began + number / rate - time.perf_counter())
        event = _event()
        await queue.submit(Change(lambda _: _decision(event)))
        return event.id, time.perf_counter()

    return await asyncio.gather(*map(record, range(events)))


def _event() -> Event:
    event_id, key = new_id(now_ns()), new_id(now_ns())
    envelope = {"specversion": "1.0", "id": event_id, "source": "urn:bench", "type": "order.created", "data": {}}
    return Event(event_id, "order.created", key, json.dumps(envelope).encode())


def _decision(event: Event) -> Decision[None]:
    return Decision("measured", event.key, None, None, (), [event], Reply(b""), timestamp(now_ns()))


async def _nothing(_: Transaction, __: list[str]) -> dict[str, None]:
    return {}


def _latencies(seconds: Sequence[float]) -> Latencies:
    cuts = quantiles(seconds, n=100)
    return Latencies(cuts[49] * 1000, cuts[98] * 1000, max(seconds) * 1000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--rate", type=int, default=RATE)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as directory:
        url = f"sqlite:///{directory}/orders.db"
        settings = Settings.model_validate({"environment": "development", "database_url": url})
        migrate(settings, VERSIONS)
        latencies = asyncio.run(measured(settings, given.events, given.rate))
    print(f"commit to delivery: {latencies} ({given.events:,} events, {given.rate}/s, SQLite)")


if __name__ == "__main__":
    main()
