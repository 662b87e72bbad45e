"""Payments and refunds of orders: what they come to, and where the order is then."""

from typing import Any, Final

import httpx
import pytest

from tests.service import Caller, problem_of, running
from tests.storage import rows
from tests.test_order_terms import line, ordering, usd

pytestmark = pytest.mark.anyio

# Two mice at 29.99 and a mat at 5.00, of which 4.98 are taken off: 60.00.
WISH: Final[dict[str, Any]] = {
    "lines": [line("29.99", 2), {**line("5"), "productId": "mat"}],
    "charges": {"discount": usd("4.98")},
}


async def pay(service: Caller, order: str, /, **payment: object) -> httpx.Response:
    body = {"status": "successful", **payment}
    return await service.send("POST", f"/orders/{order}/payments", json=body)


async def refund(service: Caller, order: str, /, **wanted: object) -> httpx.Response:
    body = {"reason": "It came broken", **wanted}
    return await service.send("POST", f"/orders/{order}/refunds", json=body)


async def override(service: Caller, order: str, status: str) -> httpx.Response:
    body = {"status": status, "reason": "As the bank says"}
    return await service.send("PATCH", f"/orders/{order}/payment", service.token("orders.admin"), json=body)


async def entries(service: Caller, order: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await service.send("GET", f"/orders/{order}/payments")).json()["items"]
    return found


async def paid_order(service: Caller, **wish: object) -> str:
    order = str((await ordering(service, **(wish or WISH)))["id"])
    assert (await pay(service, order)).status_code == 200
    return order


async def announced(service: Caller, number: int) -> list[dict[str, Any]]:
    """The first events, as soon as there are as many."""
    events: list[dict[str, Any]] = []
    while len(events) < number:
        after = {"after": events[-1]["id"]} if events else {}
        query = {"timeout": 5000, **after}
        answer = await service.send("GET", "/events", service.token("orders.events"), params=query)
        assert answer.json()
        events += answer.json()
    return events


async def test_an_order_begins_unpaid(orders: Caller) -> None:
    order = await ordering(orders, **WISH)
    assert order["paymentStatus"] == "pending"
    assert not {"paid", "refunded"} & set(order)
    assert await entries(orders, order["id"]) == []


async def test_an_order_that_is_paid_moves_on_and_says_how_much_was_paid(orders: Caller) -> None:
    order = (await ordering(orders, **WISH))["id"]
    answer = await pay(orders, order, method="card", paymentId="p-1")
    paid = answer.json()
    assert (paid["status"], paid["paymentStatus"], paid["paid"]) == ("paid", "paid", usd("60.00"))
    assert answer.headers["etag"] == '"2"'
    assert (await orders.send("GET", f"/orders/{order}")).json() == paid
    (entry,) = await entries(orders, order)
    assert entry == {
        "kind": "payment",
        "paymentStatus": "paid",
        "amount": usd("60.00"),
        "method": "card",
        "paymentId": "p-1",
        "at": paid["updatedAt"],
        "by": "test-user",
    }
    assert await rows(orders.settings, "SELECT payment_status FROM orders") == [("paid",)]


async def test_an_order_that_is_paid_in_parts_moves_on_with_the_last(orders: Caller) -> None:
    order = (await ordering(orders, **WISH))["id"]
    seen = [(await pay(orders, order, amount=usd(amount))).json() for amount in ("10", "20.5", "29.5")]
    assert [(each["status"], each["paymentStatus"]) for each in seen] == [
        ("pending", "pending"),
        ("pending", "pending"),
        ("paid", "paid"),
    ]
    assert [each["paid"]["amount"] for each in seen] == ["10.00", "30.50", "60.00"]


async def test_a_payment_that_failed_is_noted_and_may_be_tried_again(orders: Caller) -> None:
    order = (await ordering(orders, **WISH))["id"]
    failed = (await pay(orders, order, status="failed", paymentId="p-1", reason="Declined")).json()
    assert (failed["status"], failed["paymentStatus"]) == ("pending", "failed")
    assert (await pay(orders, order, paymentId="p-2")).json()["paymentStatus"] == "paid"
    history = (await orders.send("GET", f"/orders/{order}/history")).json()["items"]
    assert [(entry["action"], entry.get("reason")) for entry in history] == [
        ("created", None),
        ("payment_failed", "payment p-1 failed: Declined"),
        ("payment_succeeded", "payment p-2"),
    ]


async def test_whoever_moves_an_order_to_paid_has_it_paid(orders: Caller) -> None:
    order = (await ordering(orders, **WISH))["id"]
    paid = (await orders.patch(order, "paid")).json()
    assert (paid["paymentStatus"], paid["paid"]) == ("paid", usd("60.00"))
    assert [entry["kind"] for entry in await entries(orders, order)] == ["payment"]
    assert problem_of(await pay(orders, order)) == (409, "conflict")


async def test_refunds_by_amount_go_on_until_nothing_is_left(orders: Caller) -> None:
    order = await paid_order(orders)
    part = (await refund(orders, order, amount=usd("59.99"))).json()
    assert (part["paymentStatus"], part["refunded"], part["status"]) == ("partially_refunded", usd("59.99"), "paid")
    whole = (await refund(orders, order, amount=usd("0.01"))).json()
    assert (whole["paymentStatus"], whole["refunded"]) == ("refunded", usd("60.00"))
    assert problem_of(await refund(orders, order)) == (409, "conflict")
    assert [entry["kind"] for entry in await entries(orders, order)] == ["payment", "refund", "refund"]


