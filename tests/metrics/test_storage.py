"""Metrics of the way into the database: what waits, what shares a transaction, and who holds a connection."""

import asyncio

import pytest

from service_standard.database import database_of
from service_standard.settings import Settings
from tests.events.stream import eventually
from tests.metrics.scrape import scraped
from tests.service import Caller
from tests.storage import held, opened

pytestmark = pytest.mark.anyio

CONNECTIONS = "db_client_connection_count"
USED = {"db_client_connection_state": "used"}


async def says(service: Caller, name: str, value: float, **labels: str) -> bool:
    return (await scraped(service)).value(name, **labels) == value


async def test_what_waits_while_the_database_is_busy_is_the_depth_and_then_one_batch(orders: Caller) -> None:
    async with held(orders.settings, "orders"):
        first = asyncio.create_task(orders.create())
        await eventually(lambda: says(orders, CONNECTIONS, 1, **USED))
        others = [asyncio.create_task(orders.create()) for _ in range(5)]
        await eventually(lambda: says(orders, "write_queue_depth", 5))
    await asyncio.gather(first, *others)
    after = await scraped(orders)
    assert after.value("write_queue_depth") == 0
    assert after.value("write_queue_batch_size_sum") == 6
    assert after.value("write_queue_batch_size_count") == 2
    assert after.value("write_queue_batch_size_bucket", le="8.0") == 2


async def test_connections_are_idle_or_used_and_never_more_than_there_may_be(settings: Settings) -> None:
    assert database_of(settings).connections[:2] == (0, 0)
    async with opened(settings) as database:
        await asyncio.gather(*(database.fetch("SELECT 1") for _ in range(50)))
        idle, used, most = database.connections
        assert used == 0
        assert 1 <= idle <= most
