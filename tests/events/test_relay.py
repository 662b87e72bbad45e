"""The relay: every event reaches every sink, each key's in order, through outages, restarts and rewinds."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack

import pytest

from service_standard.events.cursors import Cursors
from service_standard.events.waves import LARGEST_BATCH
from service_standard.sinks.delivery import Accepted, NotNow, Outcome, Outgoing
from tests.events.stream import OUT, Recorder, Stream, eventually

pytestmark = pytest.mark.anyio

LONG = 300.0


async def test_everything_that_was_recorded_is_delivered_in_order(stream: Stream) -> None:
    ids = [(await stream.record("a"))[0] for _ in range(5)]
    assert await stream.delivered(Recorder(), 5) == ids


async def test_an_event_that_is_recorded_later_is_delivered_without_being_asked_for(stream: Stream) -> None:
    sink = Recorder()
    async with stream.relaying(sink):
        first = await stream.record("a")
        assert await sink.has(1) == first
        second = await stream.record("a")
        assert await sink.has(2) == first + second


async def test_a_ring_is_quicker_than_polling(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("lane", "relay"):
        monkeypatch.setattr(f"service_standard.events.{module}.POLL_SECONDS", LONG)
    sink = Recorder()
    async with stream.relaying(sink) as relay:
        for count in range(1, 4):
            await stream.record("a")
            relay.committed.ring()
            await sink.has(count)


async def test_a_keys_next_event_goes_out_only_after_its_last_one_was_accepted(stream: Stream) -> None:
    ids = await stream.record(*"ababca")
    sink = Recorder()
    await stream.delivered(sink, 6)
    assert [[each.id for each in wave] for wave in sink.waves] == [
        [ids[0], ids[1], ids[4]],
        [ids[2], ids[3]],
        [ids[5]],
    ]


async def test_more_events_than_a_batch_are_delivered_each_once(stream: Stream) -> None:
    ids = await stream.record(*(f"{number}" for number in range(LARGEST_BATCH + 5)))
    assert await stream.delivered(Recorder(), len(ids)) == ids


async def test_each_sink_goes_its_own_way(stream: Stream) -> None:
    quick, slow = Recorder("quick"), Recorder("slow")
    slow.judge = lambda _: OUT
    ids = await stream.record(*"abc")
    async with stream.relaying(quick, slow):
        assert await quick.has(3) == ids
        await slow.until(lambda: len(slow.waves) > 1)
        await eventually(lambda: _is_at(stream, "quick", 3))
        assert await stream.cursor("slow") == 0
        slow.judge = lambda _: Accepted()
        assert sorted(await slow.has(3)) == sorted(ids)


async def _is_at(stream: Stream, sink: str, position: int) -> bool:
    return await stream.cursor(sink) == position


# --- Outages ---------------------------------------------------------------------------------------------------------


async def test_an_outage_is_waited_out_and_parks_nothing(stream: Stream) -> None:
    sink = Recorder()
    sink.judge = lambda _: OUT
    ids = await stream.record(*"aab")
    async with stream.relaying(sink) as relay:
        await sink.until(lambda: len(sink.waves) == 4)
        assert await stream.parking.counts() == {}
        sink.judge = lambda _: Accepted()
        await sink.has(3)
        assert relay.lanes[0].figures.errors == {"NotNow": 5}
        assert relay.lanes[0].figures.accepted == 3
    assert sink.of_key("a") == ids[:2]


async def test_a_sink_that_is_out_is_asked_with_one_event_until_it_is_back(stream: Stream) -> None:
    sink = Recorder()
    sink.judge = lambda _: OUT
    ids = await stream.record(*"abcabc")
    async with stream.relaying(sink):
        await sink.until(lambda: len(sink.waves) == 4)
        assert [len(wave) for wave in sink.waves] == [3, 1, 1, 1]
        assert {each.id for wave in sink.waves for each in wave} == {*ids[:3]}
        sink.judge = lambda _: Accepted()
        await sink.has(6)
    assert [sink.of_key(key) for key in "abc"] == [[ids[0], ids[3]], [ids[1], ids[4]], [ids[2], ids[5]]]


async def test_an_event_that_stays_out_when_the_sink_is_back_holds_back_only_its_key(stream: Stream) -> None:
    sink = Recorder()
    sink.judge = lambda _: OUT
    ids = await stream.record(*"abc")
    async with stream.relaying(sink):
        await sink.until(lambda: len(sink.waves) == 2)
        sink.judge = lambda each: OUT if each.id == ids[0] else Accepted()
        assert {*await sink.has(2)} == {*ids[1:]}


async def test_one_event_that_has_to_wait_holds_back_only_its_key(stream: Stream) -> None:
    ids = await stream.record(*"aabb")
    sink = Recorder()
    sink.judge = lambda each: OUT if each.id == ids[0] else Accepted()
    async with stream.relaying(sink):
        assert await sink.has(2) == ids[2:]
        sink.judge = lambda _: Accepted()
        await sink.has(4)
    assert sink.of_key("a") == ids[:2]


async def test_a_sink_that_says_when_is_not_asked_before(stream: Stream) -> None:
    times: list[float] = []
    ids = await stream.record(*"ab")

    def busy_once(each: Outgoing) -> Outcome:
        times.append(asyncio.get_running_loop().time())
        return NotNow("busy", retry_after=0.6) if len(times) == 1 else Accepted()

    sink = Recorder()
    sink.judge = busy_once
    assert sorted(await stream.delivered(sink, 2)) == sorted(ids)
    assert times[2] - times[1] >= 0.6


async def test_a_sink_that_fails_is_an_outage_and_not_the_end(stream: Stream, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Recorder):
        async def deliver(self, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
            if len(self.waves) < 2:
                self.waves.append([*wave])
                raise RuntimeError("a bug of the sink")
            return await super().deliver(wave)

    (only,) = await stream.record("a")
    with caplog.at_level(logging.ERROR):
        assert await stream.delivered(Broken(), 1) == [only]
    assert [record.message for record in caplog.records] == ["the sink failed"]


async def test_a_sink_that_answers_for_too_few_events_stops_nobody_else(
    stream: Stream, caplog: pytest.LogCaptureFixture
) -> None:
    class Short(Recorder):
        async def deliver(self, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
            outcomes = await super().deliver(wave)
            return outcomes if len(self.waves) > 1 else outcomes[1:]

    await stream.record("a")
    with caplog.at_level(logging.ERROR):
        await stream.delivered(Short(), 2)
    assert [record.message for record in caplog.records] == ["relay failed"]


# --- Restarts and replicas -------------------------------------------------------------------------------------------


async def test_a_relay_goes_on_where_the_last_one_closed(stream: Stream) -> None:
    first = await stream.record("a", "b")
    await stream.delivered(Recorder(), 2)
    assert await stream.cursor("recorder") == 2
    second = await stream.record("a")
    assert first + await stream.delivered(Recorder(), 1) == first + second


async def test_closing_releases_the_lead_and_the_sink(stream: Stream) -> None:
    sink, successor = Recorder(), Recorder()
    async with stream.relaying(sink, seconds=LONG):
        await stream.record("a")
        await sink.has(1)
        was_open = sink.is_open
    assert (was_open, sink.is_open) == (True, False)
    (second,) = await stream.record("a")
    async with stream.relaying(successor, seconds=LONG):
        assert await successor.has(1) == [second]


async def test_closing_breaks_off_a_delivery_that_takes_long_and_the_next_relay_repeats_it(stream: Stream) -> None:
    stuck = Recorder()
    stuck.gate.clear()
    (only,) = await stream.record("a")
    async with stream.relaying(stuck):
        await stuck.until(lambda: len(stuck.waves) == 1)
    assert await stream.delivered(Recorder(), 1) == [only]


async def test_one_of_two_relays_delivers_and_the_other_stands_by(stream: Stream) -> None:
    leader, standby = Recorder(), Recorder()
    async with stream.relaying(leader):
        await stream.record("a")
        await leader.has(1)
        async with stream.relaying(standby) as relay:
            await stream.record("a")
            await leader.has(2)
            assert not relay.lanes[0].figures.leads
    assert standby.waves == []


async def test_a_relay_takes_over_as_soon_as_it_asks_when_the_leader_has_closed(stream: Stream) -> None:
    leader, standby = Recorder(), Recorder()
    await stream.record("a")
    async with AsyncExitStack() as closing:
        await closing.enter_async_context(stream.relaying(leader, seconds=LONG))
        await leader.has(1)
        async with stream.relaying(standby):
            await closing.pop_all().aclose()
            (second,) = await stream.record("a")
            assert await standby.has(1) == [second]


async def test_a_slow_delivery_does_not_cost_the_lead(stream: Stream) -> None:
    slow, rival = Recorder(), Recorder()
    slow.gate.clear()
    await stream.record("a")
    async with stream.relaying(slow):
        await slow.until(lambda: len(slow.waves) == 1)
        async with stream.relaying(rival):
            for _ in range(4):
                await _prolonged(stream)
            slow.gate.set()
            await slow.has(1)
    assert rival.waves == []


async def _prolonged(stream: Stream) -> None:
    """Waits until the lease of the only sink ends later than it does now."""

    async def until() -> str:
        return str((await stream.database.fetch("SELECT lease_until FROM sink_cursors"))[0][0])

    async def is_later() -> bool:
        return await until() > now

    now = await until()
    await eventually(is_later)


async def test_a_rewound_sink_is_delivered_everything_again(stream: Stream) -> None:
    sink = Recorder()
    ids = await stream.record(*"abc")
    async with stream.relaying(sink):
        await sink.has(3)
        await eventually(lambda: _is_at(stream, "recorder", 3))
        assert await Cursors(stream.database).rewind("recorder", 1) == 3
        assert await sink.has(5) == [*ids, *ids[1:]]
        await eventually(lambda: _is_at(stream, "recorder", 3))
