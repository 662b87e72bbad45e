"""Proof: a leader that is frozen past its lease is replaced, and fenced when it thaws."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from service_standard.events.cursors import Cursors
from service_standard.settings import Settings
from tests.events.audit import audit, committed, ids
from tests.events.fleet import Member, drained, leader_of, members
from tests.events.receiver import Receiver
from tests.events.stream import Stream
from tests.figures import Proof

pytestmark = [pytest.mark.anyio, pytest.mark.proof]

ROUNDS = 3
KEYS = [f"order-{number}" for number in range(20)]
LEADS, LOST = "relay leads", "relay lost the lead"
PAUSE = 0.01


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_frozen_leader_is_replaced_and_fenced(
    stream: Stream, settings: Settings, receiver: Receiver, proof: Proof
) -> None:
    environ = {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "EVENT_SINKS": "http",
        "EVENT_HTTP_URL": receiver.url,
        "EVENT_LEASE_SECONDS": "1",
    }
    cursor = Watched(stream)
    with members("relay", "relay", environ=environ) as relays:
        async with recording(stream), cursor.watching():
            for _ in range(ROUNDS):
                await freeze_the_leader(stream, relays, receiver)
        await drained(stream.database, "http")
        fenced = sum(relay.said(LOST) for relay in relays)
    places = await committed(stream.database)
    found = audit(places, ids(request.body for request in receiver.requests))
    proof(f"fencing (postgresql, http): {ROUNDS} freezes, fenced {fenced}, cursor moved back {cursor.back}, {found}")
    assert (found.faults, cursor.back, fenced) == (0, 0, ROUNDS)
    assert cursor.epoch > ROUNDS


async def freeze_the_leader(stream: Stream, relays: Sequence[Member], receiver: Receiver) -> None:
    """Freezes the leader in the midst of a delivery until the other relay leads, then thaws it."""
    leader = await leader_of(stream.database, relays)
    (standby,) = (relay for relay in relays if relay is not leader)
    leads, losses = standby.said(LEADS), leader.said(LOST)
    receiver.gate.clear()
    await asyncio.to_thread(receiver.wait_for_requests, 1)
    os.kill(leader.process.popen.pid, signal.SIGSTOP)
    receiver.gate.set()
    await standby.says(LEADS, leads + 1)
    os.kill(leader.process.popen.pid, signal.SIGCONT)
    await leader.says(LOST, losses + 1)


@asynccontextmanager
async def recording(stream: Stream) -> AsyncIterator[None]:
    """While events of many orders are committed, one after the other."""
    task = asyncio.create_task(_record(stream))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _record(stream: Stream) -> None:
    versions: Counter[str] = Counter()
    while True:
        key = random.choice(KEYS)
        versions[key] += 1
        await asyncio.shield(stream.record(key, version=versions[key]))
        await asyncio.sleep(PAUSE)


class Watched:
    """The cursor of the only sink: how often it was seen to move back, and which epoch it came to."""

    def __init__(self, stream: Stream) -> None:
        self.back = 0
        self.epoch = 0
        self._stream = stream

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def _watch(self) -> None:
        position = 0
        while True:
            for cursor in await Cursors(self._stream.database).all():
                self.back += cursor.position < position
                position, self.epoch = cursor.position, cursor.epoch
            await asyncio.sleep(PAUSE)
