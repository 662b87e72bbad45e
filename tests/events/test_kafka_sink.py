"""Kafka as a sink, on a real broker that refuses, freezes, dies and comes back."""

import asyncio
import ctypes
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path

import confluent_kafka
import pytest
from cloudevents.core.bindings import kafka as binding
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclBindingFilter, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType

from service_standard.sinks.delivery import Accepted, Never, NotNow, Outgoing
from service_standard.sinks.kafka import KafkaSink
from tests.brokers import frozen, services
from tests.events.kafka_topic import DEADLINE, PARTITIONS, Topic, make_topic
from tests.events.outgoing import TRACEPARENT, outgoing, several

# What has to arrive may take its time on a busy machine; what cannot arrive is not waited for.
PATIENT = 20.0
IMPATIENT = 2.0
NOBODY = "127.0.0.1:1"
OUT_OF_ORDER = confluent_kafka.KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER


@pytest.fixture
def topic(kafka_servers: str) -> Topic:
    return Topic.made(kafka_servers)


@asynccontextmanager
async def started(servers: str, topic: str, patience: float) -> AsyncIterator[KafkaSink]:
    sink = KafkaSink(servers, topic, patience)
    await sink.start()
    try:
        yield sink
    finally:
        async with asyncio.timeout(3):
            await sink.aclose()


@pytest.fixture
async def sink(topic: Topic) -> AsyncIterator[KafkaSink]:
    async with started(topic.servers, topic.name, PATIENT) as running:
        yield running


@pytest.fixture
async def impatient(topic: Topic) -> AsyncIterator[KafkaSink]:
    async with started(topic.servers, topic.name, IMPATIENT) as running:
        yield running


async def persist(sink: KafkaSink, event: Outgoing) -> None:
    async with asyncio.timeout(DEADLINE):
        while (outcomes := await sink.deliver([event])) != [Accepted()]:
            assert isinstance(outcomes[0], NotNow)


# --- The message -----------------------------------------------------------------------------------------------------


async def test_a_message_is_the_event_its_key_and_its_content_type(topic: Topic, sink: KafkaSink) -> None:
    event = outgoing()
    assert await sink.deliver([event]) == [Accepted()]
    (message,) = topic.read(1)
    assert message.value() == event.content
    assert message.key() == event.key.encode()
    assert message.headers() == [("content-type", b"application/cloudevents+json; charset=UTF-8")]


async def test_the_sdk_reads_every_attribute_back(topic: Topic, sink: KafkaSink) -> None:
    event = outgoing(traceparent=TRACEPARENT, causationid="event-1")
    assert await sink.deliver([event]) == [Accepted()]
    (message,) = topic.read(1)
    headers = {name: value for name, value in dict(message.headers() or ()).items() if isinstance(value, bytes)}
    parsed = binding.from_kafka_event(binding.KafkaMessage(headers, message.key(), message.value() or b""))
    sent = json.loads(event.content)
    assert parsed.get_data() == sent.pop("data")
    assert parsed.get_attributes() == {**sent, "time": datetime.fromisoformat(sent["time"])}


@pytest.mark.parametrize(
    ("key", "hashed"),  # as Kafka's own tests of its Java clients have it
    [("21", -973932308), ("foobar", -790332482), ("a-little-bit-long-string", -985981536)],
)
async def test_a_key_has_the_partition_that_javas_clients_give_it(
    topic: Topic, sink: KafkaSink, key: str, hashed: int
) -> None:
    assert await sink.deliver([outgoing(key=key)]) == [Accepted()]
    assert [message.partition() for message in topic.read(1)] == [(hashed & 0x7FFFFFFF) % PARTITIONS]


# --- Refusals --------------------------------------------------------------------------------------------------------


async def test_events_that_are_too_large_only_together_are_accepted(kafka_servers: str) -> None:
    topic = Topic.made(kafka_servers, **{"max.message.bytes": "3000", "compression.type": "uncompressed"})
    wave = [outgoing(position, key=f"order-{position}") for position in range(200)]
    async with started(topic.servers, topic.name, PATIENT) as sink:
        assert await sink.deliver(wave[:1]) == [Accepted()]
        assert await sink.deliver(wave) == [Accepted()] * 200
    assert {message.value() for message in topic.read(200)} == {event.content for event in wave}


async def test_an_event_that_no_client_may_send_is_refused(sink: KafkaSink) -> None:
    outcomes = await sink.deliver([outgoing(note="x" * 2_000_000)])
    assert [type(outcome) for outcome in outcomes] == [Never]


async def test_a_topic_that_may_not_be_written_refuses_until_it_may(topic: Topic, sink: KafkaSink) -> None:
    event = outgoing()
    assert await sink.deliver([event]) == [Accepted()]
    with write_denied(topic):
        assert [type(outcome) for outcome in await sink.deliver([event])] == [Never]
    async with asyncio.timeout(DEADLINE):
        while await sink.deliver([event]) != [Accepted()]:
            continue


