"""The saga of an order: it is paid with its stock taken, or not paid with its stock returned."""

import pytest

from tests.catalog.shop import ask, buy, line, stock
from tests.events.test_payments import history, outcomes
from tests.saga.bought import LAPTOP, PRICE, bought, saga, sent, stands, steps, told
from tests.service import Caller, problem_of, running
from tests.test_order_payments import entries, override, pay

pytestmark = pytest.mark.anyio

BEGUN = ["stock_reserved", "payment_requested"]
GIVEN_UP = [*BEGUN, "order_cancelled", "stock_returned"]


async def test_a_new_order_reserves_its_stock_and_asks_for_its_payment(shop: Caller) -> None:
    order = await bought(shop, paymentMethod="card")
    assert await stands(shop, order) == ("pending", "pending", "running", 9)
    assert await steps(shop, order) == BEGUN
    assert await sent(shop, "order.payment_requested") == [{"orderId": order, "amount": PRICE, "method": "card"}]


async def test_a_payment_completes_it(shop: Caller) -> None:
    order = await bought(shop)
    await told(shop, order)
    assert await stands(shop, order) == ("paid", "paid", "completed", 9)
    assert await steps(shop, order) == [*BEGUN, "order_paid"]


async def test_a_payment_that_failed_cancels_the_order_returns_its_stock_and_says_why(shop: Caller) -> None:
    order = await bought(shop)
    await told(shop, order, "failed", reason="The card was declined")
    assert await stands(shop, order) == ("cancelled", "failed", "compensated", 10)
    assert await steps(shop, order) == GIVEN_UP
    why = "payment p-1 failed: The card was declined"
    assert (await saga(shop, order))["steps"][2]["reason"] == why
    *_, last = await history(shop, order)
    assert (last["action"], last["to"], last["reason"], last["by"]) == (
        "cancelled",
        "cancelled",
        why,
        "urn:service:payments",
    )


async def test_an_answer_is_taken_once_however_often_it_comes(shop: Caller) -> None:
    paid, failed = await bought(shop), (await buy(shop, line(LAPTOP))).json()["id"]
    for _ in range(2):
        await told(shop, paid)
        await told(shop, failed, "failed", "p-2")
    assert await stands(shop, paid) == ("paid", "paid", "completed", 9)
    assert [len(await entries(shop, order)) for order in (paid, failed)] == [1, 1]
    assert await sent(shop, "order.refund_requested") == []


async def test_a_payment_that_comes_after_the_saga_gave_up_is_given_back(shop: Caller) -> None:
    order = await bought(shop)
    await told(shop, order, "failed")
    for _ in range(2):
        await told(shop, order, payment="p-2")
    assert await stands(shop, order) == ("cancelled", "failed", "compensated", 10)
    assert await steps(shop, order) == [*GIVEN_UP, "payment_returned"]
    why = "An order that is cancelled cannot be paid"
    assert await sent(shop, "order.refund_requested") == [{"orderId": order, "paymentId": "p-2", "reason": why}]
    *_, last = await entries(shop, order)
    assert (last["kind"], last["paymentId"], last["amount"], last["reason"]) == ("returned", "p-2", PRICE, why)
    assert await outcomes(shop) == ["done"] * 3


async def test_whoever_cancels_the_order_ends_its_saga(shop: Caller) -> None:
    order = await bought(shop)
    assert (await ask(shop, "POST", f"/orders/{order}/cancel", {"reason": "Too late"})).status_code == 200
    assert await stands(shop, order) == ("cancelled", "pending", "compensated", 10)
    assert (await saga(shop, order))["steps"][2]["reason"] == "Too late"
    await told(shop, order)
    assert len(await sent(shop, "order.refund_requested")) == 1


async def test_until_it_ends_the_order_can_be_paid_or_cancelled_and_nothing_else(small_shop: Caller) -> None:
    order = await bought(small_shop)
    wish = {"customerId": "customer-1", "lines": [line(LAPTOP, 2)]}
    edited = await ask(small_shop, "PUT", f"/orders/{order}", wish, If_Match="*")
    archived = await small_shop.send("DELETE", f"/orders/{order}", small_shop.token("orders.admin"))
    for refused in (edited, archived):
        assert (refused.status_code, "payment was asked for" in refused.json()["detail"]) == (409, True)
    await told(small_shop, order)
    assert (await small_shop.patch(order, "shipped")).status_code == 200


