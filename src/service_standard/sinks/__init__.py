"""The sinks to choose from, by the names that EVENT_SINKS takes."""

from collections.abc import Iterator

from opentelemetry.trace import Tracer

from service_standard.settings import Settings
from service_standard.sinks.delivery import Sink
from service_standard.sinks.traced import TracedSink

# A sink's module is imported where it is chosen: the drivers that nobody uses cost no memory and no time to start.
# ruff: noqa: PLC0415


def sinks_of(settings: Settings, channel: str, tracer: Tracer) -> Iterator[Sink]:
    """The sinks that the settings name; `channel` is the address of the events' channel in the AsyncAPI document."""
    for name in dict.fromkeys(settings.event_sinks):
        yield TracedSink(_sink(name, settings, channel), channel, tracer)


def _sink(name: str, settings: Settings, channel: str) -> Sink:
    match name:
        case "http":
            from service_standard.sinks.http import HttpSink

            secret = settings.event_http_secret
            return HttpSink(str(settings.event_http_url), secret.get_secret_value() if secret else None)
        case "kafka":
            from service_standard.sinks.kafka import KafkaSink

            return KafkaSink(str(settings.kafka_bootstrap_servers), channel)
        case "rabbitmq":
            from service_standard.sinks.rabbitmq import RabbitMQSink

            url = settings.rabbitmq_url
            return RabbitMQSink(url.get_secret_value() if url else "", channel)
        case _:
            from service_standard.sinks.log import LogSink

            return LogSink()
