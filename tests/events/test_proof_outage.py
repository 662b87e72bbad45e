"""Proof: a destination that is down for long costs callers nothing and burns no attempt; then it gets everything."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from statistics import median, quantiles

import httpx
import pytest

from service_standard.events.parking import Parking
from service_standard.settings import Settings
from tests.brokers import frozen
from tests.events.audit import audit, committed, ids
from tests.events.destinations import Destination, HttpDestination, KafkaDestination, manifest_for
from tests.events.fleet import Member, drained, is_drained, members
from tests.events.receiver import Receiver, Reply
from tests.figures import Proof
from tests.process import WISH, client
from tests.storage import opened

pytestmark = [pytest.mark.anyio, pytest.mark.proof]

OUTAGE_SECONDS = float(os.environ.get("PROOF_OUTAGE_SECONDS", "5"))
PHASES = ("before", "during", "after")
RATE = 40
WINDOWS = 5
MOST = 1.5
# What other work on the machine does to a 99th percentile; a relay that does not wait would do far more.
NOISE_SECONDS = 0.020

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
Outage = AbstractAsyncContextManager[None]


@on_sqlite
async def test_an_outage_of_a_webhook_costs_callers_nothing(
    settings: Settings, receiver: Receiver, tmp_path: Path, proof: Proof
) -> None:
    figures = await endured(HttpDestination(receiver), refusing(receiver), settings, tmp_path)
    proof(f"outage (sqlite, http): {figures}")


@on_postgresql
async def test_an_outage_of_kafka_costs_callers_nothing(
    settings: Settings, kafka_servers: str, tmp_path: Path, proof: Proof
) -> None:
    figures = await endured(KafkaDestination(kafka_servers), frozen("kafka"), settings, tmp_path)
    proof(f"outage (postgresql, kafka): {figures}")


@asynccontextmanager
async def refusing(receiver: Receiver) -> AsyncIterator[None]:
    """While the receiver is out of service; what it is sent then has not arrived."""
    before = len(receiver.requests)
    receiver.reply = lambda _: Reply(503)
    yield
    receiver.reply = lambda _: Reply()
    del receiver.requests[before:]


async def endured(destination: Destination, outage: Outage, settings: Settings, directory: Path) -> str:
    """The figures of an outage under load, of which none is a fault."""
    environ = {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "SERVICE_MANIFEST": str(manifest_for(destination.channel, directory)),
        "EVENT_SINKS": destination.sink,
        **destination.environ,
    }
    async with opened(settings) as database:
        with members("serve", environ=environ) as (service,):
            await service.says("serving")
            await p99(service, 1)  # What is slow only once.
            before = await p99(service)
            async with outage:
                during = await p99(service)
                assert not await is_drained(database, destination.sink)
            began = time.monotonic()
            await drained(database, destination.sink)
            seconds = time.monotonic() - began
            after = await p99(service)
            await drained(database, destination.sink)
        parked = await Parking(database).counts()
        places = await committed(database)
    found = audit(places, ids(await destination.arrived(len(places))))
    assert (found.faults, parked) == (0, {})
    assert during <= max(before, after) * MOST + NOISE_SECONDS
    latency = ", ".join(f"{word} {1000 * t:.1f} ms" for word, t in zip(PHASES, (before, during, after), strict=True))
    return f"{OUTAGE_SECONDS:g} s, p99 of POST /orders {latency}; {found}, parked 0, drained in {seconds:.1f} s"


async def p99(service: Member, windows: int = WINDOWS) -> float:
    """The 99th percentile of creating orders, in seconds: the median of that of several windows."""
    async with client() as http:
        return median([quantiles(await _window(http, service.url), n=100)[98] for _ in range(windows)])


async def _window(http: httpx.AsyncClient, url: str) -> Sequence[float]:
    """How long each creation takes; they begin at their times, however long the others take."""
    count = round(OUTAGE_SECONDS / WINDOWS * RATE)
    began = time.perf_counter()

    async def create(number: int) -> float:
        await asyncio.sleep(began + number / RATE - time.perf_counter())
        sent = time.perf_counter()
        answer = await http.post(f"{url}/orders", json=WISH)
        assert answer.status_code == 201, answer.text
        return time.perf_counter() - sent

    return await asyncio.gather(*map(create, range(count)))
