"""RabbitMQ as a sink: a durable topic exchange, publisher confirms, and no message that goes nowhere."""

import asyncio
import re
from collections.abc import Sequence
from typing import Final

import aiormq
from aiormq import spec
from aiormq.abc import ConfirmationFrameType

from service_standard.amqp import LINK_ERRORS, Link, Topology, open_link
from service_standard.sinks.delivery import Accepted, Never, NotNow, Outcome, Outgoing

CONTENT_TYPE: Final = "application/cloudevents+json"
PERSISTENT: Final = 2

_TOO_LARGE: Final = re.compile(r"larger than (?:configured )?max size (\d+)")


class RabbitMQSink:
    """Publishes events to `exchange`, routed by their type, and kept in a quorum queue of the same name.

    Accepted is what a majority of that queue's replicas has on disk; what is not confirmed within `timeout` seconds is
    NotNow. A link on which anything went wrong is dropped; the next wave opens another, and declares anew whatever
    somebody has deleted meanwhile.
    """

    name: Final = "rabbitmq"

    def __init__(self, url: str, exchange: str, timeout: float = 5.0) -> None:
        self._url = url
        self._topology = Topology(exchange, exchange)
        self._timeout = timeout
        self._link: Link | None = None

    async def start(self) -> None:
        """The first wave opens the link."""

    async def aclose(self) -> None:
        """Closes the link, within two seconds."""
        if self._link is not None:
            await self._link.aclose()
            self._link = None

    async def deliver(self, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
        """The outcomes, four seconds after `timeout` at the latest; what was not sent when it is cancelled never is."""
        if not wave:
            return []
        try:
            link = await self._open_link()
        except LINK_ERRORS as error:
            return [NotNow(type(error).__name__)] * len(wave)
        outcomes = await self._published(link, wave)
        if not all(isinstance(outcome, Accepted) for outcome in outcomes):
            self._link = None
            await link.drop()
        return outcomes

    async def _open_link(self) -> Link:
        if self._link is not None and self._link.channel.is_closed:
            await self._link.drop()
            self._link = None
        if self._link is None:
            self._link = await open_link(self._url, self._topology)
        return self._link

    async def _published(self, link: Link, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
        tasks = [asyncio.ensure_future(self._publish(link, event)) for event in wave]
        try:
            await asyncio.wait(tasks, timeout=self._timeout)
            return [_outcome(task, event) for task, event in zip(tasks, wave, strict=True)]
        finally:
            for task in tasks:
                task.cancel()

    async def _publish(self, link: Link, event: Outgoing) -> ConfirmationFrameType | None:
        properties = spec.Basic.Properties(
            content_type=CONTENT_TYPE,
            delivery_mode=PERSISTENT,
            message_id=event.id,
            message_type=event.type,
        )
        exchange = self._topology.exchange
        # Mandatory: what no queue takes comes back as an error, where it would be confirmed and lost without.
        return await link.channel.basic_publish(
            event.content, exchange=exchange, routing_key=event.type, properties=properties, mandatory=True
        )


def _outcome(task: asyncio.Task[ConfirmationFrameType | None], event: Outgoing) -> Outcome:
    if not task.done() or task.cancelled():
        return NotNow("was not confirmed in time")
    error = task.exception()
    if error is None:
        return Accepted()
    if not isinstance(error, LINK_ERRORS):
        raise error
    limit = _TOO_LARGE.search(str(error)) if isinstance(error, aiormq.exceptions.ChannelPreconditionFailed) else None
    # The channel was closed for one event's size, and all that were on their way with it have this error.
    if limit and len(event.content) > int(limit[1]):
        return Never(f"is larger than the broker's {limit[1]} bytes")
    return NotNow(type(error).__name__)
