"""A member of a consumer group, run as a process: says what it receives and never gets done with it."""

import asyncio
import sys

from service_standard.sources.arrival import Message
from service_standard.sources.kafka import KafkaSource


async def receive_for_ever(message: Message) -> None:
    sys.stdout.write(f"{message.body.decode()}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


async def main(servers: str, topic: str, group: str) -> None:
    source = KafkaSource(servers, topic, group, receive_for_ever)
    await source.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