async def test_the_saga_of_anothers_order_is_not_there(small_shop: Caller) -> None:
    order = await bought(small_shop)
    for subject, status in (("customer-1", 200), ("customer-2", 404)):
        token = small_shop.token("orders.read.own", sub=subject)
        assert (await small_shop.send("GET", f"/orders/{order}/saga", token)).status_code == status


async def test_an_order_that_is_paid_otherwise_keeps_no_second_payment(small_shop: Caller) -> None:
    order = await bought(small_shop)
    assert (await pay(small_shop, order)).status_code == 200
    assert await steps(small_shop, order) == [*BEGUN, "order_paid"]
    await told(small_shop, order)
    assert await stands(small_shop, order) == ("paid", "paid", "completed", 9)
    assert [each["paymentId"] for each in await sent(small_shop, "order.refund_requested")] == ["p-1"]


async def test_a_deposit_on_an_order_that_was_given_up_is_given_back(small_shop: Caller) -> None:
    order = await bought(small_shop)
    await pay(small_shop, order, amount={"amount": "10.00", "currency": "USD"})
    await told(small_shop, order)
    await told(small_shop, order, "failed", "p-2")
    assert await stands(small_shop, order) == ("cancelled", "refunded", "compensated", 10)
    assert [entry["kind"] for entry in await entries(small_shop, order)] == [
        "payment",
        "returned",
        "failure",
        "refund",
    ]


async def test_an_administrators_word_is_enough(small_shop: Caller) -> None:
    order = await bought(small_shop)
    await override(small_shop, order, "paid")
    assert await steps(small_shop, order) == [*BEGUN, "order_paid"]


@pytest.mark.parametrize(
    "wish",
    [{"items": ["a"]}, {"lines": [{"productId": "a", "quantity": 1, "unitPrice": {"amount": "0", "currency": "USD"}}]}],
    ids=["without a price", "for nothing"],
)
async def test_an_order_that_costs_nothing_has_no_saga(wish: dict[str, object], small_shop: Caller) -> None:
    async with running(small_shop.settings.model_copy(update={"catalog": "none"})) as service:
        order = (await service.send("POST", "/orders", json={"customerId": "c", **wish})).json()["id"]
        assert problem_of(await ask(service, "GET", f"/orders/{order}/saga")) == (404, "not_found")
        assert await sent(service, "order.payment_requested") == []


async def test_without_a_catalogue_nothing_is_reserved(small_shop: Caller) -> None:
    async with running(small_shop.settings.model_copy(update={"catalog": "none"})) as service:
        wish = {"customerId": "c", "lines": [line("anything", unitPrice=PRICE)]}
        order = (await service.send("POST", "/orders", json=wish)).json()["id"]
        await told(service, order, "failed")
        assert await steps(service, order) == ["payment_requested", "order_cancelled"]


async def test_a_saga_that_began_ends_also_when_new_orders_have_none(small_shop: Caller) -> None:
    order = await bought(small_shop)
    async with running(small_shop.settings.model_copy(update={"saga": "off"})) as service:
        await told(service, order, "failed")
        assert await stock(service, LAPTOP) == 10
        assert (await service.send("GET", f"/orders/{order}/saga")).status_code == 404
    assert await stands(small_shop, order) == ("cancelled", "failed", "compensated", 10)


async def test_a_kitchen_cooks_nothing_that_is_not_paid(small_shop: Caller) -> None:
    async with running(small_shop.settings.model_copy(update={"orders_workflow": "kitchen"})) as kitchen:
        order = await bought(kitchen)
        assert problem_of(await kitchen.patch(order, "confirmed")) == (409, "conflict")
        await told(kitchen, order)
        assert (await kitchen.patch(order, "confirmed")).status_code == 200
        other = (await buy(kitchen, line(LAPTOP))).json()["id"]
        await ask(kitchen, "POST", f"/orders/{other}/cancel", {"reason": "Not hungry"})
        await told(kitchen, other, payment="p-2")
        assert await stands(kitchen, other) == ("cancelled", "pending", "compensated", 9)
