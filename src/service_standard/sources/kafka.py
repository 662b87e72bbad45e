"""Kafka as a source: messages of one topic, those of a partition one after the other, committed once received."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import Final, TypeVar

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka import Message as KafkaMessage

from service_standard.events.waves import delays
from service_standard.sources.arrival import Message, Receive, ReceiveUnavailable

POLL_SECONDS: Final = 0.2
CLOSE_SECONDS: Final = 2.5
LONGEST_PAUSE: Final = 5.0

T = TypeVar("T")

log = logging.getLogger(__name__)


class KafkaSource:
    """Receives from `topic` as a member of `group`; a group that has never been there begins at the topic's beginning.

    A message that cannot be received now is offered again until it can, and none behind it in its partition before.
    What was not committed when a member ends is delivered again, so a message may arrive twice.
    """

    name: Final = "kafka"

    def __init__(self, servers: str, topic: str, group: str, receive: Receive) -> None:
        self._config = _config(servers, group)
        self._topic = topic
        self._receive = receive
        self._pauses = delays(last=LONGEST_PAUSE)
        # The consumer's calls wait, so they are made on a thread of the source's own, one after the other.
        self._thread = ThreadPoolExecutor(1, "kafka source")
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to consume in the background; a broker that is down is tried again."""
        self._task = asyncio.create_task(self._consume_forever(), name="kafka source")

    async def aclose(self) -> None:
        """Stops and leaves the group, within three seconds; a message that is being received is delivered again."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._thread.shutdown(wait=False)

    async def _consume_forever(self) -> None:
        while True:
            consumer = Consumer(self._config, logger=log)
            try:
                await self._consume(consumer)
            except KafkaException as error:
                log.warning("no messages from Kafka", extra={"reason": str(error)})
            finally:
                await self._leave(consumer)
            await asyncio.sleep(next(self._pauses))

    async def _consume(self, consumer: Consumer) -> None:
        """Takes messages one by one, until the consumer fails."""
        consumer.subscribe([self._topic])
        while True:
            message = await self._on_thread(partial(consumer.poll, POLL_SECONDS))
            if message is not None:
                await self._take(consumer, message)

    async def _leave(self, consumer: Consumer) -> None:
        """Closes the consumer; a broker that does not answer to its last commit would keep it waiting for good."""
        leaving = Thread(target=consumer.close, name="kafka source leaving", daemon=True)
        # After the poll that may be under way: a consumer is not closed beneath one.
        await self._on_thread(leaving.start)
        await self._on_thread(partial(leaving.join, CLOSE_SECONDS))

    async def _take(self, consumer: Consumer, message: KafkaMessage) -> None:
        if (error := message.error()) is not None:
            raise KafkaException(error)
        if await self._is_received(message):
            self._pauses = delays(last=LONGEST_PAUSE)
            consumer.commit(message=message, asynchronous=True)
        else:
            # Sought again, not held: a member that does not poll for minutes loses its partitions.
            await self._on_thread(partial(consumer.seek, _place(message)))
            await asyncio.sleep(next(self._pauses))

    async def _is_received(self, message: KafkaMessage) -> bool:
        try:
            await self._receive(_message(message))
        except ReceiveUnavailable as error:
            log.warning("a message has to wait", extra={"reason": str(error)})
            return False
        except Exception:
            log.exception("a message has to wait")
            return False
        return True

    async def _on_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _message(message: KafkaMessage) -> Message:
    headers = dict(message.headers() or ())
    texts = {name: _text(value) for name, value in headers.items()}
    return Message(texts.get("content-type", ""), texts, message.value() or b"")


def _text(value: str | bytes | None) -> str:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else value or ""


def _place(message: KafkaMessage) -> TopicPartition:
    return TopicPartition(str(message.topic()), message.partition() or 0, message.offset() or 0)


def _config(servers: str, group: str) -> dict[str, str | int | bool]:
    return {
        "bootstrap.servers": servers,
        "group.id": group,
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        # A member that died without a word is missed after this long, and its partitions go to others.
        "session.timeout.ms": 6000,
        # A topic that is made later, or a connection that comes back, is noticed this soon.
        "topic.metadata.refresh.interval.ms": 10_000,
        "reconnect.backoff.max.ms": 1000,
        # librdkafka would log each attempt to connect as an error.
        "log_level": 2,
    }
