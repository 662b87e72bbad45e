"""Faults: a service that is killed again and again while callers write, and repeat what was not answered."""

import json
import random
from collections import defaultdict

import pytest

from service_standard.settings import Settings
from tests.events.fleet import Callers, members
from tests.figures import Proof
from tests.storage import integrity, kept_counts, recounted, rows

pytestmark = [pytest.mark.anyio, pytest.mark.fault]

WRITERS = 6
PAUSE = 0.01
# A kill strikes after so many answers: somewhere in a group of changes, or between two of them.
FEWEST, MOST = 1, 40

Chain = list[tuple[str, int]]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_killed_service_loses_nothing_on_sqlite(settings: Settings, proof: Proof) -> None:
    figures = await killed(settings, 20)
    assert await integrity(settings) == "ok"
    proof(f"kills (sqlite): {figures}, integrity ok")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_killed_service_loses_nothing_on_postgresql(settings: Settings, proof: Proof) -> None:
    proof(f"kills (postgresql): {await killed(settings, 5)}")


async def killed(settings: Settings, kills: int) -> str:
    """Kills the service so many times; the figures, once nothing is lost, doubled or half made."""
    with members("serve", environ={"DATABASE_URL": settings.database_url.get_secret_value()}) as (service,):
        callers = Callers([service], WRITERS, PAUSE)
        async with callers.calling():
            for _ in range(kills):
                await callers.answered(random.randint(FEWEST, MOST))
                service.kill()
    promised = callers.promised
    assert {row[0]: row[1] for row in await rows(settings, "SELECT id, version FROM orders")} == promised
    assert await kept_counts(settings) == await recounted(settings)
    assert await chains(settings) == {order: chain(version) for order, version in promised.items()}
    return f"{kills} kills, {WRITERS} writers, {len(promised)} orders, {callers.replayed} answers replayed, 0 lost"


async def chains(settings: Settings) -> dict[str, Chain]:
    """The types and versions in the outbox by order, as they were recorded."""
    found: dict[str, Chain] = defaultdict(list)
    for order, kind, envelope in await rows(settings, "SELECT partition_key, type, envelope FROM outbox ORDER BY id"):
        found[str(order)].append((str(kind), json.loads(str(envelope))["data"]["version"]))
    return found


def chain(version: int) -> Chain:
    """What an order leaves behind on its way to a version."""
    return [("order.created", 1), *(("order.updated", reached) for reached in range(2, version + 1))]
