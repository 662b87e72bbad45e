"""The link to RabbitMQ, where sinks and sources do not get to by themselves."""

import asyncio

import pytest

from service_standard.amqp import LINK_ERRORS, Topology, open_link
from tests.brokers import frozen
from tests.events.rabbitmq_queue import Queue


async def test_whoever_waits_for_a_link_that_is_closed_hears_of_an_outage(rabbitmq_url: str) -> None:
    """And is not cancelled, which would end a source for good."""
    queue = Queue.named(rabbitmq_url)
    link = await open_link(queue.url, Topology(queue.name, queue.name))
    async with frozen("rabbitmq"):
        waiting = asyncio.create_task(link.subscribe(queue.name, 1))
        await asyncio.wait({waiting}, timeout=0.1)
        await link.aclose()
        with pytest.raises(LINK_ERRORS):
            await waiting
    await queue.forget()
