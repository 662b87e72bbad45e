"""Idempotency keys: what succeeded is answered again as it was, to the same caller and request, and not done again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from orders.settings import OrdersSettings
from service_standard.identity import now_ns, timestamp
from service_standard.writes.idempotency import INSERT, prune
from tests.service import Caller, problem_of, running, settings_for
from tests.storage import count, held, opened, rows

pytestmark = pytest.mark.anyio

WISH = {"customerId": "customer-123", "items": ["item-1"]}
HOUR = 3_600_000_000_000
Object = dict[str, object]


@pytest.fixture
def key() -> str:
    return str(uuid4())


@pytest.fixture
async def replicas(settings: OrdersSettings) -> AsyncIterator[tuple[Caller, Caller]]:
    """Two services on one database, of each kind in turn."""
    async with running(settings) as one, running(settings) as other:
        yield one, other


async def create(service: Caller, key: str, other: Object | None = None, *, sub: str = "test-user") -> httpx.Response:
    headers = {**service.token(sub=sub), "Idempotency-Key": key}
    return await service.send("POST", "/orders", headers, json={**WISH, **(other or {})})


async def total(service: Caller) -> object:
    return (await service.send("GET", "/orders")).json()["total"]


async def test_a_repeated_create_is_answered_as_the_first_and_not_done_again(orders: Caller, key: str) -> None:
    first, again = await create(orders, key), await create(orders, key)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status_code, again.content) == (201, first.content)
    for header in ("location", "etag", "content-type"):
        assert again.headers[header] == first.headers[header]
    assert await total(orders) == 1
    assert await count(orders.settings, "outbox") == 1


async def test_a_repeated_update_is_answered_as_the_first_though_the_order_went_on(orders: Caller, key: str) -> None:
    order = await orders.create()
    first = await orders.patch(order["id"], "paid", **{"Idempotency-Key": key})
    await orders.patch(order["id"], "shipped")
    again = await orders.patch(order["id"], "paid", **{"Idempotency-Key": key})
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["etag"] == first.headers["etag"] == '"2"'
    assert again.headers["idempotency-replayed"] == "true"
    assert "location" not in again.headers
    assert (await orders.send("GET", f"/orders/{order['id']}")).json()["status"] == "shipped"


async def test_a_service_that_is_started_anew_still_replays(settings: OrdersSettings, key: str) -> None:
    async with running(settings) as before:
        first = await create(before, key)
    async with running(settings) as after:
        again = await create(after, key)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")


async def test_members_in_another_order_are_the_same_request(embedded: Caller, key: str) -> None:
    first = await create(embedded, key, {"metadata": {"a": "1", "b": "2"}})
    headers = {**embedded.token(), "Idempotency-Key": key}
    again = await embedded.send("POST", "/orders", headers, json={"metadata": {"b": "2", "a": "1"}, **WISH})
    assert again.json() == first.json()


async def test_another_callers_key_is_another_key(orders: Caller, key: str) -> None:
    mine, theirs = await create(orders, key, sub="ann"), await create(orders, key, sub="bob")
    assert mine.json()["id"] != theirs.json()["id"]
    assert await total(orders) == 2


async def test_another_operations_key_is_another_key(orders: Caller, key: str) -> None:
    order = (await create(orders, key)).json()
    advanced = await orders.patch(order["id"], "paid", **{"Idempotency-Key": key})
    assert (advanced.status_code, advanced.json()["status"]) == (200, "paid")
    assert "idempotency-replayed" not in advanced.headers


async def test_a_key_with_another_body_is_refused(embedded: Caller, key: str) -> None:
    await create(embedded, key)
    for other in ({"items": ["item-2"]}, {"items": ["item-1"] * 2}, {"metadata": {"a": "b"}}, {"externalId": "web-1"}):
        assert problem_of(await create(embedded, key, dict(other))) == (422, "idempotency_key_reused"), other
    assert await total(embedded) == 1


async def test_a_key_for_another_order_or_another_version_is_refused(orders: Caller, key: str) -> None:
    one, other = await orders.create(), await orders.create()
    await orders.patch(one["id"], "paid", **{"Idempotency-Key": key})
    refused = [
        await orders.patch(other["id"], "paid", **{"Idempotency-Key": key}),
        await orders.patch(one["id"], "paid", **{"Idempotency-Key": key, "If-Match": '"1"'}),
    ]
    assert [problem_of(answer) for answer in refused] == [(422, "idempotency_key_reused")] * 2
    assert (await orders.send("GET", f"/orders/{other['id']}")).json()["status"] == "pending"


async def test_a_refused_request_leaves_its_key_free(orders: Caller, key: str) -> None:
    order = await orders.create(externalId="web-1")
    refused = [
        await create(orders, key, {"items": []}),
        await create(orders, key, {"externalId": "web-1"}),
        await orders.patch(order["id"], "delivered", **{"Idempotency-Key": key}),
    ]
    assert [answer.status_code for answer in refused] == [400, 409, 409]
    accepted = [await create(orders, key), await orders.patch(order["id"], "paid", **{"Idempotency-Key": key})]
    assert [answer.status_code for answer in accepted] == [201, 200]


async def test_a_request_that_the_database_did_not_answer_can_be_sent_again(settings: OrdersSettings, key: str) -> None:
    url = settings.database_url.get_secret_value()
    async with running(settings_for(url, database_timeout_seconds=0.3)) as service:
        async with held(settings, "orders"):
            assert problem_of(await create(service, key)) == (503, "service_unavailable")
        assert (await create(service, key)).status_code == 201
        assert await total(service) == 1


async def test_many_creates_at_once_with_one_key_make_one_order(orders: Caller, key: str) -> None:
    answers = await asyncio.gather(*(create(orders, key) for _ in range(25)))
    await assert_one_order(orders, answers)


async def test_many_creates_at_once_on_two_replicas_make_one_order(replicas: tuple[Caller, Caller], key: str) -> None:
    answers = await asyncio.gather(*(create(service, key) for _ in range(25) for service in replicas))
    await assert_one_order(replicas[0], answers)


async def assert_one_order(service: Caller, answers: list[httpx.Response]) -> None:
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}
    created = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.json()["id"] for answer in created}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in created) == 1
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 409)
    assert await total(service) == 1
    assert await count(service.settings, "outbox") == 1


async def test_many_keys_at_once_on_two_replicas_make_one_order_each(replicas: tuple[Caller, Caller]) -> None:
    keys = [str(number) for number in range(20)]
    wished = [*((replicas[0], key) for key in keys), *((replicas[1], key) for key in reversed(keys))]
    answers = await asyncio.gather(*(create(service, key) for service, key in wished))
    assert Counter(answer.status_code for answer in answers) == {201: 40}
    assert await total(replicas[0]) == 20


async def test_records_are_kept_for_their_hours_and_then_forgotten(settings: OrdersSettings) -> None:
    now = now_ns()
    ages = {"old": 24 * HOUR + HOUR // 60, "kept": 24 * HOUR - HOUR // 60, "new": 0}
    records = [(name, "request", "{}", "{}", timestamp(now - age)) for name, age in ages.items()]
    records += [(f"old {n}", "request", "{}", "{}", timestamp(now - 48 * HOUR)) for n in range(2500)]
    async with opened(settings) as database:
        await database.transact(lambda transaction: transaction.write([(INSERT, records)]))
        await prune(database, 24)
    assert await rows(settings, "SELECT id FROM idempotency ORDER BY id") == [("kept",), ("new",)]


async def test_the_service_prunes_by_itself(
    settings: OrdersSettings, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service_standard.composition.PRUNING_SECONDS", 0.01)
    async with running(settings) as service:
        first = await create(service, key)
        await rows(settings, "UPDATE idempotency SET created_at = $1 RETURNING id", timestamp(now_ns() - 25 * HOUR))
        async with asyncio.timeout(10):
            while await count(settings, "idempotency"):
                continue
        assert (await create(service, key)).json()["id"] != first.json()["id"]