async def test_refunds_by_line_cost_what_the_line_did(orders: Caller) -> None:
    order = await paid_order(orders)
    mouse = [{"productId": "p", "quantity": 1}]
    assert (await refund(orders, order, lines=mouse)).json()["refunded"] == usd("29.99")
    assert (await refund(orders, order, lines=mouse)).json()["refunded"] == usd("59.98")
    *_, last = await entries(orders, order)
    assert (last["lines"], last["amount"], last["reason"]) == (mouse, usd("29.99"), "It came broken")
    again = await refund(orders, order, lines=mouse)
    assert again.json()["errors"] == [{"pointer": "#/lines/0/quantity", "detail": "must be at most 0"}]


async def test_an_order_without_prices_is_paid_and_refunded_without_amounts(orders: Caller) -> None:
    order = await paid_order(orders, items=["a", "a", "b"])
    for lines, status in (([("a", 2)], "partially_refunded"), ([("b", 1)], "refunded")):
        wanted = [{"productId": product, "quantity": quantity} for product, quantity in lines]
        told = (await refund(orders, order, lines=wanted)).json()
        assert told["paymentStatus"] == status
        assert not {"paid", "refunded"} & set(told)
    assert "amount" not in (await entries(orders, order))[0]


async def test_what_is_told_of_a_payment_is_announced_with_the_payment_status(orders: Caller) -> None:
    order = await paid_order(orders)
    await refund(orders, order)
    told = [(event["data"]["status"], event["data"].get("paymentStatus")) for event in await announced(orders, 3)]
    assert told == [("pending", None), ("paid", "paid"), ("paid", "refunded")]


async def test_an_administrator_sets_the_payment_status_by_hand(orders: Caller) -> None:
    order = await paid_order(orders)
    await refund(orders, order, lines=[{"productId": "mat", "quantity": 1}])
    seen = [(await override(orders, order, status)).json() for status in ("failed", "paid", "refunded")]
    assert [(each["status"], each["paymentStatus"]) for each in seen] == [
        ("paid", "failed"),
        ("paid", "paid"),
        ("paid", "refunded"),
    ]
    assert "paid" not in seen[0]
    again = await override(orders, order, "refunded")
    assert (problem_of(again), again.json()["errors"][0]["pointer"]) == ((409, "conflict"), "#/status")
    assert [entry["kind"] for entry in await entries(orders, order)][2:] == ["override"] * 3
    _, _, part, *_, last = (await orders.send("GET", f"/orders/{order}/history")).json()["items"]
    assert (part["action"], part["by"]) == ("payment_refunded", "test-user")
    assert (last["action"], last["by"], last["reason"]) == ("payment_overridden", "test-user", "As the bank says")


async def test_amounts_need_prices(embedded: Caller) -> None:
    order = (await ordering(embedded, items=["a"]))["id"]
    for answer in (await pay(embedded, order, amount=usd("1")),):
        assert answer.json()["errors"] == [{"pointer": "#/amount", "detail": "needs an order with prices"}]


async def test_the_status_of_an_order_says_whether_it_can_be_paid_and_refunded(embedded: Caller) -> None:
    order = (await ordering(embedded, **WISH))["id"]
    assert problem_of(await refund(embedded, order)) == (409, "conflict")
    await embedded.patch(order, "cancelled")
    assert problem_of(await pay(embedded, order)) == (409, "conflict")
    assert problem_of(await refund(embedded, order)) == (409, "conflict")
    assert await entries(embedded, order) == []


async def test_an_order_that_is_not_there_has_no_payments(embedded: Caller) -> None:
    for answer in (
        await pay(embedded, "none"),
        await refund(embedded, "none"),
        await override(embedded, "none", "paid"),
    ):
        assert problem_of(answer) == (404, "not_found")
    assert problem_of(await embedded.send("GET", "/orders/none/payments")) == (404, "not_found")


async def test_the_same_refund_under_the_same_key_is_made_once(orders: Caller) -> None:
    order = await paid_order(orders)
    headers = {**orders.token(), "Idempotency-Key": "k"}
    body = {"amount": usd("10"), "reason": "It came late"}
    first, again = [await orders.send("POST", f"/orders/{order}/refunds", headers, json=body) for _ in range(2)]
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert [entry["kind"] for entry in await entries(orders, order)] == ["payment", "refund"]
    other = {**body, "amount": usd("11")}
    answer = await orders.send("POST", f"/orders/{order}/refunds", headers, json=other)
    assert problem_of(answer) == (422, "idempotency_key_reused")


async def test_payments_are_listed_by_pages(embedded: Caller) -> None:
    order = (await ordering(embedded, **WISH))["id"]
    for amount in ("1", "2", "3"):
        await pay(embedded, order, amount=usd(amount))
    page = (await embedded.send("GET", f"/orders/{order}/payments?limit=1&offset=1")).json()
    assert ([entry["amount"] for entry in page["items"]], page["total"]) == ([usd("2.00")], 3)


@pytest.mark.parametrize("wish", [WISH, {"items": ["a", "b"]}], ids=["with prices", "without prices"])
async def test_an_order_of_a_shop_that_is_given_back_whole_is_refunded(
    embedded: Caller, wish: dict[str, object]
) -> None:
    async with running(embedded.settings.model_copy(update={"orders_workflow": "retail"})) as shop:
        order = await paid_order(shop, **wish)
        for status in ("processing", "shipped", "delivered"):
            await shop.patch(order, status)
        told = (await refund(shop, order)).json()
        assert (told["status"], told["paymentStatus"], told["allowedTransitions"]) == ("refunded", "refunded", [])
        *_, last = (await shop.send("GET", f"/orders/{order}/history")).json()["items"]
        assert (last["action"], last["from"], last["to"]) == ("payment_refunded", "delivered", "refunded")
