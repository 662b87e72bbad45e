"""Several updates of one order at once: exactly one of them wins, on one service and on two.

The faults prove the same with more callers, of running processes.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import cycle

import httpx
import pytest

from tests.service import Caller
from tests.storage import kept_counts, recounted, rows

pytestmark = pytest.mark.anyio

ORDERS = 4
AT_ONCE = 10


async def race(services: Sequence[Caller], headers: Callable[[int], dict[str, str]]) -> list[list[httpx.Response]]:
    """The answers to the payments of each order, all of which are sent at once."""
    created = await asyncio.gather(*(services[0].create() for _ in range(ORDERS)))
    turns = cycle(services)
    return await asyncio.gather(
        *(
            asyncio.gather(*(next(turns).patch(order["id"], "paid", **headers(n)) for n in range(AT_ONCE)))
            for order in created
        )
    )


async def assert_one_winner_each(services: Sequence[Caller], answers: list[list[httpx.Response]], lost: int) -> None:
    for each in answers:
        assert Counter(answer.status_code for answer in each) == {200: 1, lost: AT_ONCE - 1}
    settings = services[0].settings
    assert await rows(settings, "SELECT DISTINCT status, version FROM orders") == [("paid", 2)]
    for table in ("order_history", "outbox"):
        assert await rows(settings, f"SELECT count(*) FROM {table}") == [(2 * ORDERS,)]
    assert await kept_counts(settings) == await recounted(settings)


async def test_of_many_payments_at_once_one_is_made_and_the_others_conflict(services: Sequence[Caller]) -> None:
    await assert_one_winner_each(services, await race(services, lambda _: {}), 409)


async def test_of_many_updates_of_one_version_one_is_made_and_the_others_are_stale(services: Sequence[Caller]) -> None:
    answers = await race(services, lambda _: {"If-Match": '"1"'})
    await assert_one_winner_each(services, answers, 412)


async def test_of_payment_and_cancellation_at_once_one_is_made_first(services: Sequence[Caller]) -> None:
    created = await asyncio.gather(*(services[0].create() for _ in range(ORDERS)))
    wishes = [
        service.patch(order["id"], status, **{"If-Match": '"1"'})
        for order in created
        for service, status in zip(cycle(services), ("paid", "cancelled"), strict=False)
    ]
    statuses = Counter(answer.status_code for answer in await asyncio.gather(*wishes))
    assert statuses == {200: ORDERS, 412: ORDERS}
