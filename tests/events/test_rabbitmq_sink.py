"""RabbitMQ as a sink, on a real broker that refuses, freezes and forgets."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import aiormq
import pytest
from cloudevents.core.bindings import amqp as binding

from service_standard.sinks.delivery import Accepted, Never, NotNow, Outgoing
from service_standard.sinks.rabbitmq import RabbitMQSink
from tests.brokers import frozen
from tests.events.outgoing import TRACEPARENT, outgoing, several
from tests.events.rabbitmq_queue import DEADLINE, Queue, channel_to

# Longer than a busy machine takes, and shorter than a test may.
TIMEOUT = 2.0
# More than the buffers of a socket take, so that the last bytes wait in this process.
TOO_MUCH = [outgoing(data="x" * 60_000) for _ in range(400)]


@pytest.fixture
async def queue(rabbitmq_url: str) -> AsyncIterator[Queue]:
    queue = Queue.named(rabbitmq_url)
    yield queue
    await queue.forget()


@pytest.fixture
async def sink(queue: Queue) -> AsyncIterator[RabbitMQSink]:
    async with started(queue.url, queue.name) as running:
        yield running


@asynccontextmanager
async def started(url: str, exchange: str) -> AsyncIterator[RabbitMQSink]:
    sink = RabbitMQSink(url, exchange, TIMEOUT)
    await sink.start()
    try:
        yield sink
    finally:
        async with asyncio.timeout(3):
            await sink.aclose()


async def persist(sink: RabbitMQSink, event: Outgoing) -> None:
    async with asyncio.timeout(DEADLINE):
        while await sink.deliver([event]) != [Accepted()]:
            pass


# --- Messages --------------------------------------------------------------------------------------------------------


async def test_an_event_arrives_as_it_was_sent(queue: Queue, sink: RabbitMQSink) -> None:
    event = outgoing(type="order.updated")
    assert await sink.deliver([event]) == [Accepted()]
    (message,) = await queue.read(1)
    properties = message.header.properties
    assert message.body == event.content
    assert (message.exchange, message.routing_key) == (queue.name, "order.updated")
    assert (properties.content_type, properties.message_id) == ("application/cloudevents+json", event.id)
    assert (properties.delivery_mode, properties.message_type) == (2, "order.updated")
    # In structured mode the headers say nothing of the event; this one is the broker's own.
    assert set(properties.headers or {}) <= {"x-delivery-count"}


async def test_the_sdk_reads_every_attribute_back(queue: Queue, sink: RabbitMQSink) -> None:
    event = outgoing(41, traceparent=TRACEPARENT, causationid="an-event")
    await sink.deliver([event])
    (message,) = await queue.read(1)
    properties = {"content-type": message.header.properties.content_type}
    parsed = binding.from_amqp_event(binding.AMQPMessage(properties, {}, message.body))
    sent = json.loads(event.content)
    data, moment = sent.pop("data"), datetime.fromisoformat(sent.pop("time"))
    attributes = dict(parsed.get_attributes())
    assert attributes.pop("time") == moment
    assert attributes == sent
    assert parsed.get_data() == data


async def test_waves_arrive_in_their_order(queue: Queue, sink: RabbitMQSink) -> None:
    waves = [[outgoing(10 * number + key, f"order-{key}") for key in range(10)] for number in range(20)]
    for wave in waves:
        assert await sink.deliver(wave) == [Accepted()] * 10
    messages = await queue.read(200)
    assert [message.body for message in messages] == [event.content for wave in waves for event in wave]


# --- The exchange and its queue --------------------------------------------------------------------------------------


async def test_the_exchange_and_its_queue_are_made_to_last(queue: Queue, sink: RabbitMQSink) -> None:
    await sink.deliver(several(1))
    await queue.make()
    async with channel_to(queue.url) as channel:
        with pytest.raises(aiormq.ChannelPreconditionFailed):
            await channel.queue_declare(queue.name, durable=True)


async def test_an_unroutable_event_is_not_lost(queue: Queue, sink: RabbitMQSink) -> None:
    first = outgoing()
    await sink.deliver([first])
    # A queue that is deleted is gone a moment after the answer; a binding is gone with it.
    async with channel_to(queue.url) as channel:
        await channel.queue_unbind(queue.name, queue.name, "#")
    event = outgoing()
    assert await sink.deliver([event]) == [NotNow("PublishError")]
    assert await sink.deliver([event]) == [Accepted()]
    assert [message.body for message in await queue.read(2)] == [first.content, event.content]


async def test_an_exchange_that_was_deleted_is_made_again(queue: Queue, sink: RabbitMQSink) -> None:
    await sink.deliver(several(1))
    async with channel_to(queue.url) as channel:
        await channel.exchange_delete(queue.name)
    wave = several(3)
    assert await sink.deliver(wave) == [NotNow("ChannelNotFoundEntity")] * 3
    assert await sink.deliver(wave) == [Accepted()] * 3


async def test_a_queue_of_another_kind_is_an_outage(queue: Queue, sink: RabbitMQSink) -> None:
    async with channel_to(queue.url) as channel:
        await channel.queue_declare(queue.name, durable=True)
    assert await sink.deliver(several(1)) == [NotNow("ChannelPreconditionFailed")]


# --- Refusals --------------------------------------------------------------------------------------------------------


async def test_what_a_full_queue_refuses_is_tried_again(queue: Queue, sink: RabbitMQSink) -> None:
    await sink.deliver(several(1))
    async with channel_to(queue.url) as channel:
        full = await channel.queue_declare(
            exclusive=True, arguments={"x-max-length": 1, "x-overflow": "reject-publish"}
        )
        await channel.queue_bind(full.queue or "", queue.name, "#")
        assert await sink.deliver(several(1)) == [Accepted()]
        assert await sink.deliver(several(1)) == [NotNow("DeliveryError")]
    assert await sink.deliver(several(1)) == [Accepted()]


async def test_of_a_wave_only_the_event_that_is_too_large_is_refused(queue: Queue, sink: RabbitMQSink) -> None:
    large, (first, *others) = outgoing(data="x" * 150_000), several(5)
    outcomes = await sink.deliver([first, large, *others])
    assert outcomes[1] == Never("is larger than the broker's 131072 bytes")
    assert Never not in {type(outcome) for outcome in [outcomes[0], *outcomes[2:]]}
    assert await sink.deliver([first, *others]) == [Accepted()] * 5


async def test_a_refused_password_is_an_outage_and_not_told(
    rabbitmq_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with started(rabbitmq_url.replace(":guest@", ":wr0ng@"), "nowhere") as sink:
        assert await sink.deliver(several(1)) == [NotNow("ProbableAuthenticationError")]
    assert "wr0ng" not in caplog.text


# --- Outages ---------------------------------------------------------------------------------------------------------


async def test_a_broker_that_is_not_there_is_an_outage() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"amqp://guest:guest@127.0.0.1:{closed.getsockname()[1]}/"
        async with asyncio.timeout(2), started(url, "nowhere") as sink:
            assert await sink.deliver(several(2)) == [NotNow("AMQPConnectionError")] * 2


async def test_a_frozen_broker_is_left_in_time_and_found_again(queue: Queue, sink: RabbitMQSink) -> None:
    first, second = several(5), several(5)
    await sink.deliver(first)
    async with frozen("rabbitmq"):
        # The first wave waits for confirms, the second one for a connection.
        for reason in ("was not confirmed in time", "TimeoutError"):
            async with asyncio.timeout(4.5):
                assert await sink.deliver(second) == [NotNow(reason)] * 5
    for event in second:
        await persist(sink, event)
    found = [message.body for message in await queue.read(10)]
    assert found[:5] == [event.content for event in first]
    assert set(found[5:]) == {event.content for event in second}


async def test_a_frozen_broker_does_not_hold_up_the_close(queue: Queue) -> None:
    sink = RabbitMQSink(queue.url, queue.name)
    await sink.deliver(several(1))
    async with frozen("rabbitmq"), asyncio.timeout(3):
        await sink.aclose()


async def test_nor_does_it_when_the_wire_is_full(queue: Queue, sink: RabbitMQSink) -> None:
    before = asyncio.all_tasks()
    await sink.deliver(several(1))
    async with frozen("rabbitmq"):
        delivery = asyncio.create_task(sink.deliver(TOO_MUCH))
        await asyncio.wait({delivery}, timeout=0.5)
        delivery.cancel()
        async with asyncio.timeout(3):
            await asyncio.wait({delivery})
            await sink.aclose()
            await nothing_is_left(before)


async def test_a_link_that_is_given_up_leaves_nothing_behind(queue: Queue, sink: RabbitMQSink) -> None:
    before = asyncio.all_tasks()
    await sink.deliver(several(1))
    async with frozen("rabbitmq"):
        assert set(await sink.deliver(TOO_MUCH)) == {NotNow("was not confirmed in time")}
        async with asyncio.timeout(1):
            await nothing_is_left(before)
    assert await sink.deliver(several(1)) == [Accepted()]
    assert len(await queue.read(2)) < len(TOO_MUCH)


async def nothing_is_left(before: set[asyncio.Task[object]]) -> None:
    """Waits for the end of all tasks that were not there before."""
    if tasks := asyncio.all_tasks() - before:
        await asyncio.wait(tasks)
