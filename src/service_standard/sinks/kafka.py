"""Kafka as a sink: an idempotent producer that waits for the in-sync replicas, and a message for each event."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeAlias

from confluent_kafka import KafkaError, KafkaException, Producer

from service_standard.sinks.delivery import Accepted, Never, NotNow, Outcome, Outgoing

CONTENT_TYPE: Final = b"application/cloudevents+json; charset=UTF-8"
# librdkafka looks for messages that are out of time once a second: after this, nothing more is to be expected.
GRACE_SECONDS: Final = 2.0

# What Kafka holds against the message itself; all else is an outage, whatever its cause.
_TOO_LARGE: Final = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.RECORD_LIST_TOO_LARGE})
_REFUSED: Final = _TOO_LARGE | {
    KafkaError.INVALID_MSG,
    KafkaError.INVALID_RECORD,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
}

# librdkafka's own codes begin with an underscore, and are public.
_NO_ANSWER: Final = KafkaError._TIMED_OUT  # noqa: SLF001
_NO_ROOM: Final = KafkaError._QUEUE_FULL  # noqa: SLF001
_NO_BROKER: Final = KafkaError._ALL_BROKERS_DOWN  # noqa: SLF001

# What Kafka says to an event; None is its acknowledgement.
_Answer: TypeAlias = KafkaError | None

log = logging.getLogger(__name__)


class KafkaSink:
    """Writes events to `topic` in structured mode; their key picks the partition as it does for Java's clients.

    Accepted is what all in-sync replicas have. An event that has no acknowledgement within `timeout` seconds is NotNow.
    """

    name: Final = "kafka"

    def __init__(self, servers: str, topic: str, timeout: float = 5.0) -> None:
        self._topic = topic
        self._config = {**_config(servers, timeout), "error_cb": self._note}
        self._patience = timeout + GRACE_SECONDS
        # The producer's calls wait, so they are made on a thread of the sink's own, one wave after the other.
        self._thread = ThreadPoolExecutor(1, "kafka sink")
        self._producer: Producer | None = None
        self._trouble = ""

    async def start(self) -> None:
        """Begins to connect, in the background.

        Raises:
            KafkaException: `servers` is no list of addresses.
        """
        self._producer = Producer(self._config, logger=log)

    async def aclose(self) -> None:
        """Drops what is on its way and closes the connections, within a second."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.purge(blocking=False)
            await asyncio.get_running_loop().run_in_executor(self._thread, producer.close)
        self._thread.shutdown(wait=False)

    async def deliver(self, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
        """The outcomes, two seconds after `timeout` at the latest; what was not sent when it is cancelled never is."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._deliver, wave)
        except asyncio.CancelledError:
            if self._producer is not None:
                self._producer.purge(blocking=False)
            raise

    def _note(self, error: KafkaError) -> None:
        """Keeps what went wrong with a connection: that is why messages run out of time later."""
        if error.code() != _NO_BROKER:
            self._trouble = error.str()

    def _deliver(self, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
        answers = self._send(wave)
        if len(wave) > 1:
            answers = list(self._send_alone(wave, answers))
        # Never `in` or `==`: a KafkaError that is compared with None leaves an exception behind that strikes later.
        if any(answer is None for answer in answers):
            self._trouble = ""
        return [self._outcome(answer) for answer in answers]

    def _send(self, events: Sequence[Outgoing]) -> list[_Answer]:
        """The answers to the events, in their order."""
        answers: list[_Answer] = [KafkaError(_NO_ANSWER)] * len(events)
        if (producer := self._producer) is not None:
            for index, event in enumerate(events):
                self._produce(producer, event, partial(answers.__setitem__, index))
            self._await_answers(producer)
        return answers

    def _produce(self, producer: Producer, event: Outgoing, answered: Callable[[_Answer], None]) -> None:
        try:
            producer.produce(
                self._topic,
                event.content,
                event.key,
                headers=[("content-type", CONTENT_TYPE)],
                on_delivery=lambda error, _: answered(error),
            )
        except KafkaException as error:
            answered(error.args[0])
        except BufferError:
            answered(KafkaError(_NO_ROOM))

    def _await_answers(self, producer: Producer) -> None:
        """Has the answers come in; a producer that failed for good, or owes answers after all, is replaced."""
        try:
            if producer.flush(self._patience) == 0:
                return
        except KafkaException as error:
            self._trouble = str(error)
        log.warning("Kafka's producer is replaced", extra={"reason": self._trouble})
        producer.purge(blocking=False)
        if self._producer is producer:
            self._producer = Producer(self._config, logger=log)

    def _send_alone(self, events: Sequence[Outgoing], answers: Sequence[_Answer]) -> Iterator[_Answer]:
        """The answers, after what was too large has been sent again alone.

        A broker judges a batch by its size as a whole, so the answer may have been for others in the same batch.
        """
        answering = True
        for event, answer in zip(events, answers, strict=True):
            if not _is_too_large(answer):
                yield answer
                continue
            again = self._send([event])[0] if answering else KafkaError(_NO_ANSWER)
            answering = again is None or _is_too_large(again)
            yield again

    def _outcome(self, answer: _Answer) -> Outcome:
        if answer is None:
            return Accepted()
        if answer.code() in _REFUSED:
            return Never(answer.str())
        return NotNow(f"{answer.str()}; {self._trouble}" if self._trouble else answer.str())


def _is_too_large(answer: _Answer) -> bool:
    return answer is not None and answer.code() in _TOO_LARGE


def _config(servers: str, timeout: float) -> dict[str, str | int | float | bool]:
    milliseconds = round(timeout * 1000)
    return {
        "bootstrap.servers": servers,
        "enable.idempotence": True,
        "acks": "all",
        "partitioner": "murmur2_random",
        "compression.type": "lz4",
        # A wave is complete when it is sent: nothing is gained by waiting for more.
        "linger.ms": 0,
        "message.timeout.ms": milliseconds,
        # A connection to a broker that has gone without a word is given up with the messages on it.
        "socket.timeout.ms": milliseconds,
        "reconnect.backoff.max.ms": 1000,
        # Lost connections show in the outcomes; librdkafka would log each attempt to connect as an error.
        "log_level": 2,
    }
