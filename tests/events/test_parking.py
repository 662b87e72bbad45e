"""Parking: what a sink refuses holds back its key and nothing else, until an operator decides."""

import pytest

from service_standard.events.cursors import Cursors
from service_standard.events.parking import Parked
from service_standard.events.waves import LARGEST_BATCH
from service_standard.sinks.delivery import Accepted, Never, Outcome, Outgoing
from tests.events.stream import Recorder, Stream, eventually

pytestmark = pytest.mark.anyio

TOO_MANY = 1_000_000


class Picky(Recorder):
    """A sink that refuses the events with these ids."""

    def __init__(self, *ids: str) -> None:
        super().__init__("picky")
        self.refused = {*ids}
        self.judge = self._judge

    def _judge(self, event: Outgoing) -> Outcome:
        return Never("too odd") if event.id in self.refused else Accepted()


async def parked(stream: Stream, count: int) -> list[Parked]:
    """What is parked, once it is so many events."""

    async def are_parked() -> bool:
        return len(await stream.parking.listed(TOO_MANY)) == count

    await eventually(are_parked)
    return await stream.parking.listed(TOO_MANY)


async def test_a_refused_event_is_parked_with_the_later_ones_of_its_key_while_others_flow(stream: Stream) -> None:
    ids = await stream.record(*"aababc")
    sink = Picky(ids[1])
    async with stream.relaying(sink) as relay:
        assert await sink.has(4) == [ids[0], ids[2], ids[5], ids[4]]
        held = await parked(stream, 2)
        assert relay.lanes[0].figures.errors == {"Never": 1}
        assert relay.lanes[0].figures.accepted == 4
    assert [(each.event_id, each.key, each.retry) for each in held] == [(ids[1], "a", 0), (ids[3], "a", 1)]
    assert held[0].reason == "too odd"
    assert held[1].reason == f"follows {ids[1]}, which was refused"


async def test_events_that_come_later_are_parked_behind_it(stream: Stream) -> None:
    (first,) = await stream.record("a")
    sink = Picky(first)
    async with stream.relaying(sink):
        await parked(stream, 1)
        later = await stream.record(*"ab")
        assert await sink.has(1) == [later[1]]
        held = await parked(stream, 2)
    assert [each.event_id for each in held] == [first, later[0]]
    assert [len(wave) for wave in sink.waves] == [1, 1]


async def test_a_retry_delivers_a_key_in_order_and_what_came_meanwhile_too(stream: Stream) -> None:
    ids = await stream.record(*"aaa")
    sink = Picky(ids[0])
    async with stream.relaying(sink):
        await parked(stream, 3)
        sink.refused.clear()
        assert await stream.parking.retry("picky", "a") == 3
        ids += await stream.record("a")
        assert await sink.has(4) == ids
        await parked(stream, 0)
        ids += await stream.record("a")
        assert await sink.has(5) == ids


async def test_a_retry_of_one_key_leaves_the_others(stream: Stream) -> None:
    ids = await stream.record(*"ab")
    sink = Picky(*ids)
    async with stream.relaying(sink):
        await parked(stream, 2)
        sink.refused.clear()
        assert await stream.parking.retry("picky", "b") == 1
        assert await sink.has(1) == [ids[1]]
        assert [each.event_id for each in await parked(stream, 1)] == [ids[0]]
        assert await stream.parking.retry("picky", None) == 1
        assert await sink.has(2) == [ids[1], ids[0]]


async def test_what_is_refused_again_stays_parked_with_its_new_reason(stream: Stream) -> None:
    ids = await stream.record(*"aa")
    sink = Picky(ids[0])
    async with stream.relaying(sink):
        before = await parked(stream, 2)
        sink.judge = lambda _: Never("still odd")
        await stream.parking.retry("picky", None)
        await sink.until(lambda: len(sink.waves) == 2)

        async def is_refused_again() -> bool:
            return (await stream.parking.listed(1))[0].reason == "still odd"

        await eventually(is_refused_again)
        after = await stream.parking.listed(TOO_MANY)
    assert [each.event_id for each in after] == [each.event_id for each in before] == ids
    assert [each.retry for each in after] == [0, 1]
    assert sink.accepted == []
    assert len(sink.waves) == 2


