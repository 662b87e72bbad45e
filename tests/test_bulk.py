"""Many orders in one request: each is created once or refused for itself, and each has its result."""

from typing import Any
from uuid import uuid4

import pytest

from tests.service import Caller, problem_of
from tests.storage import count, kept_counts, recounted

pytestmark = pytest.mark.anyio

SCOPES = ("orders.admin", "orders.read", "orders.write")


def wanted(key: str | None = None, **order: object) -> dict[str, object]:
    return {"idempotencyKey": key or str(uuid4()), "order": {"customerId": "c", "items": ["item-1"], **order}}


async def bulk(service: Caller, *orders: object) -> list[dict[str, Any]]:
    """The results of a request for these orders."""
    answer = await service.send("POST", "/orders/bulk", service.token(*SCOPES), json={"orders": orders})
    assert answer.status_code == 207, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_each_order_has_its_result_in_its_place(orders: Caller) -> None:
    taken = wanted(externalId="web-1")
    priced = {"productId": "p", "quantity": 1, "unitPrice": {"amount": "1", "currency": "USD"}}
    lines = [priced, {"productId": "q", "quantity": 1}]
    unsound = {"idempotencyKey": "unsound", "order": {"customerId": "c", "lines": lines}}
    first = await bulk(orders, taken)
    results = await bulk(orders, wanted(customerId="a"), unsound, wanted(externalId="web-1"), wanted(customerId="b"))
    assert [result["status"] for result in (*first, *results)] == [201, 201, 409, 409, 201]
    assert [results[n]["order"]["customerId"] for n in (0, 3)] == ["a", "b"]
    assert results[1]["problem"]["errors"][0]["pointer"].startswith("#/lines/1")
    assert (results[2]["problem"]["type"], results[2]["problem"]["instance"]) == ("conflict", "/orders/bulk")
    for result in (results[0], results[3]):
        assert (await orders.send("GET", f"/orders/{result['order']['id']}")).json() == result["order"]
    assert await count(orders.settings, "orders") == 3


async def test_five_hundred_orders_are_created_and_counted_once_though_they_are_sent_twice(orders: Caller) -> None:
    many = [wanted() for _ in range(500)]
    first, again = await bulk(orders, *many), await bulk(orders, *many)
    assert [result["order"] for result in first] == [result["order"] for result in again]
    assert {result["replayed"] for result in first} == {False}
    assert {result["replayed"] for result in again} == {True}
    assert await count(orders.settings, "orders") == await count(orders.settings, "outbox") == 500
    assert await kept_counts(orders.settings) == await recounted(orders.settings)


async def test_a_key_is_the_same_as_in_the_header_of_one_order(orders: Caller) -> None:
    header = {**orders.token(), "Idempotency-Key": "key"}
    order = (await orders.send("POST", "/orders", header, json=wanted()["order"])).json()
    same, another = await bulk(orders, wanted("key")), await bulk(orders, wanted("key", customerId="d"))
    assert (same[0]["order"], same[0]["replayed"]) == (order, True)
    assert (another[0]["status"], another[0]["problem"]["type"]) == (422, "idempotency_key_reused")


async def test_one_key_twice_in_a_request_makes_one_order(orders: Caller) -> None:
    results = await bulk(orders, wanted("key"), wanted("key"))
    assert sorted(result["status"] for result in results) == [201, 409]
    assert await count(orders.settings, "orders") == 1


@pytest.mark.parametrize(
    ("orders_wanted", "pointer"),
    [
        ([wanted()] * 501, "#/orders"),
        ([], "#/orders"),
        ([wanted(), wanted(items=[])], "#/orders/1/order/items"),
        ([wanted(), {"order": wanted()["order"]}], "#/orders/1/idempotencyKey"),
        ([wanted(), wanted(status="paid")], "#/orders/1/order/status"),
    ],
)
async def test_a_body_that_the_contract_does_not_allow_creates_nothing(
    embedded: Caller, orders_wanted: list[object], pointer: str
) -> None:
    answer = await embedded.send("POST", "/orders/bulk", embedded.token(*SCOPES), json={"orders": orders_wanted})
    assert problem_of(answer) == (400, "validation_error")
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert await count(embedded.settings, "orders") == 0


async def test_only_who_administers_may_create_many(embedded: Caller) -> None:
    answer = await embedded.send("POST", "/orders/bulk", embedded.token(), json={"orders": [wanted()]})
    assert problem_of(answer) == (403, "forbidden")
