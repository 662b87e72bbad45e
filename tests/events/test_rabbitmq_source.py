"""RabbitMQ as a source, on a real broker that dies, freezes and forgets, and with receivers that are out."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import aiormq
import pytest

from service_standard.sinks.delivery import Accepted, Outgoing
from service_standard.sinks.rabbitmq import RabbitMQSink
from service_standard.sources.arrival import Message, ReceiveUnavailable
from service_standard.sources.rabbitmq import LONGEST_QUIET, RabbitMQSource
from tests.brokers import frozen, services
from tests.events.outgoing import several
from tests.events.rabbitmq_queue import DEADLINE, Queue, channel_to


@pytest.fixture
async def queue(rabbitmq_url: str) -> AsyncIterator[Queue]:
    queue = Queue.named(rabbitmq_url)
    await queue.make()
    yield queue
    await queue.forget()


class Receiver:
    """Receives, keeps what it was offered, and fails as it is told; while `gate` is not set, it takes its time."""

    def __init__(self) -> None:
        self.offered: list[Message] = []
        self.received: list[Message] = []
        self.failure: Callable[[Message], Exception | None] = lambda _: None
        self.gate = asyncio.Event()
        self.gate.set()
        self._changed = asyncio.Condition()

    async def __call__(self, message: Message) -> None:
        await self._note(self.offered, message)
        await self.gate.wait()
        if failure := self.failure(message):
            raise failure
        await self._note(self.received, message)

    @property
    def bodies(self) -> list[bytes]:
        """What was received, without duplicates."""
        return list(dict.fromkeys(message.body for message in self.received))

    async def has(self, count: int) -> None:
        """Waits until so many different messages were received."""
        await self._until(lambda: len(self.bodies) >= count)

    async def was_offered(self, count: int) -> None:
        await self._until(lambda: len(self.offered) >= count)

    async def _until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE), self._changed:
            await self._changed.wait_for(is_so)

    async def _note(self, messages: list[Message], message: Message) -> None:
        async with self._changed:
            messages.append(message)
            self._changed.notify_all()


@asynccontextmanager
async def consuming(queue: Queue, receiver: Receiver, longest_quiet: float = LONGEST_QUIET) -> AsyncIterator[None]:
    source = RabbitMQSource(queue.url, queue.name, queue.name, receiver, longest_quiet)
    await source.start()
    try:
        yield
    finally:
        async with asyncio.timeout(3):
            await source.aclose()


async def deliver(queue: Queue, wave: Sequence[Outgoing]) -> None:
    """Has a sink deliver a wave until all of it was accepted."""
    sink = RabbitMQSink(queue.url, queue.name)
    async with asyncio.timeout(DEADLINE):
        while await sink.deliver(wave) != [Accepted()] * len(wave):
            pass
    await sink.aclose()


def contents(*waves: Sequence[Outgoing]) -> list[bytes]:
    return [event.content for wave in waves for event in wave]


# --- Messages --------------------------------------------------------------------------------------------------------


async def test_messages_are_received_as_they_were_sent_and_in_order(queue: Queue) -> None:
    wave, receiver = several(100), Receiver()
    await deliver(queue, wave)
    async with consuming(queue, receiver):
        await receiver.has(100)
    assert [message.body for message in receiver.received] == contents(wave)
    assert {message.content_type for message in receiver.received} == {"application/cloudevents+json"}
    assert await queue.read(0) == []


async def test_headers_are_handed_over_as_text(queue: Queue) -> None:
    receiver = Receiver()
    await queue.write(b"body", aiormq.spec.Basic.Properties(headers={"cloudEvents:id": "1", "number": 2}))
    async with consuming(queue, receiver):
        await receiver.has(1)
    assert receiver.received == [Message("", {"cloudEvents:id": "1", "number": "2"}, b"body")]


async def test_a_message_is_acknowledged_only_once_it_was_received(queue: Queue) -> None:
    wave, first, second = several(3), Receiver(), Receiver()
    await deliver(queue, wave)
    first.gate.clear()
    async with consuming(queue, first):
        await first.was_offered(1)
    assert not first.received
    async with consuming(queue, second):
        await second.has(3)
    assert second.bodies == contents(wave)


@pytest.mark.parametrize("failure", [ReceiveUnavailable("the database is away"), KeyError("a bug")])
async def test_what_cannot_be_received_is_held_and_nothing_overtakes_it(
    queue: Queue, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    wave, receiver = several(5), Receiver()
    receiver.failure = lambda message: failure if message.body == wave[2].content else None
    await deliver(queue, wave)
    async with consuming(queue, receiver):
        await receiver.was_offered(5)
        assert [message.body for message in receiver.offered[2:]] == [wave[2].content] * 3
        receiver.failure = lambda _: None
        await receiver.has(5)
    assert [message.body for message in receiver.received] == contents(wave)
    levels = {record.levelno for record in caplog.records if record.name == "service_standard.sources.rabbitmq"}
    assert levels == {logging.WARNING if isinstance(failure, ReceiveUnavailable) else logging.ERROR}


# --- The queue -------------------------------------------------------------------------------------------------------


async def test_a_source_makes_its_queue(rabbitmq_url: str) -> None:
    queue, receiver = Queue.named(rabbitmq_url), Receiver()
    async with consuming(queue, receiver):
        await queue.write(b"first")
        await receiver.has(1)
    await queue.forget()


async def test_a_source_outlives_the_deletion_of_its_queue(queue: Queue) -> None:
    receiver = Receiver()
    async with consuming(queue, receiver):
        await queue.write(b"first")
        await receiver.has(1)
        await queue.delete()
        await queue.write(b"second")
        await receiver.has(2)


async def test_a_source_finds_a_queue_that_was_deleted_and_made_again(queue: Queue) -> None:
    """The broker does not tell it: it has to look for itself."""
    receiver = Receiver()
    async with consuming(queue, receiver, longest_quiet=0.5):
        await queue.write(b"first")
        await receiver.has(1)
        async with channel_to(queue.url) as channel:
            await channel.queue_delete(queue.name)
            await channel.queue_declare(queue.name, durable=True, arguments={"x-queue-type": "quorum"})
            await channel.queue_bind(queue.name, queue.name, "#")
        await queue.write(b"second")
        await receiver.has(2)


# --- Outages ---------------------------------------------------------------------------------------------------------


async def test_nothing_is_lost_in_a_crash_of_the_broker(queue: Queue) -> None:
    """Neither what it had confirmed, nor what was being received, nor by a source that began while it was down."""
    before, after, receiver = several(50), several(5), Receiver()
    await deliver(queue, before)
    receiver.gate.clear()
    async with consuming(queue, receiver):
        await receiver.was_offered(1)
        # RabbitMQ 3.10 notes a new quorum queue's name half a second late; killed before, it forgets the queue.
        await asyncio.sleep(1)
        try:
            await services("kill", "rabbitmq")
            async with consuming(queue, receiver):
                await services("start", "rabbitmq")
                await deliver(queue, after)
                receiver.gate.set()
                await receiver.has(55)
        finally:
            await services("start", "rabbitmq")
    assert set(receiver.bodies) == set(contents(before, after))


async def test_a_source_goes_on_when_a_frozen_broker_thaws(queue: Queue) -> None:
    receiver = Receiver()
    async with consuming(queue, receiver):
        await queue.write(b"first")
        await receiver.has(1)
        async with frozen("rabbitmq"):
            pass
        await queue.write(b"second")
        await receiver.has(2)


async def test_a_source_closes_in_time_while_its_broker_is_frozen(queue: Queue) -> None:
    receiver = Receiver()
    async with AsyncExitStack() as source:
        await source.enter_async_context(consuming(queue, receiver))
        await queue.write(b"first")
        await receiver.has(1)
        async with frozen("rabbitmq"):
            await source.aclose()
