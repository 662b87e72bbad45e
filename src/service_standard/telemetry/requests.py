"""The SERVER span of a request, under the stable names of OpenTelemetry's conventions for HTTP.

The instrumentation for FastAPI would make the same span, for half of what the whole of a request costs here.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from service_standard.http.access import LONGEST_PATH, Exchange

LONGEST_TRACEPARENT: Final = 512


class RequestSpans:
    """Gives each request one span, named by its route; a probe gets none.

    A span tells the method, the path and the status. Query and headers may hold secrets; of these the place in a trace
    is taken, and nothing else. A `tracestate` belongs to other vendors' systems: the trace goes on without it.
    """

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def around(self, exchange: Exchange) -> Iterator[None]:
        """The span, current until the request is over."""
        span = self._tracer.start_span(
            exchange.known_method,
            context=self._parent(exchange.scope["headers"]),
            kind=SpanKind.SERVER,
            attributes=_asked(exchange),
        )
        with use_span(span, record_exception=False, set_status_on_exception=False):
            try:
                yield
            finally:
                if span.is_recording():
                    _tell(span, exchange)
                span.end()

    def _parent(self, headers: Sequence[tuple[bytes, bytes]]) -> Context:
        given = [value for name, value in headers if name == b"traceparent"]
        if len(given) != 1 or len(given[0]) > LONGEST_TRACEPARENT or not given[0].isascii():
            return Context()
        return self._propagator.extract({"traceparent": given[0].decode()}, Context())


def _asked(exchange: Exchange) -> Mapping[str, AttributeValue]:
    scope = exchange.scope
    attributes: dict[str, AttributeValue] = {
        "http.request.method": exchange.known_method,
        "url.scheme": scope["scheme"],
        "url.path": scope["path"][:LONGEST_PATH],
        "network.protocol.version": scope["http_version"],
    }
    if server := scope.get("server"):
        attributes["server.address"], attributes["server.port"] = server
    return attributes


def _tell(span: Span, exchange: Exchange) -> None:
    if exchange.route:
        span.update_name(f"{exchange.known_method} {exchange.route}")
        span.set_attribute("http.route", exchange.route)
    if exchange.status:
        span.set_attribute("http.response.status_code", exchange.status)
    if exchange.error_type:
        span.set_attribute("error.type", exchange.error_type)
        span.set_status(StatusCode.ERROR)
