"""Retention of events: what every sink has is forgotten in time, what one still needs never is."""

import pytest

from service_standard.database import updating
from service_standard.events.retention import Retention
from service_standard.identity import timestamp
from service_standard.settings import Settings
from service_standard.sinks.delivery import Accepted, Never
from tests.events.stream import OUT, Recorder, Stream, eventually
from tests.service import settings_for

pytestmark = pytest.mark.anyio

LONG_AGO = timestamp(0)


async def prune(stream: Stream, settings: Settings, **values: object) -> list[str]:
    """The ids of the events that are left after a round of retention."""
    chosen = settings_for(settings.database_url.get_secret_value(), **values)
    await Retention(stream.database, stream.outbox, chosen).prune()
    return [str(row[0]) for row in await stream.database.fetch("SELECT event_id FROM outbox ORDER BY id")]


async def age(stream: Stream, *ids: str) -> None:
    """Has these events recorded long ago."""
    rows = [(event_id, LONG_AGO) for event_id in ids]
    await stream.database.transact(
        lambda transaction: transaction.write([(updating("outbox", "event_id", "recorded_at"), rows)])
    )


async def test_what_every_sink_has_is_forgotten_once_it_is_old(stream: Stream, settings: Settings) -> None:
    ids = await stream.record(*"abc")
    await stream.delivered(Recorder(), 3)
    assert await prune(stream, settings) == ids
    await age(stream, *ids[:2])
    assert await prune(stream, settings) == ids[2:]


async def test_what_the_slowest_sink_lacks_is_kept_however_old(stream: Stream, settings: Settings) -> None:
    quick, slow = Recorder("quick"), Recorder("slow")
    ids = await stream.record(*"ab")
    async with stream.relaying(quick, slow):
        await slow.has(2)
        slow.judge = lambda _: OUT
        ids += await stream.record(*"cd")
        await quick.has(4)
    await age(stream, *ids)
    assert await prune(stream, settings) == ids[2:]
    assert await prune(stream, settings, event_retention_past_cursors=True) == []


async def test_what_is_parked_is_kept_however_old(stream: Stream, settings: Settings) -> None:
    ids = await stream.record(*"abc")
    sink = Recorder()
    sink.judge = lambda each: Never("odd") if each.key == "b" else Accepted()
    async with stream.relaying(sink):
        await sink.has(2)

        async def has_passed() -> bool:
            return await stream.cursor(sink.name) == 3

        await eventually(has_passed)
    await age(stream, *ids)
    assert await prune(stream, settings) == [ids[1]]
    assert await prune(stream, settings, event_retention_past_cursors=True) == [ids[1]]


async def test_nothing_is_forgotten_before_a_relay_has_run(stream: Stream, settings: Settings) -> None:
    ids = await stream.record(*"ab")
    await stream.sequenced()
    await age(stream, *ids)
    assert await prune(stream, settings) == ids


async def test_without_sinks_age_alone_decides(stream: Stream, settings: Settings) -> None:
    ids = await stream.record(*"ab")
    await stream.sequenced()
    await age(stream, ids[0])
    assert await prune(stream, settings, event_sinks=()) == ids[1:]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_an_event_without_a_position_is_kept(stream: Stream, settings: Settings) -> None:
    ids = await stream.record("a")
    await age(stream, *ids)
    assert await prune(stream, settings, event_sinks=()) == ids


async def test_more_than_a_thousand_old_events_are_forgotten_in_one_round(stream: Stream, settings: Settings) -> None:
    ids = await stream.record(*(f"{number}" for number in range(1500)))
    await stream.sequenced()
    await age(stream, *ids)
    assert await prune(stream, settings, event_sinks=()) == []
