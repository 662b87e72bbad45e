"""The event loop's lag: what holds the loop up is seen."""

import asyncio
import time

import pytest

from service_standard.metrics.event_loop import INTERVAL_SECONDS, LoopLag
from service_standard.telemetry.providers import Telemetry
from tests.metrics.scrape import Scrape
from tests.service import settings_for

pytestmark = pytest.mark.anyio

BLOCKED_SECONDS = 0.3


async def test_a_loop_that_was_held_up_is_late_by_as_much() -> None:
    telemetry = Telemetry("orders", "1.0.0", settings_for("sqlite:///unused.db"))
    lag = LoopLag(telemetry.meter)
    await lag.start()
    time.sleep(BLOCKED_SECONDS)  # noqa: ASYNC251 to hold the loop up is the point
    for _ in range(2):  # The loop first goes on with this test, and then does what is due.
        await asyncio.sleep(0)
    await lag.aclose()
    scrape = Scrape((await telemetry.exposition.text()).decode())
    assert scrape.value("event_loop_lag_seconds_count") == 2
    assert scrape.value("event_loop_lag_seconds_sum") >= BLOCKED_SECONDS - INTERVAL_SECONDS