async def test_discarding_the_refused_event_frees_its_key(stream: Stream) -> None:
    ids = await stream.record(*"aaa")
    sink = Picky(ids[0])
    async with stream.relaying(sink):
        await parked(stream, 3)
        discarded = await stream.parking.discard("picky", ids[0])
        assert discarded
        assert discarded.event_id == ids[0]
        assert await sink.has(2) == ids[1:]
        ids += await stream.record("a")
        assert await sink.has(3) == ids[1:]
    assert await stream.parking.discard("picky", ids[0]) is None


async def test_discarding_one_behind_it_frees_nothing(stream: Stream) -> None:
    ids = await stream.record(*"aaa")
    sink = Picky(ids[0])
    async with stream.relaying(sink):
        await parked(stream, 3)
        assert await stream.parking.discard("picky", ids[1])
        (other,) = await stream.record("b")
        assert await sink.has(1) == [other]
        assert [each.event_id for each in await parked(stream, 2)] == [ids[0], ids[2]]


async def test_a_second_refusal_of_the_key_holds_back_only_what_is_behind_it(stream: Stream) -> None:
    ids = await stream.record(*"aaaa")
    sink = Picky(ids[0], ids[2])
    async with stream.relaying(sink):
        await parked(stream, 4)
        await stream.parking.discard("picky", ids[0])
        assert await sink.has(1) == [ids[1]]
        held = await parked(stream, 2)
    assert [(each.event_id, each.retry) for each in held] == [(ids[2], 0), (ids[3], 1)]


async def test_a_key_with_more_parked_events_than_a_batch_keeps_its_order(stream: Stream) -> None:
    ids = await stream.record("a", *"b" * (LARGEST_BATCH + 3))
    sink = Picky(*ids[:2])
    async with stream.relaying(sink):
        await parked(stream, len(ids))
        sink.refused.clear()
        await stream.parking.retry("picky", None)
        assert (await sink.has(len(ids)))[:2] == ids[:2]
        await parked(stream, 0)
    assert sink.of_key("b") == ids[1:]


async def test_what_was_parked_before_a_crash_keeps_its_reason_after_it(stream: Stream) -> None:
    ids = await stream.record(*"aa")
    sink = Picky(ids[0])
    async with stream.relaying(sink):
        before = await parked(stream, 2)
    # A relay that parked them and ended before it wrote its cursor leaves the same behind.
    await Cursors(stream.database).rewind("picky", 0)
    other = Picky(ids[0])
    async with stream.relaying(other):
        (later,) = await stream.record("b")
        assert await other.has(1) == [later]
    assert await stream.parking.listed(TOO_MANY) == before


async def test_a_rewind_redelivers_what_came_before_a_parked_event_and_not_that_event(stream: Stream) -> None:
    ids = await stream.record(*"aaa")
    sink = Picky(ids[1])
    async with stream.relaying(sink):
        await parked(stream, 2)
        await Cursors(stream.database).rewind("picky", 0)
        assert await sink.has(2) == [ids[0], ids[0]]
        assert [each.event_id for each in await parked(stream, 2)] == ids[1:]


async def test_what_one_sink_refuses_another_may_take(stream: Stream) -> None:
    ids = await stream.record(*"aa")
    picky, other = Picky(ids[0]), Recorder("other")
    async with stream.relaying(picky, other):
        assert await other.has(2) == ids
        assert {each.sink for each in await parked(stream, 2)} == {"picky"}
        assert await stream.parking.counts() == {"picky": 2}


async def test_a_relay_that_gets_its_lead_back_finds_what_another_has_parked_meanwhile(stream: Stream) -> None:
    sink = Picky()
    (first,) = await stream.record("a")
    async with stream.relaying(sink):
        await sink.has(1)
        await eventually(lambda: _epoch_is(stream, 1))
        other = "INSERT INTO parked VALUES ('picky', 1, $1, 'a', 'too odd', '2026-01-01T00:00:00.000Z', 0)"
        await stream.database.transact(lambda transaction: transaction.fetch(other, first))
        await Cursors(stream.database).rewind("picky", 1)
        await eventually(lambda: _epoch_is(stream, 3))
        (second,) = await stream.record("a")
        assert [each.event_id for each in await parked(stream, 2)] == [first, second]
    assert len(sink.waves) == 1


async def _epoch_is(stream: Stream, epoch: int) -> bool:
    (cursor,) = await Cursors(stream.database).all()
    return (cursor.epoch, cursor.position) == (epoch, 1)
