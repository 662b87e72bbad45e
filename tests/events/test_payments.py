"""What payments do to orders, in whatever order and however often their events come."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.service import Caller
from tests.storage import opened

pytestmark = pytest.mark.anyio

SCOPES = ("orders.read", "orders.write", "orders.events", "orders.events.write")


def event(order: object, kind: str = "payment.successful", **data: str) -> dict[str, Any]:
    """A payment event of an order."""
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "urn:service:payments",
        "type": kind,
        "data": {"paymentId": "p-1", "orderId": order, **data},
    }


async def tell(orders: Caller, told: dict[str, Any]) -> int:
    headers = {**orders.token(*SCOPES), "Content-Type": "application/cloudevents+json"}
    return (await orders.send("POST", "/events", headers, content=json.dumps(told))).status_code


async def tell_in_binary_mode(orders: Caller, told: dict[str, Any]) -> int:
    attributes = {f"ce-{name}": told[name] for name in ("specversion", "id", "source", "type")}
    headers = {**orders.token(*SCOPES), **attributes}
    return (await orders.send("POST", "/events", headers, json=told["data"])).status_code


async def history(orders: Caller, order: object) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = (await orders.send("GET", f"/orders/{order}/history")).json()["items"]
    return entries


async def feed(orders: Caller, **query: Any) -> list[dict[str, Any]]:
    response = await orders.send("GET", "/events", orders.token(*SCOPES), params={"timeout": 5000, **query})
    assert response.status_code == 200
    events: list[dict[str, Any]] = response.json()
    return events


async def test_a_successful_payment_moves_its_order_and_is_named_as_the_cause(orders: Caller) -> None:
    order = (await orders.create())["id"]
    paid = event(order)
    assert await tell(orders, paid) == 202
    assert [entry["to"] for entry in await history(orders, order)] == ["pending", "paid"]
    (created,) = await feed(orders, limit=1)
    (updated,) = await feed(orders, after=created["id"])
    assert (updated["type"], updated["causationid"]) == ("order.updated", paid["id"])
    assert (updated["data"]["previousStatus"], updated["data"]["status"]) == ("pending", "paid")


async def test_the_binary_mode_is_the_same_event(orders: Caller) -> None:
    order = (await orders.create())["id"]
    paid = event(order)
    assert [await tell_in_binary_mode(orders, paid), await tell(orders, paid)] == [202, 202]
    assert [entry["to"] for entry in await history(orders, order)] == ["pending", "paid"]


async def test_a_duplicate_does_nothing(orders: Caller) -> None:
    order = (await orders.create())["id"]
    failed = event(order, "payment.failed", reason="The card was declined")
    assert [await tell(orders, failed), await tell(orders, failed)] == [202, 202]
    _, noted = await history(orders, order)
    assert (noted["from"], noted["to"], noted["version"]) == ("pending", "pending", 2)
    assert "declined" in noted["reason"]


async def test_a_failure_that_comes_after_the_success_is_harmless(orders: Caller) -> None:
    order = (await orders.create())["id"]
    assert await tell(orders, event(order)) == 202
    assert await tell(orders, event(order, "payment.failed")) == 202
    assert await tell(orders, event(order)) == 202
    assert [entry["to"] for entry in await history(orders, order)] == ["pending", "paid"]


async def test_a_payment_for_a_cancelled_order_is_parked(orders: Caller) -> None:
    order = (await orders.create())["id"]
    await orders.patch(order, "cancelled")
    assert await tell(orders, event(order)) == 202
    assert await outcomes(orders) == ["parked"]


async def test_a_payment_for_an_unknown_order_waits(orders: Caller) -> None:
    assert await tell(orders, event("019a9f2e-0000-7000-8000-000000000000")) == 202
    assert await outcomes(orders) == ["waiting"]


async def test_an_event_that_its_contract_refuses_is_told_to_the_sender(orders: Caller) -> None:
    wrong = event("some-order")
    del wrong["data"]["orderId"]
    assert await tell(orders, wrong) == 400
    assert await outcomes(orders) == []


async def test_an_event_of_no_interest_is_taken(orders: Caller) -> None:
    assert await tell(orders, {**event("some-order"), "type": "customer.moved"}) == 202


async def outcomes(orders: Caller) -> list[object]:
    async with opened(orders.settings) as database:
        return [row[0] for row in await database.fetch("SELECT outcome FROM inbox")]


async def test_the_feed_ends_with_an_empty_batch_and_a_link_to_go_on(orders: Caller) -> None:
    await orders.create()
    (only,) = await feed(orders)
    response = await orders.send("GET", "/events", orders.token(*SCOPES), params={"after": only["id"]})
    assert response.json() == []
    assert response.headers["link"] == f'</events?limit=100&after={only["id"]}>; rel="next"'
    assert response.headers["content-type"] == "application/cloudevents-batch+json"


async def test_a_cursor_that_is_not_kept_is_gone(orders: Caller) -> None:
    response = await orders.send("GET", "/events", orders.token(*SCOPES), params={"after": "never-there"})
    assert (response.status_code, response.json()["type"]) == (410, "gone")
