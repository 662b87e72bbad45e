"""The lease: one leader at a time, and whoever was replaced can write nothing any more."""

from collections.abc import Callable

import pytest

from service_standard.events.cursors import Cursors
from service_standard.events.lease import Lead, LeadLost, Lease
from tests.events.stream import Stream, eventually

pytestmark = pytest.mark.anyio

LONG = 300.0
SHORT = 0.05
Leases = Callable[..., Lease]


@pytest.fixture
def lease(stream: Stream) -> Leases:
    """Makes leases of one sink, each of another owner."""

    def make(owner: str, seconds: float = LONG, clock: Callable[[], float] = lambda: 0.0) -> Lease:
        return Lease(stream.database, "sink", owner, seconds, clock)

    return make


async def taken(lease: Lease) -> Lead:
    """The lead, once it can be had."""
    leads: list[Lead | None] = [None]

    async def is_taken() -> bool:
        leads[0] = await lease.take()
        return leads[0] is not None

    await eventually(is_taken)
    assert leads[0]
    return leads[0]


async def test_a_new_sink_begins_at_the_beginning(lease: Leases) -> None:
    lead = await lease("a").take()
    assert lead is not None
    assert (lead.epoch, lead.position) == (1, 0)


async def test_nobody_else_gets_what_is_taken(lease: Leases) -> None:
    assert await lease("a").take()
    assert await lease("b").take() is None


async def test_sinks_are_led_apart_from_each_other(lease: Leases, stream: Stream) -> None:
    assert await lease("a").take()
    assert await Lease(stream.database, "another", "b", LONG).take()


async def test_an_owner_may_take_its_own_lead_again(lease: Leases) -> None:
    first = await lease("a").take()
    again = await lease("a").take()
    assert first
    assert again
    assert again.epoch == first.epoch + 1
    with pytest.raises(LeadLost):
        await lease("a").keep(first)


async def test_a_lead_that_was_released_is_free_at_once_and_goes_on_where_it_was(lease: Leases) -> None:
    lead = await taken(lease("a"))
    lead.position = 7
    await lease("a").release(lead)
    successor = await lease("b").take()
    assert successor
    assert (successor.epoch, successor.position) == (2, 7)


async def test_a_lead_that_ran_out_is_free(lease: Leases) -> None:
    await taken(lease("a", SHORT))
    assert (await taken(lease("b"))).epoch == 2


async def test_a_lead_that_is_kept_does_not_run_out(lease: Leases, stream: Stream) -> None:
    lead = await taken(lease("a", SHORT))
    lead.position = 3
    await lease("a", LONG).keep(lead)
    before = [cursor.leader for cursor in await Cursors(stream.database).all()]
    assert before == ["a"]
    assert await lease("b").take() is None
    assert await stream.cursor("sink") == 3


async def test_whoever_was_replaced_moves_no_cursor_and_writes_nothing(lease: Leases, stream: Stream) -> None:
    frozen = await taken(lease("a", SHORT))
    leader = await taken(lease("b"))
    leader.position = 10
    await lease("b").keep(leader)
    frozen.position = 4
    park = "INSERT INTO parked VALUES ('sink', 4, 'event', 'key', 'late', 'now', 0)"
    with pytest.raises(LeadLost):
        await lease("a").keep(frozen, [(park, ())])
    await lease("a").release(frozen)
    assert await stream.cursor("sink") == 10
    assert await stream.parking.counts() == {}
    assert await lease("c").take() is None


async def test_what_a_leader_writes_is_written_with_its_cursor(lease: Leases, stream: Stream) -> None:
    lead = await taken(lease("a"))
    await lease("a").keep(lead, [("INSERT INTO parked VALUES ('sink', 4, 'event', 'key', 'late', 'now', 0)", ())])
    assert await stream.parking.counts() == {"sink": 1}


async def test_a_leader_that_slept_through_its_end_finds_out_by_its_own_clock(lease: Leases) -> None:
    now = 100.0
    mine = lease("a", LONG, lambda: now)
    lead = await taken(mine)
    mine.require(lead)
    now += LONG
    with pytest.raises(LeadLost):
        mine.require(lead)
    await mine.keep(lead)
    mine.require(lead)


async def test_a_rewound_cursor_has_no_leader_and_one_that_is_led_by_nobody_shows_none(
    lease: Leases, stream: Stream
) -> None:
    lead = await taken(lease("a"))
    lead.position = 9
    await lease("a").keep(lead)
    assert await Cursors(stream.database).rewind("sink", 2) == 9
    with pytest.raises(LeadLost):
        await lease("a").keep(lead)
    (cursor,) = await Cursors(stream.database).all()
    assert (cursor.position, cursor.leader) == (2, None)
