"""Refunds between services: what was paid there is asked back from there, and what was given back there is entered."""

from typing import Any, Final
from uuid import uuid4

import pytest

from tests.events.test_payments import event, outcomes, tell
from tests.service import Caller
from tests.test_events_recorded import recorded
from tests.test_order_payments import WISH, entries, pay, refund
from tests.test_order_terms import ordering, usd

pytestmark = pytest.mark.anyio

REQUESTED: Final = "order.refund_requested"


async def paid_there(service: Caller, **wish: object) -> str:
    """An order that an event has told to be paid."""
    order = str((await ordering(service, **(wish or WISH)))["id"])
    assert await tell(service, event(order)) == 202
    return order


async def asked(service: Caller) -> list[dict[str, Any]]:
    """What was asked back."""
    return [each["data"] for each in await recorded(service) if each["type"] == REQUESTED]


async def shown(service: Caller, order: str) -> tuple[object, object]:
    found = (await service.send("GET", f"/orders/{order}")).json()
    return found["paymentStatus"], found.get("refunded")


def given_back(order: str, amount: str, refund_id: str = "r-1", **attributes: object) -> dict[str, Any]:
    told = event(order, "payment.refunded")
    return {**told, **attributes, "data": {**told["data"], "refundId": refund_id, "amount": usd(amount)}}


async def test_whoever_cancels_a_paid_order_has_it_refunded(orders: Caller) -> None:
    order = await paid_there(orders)
    answer = await orders.send("POST", f"/orders/{order}/cancel", json={"reason": "Too late"})
    assert (answer.json()["status"], answer.json()["paymentStatus"]) == ("cancelled", "refunded")
    assert await asked(orders) == [{"orderId": order, "paymentId": "p-1", "amount": usd("60.00"), "reason": "Too late"}]
    *_, last = await entries(orders, order)
    assert (last["kind"], last["amount"], last["reason"]) == ("refund", usd("60.00"), "Too late")


async def test_an_update_to_cancelled_refunds_as_well_and_an_order_that_is_not_paid_is_only_cancelled(
    embedded: Caller,
) -> None:
    paid, unpaid = await paid_there(embedded), str((await ordering(embedded, **WISH))["id"])
    for order in (paid, unpaid):
        assert (await embedded.patch(order, "cancelled")).status_code == 200
    assert await shown(embedded, paid) == ("refunded", usd("60.00"))
    assert await shown(embedded, unpaid) == ("pending", None)
    assert [each["orderId"] for each in await asked(embedded)] == [paid]


async def test_a_deposit_on_a_cancelled_order_is_given_back(embedded: Caller) -> None:
    order = str((await ordering(embedded, **WISH))["id"])
    await pay(embedded, order, amount=usd("10"))
    await embedded.patch(order, "cancelled")
    assert await shown(embedded, order) == ("refunded", usd("10.00"))
    assert await asked(embedded) == []


async def test_a_refund_is_asked_of_each_payment_that_it_gives_back(orders: Caller) -> None:
    order = str((await ordering(orders, **WISH))["id"])
    for payment, amount in (("p-1", "25"), ("p-2", "35")):
        told = event(order, paymentId=payment)
        assert await tell(orders, {**told, "data": {**told["data"], "amount": usd(amount)}}) == 202
    await refund(orders, order, amount=usd("20"))
    await refund(orders, order, amount=usd("30"))
    found = [(each["paymentId"], each["amount"]["amount"]) for each in await asked(orders)]
    assert found == [("p-1", "20.00"), ("p-1", "5.00"), ("p-2", "25.00")]


async def test_an_order_without_prices_asks_its_payment_back_when_all_of_it_is(embedded: Caller) -> None:
    order = await paid_there(embedded, items=["a", "b"])
    await refund(embedded, order, lines=[{"productId": "a", "quantity": 1}])
    assert await asked(embedded) == []
    await refund(embedded, order)
    assert await asked(embedded) == [{"orderId": order, "paymentId": "p-1", "reason": "It came broken"}]


async def test_the_answer_to_what_was_asked_changes_nothing(embedded: Caller) -> None:
    order = await paid_there(embedded)
    await refund(embedded, order, amount=usd("20"))
    (request,) = [each for each in await recorded(embedded) if each["type"] == REQUESTED]
    assert await tell(embedded, given_back(order, "20", causationid=request["id"])) == 202
    assert await shown(embedded, order) == ("partially_refunded", usd("20.00"))


async def test_a_refund_that_was_made_there_is_entered_once_and_not_asked_for(orders: Caller) -> None:
    order = await paid_there(orders)
    for told in (given_back(order, "20"), given_back(order, "20", id=str(uuid4())), given_back(order, "5", "r-2")):
        assert await tell(orders, told) == 202
    assert await shown(orders, order) == ("partially_refunded", usd("25.00"))
    assert await asked(orders) == []


async def test_a_refund_there_of_more_than_was_paid_is_parked(embedded: Caller) -> None:
    order = await paid_there(embedded)
    assert await tell(embedded, given_back(order, "60.01")) == 202
    assert await outcomes(embedded) == ["done", "parked"]
    assert await shown(embedded, order) == ("paid", None)


async def test_a_payment_of_more_than_is_owed_is_parked(embedded: Caller) -> None:
    order = str((await ordering(embedded, **WISH))["id"])
    told = event(order)
    assert await tell(embedded, {**told, "data": {**told["data"], "amount": usd("60.01")}}) == 202
    assert await outcomes(embedded) == ["parked"]
    assert await shown(embedded, order) == ("pending", None)
