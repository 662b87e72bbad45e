"""What a collector is sent over HTTP is what OpenTelemetry's own exporter would send of the same spans."""

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    TraceState,
    set_span_in_context,
)
from opentelemetry.util.types import AnyValue

from service_standard.telemetry.spans_over_http import request_of

REMOTE = SpanContext(7, 9, is_remote=True, trace_flags=TraceFlags(1), trace_state=TraceState([("a", "1"), ("b", "2")]))
VALUES: dict[str, AnyValue] = {
    "text": "grün",
    "true": True,
    "one": 1,
    "half": 0.5,
    "minus zero": -0.0,
    "bytes": b"\0\xff",
    "none": None,
    "list": ["a", 1, True, None, [0.5]],
    "map": {"a": {"b": [1]}},
    "empty": "",
}


def spans_of(resource: Resource, *scopes: str) -> list[ReadableSpan]:
    """Spans that have all that a span can have, of each scope in turn."""
    kept = InMemorySpanExporter()
    provider = TracerProvider(
        resource=resource, span_limits=SpanLimits(max_events=1, max_links=2, max_span_attributes=11)
    )
    provider.add_span_processor(SimpleSpanProcessor(kept))
    for scope in scopes:
        tracer = provider.get_tracer(scope, "1.0.0", "https://schema.test", {"scope": 1})
        for kind in SpanKind:
            full(tracer, kind)
        tracer.start_span("root").end()
    provider.shutdown()
    return list(kept.get_finished_spans())


def full(tracer: Tracer, kind: SpanKind) -> None:
    """A span that has everything, and one below it that has a link only."""
    above = set_span_in_context(NonRecordingSpan(REMOTE))
    with tracer.start_as_current_span("work", above, kind, {**VALUES, "kind": kind.name}) as span:
        span.add_event("dropped")
        span.add_event("kept", VALUES)
        for _ in range(3):
            span.add_link(REMOTE, {"linked": True})
        span.set_attributes({"two": 2, "true": 1, "one": True, "a": "1"})
        span.set_status(StatusCode.ERROR, "why")
        tracer.start_span("below", links=[Link(span.get_span_context())]).end()


def told(request: ExportTraceServiceRequest) -> list[tuple[bytes, ...]]:
    """Each span, with where it comes from."""
    return [
        tuple(part.SerializeToString() for part in (several.resource, alike.scope, span))
        for several in request.resource_spans
        for alike in several.scope_spans
        for span in alike.spans
    ]


@pytest.mark.parametrize("scopes", [("orders",), ("orders", "payments")])
def test_a_collector_is_told_what_the_library_would_tell(scopes: tuple[str, ...]) -> None:
    spans = spans_of(Resource({"service.name": "orders", "list": ["a"]}, "https://schema.test"), *scopes)
    assert told(request_of(spans)) == told(encode_spans(spans))


def test_spans_of_one_origin_are_one_piece_of_the_request() -> None:
    spans = spans_of(Resource({"service.name": "orders"}, "https://resource.test"), "orders")
    (resource,) = request_of(spans).resource_spans
    (scope,) = resource.scope_spans
    assert (resource.schema_url, scope.schema_url) == ("https://resource.test", "https://schema.test")
    assert len(scope.spans) == len(spans)


@pytest.mark.parametrize("value", [2**64, "\ud800", ["\ud800"]])
def test_an_attribute_that_cannot_be_told_takes_no_other_with_it(
    value: AnyValue, caplog: pytest.LogCaptureFixture
) -> None:
    spans = [ReadableSpan("work", REMOTE, attributes={"bad": value, "good": 1}, start_time=1, end_time=2)]
    (span,) = request_of(spans).resource_spans[0].scope_spans[0].spans
    assert [attribute.key for attribute in span.attributes] == ["good"]
    assert [getattr(line, "attribute", None) for line in caplog.records if "cannot be told" in line.message] == ["bad"]


def test_a_true_is_no_one() -> None:
    spans = [ReadableSpan("work", REMOTE, attributes={"flag": value}, start_time=1, end_time=2) for value in (True, 1)]
    flags = [span.attributes[0].value for span in request_of(spans).resource_spans[0].scope_spans[0].spans]
    assert [flag.WhichOneof("value") for flag in flags] == ["bool_value", "int_value"]
