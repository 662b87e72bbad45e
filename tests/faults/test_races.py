"""Faults: callers who want the same thing at the same moment, on two services on one database."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from itertools import cycle
from uuid import uuid4

import httpx
import pytest

from service_standard.settings import Settings
from tests.figures import Proof
from tests.process import WISH, Process, client, served
from tests.storage import kind_of, rows

pytestmark = [pytest.mark.anyio, pytest.mark.fault]

ORDERS = 20
UPDATES = 20
KEYS = 20
CREATES = 25

ENTRIES = "SELECT count(*) FROM outbox WHERE partition_key IN (SELECT id FROM orders WHERE customer_id = $1)"
Services = Sequence[httpx.AsyncClient]
Answered = Counter[int]


@pytest.fixture(scope="module")
def processes(module_settings: Settings) -> Iterator[Sequence[Process]]:
    """Two services on one database, of each kind in turn."""
    url = module_settings.database_url.get_secret_value()
    with served(url) as one, served(url) as other:
        yield one, other


@pytest.fixture
async def services(processes: Sequence[Process]) -> AsyncIterator[Services]:
    """A caller of each service."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(client(each.url)) for each in processes]


@pytest.fixture
def wish() -> dict[str, object]:
    """An order of a customer who is new."""
    return {**WISH, "customerId": uuid4().hex}


async def at_once(services: Services, count: int, method: str, path: str, body: object, **headers: str) -> Answered:
    """How many of these equal requests, sent at once to the services in turn, were answered how."""
    turns = cycle(services)
    answers = (next(turns).request(method, path, json=body, headers=headers) for _ in range(count))
    return Counter(answer.status_code for answer in await asyncio.gather(*answers))


async def test_of_many_updates_of_one_version_at_once_one_is_made(
    services: Services, module_settings: Settings, wish: dict[str, object], proof: Proof
) -> None:
    told: Answered = Counter()
    paid = {"status": "paid"}
    for _ in range(ORDERS):
        order = (await services[0].post("/orders", json=wish)).json()["id"]
        answered = await at_once(services, UPDATES, "PATCH", f"/orders/{order}", paid, **{"If-Match": '"1"'})
        assert answered[200] == 1
        told += answered
    assert set(told) <= {200, 409, 412}
    assert await rows(module_settings, ENTRIES, str(wish["customerId"])) == [(2 * ORDERS,)]
    proof(f"updates ({kind_of(module_settings)}): {ORDERS} orders, {UPDATES} at once each, answered {dict(told)}")


async def test_of_many_creates_with_one_key_at_once_one_is_made(
    services: Services, module_settings: Settings, wish: dict[str, object], proof: Proof
) -> None:
    told: Answered = Counter()
    for _ in range(KEYS):
        told += await at_once(services, CREATES, "POST", "/orders", wish, **{"Idempotency-Key": uuid4().hex})
    assert set(told) <= {201, 409}
    made = await rows(module_settings, "SELECT count(*) FROM orders WHERE customer_id = $1", str(wish["customerId"]))
    assert made == await rows(module_settings, ENTRIES, str(wish["customerId"])) == [(KEYS,)]
    proof(f"creates ({kind_of(module_settings)}): {KEYS} keys, {CREATES} at once each, answered {dict(told)}")
