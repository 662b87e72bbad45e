"""Faults: many more callers at once than the service admits."""

import asyncio
from collections.abc import Iterator
from time import monotonic
from typing import Final

import pytest

from service_standard.settings import Settings
from tests.faults.crowd import crowd
from tests.faults.prober import probing
from tests.figures import Proof
from tests.process import WISH, Process, client, served
from tests.storage import kind_of

pytestmark = [pytest.mark.anyio, pytest.mark.fault]

CALLERS: Final = 400
LIMIT: Final = 64
SECONDS: Final = 3.0
PROBE_SECONDS: Final = 0.1


@pytest.fixture
def service(settings: Settings) -> Iterator[Process]:
    with served(settings.database_url.get_secret_value(), MAX_IN_FLIGHT=str(LIMIT)) as started:
        yield started


async def test_more_callers_than_are_admitted_are_told_to_come_again(
    service: Process, settings: Settings, proof: Proof
) -> None:
    with probing(service, "/healthz") as liveness:
        flood = await crowd(service, CALLERS, SECONDS)
    ended = monotonic()
    async with client(service.url) as http:
        after = await asyncio.gather(*(http.post("/orders", json=WISH) for _ in range(LIMIT)))
    recovered = monotonic() - ended
    assert set(flood.statuses) == {201, 503}
    assert flood.untold == 0
    assert {answer.status_code for answer in after} == {201}
    assert liveness.statuses == {200}
    assert liveness.p99 < PROBE_SECONDS
    proof(
        f"overload ({kind_of(settings)}): {CALLERS} callers, {LIMIT} admitted, {flood.statuses[201]} x 201,"
        f" {flood.statuses[503]} x 503 with Retry-After, nothing else; healthz p99 {1000 * liveness.p99:.0f} ms;"
        f" {LIMIT} x 201 within {recovered:.2f} s after"
    )
