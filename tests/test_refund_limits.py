"""The limits of payments and refunds: told by their places, with nothing stored, and kept by many at once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from itertools import cycle
from typing import Final

import pytest

from tests.service import Caller, problem_of
from tests.storage import count
from tests.test_order_payments import WISH, entries, paid_order, pay, refund
from tests.test_order_terms import ordering, usd

pytestmark = pytest.mark.anyio

STORED: Final = ("order_history", "outbox", "idempotency")


async def stored(service: Caller) -> list[object]:
    return [await count(service.settings, table) for table in STORED]


@pytest.mark.parametrize(
    ("wanted", "problem", "pointers"),
    [
        ({"amount": usd("60.01")}, (409, "conflict"), ["#/amount/amount"]),
        ({"amount": usd("0")}, (409, "conflict"), ["#/amount/amount"]),
        ({"amount": {"amount": "1", "currency": "EUR"}}, (409, "conflict"), ["#/amount/currency"]),
        ({"amount": usd("0.001")}, (400, "validation_error"), ["#/amount/amount"]),
        ({"amount": usd("-1")}, (400, "validation_error"), ["#/amount/amount"]),
        ({"amount": usd("9" * 14)}, (400, "validation_error"), ["#/amount/amount"]),
        ({"amount": 5}, (400, "validation_error"), ["#/amount"]),
        ({"lines": [{"productId": "p", "quantity": 3}]}, (409, "conflict"), ["#/lines/0/quantity"]),
        ({"lines": [{"productId": "p", "quantity": n} for n in (1, 2)]}, (409, "conflict"), ["#/lines/1/quantity"]),
        ({"lines": [{"productId": "no", "quantity": 1}]}, (409, "conflict"), ["#/lines/0/productId"]),
        (
            {"lines": [{"productId": "p", "quantity": 2}, {"productId": "mat", "quantity": 1}]},
            (409, "conflict"),
            ["#/lines"],
        ),
        ({"lines": [{"productId": "p", "quantity": 1.5}]}, (400, "validation_error"), ["#/lines/0/quantity"]),
        ({"lines": []}, (400, "validation_error"), ["#/lines"]),
        ({"lines": [{"productId": "p", "quantity": 1}], "amount": usd("1")}, (400, "validation_error"), ["#/amount"]),
        ({"reason": ""}, (400, "validation_error"), ["#/reason"]),
        ({"note": "x"}, (400, "validation_error"), ["#"]),
    ],
)
async def test_a_refund_that_cannot_be_made_is_refused_by_its_place(
    embedded: Caller, wanted: dict[str, object], problem: tuple[int, str], pointers: list[str]
) -> None:
    order = await paid_order(embedded)
    before = await stored(embedded)
    answer = await refund(embedded, order, **wanted)
    assert problem_of(answer) == problem
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers
    assert await stored(embedded) == before


@pytest.mark.parametrize(
    ("payment", "problem", "pointers"),
    [
        ({"amount": usd("60.01")}, (409, "conflict"), ["#/amount/amount"]),
        ({"amount": {"amount": "60", "currency": "JPY"}}, (409, "conflict"), ["#/amount/currency"]),
        ({"amount": usd("1.001")}, (400, "validation_error"), ["#/amount/amount"]),
        ({"status": "failed", "amount": usd("1")}, (400, "validation_error"), ["#/amount"]),
        ({"status": "paid"}, (400, "validation_error"), ["#/status"]),
        ({"amount": usd("1"), "paymentId": "p-1"}, (409, "conflict"), ["#/paymentId"]),
    ],
)
async def test_a_payment_that_cannot_be_is_refused_by_its_place(
    embedded: Caller, payment: dict[str, object], problem: tuple[int, str], pointers: list[str]
) -> None:
    order = (await ordering(embedded, **WISH))["id"]
    await pay(embedded, order, amount=usd("10"), paymentId="p-1")
    before = await stored(embedded)
    answer = await pay(embedded, order, **payment)
    assert problem_of(answer) == problem
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers
    assert await stored(embedded) == before


async def test_refunds_at_once_never_come_to_more_than_was_paid(services: Sequence[Caller]) -> None:
    order = await paid_order(services[0])
    turns = cycle(services)
    answers = await asyncio.gather(*(refund(next(turns), order, amount=usd("25")) for _ in range(10)))
    assert Counter(answer.status_code for answer in answers) == {200: 2, 409: 8}
    shown = (await services[0].send("GET", f"/orders/{order}")).json()
    assert (shown["paymentStatus"], shown["refunded"], shown["version"]) == ("partially_refunded", usd("50.00"), 4)
    assert [entry["kind"] for entry in await entries(services[0], order)] == ["payment", "refund", "refund"]


async def test_whole_refunds_at_once_are_one(services: Sequence[Caller]) -> None:
    order = await paid_order(services[0], items=["a"])
    answers = await asyncio.gather(*(refund(service, order) for service in [*services] * 5))
    assert Counter(answer.status_code for answer in answers)[200] == 1
