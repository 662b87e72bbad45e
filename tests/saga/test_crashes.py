"""Either service is killed at each step of a saga: the order is paid with its stock taken, or neither of both."""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import product
from typing import Final
from uuid import uuid4

import pytest

from tests.saga.pair import PRICE, Pair, started

pytestmark = pytest.mark.anyio

Crash = Callable[[Pair, str, str], Awaitable[str]]
SOON: Final = {"SAGA_DEADLINE_SECONDS": "0.2"}


@pytest.fixture(scope="module")
async def running(rabbitmq_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    """Both services, which each test leaves running."""
    async with started(rabbitmq_url, tmp_path_factory.mktemp("pair")) as services:
        yield services


@pytest.fixture
async def pair(running: Pair) -> Pair:
    """The same, once their links to the broker are open."""
    await running.warmed()
    return running


async def before_the_request_is_published(pair: Pair, method: str, trace: str) -> str:
    pair.orders.wire.cut()
    order = await pair.buy(method, trace)
    await pair.orders.start()
    return order


async def before_the_broker_says_that_it_has_the_request(pair: Pair, method: str, trace: str) -> str:
    pair.orders.wire.deafen_after(b"order.payment_requested")
    order = await pair.buy(method, trace)
    await pair.paid_for(order)
    await pair.orders.start()
    return order


async def before_payments_has_the_request(pair: Pair, method: str, trace: str) -> str:
    await pair.payments.kill()
    order = await pair.buy(method, trace)
    await pair.orders.has_published()
    await pair.orders.start()
    await pair.payments.start()
    return order


async def before_payments_publishes_its_answer(pair: Pair, method: str, trace: str) -> str:
    pair.payments.wire.is_mute = True
    order = await pair.buy(method, trace)
    await pair.paid_for(order)
    await pair.payments.start()
    return order


async def before_orders_has_the_answer(pair: Pair, method: str, trace: str) -> str:
    pair.payments.freeze()
    order = await pair.buy(method, trace)
    await pair.orders.has_published()
    await pair.orders.kill()
    pair.payments.thaw()
    await pair.paid_for(order)
    await pair.payments.has_published()
    await pair.payments.start()
    await pair.orders.start()
    return order


async def before_the_answer_is_acknowledged(pair: Pair, method: str, trace: str) -> str:
    pair.payments.freeze()
    order = await pair.buy(method, trace)
    await pair.orders.has_published()
    pair.orders.wire.is_mute = True
    pair.payments.thaw()
    await pair.ended(order)
    await pair.orders.start()
    return order


CRASHES: Final = (
    before_the_request_is_published,
    before_the_broker_says_that_it_has_the_request,
    before_payments_has_the_request,
    before_payments_publishes_its_answer,
    before_orders_has_the_answer,
    before_the_answer_is_acknowledged,
)
# Those that need one start of one service are tried with each change of the code, the others with the faults.
CHEAP: Final = (
    (before_the_request_is_published, "card"),
    (before_payments_publishes_its_answer, "card_declined"),
    (before_the_answer_is_acknowledged, "card"),
)


# Each crash with a payment that succeeds and with one that fails.
@pytest.mark.parametrize(
    ("crash", "method"),
    [
        pytest.param(*case, marks=() if case in CHEAP else pytest.mark.fault, id=f"{case[0].__name__}-{case[1]}")
        for case in product(CRASHES, ("card", "card_declined"))
    ],
)
async def test_a_saga_survives_a_crash(crash: Crash, method: str, pair: Pair) -> None:
    trace = uuid4().hex
    order = await crash(pair, method, f"00-{trace}-00f067aa0ba902b7-01")
    await pair.ended(order)
    found = await pair.orders.ask("GET", f"/orders/{order}")
    (payment,) = await pair.payments_of(order)
    wanted = {"card": ("paid", "paid", "successful", 0), "card_declined": ("cancelled", "failed", "failed", 1)}
    stands = (found["status"], found["paymentStatus"], payment["status"], await pair.stock(order))
    assert (stands, "refunded" in payment) == (wanted[method], False)
    history = (await pair.orders.ask("GET", f"/orders/{order}/history"))["items"]
    assert [entry["traceId"] for entry in history] == [trace] * 2, "one trace, and each change once"


async def before_the_deadline(pair: Pair) -> str:
    await pair.payments.kill()
    await pair.orders.start(**SOON)
    order = await pair.buy()
    await pair.orders.start()
    return order


async def after_the_deadline_and_before_it_is_told(pair: Pair) -> str:
    await pair.payments.kill()
    await pair.orders.start(**SOON)
    pair.orders.wire.cut()
    order = await pair.buy()
    await pair.ended(order)
    await pair.orders.start()
    return order


@pytest.mark.fault
@pytest.mark.parametrize(
    "crash",
    [before_the_deadline, after_the_deadline_and_before_it_is_told],
    ids=lambda crash: crash.__name__,
)
async def test_the_money_of_an_order_that_was_given_up_is_not_kept(
    crash: Callable[[Pair], Awaitable[str]], pair: Pair
) -> None:
    order = await crash(pair)
    await pair.ended(order)
    await pair.payments.start()
    (payment,) = await pair.refunded(order)
    assert (payment["status"], payment["refunded"]) == ("successful", PRICE)
    steps = [step["step"] for step in (await pair.saga(order))["steps"]]
    assert steps[2:] == ["order_cancelled", "stock_returned", "payment_returned"]
    assert ((await pair.orders.ask("GET", f"/orders/{order}"))["status"], await pair.stock(order)) == ("cancelled", 1)
