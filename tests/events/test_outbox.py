"""The outbox: positions are given after the commit, in the order of commits, without gaps, and never again."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from service_standard.events.outbox import MOST_SEQUENCED, Outbox, entry
from service_standard.identity import now_ns, timestamp
from service_standard.settings import Settings
from tests.events.stream import ENTER, Stream, event
from tests.storage import opened

pytestmark = pytest.mark.anyio

postgresql_only = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def test_events_come_out_as_they_went_in_with_their_sequence(stream: Stream) -> None:
    ids = await stream.record("order-1", "order-2")
    first, second = await stream.sequenced()
    assert [first.id, second.id] == ids
    assert (first.key, first.type) == ("order-1", "order.updated")
    envelope = json.loads(first.content)
    assert envelope.pop("sequence") == f"{first.position:020}"
    assert envelope == {**json.loads(event("order-1").envelope), "id": first.id}
    assert second.position == first.position + 1


async def test_reading_begins_after_a_position_and_ends_at_the_limit(stream: Stream) -> None:
    ids = await stream.record(*"abcd")
    events = await stream.sequenced()
    page = await stream.outbox.after(events[0].position, 2)
    assert [each.id for each in page] == ids[1:3]
    assert await stream.outbox.after(events[-1].position, 2) == []


async def test_an_event_is_found_by_its_position_and_a_position_by_its_event(stream: Stream) -> None:
    await stream.record("a")
    (only,) = await stream.sequenced()
    assert await stream.outbox.at(only.position) == only
    assert await stream.outbox.position_of(only.id) == only.position
    assert await stream.outbox.at(only.position + 1) is None
    assert await stream.outbox.position_of("nobody") is None


async def test_what_was_rolled_back_leaves_nothing_behind(stream: Stream) -> None:
    first = await stream.record("a")
    await stream.roll_back("a")
    second = await stream.record("a")
    assert [each.id for each in await stream.sequenced()] == first + second


async def test_the_head_outlives_what_was_pruned(stream: Stream) -> None:
    await stream.record("a", "b")
    last = (await stream.sequenced())[-1].position
    await stream.outbox.prune(timestamp(now_ns() + 1_000_000_000), last)
    assert await stream.outbox.after(0, 10) == []
    assert (await stream.outbox.backlog()).head == last
    await stream.record("a")
    assert [each.position for each in await stream.sequenced()] == [last + 1]


async def test_the_oldest_event_after_a_position_tells_how_late_a_sink_is(stream: Stream) -> None:
    before = timestamp(now_ns())
    await stream.record("a")
    oldest = await stream.outbox.oldest_after(0)
    assert oldest
    assert before <= oldest <= timestamp(now_ns())
    last = (await stream.sequenced())[-1].position
    assert await stream.outbox.oldest_after(0) == oldest
    assert await stream.outbox.oldest_after(last) is None


# --- What only a database with many writers has to do ----------------------------------------------------------------


@postgresql_only
async def test_an_event_is_not_read_before_it_has_its_position(stream: Stream) -> None:
    (event_id,) = await stream.record("a")
    assert await stream.outbox.after(0, 10) == []
    assert await stream.outbox.position_of(event_id) is None
    assert (await stream.outbox.backlog()).unsequenced == 1
    assert await stream.outbox.sequence() == 1
    assert await stream.outbox.sequence() == 0
    assert (await stream.outbox.backlog()).unsequenced == 0


@postgresql_only
async def test_an_event_that_commits_late_comes_after_those_that_were_sequenced(
    stream: Stream, settings: Settings
) -> None:
    async with uncommitted(settings, "late") as commit:
        (early,) = await stream.record("early")
        await stream.sequenced()
        late = await commit()
    events = await stream.sequenced()
    assert [each.id for each in events] == [early, late]
    assert [each.position for each in events] == [1, 2]


@postgresql_only
async def test_a_position_is_never_given_anew(stream: Stream, settings: Settings) -> None:
    await stream.record(*"abc")
    before = await stream.sequenced()
    async with opened(settings) as database:
        await stream.record("d")
        assert await Outbox(database).sequence() == 1
    assert (await stream.sequenced())[:3] == before


@postgresql_only
async def test_a_long_backlog_is_sequenced_in_parts(stream: Stream) -> None:
    await stream.record(*(f"{number}" for number in range(MOST_SEQUENCED + 7)))
    assert [await stream.outbox.sequence() for _ in range(3)] == [MOST_SEQUENCED, 7, 0]


@asynccontextmanager
async def uncommitted(settings: Settings, key: str) -> AsyncIterator["Commit"]:
    """An event that another connection has recorded and not committed yet; its id is lower than those of later ones."""
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        commit = Commit(connection)
        await commit.record(key)
        yield commit
    finally:
        await connection.close()


class Commit:
    """Ends the transaction; returns the id of its event."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._transaction = connection.transaction()
        self._id = ""

    async def record(self, key: str) -> None:
        await self._transaction.start()
        recorded = event(key)
        self._id = recorded.id
        await self._connection.execute(ENTER, *entry(recorded, timestamp(now_ns())))

    async def __call__(self) -> str:
        await self._transaction.commit()
        return self._id
