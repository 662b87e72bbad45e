"""Faults: Orders and Payments are killed again and again while people buy; in the end nobody has paid for nothing."""

import asyncio
import random
from collections import Counter, defaultdict
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from tests.figures import Proof
from tests.saga.pair import PRICE, Pair, started, until
from tests.storage import rows

pytestmark = [pytest.mark.anyio, pytest.mark.fault]

SECONDS: Final = 40.0
BUYERS: Final = 6
STOCK: Final = 100_000
METHODS: Final = ("card", "card", "card", "card_declined", "no_answer")
ENVIRON: Final = {"SAGA_DEADLINE_SECONDS": "15", "PAYMENT_DEADLINE_SECONDS": "2"}
AT_STAKE: Final = Decimal(PRICE["amount"])


class Buyers:
    """People who buy until it is over, insist on an answer, and sometimes change their minds."""

    def __init__(self, pair: Pair) -> None:
        self.bought: set[str] = set()
        self.is_over = False
        self._pair = pair

    async def buy(self) -> None:
        """Orders, one after the other."""
        while not self.is_over:
            method = random.choice(METHODS)
            wish = {"customerId": "c", "lines": [{"productId": "thing", "quantity": 1}], "paymentMethod": method}
            order = (await self._insist("/orders", wish))["id"]
            self.bought.add(order)
            if random.random() < 0.1:
                with suppress(httpx.HTTPStatusError):
                    await self._insist(f"/orders/{order}/cancel", {"reason": "Too dear"})
            await asyncio.sleep(random.random() * 0.2)

    async def _insist(self, path: str, body: object) -> Any:
        key = {"Idempotency-Key": uuid4().hex}
        while True:
            with suppress(httpx.TransportError, RuntimeError):
                answer = await self._pair.orders.http.post(path, json=body, headers=key)
                if answer.status_code < 500:
                    return answer.raise_for_status().json()
            await asyncio.sleep(0.05)


async def test_whoever_is_killed_orders_are_paid_with_stock_taken_or_neither(
    rabbitmq_url: str, tmp_path: Path, proof: Proof
) -> None:
    async with started(rabbitmq_url, tmp_path, **ENVIRON) as pair:
        thing = {"id": "thing", "name": "Thing", "price": PRICE, "stock": STOCK}
        await pair.orders.ask("POST", "/products", json=thing)
        await pair.warmed()
        buyers = Buyers(pair)
        tasks = [asyncio.create_task(buyers.buy()) for _ in range(BUYERS)]
        kills = await killed(pair)
        buyers.is_over = True
        await asyncio.gather(*tasks)
        await until(lambda: is_settled(pair), seconds=60)
        proof(f"saga: {kills} kills, {await audited(pair, buyers.bought)}")


async def killed(pair: Pair) -> int:
    """Kills one or both at random moments; how often."""
    kills, end = 0, monotonic() + SECONDS
    while monotonic() < end:
        await asyncio.sleep(random.random() * 1.5)
        struck = random.choice([[pair.orders], [pair.payments], [pair.orders, pair.payments]])
        await asyncio.gather(*(service.start() for service in struck))
        kills += len(struck)
    return kills


async def is_settled(pair: Pair) -> bool:
    """Whether no saga is running, and the money of each order that is not paid was given back."""
    waiting = await rows(pair.orders.settings, "SELECT 1 FROM orders WHERE saga_deadline IS NOT NULL LIMIT 1")
    pending = await rows(pair.payments.settings, "SELECT 1 FROM payments WHERE deadline IS NOT NULL LIMIT 1")
    if waiting or pending:
        return False
    paid = {order for order, status in await statuses(pair) if status == "paid"}
    return all(order in paid for order, money in (await kept(pair)).items() if money)


async def audited(pair: Pair, bought: set[str]) -> str:
    """The figures, once everything is as it has to be."""
    found = dict(await statuses(pair))
    money = await kept(pair)
    assert found.keys() >= bought
    ends = Counter(found.values())
    assert set(ends) == {"paid", "cancelled"}
    assert {order for order, status in found.items() if status == "paid"} == {o for o, kept in money.items() if kept}
    assert set(money.values()) <= {Decimal(0), AT_STAKE}, "every payment was asked for once, and given back once"
    ((left,),) = await rows(pair.orders.settings, "SELECT stock FROM products WHERE id = 'thing'")
    # One more was bought of another product, to begin with.
    assert left == STOCK - (ends["paid"] - 1)
    parked = [await rows(each.settings, "SELECT reason FROM inbox WHERE outcome <> 'done'") for each in pair]
    assert parked == [[], []]
    returned = sum(1 for order, status in found.items() if status == "cancelled" and order in money)
    return (
        f"{len(found)} orders: {ends['paid']} paid, {ends['cancelled']} cancelled, {returned} of them after a payment"
    )


async def statuses(pair: Pair) -> list[tuple[str, str]]:
    return [(str(row[0]), str(row[1])) for row in await rows(pair.orders.settings, "SELECT id, status FROM orders")]


async def kept(pair: Pair) -> dict[str, Decimal]:
    """How much money Payments keeps of each order of which a payment succeeded."""
    statement = "SELECT order_id, amount, refunded FROM payments WHERE status = 'successful'"
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for order, amount, refunded in await rows(pair.payments.settings, statement):
        sums[str(order)] += Decimal(str(amount)) - Decimal(str(refunded or 0))
    return sums
