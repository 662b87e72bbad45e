"""Proof: a service and a relay that are killed again and again lose nothing, invent nothing and confuse no order."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest

from service_standard.settings import Settings
from tests.events.audit import Place, audit, committed, ids
from tests.events.destinations import (
    Destination,
    HttpDestination,
    KafkaDestination,
    RabbitMQDestination,
    manifest_for,
)
from tests.events.fleet import Callers, Member, drained, leader_of, members
from tests.events.receiver import Receiver
from tests.figures import Proof
from tests.storage import opened

pytestmark = [pytest.mark.anyio, pytest.mark.proof]

KILLS = int(os.environ.get("PROOF_KILLS", "20"))
CALLERS = 8
PAUSE = 0.02
SHORTEST, LONGEST = 0.1, 0.5

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_sqlite
async def test_a_killed_embedded_service_keeps_the_guarantee(
    settings: Settings, receiver: Receiver, tmp_path: Path, proof: Proof
) -> None:
    """Service and relay are one process here, and there are two of them."""
    killed = Killed(HttpDestination(receiver), settings, tmp_path)
    proof(f"kills (sqlite): {await killed.keeps_the_guarantee(KILLS, 'serve', 'serve')}")


@on_postgresql
async def test_a_killed_service_and_a_killed_relay_keep_the_guarantee_over_http(
    settings: Settings, receiver: Receiver, tmp_path: Path, proof: Proof
) -> None:
    killed = Killed(HttpDestination(receiver), settings, tmp_path)
    proof(f"kills (postgresql): {await killed.keeps_the_guarantee(KILLS, 'serve', 'relay', 'serve', 'relay')}")


@on_postgresql
async def test_a_killed_service_and_a_killed_relay_keep_the_guarantee_over_kafka(
    settings: Settings, kafka_servers: str, tmp_path: Path, proof: Proof
) -> None:
    killed = Killed(KafkaDestination(kafka_servers), settings, tmp_path)
    proof(f"kills (postgresql): {await killed.keeps_the_guarantee(KILLS, 'serve', 'relay', 'serve', 'relay')}")


@on_postgresql
async def test_a_killed_service_and_a_killed_relay_keep_the_guarantee_over_rabbitmq(
    settings: Settings, rabbitmq_url: str, tmp_path: Path, proof: Proof
) -> None:
    killed = Killed(RabbitMQDestination(rabbitmq_url), settings, tmp_path)
    proof(f"kills (postgresql): {await killed.keeps_the_guarantee(KILLS, 'serve', 'relay', 'serve', 'relay')}")


class Killed:
    """The service and its relays under load, and what arrived at a destination after they were killed."""

    def __init__(self, destination: Destination, settings: Settings, directory: Path) -> None:
        self._destination = destination
        self._settings = settings
        self._environ = {
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "SERVICE_MANIFEST": str(manifest_for(destination.channel, directory)),
            "EVENT_SINKS": destination.sink,
            "EVENT_LEASE_SECONDS": "1",
            **destination.environ,
        }

    async def keeps_the_guarantee(self, kills: int, *commands: str) -> str:
        """Kills the processes in turn; returns the figures, of which none is a fault."""
        environ = {**self._environ, "EVENT_RELAY": "off" if "relay" in commands else "embedded"}
        async with opened(self._settings) as database:
            with members(*commands, environ=environ) as processes:
                services = [each for each in processes if each.command == "serve"]
                relays = [each for each in processes if each.command == "relay"]
                callers = Callers(services, CALLERS, PAUSE)
                async with callers.calling():
                    await kill(kills, services, partial(leader_of, database, relays) if relays else None)
                await drained(database, self._destination.sink)
            places = await committed(database)
        found = audit(places, ids(await self._destination.arrived(len(places))))
        broken = broken_promises(callers.promised, places)
        assert (found.faults, broken) == (0, 0), found
        assert found.committed > kills
        return f"{self._destination.sink}, {kills} of {' and '.join(commands)}, {found}, broken promises {broken}"


async def kill(kills: int, services: Sequence[Member], leader: Callable[[], Awaitable[Member]] | None) -> None:
    """Kills the services in turn, and between two of them the relay that leads; each while all of them are at work."""
    turns = cycle(services)
    for number in range(kills):
        for service in services:
            await service.says("serving")
        relay = await leader() if leader else None
        await asyncio.sleep(random.uniform(SHORTEST, LONGEST))
        member = relay if relay and number % 2 else next(turns)
        member.kill()


def broken_promises(promised: dict[str, int], places: dict[str, Place]) -> int:
    """How many orders are not at the version that was acknowledged to a caller."""
    reached: Counter[str] = Counter()
    for place in places.values():
        reached[place.key] = max(reached[place.key], place.version)
    return sum(reached[order] < version for order, version in promised.items())
