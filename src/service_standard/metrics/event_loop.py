"""The event loop's lag: how late it does what was due, which everybody waits for whose request it serves."""

import asyncio
from time import perf_counter
from typing import Final

from opentelemetry.metrics import Meter

INTERVAL_SECONDS: Final = 0.1
BUCKETS: Final = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class LoopLag:
    """Has the loop call it ten times a second, and measures by how much each call is late."""

    def __init__(self, meter: Meter) -> None:
        self._lag = meter.create_histogram(
            "event_loop.lag",
            "s",
            "How late the event loop did what was due, measured ten times a second.",
            explicit_bucket_boundaries_advisory=BUCKETS,
        )
        self._timer: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        self._measure(perf_counter())

    async def aclose(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _measure(self, due: float) -> None:
        # Not by the loop's own clock: uvloop's stands still while a callback runs.
        now = perf_counter()
        self._lag.record(max(now - due, 0.0))
        self._timer = asyncio.get_running_loop().call_later(INTERVAL_SECONDS, self._measure, now + INTERVAL_SECONDS)
