"""Figures of orders: what was committed is counted once; what was refused, or answered again, is not."""

import pytest

from orders.law import workflows_of
from tests.contract.probes_of_events import paying
from tests.metrics.scrape import Scrape, scraped
from tests.service import MANIFEST, Caller, law_of

pytestmark = pytest.mark.anyio


def step(scrape: Scrape, status: str, to: str) -> float:
    return scrape.value("orders_transitions_total", **{"from": status, "to": to})


def transitions(scrape: Scrape) -> float:
    """Of every kind."""
    return sum(sample.value for sample in scrape.families["orders_transitions"].samples)


def payments(scrape: Scrape, outcome: str) -> float:
    return scrape.value("orders_payments_total", outcome=outcome)


async def test_before_anything_happened_every_step_of_the_workflow_is_told_as_none(embedded: Caller) -> None:
    scrape = await scraped(embedded)
    told = [(s.labels["from"], s.labels["to"], s.value) for s in scrape.families["orders_transitions"].samples]
    steps = workflows_of(law_of(MANIFEST).contract).default.steps
    assert sorted(told) == sorted((status, to, 0.0) for status, to in steps)
    outcomes = {s.labels["outcome"]: s.value for s in scrape.families["orders_payments"].samples}
    assert outcomes == dict.fromkeys(("succeeded", "failed", "refunded", "overridden", "ignored"), 0)
    assert scrape.samples["orders_created_total", frozenset()] == 0


async def test_an_order_is_counted_when_it_is_created_and_when_it_advances(embedded: Caller) -> None:
    order = await embedded.create()
    for status in ("paid", "delivered", "shipped"):
        await embedded.patch(order["id"], status)
    scrape = await scraped(embedded)
    assert scrape.value("orders_created_total") == 1
    assert (step(scrape, "pending", "paid"), step(scrape, "paid", "shipped")) == (1, 1)
    assert transitions(scrape) == 2


async def test_a_reply_that_is_given_again_counts_no_second_order(embedded: Caller) -> None:
    headers = {**embedded.token(), "Idempotency-Key": "key-1"}
    for _ in range(2):
        await embedded.send("POST", "/orders", headers, json={"customerId": "customer-123", "items": ["item-1"]})
    assert (await scraped(embedded)).value("orders_created_total") == 1


async def test_a_payment_is_counted_by_its_outcome(embedded: Caller) -> None:
    await paying()(embedded)
    await paying(type="payment.failed")(embedded)
    scrape = await scraped(embedded)
    assert [payments(scrape, outcome) for outcome in ("succeeded", "failed", "ignored")] == [1, 1, 0]
    assert step(scrape, "pending", "paid") == transitions(scrape) == 1
