"""Kafka as a source, on a real broker, with members that die and receivers that are out."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import pytest

from service_standard.sources.arrival import Message, Receive, ReceiveUnavailable
from service_standard.sources.kafka import KafkaSource
from tests.brokers import frozen
from tests.events import kafka_member
from tests.events.kafka_topic import DEADLINE, Topic, make_topic
from tests.events.outgoing import outgoing
from tests.sources import SRC

CLOSED = 3.5


@pytest.fixture
def topic(kafka_servers: str) -> Topic:
    return Topic.made(kafka_servers)


@pytest.fixture
def group() -> str:
    return f"test.{uuid4().hex}"


class Receiver:
    """Keeps what it receives; `fails` says what to raise for a message instead, if anything."""

    def __init__(self, fails: Callable[[Message], Exception | None] = lambda _: None) -> None:
        self.received: list[Message] = []
        self._fails = fails
        self._changed = asyncio.Condition()

    async def __call__(self, message: Message) -> None:
        if (failure := self._fails(message)) is not None:
            raise failure
        async with self._changed:
            self.received.append(message)
            self._changed.notify_all()

    async def bodies(self, count: int) -> list[bytes]:
        """What was received, as soon as there is so much."""
        async with asyncio.timeout(DEADLINE), self._changed:
            await self._changed.wait_for(lambda: len(self.received) >= count)
        return [message.body for message in self.received]


@asynccontextmanager
async def consuming(topic: Topic, group: str, receive: Receive) -> AsyncIterator[None]:
    source = KafkaSource(topic.servers, topic.name, group, receive)
    await source.start()
    try:
        yield
    finally:
        async with asyncio.timeout(CLOSED):
            await source.aclose()


# --- Messages --------------------------------------------------------------------------------------------------------


async def test_a_structured_event_is_handed_over_as_it_came(topic: Topic, group: str) -> None:
    event, receiver = outgoing(), Receiver()
    topic.write(event.content, headers={"content-type": "application/cloudevents+json; charset=UTF-8"})
    async with consuming(topic, group, receiver):
        assert await receiver.bodies(1) == [event.content]
    (message,) = receiver.received
    assert message.is_structured
    assert message.content_type == "application/cloudevents+json; charset=UTF-8"


async def test_a_binary_event_has_its_attributes_in_headers(topic: Topic, group: str) -> None:
    receiver = Receiver()
    attributes = {"specversion": "1.0", "id": "payment-1", "source": "urn:service:payments", "type": "payment.failed"}
    headers = {f"ce_{name}": value for name, value in attributes.items()}
    topic.write(b'{"orderId":"order-1"}', headers={"content-type": "application/json", **headers})
    async with consuming(topic, group, receiver):
        assert await receiver.bodies(1) == [b'{"orderId":"order-1"}']
    (message,) = receiver.received
    assert not message.is_structured
    assert message.content_type == "application/json"
    assert message.attributes == attributes


async def test_a_message_that_is_no_event_is_handed_over_too(topic: Topic, group: str) -> None:
    receiver = Receiver()
    topic.write(b"\xff\x00", b"")
    async with consuming(topic, group, receiver):
        assert await receiver.bodies(2) == [b"\xff\x00", b""]
    assert [(message.content_type, message.attributes) for message in receiver.received] == [("", {})] * 2


async def test_a_topic_that_is_made_later_is_found(kafka_servers: str, group: str) -> None:
    topic, receiver = Topic(kafka_servers, f"test.late.{group}"), Receiver()
    async with consuming(topic, group, receiver):
        make_topic(topic.servers, topic.name)
        topic.write(b"1")
        assert await receiver.bodies(1) == [b"1"]


# --- Commits ---------------------------------------------------------------------------------------------------------


async def test_what_was_received_does_not_come_again(topic: Topic, group: str) -> None:
    topic.write(b"1", b"2")
    first, second = Receiver(), Receiver()
    async with consuming(topic, group, first):
        assert await first.bodies(2) == [b"1", b"2"]
    assert topic.committed(group) == 2
    topic.write(b"3")
    async with consuming(topic, group, second):
        assert await second.bodies(1) == [b"3"]


async def test_nothing_is_committed_before_it_was_received(topic: Topic, group: str) -> None:
    topic.write(b"1", b"2")
    receiver, receiving = Receiver(), asyncio.Event()

    async def stuck(message: Message) -> None:
        if message.body == b"2":
            receiving.set()
            await asyncio.Event().wait()

    async with consuming(topic, group, stuck), asyncio.timeout(DEADLINE):
        await receiving.wait()
    assert topic.committed(group) == 1
    async with consuming(topic, group, receiver):
        assert await receiver.bodies(1) == [b"2"]


async def test_what_a_killed_member_was_receiving_comes_to_another(topic: Topic, group: str) -> None:
    topic.write(b"1", b"2")
    arguments = [kafka_member.__file__, topic.servers, topic.name, group]
    environment = {"PYTHONPATH": str(SRC)}
    member = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=PIPE, env=environment)
    try:
        async with asyncio.timeout(DEADLINE):
            assert member.stdout is not None
            assert await member.stdout.readline() == b"1\n"
    finally:
        member.kill()
        await member.communicate()
    receiver = Receiver()
    async with consuming(topic, group, receiver):
        assert await receiver.bodies(2) == [b"1", b"2"]


async def test_another_member_takes_over(topic: Topic, group: str) -> None:
    leaving, staying = Receiver(), Receiver()
    async with AsyncExitStack() as stack:
        async with consuming(topic, group, leaving):
            topic.write(b"1")
            assert await leaving.bodies(1) == [b"1"]
            await stack.enter_async_context(consuming(topic, group, staying))
        topic.write(b"2", b"3")
        assert await staying.bodies(2) == [b"2", b"3"]


# --- Outages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("failure", [ReceiveUnavailable("the database is gone"), ValueError("a bug")])
async def test_what_cannot_be_received_now_comes_again_in_its_order(
    topic: Topic, group: str, failure: Exception
) -> None:
    failures = iter([failure] * 3)
    receiver = Receiver(lambda message: next(failures, None) if message.body == b"2" else None)
    topic.write(b"1", b"2", b"3", b"4")
    async with consuming(topic, group, receiver):
        assert await receiver.bodies(4) == [b"1", b"2", b"3", b"4"]
    assert topic.committed(group) == 4


async def test_a_source_can_be_closed_while_nothing_can_be_received(topic: Topic, group: str) -> None:
    asked = asyncio.Event()

    def always(_: Message) -> Exception:
        asked.set()
        return ReceiveUnavailable("the database is gone")

    topic.write(b"1")
    async with consuming(topic, group, Receiver(always)), asyncio.timeout(DEADLINE):
        await asked.wait()
    assert topic.committed(group) == 0


async def test_consuming_goes_on_after_the_broker_was_frozen(topic: Topic, group: str) -> None:
    topic.write(b"1")
    receiver = Receiver()
    async with consuming(topic, group, receiver):
        assert await receiver.bodies(1) == [b"1"]
        async with frozen("kafka"):
            pass
        topic.write(b"2")
        assert (await receiver.bodies(2))[-1] == b"2"


async def test_a_source_closes_in_time_though_its_last_commit_is_not_answered(topic: Topic, group: str) -> None:
    topic.write(b"1")
    receiver = Receiver()
    async with AsyncExitStack() as outage:

        async def receive(message: Message) -> None:
            await outage.enter_async_context(frozen("kafka"))
            await receiver(message)

        async with consuming(topic, group, receive):
            await receiver.bodies(1)


async def test_a_source_starts_and_closes_without_a_broker(group: str) -> None:
    async with consuming(Topic("127.0.0.1:1", "payments.events"), group, Receiver()):
        await asyncio.sleep(0)
