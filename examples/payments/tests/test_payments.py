"""Payments as their callers see them: what comes of them, who is told, and what can be given back."""

import asyncio
from datetime import datetime

import pytest

from examples.payments.tests.service import ORDER, PRICE, Caller
from tests.metrics.scrape import Scrape
from tests.service import problem_of

pytestmark = pytest.mark.anyio


async def test_a_payment_succeeds_and_is_found_where_the_answer_says(payments: Caller) -> None:
    wish = {"orderId": ORDER, "amount": PRICE, "method": "card"}
    made = await payments.send("POST", "/payments", json=wish)
    assert {name: made.json()[name] for name in (*wish, "status")} == {**wish, "status": "successful"}
    assert (await payments.send("GET", made.headers["Location"])).json() == made.json()
    (event,) = await payments.events()
    assert (event["type"], event["subject"]) == ("payment.successful", f"payments/{made.json()['id']}")
    assert event["data"] == {"paymentId": made.json()["id"], "orderId": ORDER, "amount": PRICE}


@pytest.mark.parametrize("method", ["card_declined", "insufficient_funds"])
async def test_a_payment_that_is_refused_fails_with_a_reason(method: str, embedded: Caller) -> None:
    made = await embedded.pay(method=method)
    (event,) = await embedded.events()
    assert made["status"] == "failed"
    assert (event["type"], event["data"]["reason"]) == ("payment.failed", made["reason"])


async def test_a_payment_that_is_not_answered_is_told_of_when_its_deadline_has_passed(payments: Caller) -> None:
    made = await payments.pay(method="no_answer")
    assert made["status"] == "pending"
    (event,) = await payments.events()
    assert (event["type"], event["data"]["reason"]) == ("payment.failed", "The provider did not answer in time")
    assert datetime.fromisoformat(event["time"]) >= datetime.fromisoformat(made["deadline"])
    failed = (await payments.send("GET", f"/payments/{made['id']}")).json()
    assert (failed["status"], "deadline" in failed) == ("failed", False)


async def test_a_payment_is_pending_until_its_deadline(embedded: Caller) -> None:
    made = await embedded.pay(method="no_answer")
    await embedded.pay()
    (event,) = await embedded.events()
    assert event["data"]["paymentId"] != made["id"]
    assert (await embedded.send("GET", f"/payments/{made['id']}")).json()["status"] == "pending"


async def test_a_payment_that_is_sent_again_under_its_key_is_made_once(payments: Caller) -> None:
    wish = {"json": {"orderId": ORDER, "amount": PRICE}, "headers": {"Idempotency-Key": "one intent"}}
    first, again = [await payments.send("POST", "/payments", **wish) for _ in range(2)]
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert (await payments.send("GET", "/payments")).json()["total"] == 1


@pytest.mark.parametrize(
    "amount",
    [
        {"amount": "0", "currency": "USD"},
        {"amount": "0.00", "currency": "USD"},
        {"amount": "-1", "currency": "USD"},
        {"amount": "29.999", "currency": "USD"},
        {"amount": "1.5", "currency": "JPY"},
        {"amount": "1.2345", "currency": "KWD"},
        {"amount": "1000000000000", "currency": "USD"},
        {"amount": "1e3", "currency": "USD"},
        {"amount": 29.99, "currency": "USD"},
        {"amount": "29.99", "currency": "usd"},
        {"amount": "29.99"},
    ],
    ids=str,
)
async def test_an_amount_that_is_none_is_refused_and_named(amount: dict[str, object], embedded: Caller) -> None:
    refused = await embedded.send("POST", "/payments", json={"orderId": ORDER, "amount": amount})
    assert problem_of(refused) == (400, "validation_error")
    assert refused.json()["errors"][0]["pointer"].startswith("#/amount/")


@pytest.mark.parametrize(
    "amount",
    [
        {"amount": "0.01", "currency": "USD"},
        {"amount": "999999999999.99", "currency": "EUR"},
        {"amount": "2500", "currency": "JPY"},
        {"amount": "0.005", "currency": "KWD"},
        {"amount": "29.9", "currency": "USD"},
    ],
    ids=str,
)
async def test_an_amount_comes_back_as_it_was_written(amount: dict[str, object], embedded: Caller) -> None:
    made = await embedded.pay(amount=amount)
    assert (await embedded.send("GET", f"/payments/{made['id']}")).json()["amount"] == amount
    refund = (await embedded.refund(made, reason="All of it")).json()
    assert refund["amount"] == amount


