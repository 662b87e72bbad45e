"""A sink whose deliveries are spans, each linked to the creation of every event in its wave."""

from collections.abc import Sequence

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.util.types import AttributeValue
from pydantic_core import from_json

from service_standard.sinks.delivery import Accepted, Outcome, Outgoing, Sink
from service_standard.telemetry.spans import context_of, in_span


class TracedSink:
    """Delivers to another sink; `channel` is the address of the events' channel."""

    def __init__(self, sink: Sink, channel: str, tracer: Tracer) -> None:
        self._sink = sink
        self._channel = channel
        self._tracer = tracer

    @property
    def name(self) -> str:
        return self._sink.name

    async def start(self) -> None:
        await self._sink.start()

    async def aclose(self) -> None:
        await self._sink.aclose()

    async def deliver(self, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
        attributes: dict[str, AttributeValue] = {
            "messaging.system": self.name,
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.destination.name": self._channel,
            "messaging.batch.message_count": len(wave),
        }
        with in_span(self._tracer, f"send {self._channel}", SpanKind.CLIENT, attributes) as span:
            is_sampled = span.get_span_context().trace_flags.sampled
            if is_sampled:
                _link(span, wave)
            outcomes = await self._sink.deliver(wave)
            failure = next((outcome for outcome in outcomes if not isinstance(outcome, Accepted)), None)
            if failure is not None:
                _fail(span, failure)
                # It goes to the collector after all.
                if not is_sampled:
                    _link(span, wave)
        return outcomes


def _link(span: Span, wave: Sequence[Outgoing]) -> None:
    for event in wave:
        created = context_of(from_json(event.content).get("traceparent"))
        if created.is_valid:
            span.add_link(created)


def _fail(span: Span, failure: Outcome) -> None:
    """The kind of the first failure is the span's; why it failed is in the log, as a sink's words may quote data."""
    span.set_attribute("error.type", type(failure).__name__)
    span.set_status(StatusCode.ERROR)
