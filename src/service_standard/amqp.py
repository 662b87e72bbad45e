"""A link to RabbitMQ: a connection and its channel, opened, used and dropped in bounded time.

It is built on aiormq, the protocol layer of aio-pika. A link that failed is dropped and a new one opened: there is no
second party that reconnects on a clock of its own, and what was on its way has exactly one fate.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

import aiormq
from aiormq.abc import DeliveredMessage
from aiormq.connection import TCPTransportFactory, TLSTransportFactory
from yarl import URL

# A channel or connection that is closed already says so with a plain RuntimeError.
LINK_ERRORS: Final = (aiormq.AMQPError, OSError, RuntimeError)
CALL_SECONDS: Final = 3.0
CLOSE_SECONDS: Final = 1.0
# Three missed heartbeats end a connection: 33 seconds, where the library's own default is three minutes.
HEARTBEAT_SECONDS: Final = 10

# Messages as they arrive; None says that no more will, since the link has ended or the queue was deleted.
Arrivals: TypeAlias = asyncio.Queue[DeliveredMessage | None]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Topology:
    """A durable topic exchange and the durable quorum queue that gets all of its messages."""

    exchange: str
    queue: str


class Link:
    """An open channel with publisher confirms, on a connection of its own."""

    def __init__(self, channel: aiormq.abc.AbstractChannel, connection: aiormq.Connection, wire: "_Wire") -> None:
        self.channel = channel
        self._connection = connection
        self._wire = wire

    async def subscribe(self, queue: str, prefetch: int) -> Arrivals:
        """What arrives in the queue from now on, of which the broker sends `prefetch` ahead of acknowledgements."""
        arrivals: Arrivals = asyncio.Queue()
        self.channel.closing.add_done_callback(lambda _: arrivals.put_nowait(None))
        self.channel.on_consumer_cancel_callbacks.add(lambda _: arrivals.put_nowait(None))
        await _within(CALL_SECONDS, self.channel.basic_qos(prefetch_count=prefetch))
        await _within(CALL_SECONDS, self.channel.basic_consume(queue, arrivals.put))
        return arrivals

    async def acknowledge(self, delivered: DeliveredMessage) -> None:
        await _within(CALL_SECONDS, self.channel.basic_ack(delivered.delivery_tag or 0))

    async def aclose(self) -> None:
        """Says goodbye; a broker that does not answer is left after a second."""
        closing = asyncio.ensure_future(self._connection.close())
        await asyncio.wait({closing}, timeout=CLOSE_SECONDS)
        self._wire.cut()
        await asyncio.wait({closing}, timeout=CLOSE_SECONDS)

    async def drop(self) -> None:
        """Cuts the connection, and with it everything that was on its way."""
        self._wire.cut()
        await asyncio.wait({asyncio.ensure_future(self._connection.close())}, timeout=CLOSE_SECONDS)


async def open_link(url: str, topology: Topology) -> Link:
    """A link to a broker that has the topology, within three seconds.

    Raises:
        LINK_ERRORS: the broker is not there, refuses, or has an exchange or queue of that name of another kind.
    """
    wire = _Wire()
    heartbeat = {"heartbeat": str(HEARTBEAT_SECONDS)}
    connection = aiormq.Connection(URL(url).update_query(heartbeat), transport_factory=wire)
    try:
        channel = await _within(CALL_SECONDS, _open_channel(connection, topology))
    except BaseException:
        wire.cut()
        await connection.close()
        raise
    return Link(channel, connection, wire)


async def _open_channel(connection: aiormq.Connection, topology: Topology) -> aiormq.abc.AbstractChannel:
    await connection.connect()
    channel = await connection.channel(on_return_raises=True)
    await channel.exchange_declare(topology.exchange, exchange_type="topic", durable=True)
    await channel.queue_declare(topology.queue, durable=True, arguments={"x-queue-type": "quorum"})
    await channel.queue_bind(topology.queue, topology.exchange, routing_key="#")
    return channel


async def _within(seconds: float, call: Awaitable[Result]) -> Result:
    """The result of a call, which has a task of its own: aiormq cancels whoever waits when it gives a connection up."""
    task = asyncio.ensure_future(call)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise TimeoutError
        if task.cancelled():
            raise ConnectionAbortedError
        return task.result()
    finally:
        task.cancel()


class _Wire(aiormq.TransportFactory):
    """Makes the connection's socket and keeps it, since a close that waits for a frozen broker has to be cut short."""

    def __init__(self) -> None:
        self._writer: StreamWriter | None = None

    async def create(self, url: URL, **kwargs: object) -> tuple[StreamReader, StreamWriter]:
        factory = TLSTransportFactory() if url.scheme == "amqps" else TCPTransportFactory()
        reader, self._writer = await factory.create(url, **kwargs)
        return reader, self._writer

    def cut(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
