"""Admission: how many requests run at once, who waits, who is turned away, and who never is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from service_standard.http.admission import Admission
from service_standard.problems import Problem
from tests.edge_app import HOST, Answer, ask, create_app, settings
from tests.service import Caller, problem_of, running, settings_for

pytestmark = pytest.mark.anyio

LONG = 60.0
SHOP = (b"origin", b"https://shop.test")


@asynccontextmanager
async def full(admission: Admission, waiting: int = 0) -> AsyncIterator[list[asyncio.Task[None]]]:
    """While a request has the only slot, and so many wait for it."""
    await admission.enter()
    tasks = [asyncio.create_task(admission.enter()) for _ in range(waiting)]
    await asyncio.sleep(0)
    assert admission.waiting == waiting
    yield tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_as_many_run_as_there_are_slots_and_the_next_waits_for_its_turn() -> None:
    admission = Admission(1, LONG)
    async with full(admission, waiting=2) as (first, second):
        admission.leave()
        await first
        assert (admission.in_flight, admission.waiting, second.done()) == (1, 1, False)
        admission.leave()
        await second
        admission.leave()
    assert (admission.in_flight, admission.waiting, admission.shed) == (0, 0, 0)


async def test_whoever_has_waited_in_vain_is_shed() -> None:
    admission = Admission(1, 0.01)
    waits: list[float] = []
    admission.waited = waits.append
    async with full(admission):
        with pytest.raises(Problem) as shed:
            await admission.enter()
    assert (shed.value.problem_type.status, shed.value.headers) == (503, {"Retry-After": "1"})
    assert (admission.in_flight, admission.waiting, admission.shed) == (1, 0, 1)
    assert waits[0] >= 0.01


async def test_whoever_finds_too_many_waiting_is_shed_at_once() -> None:
    admission = Admission(1, LONG)
    async with full(admission, waiting=4):
        with pytest.raises(Problem):
            await admission.enter()
        assert (admission.waiting, admission.shed) == (4, 1)


async def test_whoever_gives_up_waiting_takes_no_slot() -> None:
    admission = Admission(1, LONG)
    async with full(admission, waiting=3) as (first, second, third):
        first.cancel()
        admission.leave()
        second.cancel()  # its turn has come, and it does not know
        await third
        assert admission.in_flight == 1
    assert admission.in_flight == 1


async def test_a_request_that_only_waits_gives_its_slot_to_another() -> None:
    admission = Admission(1, LONG)
    async with full(admission, waiting=1) as (other,):
        async with admission.paused_slot():
            await other
            assert (admission.in_flight, admission.paused) == (1, 1)
            asyncio.get_running_loop().call_soon(admission.leave)
        assert (admission.in_flight, admission.paused) == (1, 0)


async def test_a_request_that_is_cancelled_before_it_goes_on_leaves_nothing_behind() -> None:
    admission = Admission(1, LONG)

    async def request() -> None:
        await admission.enter()
        try:
            async with admission.paused_slot():
                await admission.enter()
        finally:
            admission.leave()

    task = asyncio.create_task(request())
    await asyncio.sleep(0)
    assert (admission.in_flight, admission.waiting) == (1, 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert admission.in_flight == 1
    admission.leave()
    assert admission.in_flight == 0


async def test_only_so_many_may_wait_without_a_slot() -> None:
    admission = Admission(1, LONG)
    admission.paused = 4
    async with full(admission):
        with pytest.raises(Problem):
            async with admission.paused_slot():
                pytest.fail("this is one too many")
        assert (admission.in_flight, admission.shed) == (1, 1)


async def test_a_request_that_is_turned_away_is_answered_as_any_other_and_probes_never_are() -> None:
    app = create_app(settings(max_in_flight=1, admission_wait_seconds=0, allowed_origins="https://shop.test"))
    occupying = asyncio.create_task(ask(app, "/begin", "POST"))
    await asyncio.sleep(0)
    shed: Answer = await ask(app, "/orders", headers=[HOST, SHOP])
    probe = await ask(app, "/healthz")
    refused = await ask(app, "/orders", headers=[])
    occupying.cancel()
    await asyncio.gather(occupying, return_exceptions=True)
    assert (shed.status, shed.document["type"], shed.header("retry-after")) == (503, "service_unavailable", "1")
    assert shed.header("access-control-allow-origin") == "https://shop.test"
    assert "traceId" in shed.document
    assert (probe.status, refused.status) == (200, 400)
    assert (await ask(app, "/orders")).status == 200


@pytest.fixture
async def narrow(sqlite_url: str) -> AsyncIterator[Caller]:
    """A caller of a service that serves one request at a time."""
    async with running(settings_for(sqlite_url, max_in_flight=1, admission_wait_seconds=5)) as caller:
        yield caller


@asynccontextmanager
async def polling(service: Caller, consumers: int) -> AsyncIterator[list[asyncio.Task[httpx.Response]]]:
    """While so many consumers wait for an event."""
    token = service.token("orders.events")
    polls = [asyncio.create_task(service.send("GET", "/events?timeout=30000", token)) for _ in range(consumers)]
    # While the first of these has the only slot the consumers come, and the second is behind them all.
    await service.send("GET", "/orders")
    await service.send("GET", "/orders")
    assert not any(poll.done() for poll in polls)
    yield polls


async def test_consumers_who_wait_for_events_leave_the_slots_to_others(narrow: Caller) -> None:
    async with polling(narrow, consumers=4) as polls:
        await narrow.create()
        answers = await asyncio.gather(*polls)
    assert [len(answer.json()) for answer in answers] == [1] * 4


async def test_consumers_who_wait_for_events_are_answered_as_soon_as_the_service_is_to_end(narrow: Caller) -> None:
    async with polling(narrow, consumers=1) as (poll,), asyncio.timeout(5):
        narrow.app.drain.begin()
        answer = await poll
    assert (answer.status_code, answer.json()) == (200, [])
    unready = await narrow.send("GET", "/readyz", {})
    assert problem_of(unready) == (503, "service_unavailable")
    assert unready.json()["detail"] == "Not ready: draining"