# --- Outages ---------------------------------------------------------------------------------------------------------


async def test_a_missing_topic_is_an_outage_until_it_is_made(kafka_servers: str) -> None:
    topic = Topic(kafka_servers, f"test.late.{time.time_ns()}")
    event = outgoing()
    async with started(topic.servers, topic.name, IMPATIENT) as sink:
        assert [type(outcome) for outcome in await sink.deliver([event])] == [NotNow]
        make_topic(topic.servers, topic.name)
        await persist(sink, event)
    assert topic.read(1)[0].value() == event.content


async def test_a_broker_that_is_not_there_is_named_in_time() -> None:
    async with started(NOBODY, "orders.events", IMPATIENT) as sink:
        begun = time.monotonic()
        (outcome,) = await sink.deliver([outgoing()])
    assert time.monotonic() - begun < IMPATIENT + 2.5
    assert isinstance(outcome, NotNow)
    assert "Connection refused" in outcome.reason


async def test_the_event_loop_goes_on_while_a_broker_does_not_answer() -> None:
    async with started(NOBODY, "orders.events", IMPATIENT) as sink:
        delivery = asyncio.create_task(sink.deliver(several(3)))
        done, _ = await asyncio.wait({delivery}, timeout=0.05)
        assert not done
        assert {type(outcome) for outcome in await delivery} == {NotNow}


async def test_closing_ends_a_delivery() -> None:
    sink = KafkaSink(NOBODY, "orders.events", timeout=60)
    await sink.start()
    delivery = asyncio.create_task(sink.deliver(several(3)))
    await asyncio.wait({delivery}, timeout=0.05)
    async with asyncio.timeout(3):
        await sink.aclose()
        assert {type(outcome) for outcome in await delivery} == {NotNow}


async def test_what_waits_when_a_delivery_is_cancelled_is_not_sent(topic: Topic, impatient: KafkaSink) -> None:
    given_up, other = several(2)
    await persist(impatient, other)
    async with frozen("kafka"):
        # What has left for the broker cannot be had back, so that it has to be gone before.
        assert [type(outcome) for outcome in await impatient.deliver([other])] == [NotNow]
        delivery = asyncio.create_task(impatient.deliver([given_up]))
        await asyncio.wait({delivery}, timeout=0.05)
        delivery.cancel()
        await asyncio.wait({delivery})
    await persist(impatient, other)
    assert given_up.content not in [message.value() for message in topic.read(2)]


async def test_what_was_accepted_outlives_the_broker(topic: Topic, impatient: KafkaSink) -> None:
    before, after = outgoing(1, key="order-1"), outgoing(2, key="order-1")
    await persist(impatient, before)
    await services("kill", "kafka")
    try:
        assert [type(outcome) for outcome in await impatient.deliver([after])] == [NotNow]
    finally:
        await services("start", "kafka")
    await persist(impatient, after)
    assert list(dict.fromkeys(message.value() for message in topic.read(2))) == [before.content, after.content]


async def test_a_producer_that_failed_for_good_is_replaced(topic: Topic, sink: KafkaSink) -> None:
    event = outgoing()
    assert await sink.deliver([event]) == [Accepted()]
    fail_for_good(sink)
    assert [type(outcome) for outcome in await sink.deliver([event])] == [NotNow]
    assert await sink.deliver([event]) == [Accepted()]


# --- What makes a broker refuse and a producer fail ------------------------------------------------------------------


@contextmanager
def write_denied(topic: Topic) -> Iterator[None]:
    """Nobody may write the topic."""
    admin = AdminClient({"bootstrap.servers": topic.servers})
    parts = (ResourceType.TOPIC, topic.name, ResourcePatternType.LITERAL, "User:ANONYMOUS", "*")
    denial = (*parts, AclOperation.WRITE, AclPermissionType.DENY)
    for made in admin.create_acls([AclBinding(*denial)]).values():
        made.result(DEADLINE)
    try:
        yield
    finally:
        for ended in admin.delete_acls([AclBindingFilter(*denial)]).values():
            ended.result(DEADLINE)


def fail_for_good(sink: KafkaSink) -> None:
    """Has librdkafka find its sequence of messages broken, by the function that it has for such tests."""
    (library,) = Path(confluent_kafka.__file__).parent.parent.glob("confluent_kafka.libs/librdkafka*")
    # The pointer to librdkafka's producer is what the Python object holds first.
    handle = ctypes.c_void_p.from_address(id(sink._producer) + object.__basicsize__)
    assert ctypes.CDLL(str(library)).rd_kafka_test_fatal_error(handle, OUT_OF_ORDER, b"test") == 0
