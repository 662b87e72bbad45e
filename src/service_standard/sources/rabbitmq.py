"""RabbitMQ as a source: messages of one queue, one after the other, each acknowledged once it has been received."""

import asyncio
import logging
from contextlib import suppress
from typing import Final

from aiormq.abc import DeliveredMessage

from service_standard.amqp import LINK_ERRORS, Arrivals, Link, Topology, open_link
from service_standard.events.waves import delays
from service_standard.sources.arrival import Message, Receive, ReceiveUnavailable

PREFETCH: Final = 16
LONGEST_PAUSE: Final = 5.0
# RabbitMQ does not tell a consumer whose queue was deleted and made again, so a quiet link is not trusted for long.
LONGEST_QUIET: Final = 60.0

logger = logging.getLogger(__name__)


class RabbitMQSource:
    """Receives from `queue`, a durable quorum queue that gets every message of `exchange`.

    A message that cannot be received now is held, and with it those behind it: given back to the broker, it would be
    overtaken. What was not acknowledged when a link ends is delivered again, so a message may arrive twice.
    """

    name: Final = "rabbitmq"

    def __init__(
        self, url: str, exchange: str, queue: str, receive: Receive, longest_quiet: float = LONGEST_QUIET
    ) -> None:
        self._url = url
        self._topology = Topology(exchange, queue)
        self._receive = receive
        self._longest_quiet = longest_quiet
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to consume in the background; a broker that is down is tried again."""
        self._task = asyncio.create_task(self._consume_forever(), name="rabbitmq source")

    async def aclose(self) -> None:
        """Stops within two seconds; a message that is being received will be delivered again."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _consume_forever(self) -> None:
        pauses = delays(last=LONGEST_PAUSE)
        while True:
            if await self._was_linked():
                pauses = delays(last=LONGEST_PAUSE)
            else:
                await asyncio.sleep(next(pauses))

    async def _was_linked(self) -> bool:
        """Consumes for as long as a link lasts; whether there was one."""
        try:
            link = await open_link(self._url, self._topology)
            await self._consume(link)
        except LINK_ERRORS as error:
            logger.warning("no messages from RabbitMQ", extra={"reason": type(error).__name__})
            return False
        return True

    async def _consume(self, link: Link) -> None:
        """Takes messages until the link ends, or has been quiet for long."""
        try:
            arrivals = await link.subscribe(self._topology.queue, PREFETCH)
            while (delivered := await self._next(arrivals)) is not None:
                await self._take(link, delivered)
        finally:
            await link.aclose()

    async def _next(self, arrivals: Arrivals) -> DeliveredMessage | None:
        try:
            async with asyncio.timeout(self._longest_quiet):
                return await arrivals.get()
        except TimeoutError:
            return None

    async def _take(self, link: Link, delivered: DeliveredMessage) -> None:
        """Receives a message, however often that takes, and acknowledges it; gives up when the link ends."""
        message = _message(delivered)
        pauses = delays(last=LONGEST_PAUSE)
        while not link.channel.is_closed:
            if await self._received(message):
                await link.acknowledge(delivered)
                return
            await asyncio.sleep(next(pauses))

    async def _received(self, message: Message) -> bool:
        try:
            await self._receive(message)
        except ReceiveUnavailable as error:
            logger.warning("a message has to wait", extra={"reason": str(error)})
            return False
        except Exception:
            # A bug: the message stays where it is, at the head of its queue, until the bug is mended.
            logger.exception("a message could not be received")
            return False
        return True


def _message(delivered: DeliveredMessage) -> Message:
    properties = delivered.header.properties
    headers = {name: str(value) for name, value in (properties.headers or {}).items()}
    return Message(properties.content_type or "", headers, delivered.body)
