"""What the relay may expect of every sink, held against the real destination of each."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from service_standard.sinks.delivery import Accepted, Never, NotNow, Outgoing, Sink
from tests.events.outgoing import outgoing, several
from tests.events.sinks_under_test import SINKS, SinkUnderTest

DEADLINE = 30.0


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in SINKS])
def under_test(request: pytest.FixtureRequest) -> SinkUnderTest:
    """Each sink in turn, with a destination of this test's own."""
    return SINKS[request.param](request)


@asynccontextmanager
async def started(under_test: SinkUnderTest) -> AsyncIterator[Sink]:
    sink = under_test.sink()
    await sink.start()
    try:
        yield sink
    finally:
        await sink.aclose()


async def persist(sink: Sink, event: Outgoing) -> None:
    """Delivers an event until it is accepted, as a relay does after an outage."""
    async with asyncio.timeout(DEADLINE):
        while (outcomes := await sink.deliver([event])) != [Accepted()]:
            assert isinstance(outcomes[0], NotNow)


def contents(events: Iterable[Outgoing]) -> list[bytes]:
    return [event.content for event in events]


def firsts(arrived: Sequence[bytes], key: str) -> list[bytes]:
    """The events of a key as a consumer sees them that drops duplicates."""
    return [content for content in dict.fromkeys(arrived) if json.loads(content)["partitionkey"] == key]


class TestEverySink:
    async def test_what_is_accepted_has_arrived_byte_for_byte(self, under_test: SinkUnderTest) -> None:
        wave = several(5)
        async with started(under_test) as sink:
            assert await sink.deliver(wave) == [Accepted()] * 5
        assert sorted(await under_test.arrived(5)) == sorted(contents(wave))

    async def test_an_empty_wave_has_no_outcomes(self, under_test: SinkUnderTest) -> None:
        async with started(under_test) as sink:
            assert list(await sink.deliver([])) == []

    async def test_each_event_has_an_outcome_of_its_own(self, under_test: SinkUnderTest) -> None:
        if (refused := under_test.refused) is None:
            pytest.skip("this sink refuses nothing")
        before, after = several(2)
        async with started(under_test) as sink:
            outcomes = await sink.deliver([before, refused, after])
            # A neighbour may have to be sent again, but it is not the one that is refused.
            assert isinstance(outcomes[1], Never)
            assert Never not in {type(outcomes[0]), type(outcomes[2])}
            await persist(sink, before)
            await persist(sink, after)
        arrived = await under_test.arrived(2)
        assert set(arrived) == {before.content, after.content}

    async def test_an_outage_is_not_now_and_passes(self, under_test: SinkUnderTest) -> None:
        if (outage := under_test.outage()) is None:
            pytest.skip("this sink has no outages")
        wave = several(2)
        async with started(under_test) as sink:
            async with outage, asyncio.timeout(DEADLINE):
                assert {type(outcome) for outcome in await sink.deliver(wave)} == {NotNow}
            for event in wave:
                await persist(sink, event)
        assert set(await under_test.arrived(2)) == set(contents(wave))

    async def test_the_events_of_a_key_keep_their_order(self, under_test: SinkUnderTest) -> None:
        waves = [[outgoing(3 * step + order, key=f"order-{order}") for order in range(3)] for step in range(4)]
        async with AsyncExitStack() as stack:
            sink = await stack.enter_async_context(started(under_test))
            for step, wave in enumerate(waves):
                outage = under_test.outage() if step == 2 else None
                if outage is not None:
                    async with outage:
                        await sink.deliver(wave)
                for event in wave:
                    await persist(sink, event)
        arrived = await under_test.arrived(12)
        for order in range(3):
            assert firsts(arrived, f"order-{order}") == [wave[order].content for wave in waves]

    async def test_what_was_accepted_before_a_crash_is_accepted_again(self, under_test: SinkUnderTest) -> None:
        first, second = outgoing(1, key="order-1"), outgoing(2, key="order-1")
        # The sink that a crash leaves behind says no goodbye before its successor comes.
        async with started(under_test) as crashed, started(under_test) as successor:
            assert await crashed.deliver([first]) == [Accepted()]
            assert await successor.deliver([first]) == [Accepted()]
            assert await successor.deliver([second]) == [Accepted()]
        assert firsts(await under_test.arrived(3), "order-1") == contents([first, second])

    async def test_it_starts_and_closes_in_an_outage(self, under_test: SinkUnderTest) -> None:
        if (outage := under_test.outage()) is None:
            pytest.skip("this sink has no outages")
        sink = under_test.sink()
        async with outage:
            async with asyncio.timeout(1):
                await sink.start()
            delivery = asyncio.create_task(sink.deliver(several(1)))
            await asyncio.sleep(0)
            delivery.cancel()
            async with asyncio.timeout(3):
                await asyncio.wait({delivery})
                await sink.aclose()
