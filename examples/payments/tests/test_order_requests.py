"""What orders ask for by events: it happens once, and the answer names the event that asked."""

import pytest

from examples.payments.tests.service import ORDER, PRICE, Caller, asked
from tests.storage import rows

pytestmark = pytest.mark.anyio

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def outcomes(payments: Caller) -> list[object]:
    return [row[0] for row in await rows(payments.settings, "SELECT outcome FROM inbox ORDER BY received_at")]


@pytest.mark.parametrize(
    ("method", "answer"),
    [("card", "payment.successful"), ("card_declined", "payment.failed"), ("no_answer", "payment.failed")],
)
async def test_a_request_is_answered_by_one_event_that_names_it(method: str, answer: str, payments: Caller) -> None:
    request = asked(orderId=ORDER, amount=PRICE, method=method)
    assert [await payments.told(request) for _ in range(2)] == [202, 202]
    (event,) = await payments.events()
    assert (event["type"], event["causationid"], event["data"]["orderId"]) == (answer, request["id"], ORDER)
    assert (await payments.send("GET", "/payments")).json()["total"] == 1


@pytest.mark.parametrize("method", ["card", "no_answer"])
async def test_the_answer_is_in_the_trace_of_whoever_delivered_the_request(method: str, payments: Caller) -> None:
    request = asked(orderId=ORDER, amount=PRICE, method=method)
    headers = {"Content-Type": "application/cloudevents+json", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    await payments.send("POST", "/events", json=request, headers=headers)
    (event,) = await payments.events()
    assert event["traceparent"].split("-")[1] == TRACE


async def test_a_refund_is_made_once_and_names_the_event_that_asked_for_it(payments: Caller) -> None:
    payment = await payments.pay()
    request = asked("order.refund_requested", paymentId=payment["id"], reason="The order was cancelled")
    assert [await payments.told(request) for _ in range(2)] == [202, 202]
    _, refunded = await payments.events(2)
    assert (refunded["type"], refunded["causationid"]) == ("payment.refunded", request["id"])
    assert refunded["data"]["refunded"] == PRICE


async def test_a_refund_that_cannot_be_made_is_parked_for_an_operator(payments: Caller) -> None:
    payment = await payments.pay(method="card_declined")
    assert await payments.told(asked("order.refund_requested", paymentId=payment["id"])) == 202
    assert await outcomes(payments) == ["parked"]


@pytest.mark.parametrize("method", [None, "no_answer"], ids=["unknown", "pending"])
async def test_a_refund_that_comes_too_early_waits(method: str | None, embedded: Caller) -> None:
    payment = (await embedded.pay(method=method))["id"] if method else "unknown"
    assert await embedded.told(asked("order.refund_requested", paymentId=payment)) == 202
    assert await outcomes(embedded) == ["waiting"]


async def test_a_request_that_its_contract_refuses_is_told_to_the_sender(embedded: Caller) -> None:
    wrong = asked(orderId=ORDER, amount={"amount": "1.999", "currency": "USD"})
    assert await embedded.told(wrong) == 400
    assert await outcomes(embedded) == []


async def test_other_events_of_orders_are_taken_and_do_nothing(embedded: Caller) -> None:
    assert await embedded.told(asked("order.created", id=ORDER)) == 202
    assert (await embedded.send("GET", "/payments")).json()["total"] == 0
