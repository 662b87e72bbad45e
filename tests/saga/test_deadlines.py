"""The deadline of a saga: an order of whose payment nothing is heard is cancelled, by one of all the services."""

import asyncio

import pytest

from orders.settings import OrdersSettings
from tests.catalog.shop import ask, buy, line
from tests.events.test_payments import history
from tests.saga.bought import LAPTOP, bought, saga, sent, stands, told
from tests.service import Caller, running_beside
from tests.storage import rows

pytestmark = pytest.mark.anyio

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def given_up(service: Caller, *orders: str) -> None:
    """Returns once the sagas of these orders have ended."""
    async with asyncio.timeout(20):
        for order in orders:
            while (await saga(service, order))["state"] == "running":  # noqa: ASYNC110 nobody tells of it
                await asyncio.sleep(0.02)


async def test_of_several_services_one_gives_up_each_order(with_sagas: OrdersSettings) -> None:
    hurried = with_sagas.model_copy(update={"saga_deadline_seconds": 0.01})
    async with running_beside(hurried, 2) as services:
        first, _ = services
        orders = [await bought(first), *[(await buy(first, line(LAPTOP))).json()["id"] for _ in range(4)]]
        await given_up(first, *orders)
        assert [await stands(first, order) for order in orders] == [("cancelled", "pending", "compensated", 10)] * 5
        for order in orders:
            entries = await history(first, order)
            assert [(entry["action"], entry["by"]) for entry in entries[1:]] == [("cancelled", "urn:service:orders")]
            assert entries[1]["reason"].startswith("no payment was told of until ")


async def test_what_the_deadline_does_is_in_the_trace_of_the_order(with_sagas: OrdersSettings) -> None:
    async with running_beside(with_sagas.model_copy(update={"saga_deadline_seconds": 0.01}), 1) as (service,):
        await bought(service)
        traced = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        wish = {"customerId": "customer-1", "lines": [line(LAPTOP)]}
        order = (await ask(service, "POST", "/orders", wish, **traced)).json()["id"]
        await given_up(service, order)
        assert [entry["traceId"] for entry in await history(service, order)] == [TRACE] * 2


async def test_a_payment_that_comes_after_the_deadline_is_given_back(with_sagas: OrdersSettings) -> None:
    async with running_beside(with_sagas.model_copy(update={"saga_deadline_seconds": 0.01}), 1) as (service,):
        order = await bought(service)
        await given_up(service, order)
        await told(service, order)
        assert await stands(service, order) == ("cancelled", "pending", "compensated", 10)
        assert [each["paymentId"] for each in await sent(service, "order.refund_requested")] == ["p-1"]


async def test_an_order_that_was_paid_in_time_has_no_deadline(shop: Caller) -> None:
    order = await bought(shop)
    await told(shop, order)
    assert await rows(shop.settings, "SELECT saga_deadline FROM orders") == [(None,)]


async def test_an_order_that_cannot_be_cancelled_is_left_to_an_operator(with_sagas: OrdersSettings) -> None:
    async with running_beside(with_sagas.model_copy(update={"saga_deadline_seconds": 1.0}), 1) as (service,):
        order = await bought(service)
        await rows(service.settings, "UPDATE orders SET status = 'shipped' RETURNING 1")
        await given_up(service, order)
        assert await stands(service, order) == ("shipped", "pending", "failed", 9)
        *_, last = (await saga(service, order))["steps"]
        assert (last["step"], "cannot be cancelled" in last["reason"]) == ("abandoned", True)


async def test_an_order_of_an_unknown_workflow_is_left_to_a_replica_that_knows_it(with_sagas: OrdersSettings) -> None:
    async with running_beside(with_sagas.model_copy(update={"saga_deadline_seconds": 1.0}), 1) as (service,):
        another = await bought(service)
        await rows(service.settings, "UPDATE orders SET workflow = 'gone' RETURNING 1")
        own = (await buy(service, line(LAPTOP))).json()["id"]
        await given_up(service, own)
        assert await stands(service, another) == ("pending", "pending", "running", 9)
        await rows(service.settings, "UPDATE orders SET workflow = 'standard' RETURNING 1")
        await given_up(service, another)
        assert await stands(service, another) == ("cancelled", "pending", "compensated", 10)
