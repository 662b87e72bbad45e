"""A Kafka topic of a test's own, written and read by other clients than the ones under test."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from confluent_kafka import Consumer, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

DEADLINE = 30.0
PARTITIONS = 3


def make_topic(servers: str, name: str, **config: str) -> None:
    """Makes a topic of three partitions; it is there when this returns."""
    admin = AdminClient({"bootstrap.servers": servers})
    admin.create_topics([NewTopic(name, PARTITIONS, 1, config=config)])[name].result(DEADLINE)


@dataclass(frozen=True)
class Topic:
    """A topic on a broker; it need not be there."""

    servers: str
    name: str

    @classmethod
    def made(cls, servers: str, **config: str) -> "Topic":
        topic = cls(servers, f"test.{uuid4().hex}")
        make_topic(servers, topic.name, **config)
        return topic

    def write(self, *values: bytes, headers: dict[str, str] | None = None, key: str = "order-1") -> None:
        """Writes messages, which are there when this returns."""
        producer = Producer({"bootstrap.servers": self.servers})
        for value in values:
            producer.produce(self.name, value, key, headers=dict(headers or {}))
        assert producer.flush(DEADLINE) == 0

    def read(self, count: int) -> list[Message]:
        """The messages of the topic from its beginning, at least `count` of them, each partition's in its order."""
        # Its questions about the topic's end would wait behind each fetch, which waits for half a second by default.
        config = {"bootstrap.servers": self.servers, "group.id": uuid4().hex, "fetch.wait.max.ms": 10}
        consumer = Consumer({**config, "enable.auto.commit": False})
        consumer.assign([TopicPartition(self.name, partition, 0) for partition in range(PARTITIONS)])
        found: list[Message] = []
        deadline = time.monotonic() + DEADLINE
        while len(found) < count or self._ends_after(found, consumer):
            message = consumer.poll(0.1)
            assert time.monotonic() < deadline, f"{len(found)} of {count} messages"
            if message is not None and message.error() is None:
                found.append(message)
        consumer.close()
        return found

    def _ends_after(self, found: Sequence[Message], consumer: Consumer) -> bool:
        """Whether the topic holds more than what was found."""
        partitions = [TopicPartition(self.name, partition) for partition in range(PARTITIONS)]
        return sum(consumer.get_watermark_offsets(place, DEADLINE)[1] for place in partitions) > len(found)

    def committed(self, group: str) -> int:
        """How many messages a group has committed."""
        consumer = Consumer({"bootstrap.servers": self.servers, "group.id": group})
        partitions = [TopicPartition(self.name, partition) for partition in range(PARTITIONS)]
        places = consumer.committed(partitions, DEADLINE)
        consumer.close()
        return sum(max(place.offset, 0) for place in places)
