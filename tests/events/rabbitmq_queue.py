"""A RabbitMQ exchange and queue of a test's own, looked at by another client than the ones under test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

import aiormq
from aiormq.abc import AbstractChannel, DeliveredMessage

DEADLINE = 30.0


@asynccontextmanager
async def channel_to(url: str) -> AsyncIterator[AbstractChannel]:
    connection = await aiormq.connect(url)
    try:
        yield await connection.channel()
    finally:
        await connection.close()


@dataclass(frozen=True)
class Queue:
    """A queue on a broker, and an exchange of the same name; they need not be there."""

    url: str
    name: str

    @classmethod
    def named(cls, url: str) -> "Queue":
        """A queue whose name nobody else uses."""
        return cls(url, f"test.{uuid4().hex}")

    async def make(self) -> None:
        """Makes it as sinks and sources do."""
        async with channel_to(self.url) as channel:
            await channel.exchange_declare(self.name, exchange_type="topic", durable=True)
            await channel.queue_declare(self.name, durable=True, arguments={"x-queue-type": "quorum"})
            await channel.queue_bind(self.name, self.name, "#")

    async def delete(self) -> None:
        async with channel_to(self.url) as channel:
            await channel.queue_delete(self.name)

    async def forget(self) -> None:
        """Deletes the queue and the exchange."""
        await self.delete()
        async with channel_to(self.url) as channel:
            await channel.exchange_delete(self.name)

    async def write(self, body: bytes, properties: aiormq.spec.Basic.Properties | None = None) -> None:
        """Publishes a message, once there is a queue for it."""
        async with asyncio.timeout(DEADLINE):
            while not await self._took(body, properties):
                pass

    async def read(self, count: int) -> list[DeliveredMessage]:
        """Takes all messages of the queue, as soon as there are `count` at least."""
        messages: list[DeliveredMessage] = []
        async with channel_to(self.url) as channel, asyncio.timeout(DEADLINE):
            while True:
                message = await channel.basic_get(self.name, no_ack=True)
                if isinstance(message.delivery, aiormq.spec.Basic.GetOk):
                    messages.append(message)
                elif len(messages) >= count:
                    return messages

    async def _took(self, body: bytes, properties: aiormq.spec.Basic.Properties | None) -> bool:
        with suppress(aiormq.exceptions.ChannelNotFoundEntity, aiormq.exceptions.PublishError):
            async with channel_to(self.url) as channel:
                await channel.basic_publish(body, exchange=self.name, properties=properties, mandatory=True)
                return True
        return False
