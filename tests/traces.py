"""Spans that stay in memory, and a collector of them: a real receiver of OTLP over HTTP."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from orders.settings import OrdersSettings
from service_standard.http.edge import Edge
from service_standard.telemetry.providers import Telemetry
from tests.edge_app import create_app, settings
from tests.events.receiver import Receiver, Reply, Request
from tests.service import Caller, running


class Traced:
    """An app whose spans stay in memory."""

    def __init__(self, **values: object) -> None:
        self._exporter = InMemorySpanExporter()
        self.telemetry = Telemetry("orders", "1.0.0", settings(**values), exporter=self._exporter)
        self.app: Edge = create_app(telemetry=self.telemetry)

    @property
    def spans(self) -> list[ReadableSpan]:
        self.telemetry.flush()
        return list(self._exporter.get_finished_spans())

    @property
    def span(self) -> ReadableSpan:
        (span,) = self.spans
        return span

    def everything(self) -> str:
        return "\n".join(str(span.to_json()) for span in self.spans)


@dataclass
class Traces:
    """The spans that were collected, by the time that the service has ended."""

    url: str
    spans: list[Span] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def take(self, request: Request) -> Reply:
        self.paths.append(request.path)
        resources = ExportTraceServiceRequest.FromString(request.body).resource_spans
        self.spans += [span for r in resources for scope in r.scope_spans for span in scope.spans]
        return Reply(200)

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]

    def only(self, name: str) -> Span:
        (span,) = self.named(name)
        return span

    def everything(self) -> str:
        return "\n".join(map(str, self.spans))

    @asynccontextmanager
    async def of(self, used: OrdersSettings, **values: object) -> AsyncIterator[Caller]:
        """A service whose spans are here after the block."""
        async with running(used.model_copy(update={"jaeger_endpoint": self.url, **values})) as caller:
            yield caller


@contextmanager
def collected() -> Iterator[Traces]:
    """A collector that waits for spans."""
    with Receiver() as receiver:
        traces = Traces(receiver.url.removesuffix("/hook"))
        receiver.reply = traces.take
        yield traces


def attributes(span: Span) -> dict[str, str | int]:
    """A span's attributes."""
    return {a.key: a.value.string_value or a.value.int_value for a in span.attributes}


def traceparent(span: Span | Span.Link) -> str:
    """The span as an event names it: what was collected was sampled."""
    return f"00-{span.trace_id.hex()}-{span.span_id.hex()}-01"