async def test_payments_are_listed_to_the_end_by_their_cursors(payments: Caller) -> None:
    made = [(await payments.pay())["id"] for _ in range(3)]
    first = await payments.send("GET", "/payments", params={"limit": 2})
    second = await payments.send("GET", first.headers["Link"].partition(">")[0][1:])
    assert [payment["id"] for page in (first, second) for payment in page.json()["items"]] == made
    assert [page.json()["total"] for page in (first, second)] == [3, 3]
    assert "Link" not in second.headers


async def test_the_payments_of_one_order_are_listed(payments: Caller) -> None:
    await payments.pay()
    other = await payments.pay(orderId="another")
    page = (await payments.send("GET", "/payments", params={"orderId": "another"})).json()
    assert (page["items"], page["total"]) == ([other], 1)


async def test_refunds_together_are_never_more_than_the_payment(payments: Caller) -> None:
    payment = await payments.pay()
    first, rest = await payments.refund(payment, "10.00", reason="One item was damaged"), await payments.refund(payment)
    assert [refund.json()["amount"]["amount"] for refund in (first, rest)] == ["10.00", "19.99"]
    refused = await payments.refund(payment, "0.01")
    assert (refused.status_code, refused.json()["detail"]) == (409, "No more than 0.00 USD can be refunded")
    page = (await payments.send("GET", f"/payments/{payment['id']}/refunds")).json()
    assert page["items"] == [first.json(), rest.json()]
    assert (await payments.send("GET", f"/payments/{payment['id']}")).json()["refunded"] == PRICE
    _, *told = await payments.events(3)
    assert [(event["type"], event["data"]["refunded"]["amount"]) for event in told] == [
        ("payment.refunded", "10.00"),
        ("payment.refunded", "29.99"),
    ]


async def test_of_refunds_at_once_as_many_succeed_as_the_payment_can_bear(payments: Caller) -> None:
    payment = await payments.pay()
    answers = await asyncio.gather(*(payments.refund(payment, "9.00") for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5


async def test_a_refund_that_is_sent_again_under_its_key_is_made_once(payments: Caller) -> None:
    path = f"/payments/{(await payments.pay())['id']}/refunds"
    key = {"Idempotency-Key": "one intent"}
    first, again = [await payments.send("POST", path, json={}, headers=key) for _ in range(2)]
    assert again.json() == first.json()


@pytest.mark.parametrize(
    ("method", "wanted", "said", "pointers"),
    [
        ("card", {"amount": "30.00", "currency": "USD"}, "No more than 29.99 USD can be refunded", ["#/amount/amount"]),
        ("card", {"amount": "1.00", "currency": "EUR"}, "The payment was made in USD", ["#/amount/currency"]),
        ("card_declined", PRICE, "A payment that is failed cannot be refunded", []),
        ("no_answer", PRICE, "A payment that is pending cannot be refunded", []),
    ],
)
async def test_a_refund_that_the_payment_does_not_allow_is_a_conflict(
    method: str, wanted: dict[str, str], said: str, pointers: list[str], embedded: Caller
) -> None:
    payment = await embedded.pay(method=method)
    refused = await embedded.send("POST", f"/payments/{payment['id']}/refunds", json={"amount": wanted})
    assert (*problem_of(refused), refused.json()["detail"]) == (409, "conflict", said)
    assert [error["pointer"] for error in refused.json().get("errors", [])] == pointers
    assert (await embedded.send("GET", f"/payments/{payment['id']}/refunds")).json()["total"] == 0


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/refunds"), ("POST", "/refunds")])
async def test_what_is_not_there_is_not_found(method: str, path: str, embedded: Caller) -> None:
    body: dict[str, str] | None = {} if method == "POST" else None
    assert problem_of(await embedded.send(method, f"/payments/unknown{path}", json=body)) == (404, "not_found")


async def test_what_came_of_payments_is_counted(payments: Caller) -> None:
    for method in ("card", "card_declined", "no_answer"):
        await payments.pay(method=method)
    paid = (await payments.send("GET", "/payments")).json()["items"][0]
    for amount in ("10.00", None, "0.01"):
        await payments.refund(paid, amount)
    await payments.events(5)
    scrape = Scrape((await payments.send("GET", "/metrics")).text)
    outcomes = {s.labels["outcome"]: s.value for s in scrape.families["payments_outcomes"].samples}
    assert outcomes == {"successful": 1, "failed": 2, "refunded": 2}


async def test_who_may_read_may_not_pay(embedded: Caller) -> None:
    refused = await embedded.send("POST", "/payments", "payments.read", json={"orderId": ORDER, "amount": PRICE})
    assert problem_of(refused) == (403, "forbidden")
