"""Faults: the service is told to end while callers write on connections that they keep."""

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator
from time import monotonic

import httpx
import pytest

from service_standard.settings import Settings
from tests.faults.prober import Prober, probing
from tests.figures import Proof
from tests.process import WISH, Process, client, served
from tests.storage import kind_of, rows

pytestmark = [pytest.mark.anyio, pytest.mark.fault]

CALLERS = 6
BEFORE = 200
DRAIN_SECONDS = 2
TELLING = 0.1
# After the drain: what runs is finished, the parts are closed.
ENDING = 10.0


@pytest.fixture
def service(settings: Settings) -> Iterator[Process]:
    with served(settings.database_url.get_secret_value(), DRAIN_SECONDS=str(DRAIN_SECONDS)) as started:
        yield started


class Callers:
    """Each creates orders on a connection of its own, and opens another when it is told that it had the last answer."""

    def __init__(self, url: str) -> None:
        self.answers: Counter[int] = Counter()
        self.created: set[str] = set()
        self.ambiguous = 0
        self.many = asyncio.Event()
        self._url = url

    async def call(self) -> None:
        """Until nobody listens any more."""
        async with client(self._url) as http:
            while await self._is_answered(http):
                continue

    async def _is_answered(self, http: httpx.AsyncClient) -> bool:
        try:
            answer = await http.post("/orders", json=WISH)
        except httpx.ConnectError:
            return False
        except httpx.TransportError:
            self.ambiguous += 1
            return True
        self.answers[answer.status_code] += 1
        if answer.status_code == 201:
            self.created.add(answer.json()["id"])
        if self.answers.total() >= BEFORE:
            self.many.set()
        return True


async def test_a_service_that_is_told_to_end_loses_nothing_and_refuses_nobody(
    service: Process, settings: Settings, proof: Proof
) -> None:
    callers = Callers(service.url)
    with probing(service, "/healthz") as liveness, probing(service, "/readyz") as readiness:
        tasks = [asyncio.create_task(callers.call()) for _ in range(CALLERS)]
        await callers.many.wait()
        began = monotonic()
        service.popen.send_signal(signal.SIGTERM)
        await asyncio.gather(*tasks)
        code = await asyncio.to_thread(service.popen.wait)
        ended = monotonic() - began
    assert code == 0
    assert set(callers.answers) == {201}
    assert {row[0] for row in await rows(settings, "SELECT id FROM orders")} >= callers.created
    assert callers.ambiguous <= 1
    assert liveness.statuses == {200}
    assert liveness.told[-1].at - began >= DRAIN_SECONDS
    unready = first_unready(readiness) - began
    assert unready <= TELLING
    assert DRAIN_SECONDS <= ended <= DRAIN_SECONDS + ENDING
    proof(
        f"drain ({kind_of(settings)}): {CALLERS} callers, {callers.answers[201]} created, 0 lost, 0 x 5xx,"
        f" {callers.ambiguous} ambiguous; readyz 503 after {1000 * unready:.0f} ms,"
        f" healthz 200 for {liveness.told[-1].at - began:.2f} s, ended after {ended:.2f} s with exit code 0"
    )


def first_unready(readiness: Prober) -> float:
    """When the service first said that it is not ready, after which it never said that it is."""
    statuses = [told.status for told in readiness.told]
    first = statuses.index(503)
    assert set(statuses[first:]) == {503}
    return readiness.told[first].at
