"""What the tests of every sink need to know of one: how to make it, look behind it and put it out of action."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Protocol

import pytest

from service_standard.sinks.delivery import Outcome, Outgoing, Sink
from service_standard.sinks.http import HttpSink
from service_standard.sinks.kafka import KafkaSink
from service_standard.sinks.log import LogSink
from service_standard.sinks.rabbitmq import RabbitMQSink
from tests.brokers import frozen
from tests.events.kafka_topic import Topic
from tests.events.outgoing import outgoing
from tests.events.rabbitmq_queue import Queue
from tests.events.receiver import Receiver, Reply


class SinkUnderTest(Protocol):
    """A destination of one test's own."""

    @property
    def refused(self) -> Outgoing | None:
        """An event that the destination never takes; None if it takes every one."""
        ...

    def sink(self) -> Sink:
        """Another sink for the destination, not started yet."""
        ...

    def outage(self) -> AbstractAsyncContextManager[None] | None:
        """A time in which the destination takes nothing; None if there is no such thing."""
        ...

    async def arrived(self, count: int) -> Sequence[bytes]:
        """The contents of all events that arrived, duplicates too, as soon as there are `count` at least."""
        ...


class KafkaUnderTest:
    """A topic that takes messages of 10,000 bytes at most."""

    def __init__(self, servers: str) -> None:
        self._topic = Topic.made(servers, **{"max.message.bytes": "10000"})

    @property
    def refused(self) -> Outgoing:
        # Random, since it is the compressed size that counts.
        return outgoing(note=random_text(20_000))

    def sink(self) -> KafkaSink:
        return KafkaSink(self._topic.servers, self._topic.name, timeout=4.0)

    def outage(self) -> AbstractAsyncContextManager[None]:
        return frozen("kafka")

    async def arrived(self, count: int) -> Sequence[bytes]:
        messages = await asyncio.to_thread(self._topic.read, count)
        return [message.value() or b"" for message in messages]


class RabbitMQUnderTest:
    """An exchange on a broker that takes messages of 128 KiB at most."""

    def __init__(self, url: str) -> None:
        self._queue = Queue.named(url)

    @property
    def refused(self) -> Outgoing:
        return outgoing(note=random_text(150_000))

    def sink(self) -> RabbitMQSink:
        return RabbitMQSink(self._queue.url, self._queue.name, timeout=2.0)

    def outage(self) -> AbstractAsyncContextManager[None]:
        return frozen("rabbitmq")

    async def arrived(self, count: int) -> Sequence[bytes]:
        return [message.body for message in await self._queue.read(count)]


class HttpUnderTest:
    """A receiver that takes bodies of 10,000 bytes at most, and lets everybody wait in an outage."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        receiver.reply = lambda request: Reply(204 if len(request.body) <= 10_000 else 413)

    @property
    def refused(self) -> Outgoing:
        return outgoing(note=random_text(20_000))

    def sink(self) -> HttpSink:
        return HttpSink(self._receiver.url, timeout=0.5)

    @asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        self._receiver.gate.clear()
        yield
        self._receiver.gate.set()

    async def arrived(self, count: int) -> Sequence[bytes]:
        bodies = [request.body for request in self._receiver.requests if len(request.body) <= 10_000]
        assert len(bodies) >= count
        return bodies


class LogUnderTest:
    """The log, whose lines name events; what they name is looked up among what the sinks were given."""

    refused: Final = None

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog
        self._given: dict[str, bytes] = {}
        caplog.set_level(logging.INFO, "service_standard.events")

    def sink(self) -> LogSink:
        given = self._given

        class Noted(LogSink):
            async def deliver(self, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
                given.update({event.id: event.content for event in wave})
                return await super().deliver(wave)

        return Noted()

    def outage(self) -> None:
        """There is no such thing."""

    async def arrived(self, count: int) -> Sequence[bytes]:
        named = [str(vars(record)["event_id"]) for record in self._caplog.records if record.message == "event"]
        assert len(named) >= count
        return [self._given[event_id] for event_id in named]


def random_text(length: int) -> str:
    return secrets.token_hex(length // 2)


def _kafka(request: pytest.FixtureRequest) -> SinkUnderTest:
    return KafkaUnderTest(request.getfixturevalue("kafka_servers"))


def _rabbitmq(request: pytest.FixtureRequest) -> SinkUnderTest:
    return RabbitMQUnderTest(request.getfixturevalue("rabbitmq_url"))


def _http(request: pytest.FixtureRequest) -> SinkUnderTest:
    return HttpUnderTest(request.getfixturevalue("receiver"))


def _log(request: pytest.FixtureRequest) -> SinkUnderTest:
    return LogUnderTest(request.getfixturevalue("caplog"))


# By the names that EVENT_SINKS takes.
SINKS: Final[dict[str, Callable[[pytest.FixtureRequest], SinkUnderTest]]] = {
    "log": _log,
    "http": _http,
    "kafka": _kafka,
    "rabbitmq": _rabbitmq,
}
