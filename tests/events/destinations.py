"""Destinations outside of the processes that deliver to them: what arrived there survives whatever is killed."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from tests.events.kafka_topic import Topic
from tests.events.rabbitmq_queue import Queue
from tests.events.receiver import Receiver
from tests.sources import ROOT

CHANNEL: Final = "orders.events"


class Destination(Protocol):
    """A destination of one test's own; `sink` is the name of the sink that delivers there."""

    @property
    def sink(self) -> str: ...

    @property
    def channel(self) -> str:
        """The address of the channel that the event contract has to name."""
        ...

    @property
    def environ(self) -> dict[str, str]:
        """What tells a process where it is."""
        ...

    async def arrived(self, count: int) -> Sequence[bytes]:
        """The contents of all events that arrived, duplicates too, in their order; there are `count` at least."""
        ...


class HttpDestination:
    """A receiver of webhooks in the test's process."""

    sink: Final = "http"
    channel: Final = CHANNEL

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self.environ = {"EVENT_HTTP_URL": receiver.url}

    async def arrived(self, count: int) -> Sequence[bytes]:
        bodies = [request.body for request in self._receiver.requests]
        assert len(bodies) >= count
        return bodies


class KafkaDestination:
    """A topic of a real broker."""

    sink: Final = "kafka"

    def __init__(self, servers: str) -> None:
        self._topic = Topic.made(servers)
        self.channel = self._topic.name
        self.environ = {"KAFKA_BOOTSTRAP_SERVERS": servers}

    async def arrived(self, count: int) -> Sequence[bytes]:
        messages = await asyncio.to_thread(self._topic.read, count)
        return [message.value() or b"" for message in messages]


class RabbitMQDestination:
    """A queue of a real broker."""

    sink: Final = "rabbitmq"

    def __init__(self, url: str) -> None:
        self._queue = Queue.named(url)
        self.channel = self._queue.name
        self.environ = {"RABBITMQ_URL": url}

    async def arrived(self, count: int) -> Sequence[bytes]:
        messages = await self._queue.read(count)
        await self._queue.forget()
        return [message.body for message in messages]


def manifest_for(channel: str, directory: Path) -> Path:
    """A manifest whose event contract sends on a channel of this address."""
    for name in ("openapi", "asyncapi"):
        shutil.copytree(ROOT / name, directory / name)
    shutil.copy(ROOT / "service.yaml", directory)
    contract = directory / "asyncapi" / "orders.yaml"
    text = contract.read_text()
    assert f"address: {CHANNEL}\n" in text
    contract.write_text(text.replace(f"address: {CHANNEL}\n", f"address: {channel}\n"))
    return directory / "service.yaml"
