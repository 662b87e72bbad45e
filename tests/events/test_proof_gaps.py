"""Proof: however many write at once and however many of them roll back, readers of the stream miss nothing."""

import asyncio
import random
from contextlib import AsyncExitStack

import asyncpg
import pytest

from service_standard.database import inserting
from service_standard.events.outbox import entry
from service_standard.identity import now_ns, timestamp
from service_standard.settings import Settings
from tests.events.audit import audit, committed
from tests.events.stream import ENTER, Recorder, Stream, event
from tests.figures import Proof
from tests.service import Caller
from tests.storage import opened

pytestmark = [pytest.mark.anyio, pytest.mark.proof]

WRITERS = 16
TRANSACTIONS = 100
ROLLED_BACK = 0.3
LONGEST_PAUSE = 0.01
KEYS = [f"order-{number}" for number in range(8)]
LONG = 300.0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_sixteen_writers_that_roll_back_at_random_lose_nothing(
    stream: Stream, settings: Settings, proof: Proof
) -> None:
    """Two relays sequence at once, the ids of the outbox become visible in any order."""
    await stream.database.transact(lambda t: t.fetch("CREATE TABLE versions (key TEXT PRIMARY KEY, n BIGINT NOT NULL)"))
    rows = [(key, 0) for key in KEYS]
    await stream.database.transact(
        lambda transaction: transaction.write([(inserting("versions", "key, n", n="bigint"), rows)])
    )
    sinks = [Recorder(), Recorder()]
    async with AsyncExitStack() as relays:
        for sink in sinks:
            database = await relays.enter_async_context(opened(settings))
            await relays.enter_async_context(Stream(database).relaying(sink, seconds=LONG))
        url = settings.database_url.get_secret_value()
        rolled_back = sum(await asyncio.gather(*(write(url, random.Random(number)) for number in range(WRITERS))))
        places = await committed(stream.database)
        leader = sinks[0] if sinks[0].waves else sinks[1]
        await leader.has(len(places))
    found = audit(places, [each.id for sink in sinks for each in sink.accepted])
    proof(f"gaps (postgresql): {WRITERS} writers, {rolled_back:,} rolled back, {found}")
    assert found.committed + rolled_back == WRITERS * TRANSACTIONS
    assert (found.faults, found.duplicates) == (0, 0)
    positions = [each.position for each in leader.accepted]
    assert sorted(positions) == list(range(1, len(places) + 1))


async def write(url: str, chance: random.Random) -> int:
    """Makes transactions that each record an event of some order, and takes some back; returns how many."""
    connection = await asyncpg.connect(url)
    rolled_back = 0
    for _ in range(TRANSACTIONS):
        transaction = connection.transaction()
        await transaction.start()
        key = chance.choice(KEYS)
        version = await connection.fetchval("UPDATE versions SET n = n + 1 WHERE key = $1 RETURNING n", key)
        await connection.execute(ENTER, *entry(event(key, version), timestamp(now_ns())))
        # Others record and commit while this one holds its id.
        await asyncio.sleep(chance.random() * LONGEST_PAUSE)
        if chance.random() < ROLLED_BACK:
            await transaction.rollback()
            rolled_back += 1
        else:
            await transaction.commit()
    await connection.close()
    return rolled_back


async def test_sixteen_callers_some_of_them_refused_leave_no_gap_in_the_feed(
    orders: Caller, settings: Settings, proof: Proof
) -> None:
    """Refused changes roll their group back, which is then committed one by one."""
    done = asyncio.Event()
    reader = asyncio.create_task(follow(orders, done))
    refused = sum(await asyncio.gather(*(call(orders, random.Random(number)) for number in range(WRITERS))))
    done.set()
    arrived = await reader
    async with opened(settings) as database:
        places = await committed(database)
        kind = "postgresql" if database.commits_out_of_order else "sqlite"
    found = audit(places, arrived)
    proof(f"gaps (service, {kind}): {WRITERS} callers, {refused} refused, {found}")
    assert refused
    assert (found.faults, found.duplicates) == (0, 0)


async def call(orders: Caller, chance: random.Random) -> int:
    """Creates orders and has them paid, some under an externalId that is taken; returns how many were refused."""
    refused = 0
    for _ in range(10):
        wish = {"customerId": "customer-1", "items": ["item-1"], "externalId": f"{chance.randrange(WRITERS * 8)}"}
        answer = await orders.send("POST", "/orders", json=wish)
        if answer.status_code == 409:
            refused += 1
            continue
        assert (await orders.patch(answer.json()["id"], "paid")).status_code == 200
    return refused


async def follow(orders: Caller, done: asyncio.Event) -> list[str]:
    """The ids of everything that the feed shows to one who follows it, until it has come to the end after `done`."""
    arrived: list[str] = []
    path, is_at_the_end = "/events?limit=7", False
    while not is_at_the_end:
        is_last = done.is_set()
        answer = await orders.send("GET", f"{path}&timeout=100", orders.token("orders.events"))
        batch = [event["id"] for event in answer.json()]
        arrived += batch
        is_at_the_end = is_last and not batch
        path = answer.headers["Link"].partition(">")[0].removeprefix("<")
    return arrived
