"""The SERVER span of a request, under the stable names of OpenTelemetry's conventions for HTTP.

The instrumentation for FastAPI would make the same span, for half of what the whole of a request costs here.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final

from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context
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

    def around(self, exchange: Exchange) -> AbstractContextManager[None]:
        """The span, current until the request is over."""
        parent = self._parent(exchange.scope["headers"])
        span = self._tracer.start_span(exchange.known_method, context=parent, kind=SpanKind.SERVER)
        return _Current(span, exchange)

    def _parent(self, headers: Sequence[tuple[bytes, bytes]]) -> Context:
        given = [value for name, value in headers if name == b"traceparent"]
        if len(given) != 1 or len(given[0]) > LONGEST_TRACEPARENT or not given[0].isascii():
            return Context()
        return self._propagator.extract({"traceparent": given[0].decode()}, Context())


class _Current(AbstractContextManager[None]):
    """A block in which the span is current; at its end it is told what came of the exchange.

    A class, since a generator in its place would cost as much as all that it does.
    """

    def __init__(self, span: Span, exchange: Exchange) -> None:
        self._span = span
        self._exchange = exchange

    def __enter__(self) -> None:
        self._token = attach(set_span_in_context(self._span))

    def __exit__(self, *_: object) -> None:
        detach(self._token)
        # Of a trace that is not sampled a span goes nowhere unless it failed: it is forgotten as it is.
        if self._span.get_span_context().trace_flags.sampled or self._exchange.error_type:
            _tell(self._span, self._exchange)
            self._span.end()


def _tell(span: Span, exchange: Exchange) -> None:
    if exchange.route:
        span.update_name(f"{exchange.known_method} {exchange.route}")
    span.set_attributes(_attributes(exchange))
    if exchange.error_type:
        span.set_status(StatusCode.ERROR)


def _attributes(exchange: Exchange) -> Mapping[str, AttributeValue]:
    """All at once, which costs the SDK less than one after the other."""
    scope = exchange.scope
    attributes: dict[str, AttributeValue] = {
        "http.request.method": exchange.known_method,
        "url.scheme": scope["scheme"],
        "url.path": scope["path"][:LONGEST_PATH],
        "network.protocol.version": scope["http_version"],
    }
    if server := scope.get("server"):
        attributes["server.address"], attributes["server.port"] = server
    if exchange.route:
        attributes["http.route"] = exchange.route
    if exchange.status:
        attributes["http.response.status_code"] = exchange.status
    if exchange.error_type:
        attributes["error.type"] = exchange.error_type
    return attributes
