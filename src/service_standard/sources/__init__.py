"""The sources to choose from, by the names that EVENT_SOURCES takes."""

from collections.abc import Iterator
from typing import Protocol

from service_standard.settings import Settings
from service_standard.sources.arrival import Receive

# A source's module is imported where it is chosen, as a sink's is.
# ruff: noqa: PLC0415


class Source(Protocol):
    """Where events come from: hands each message on until it is closed."""

    async def start(self) -> None: ...
    async def aclose(self) -> None: ...


def sources_of(settings: Settings, service: str, channel: str, receive: Receive) -> Iterator[Source]:
    """The sources that the settings name; `channel` is the address in the AsyncAPI document, `service` who reads it."""
    for name in dict.fromkeys(settings.event_sources):
        yield _source(name, settings, service, channel, receive)


def _source(name: str, settings: Settings, service: str, channel: str, receive: Receive) -> Source:
    if name == "kafka":
        from service_standard.sources.kafka import KafkaSource

        return KafkaSource(str(settings.kafka_bootstrap_servers), channel, service, receive)
    from service_standard.sources.rabbitmq import RabbitMQSource

    url = settings.rabbitmq_url
    return RabbitMQSource(url.get_secret_value() if url else "", channel, f"{service}.{channel}", receive)
