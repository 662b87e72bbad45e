"""Proof: an event is delivered milliseconds after its commit, and the relay keeps up with tens of thousands a second.

The bounds here hold on a machine that has other things to do; `python -m bench.commit_to_delivery` and
`python -m bench.relay_throughput` measure more, on a machine that is left alone.
"""

import pytest

from bench.commit_to_delivery import RATE, measured
from bench.relay_throughput import events_a_second
from service_standard.settings import Settings
from tests.figures import Proof

pytestmark = [pytest.mark.anyio, pytest.mark.proof]

SECONDS = 3
P50_MS, P99_MS = 10, 250
EVENTS = 20_000
LEAST = 2_000


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_event_is_delivered_soon_after_its_commit(settings: Settings, proof: Proof) -> None:
    latencies = await measured(settings, SECONDS * RATE, RATE)
    proof(f"commit to delivery (sqlite, embedded): {latencies} at {RATE} events/s")
    assert latencies.p50 <= P50_MS
    assert latencies.p99 <= P99_MS


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_relay_keeps_up_with_many_events(settings: Settings, proof: Proof) -> None:
    rate = await events_a_second(settings, EVENTS)
    proof(f"relay throughput (postgresql, no-op sink): {rate:,.0f} events/s")
    assert rate >= LEAST
