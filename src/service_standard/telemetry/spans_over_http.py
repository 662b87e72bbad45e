"""Spans on their way to a collector over HTTP: the library's exporter, with a cheaper way to write the same request.

For each span the library makes a message of every attribute, and a hash of the resource's JSON to see which resource
it is. Here the bytes of an attribute are kept, since most spans have those of the ones before.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span, Status
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, StatusCode
from opentelemetry.util import types

log = logging.getLogger(__name__)

MOST_KEPT: Final = 512
# The bits of `flags`: whether the span above, or the linked one, was in another process is known; and it was.
KNOWN: Final = 0x100
REMOTE: Final = 0x200


class SpansOverHttp(OTLPSpanExporter):
    """The library's exporter, whose connection, retries, headers and compression are used as they are."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self._shutdown:
            return SpanExportResult.FAILURE
        sent = self._client.export(request_of(spans).SerializeToString())
        return SpanExportResult.SUCCESS if sent.success else SpanExportResult.FAILURE


def request_of(spans: Sequence[ReadableSpan]) -> ExportTraceServiceRequest:
    """The request that the library makes of the same spans."""
    request = ExportTraceServiceRequest()
    for _, alike in groupby(spans, _origin):
        first = next(alike)
        # Where they come from is told by the library, which for that has to be given one of them.
        request.MergeFrom(encode_spans([first]))
        told = request.resource_spans[-1].scope_spans[0]
        del told.spans[:]
        for span in (first, *alike):
            _tell(told, span)
    return request


def _origin(span: ReadableSpan) -> tuple[Resource, InstrumentationScope | None]:
    return span.resource, span.instrumentation_scope


def _tell(told: ScopeSpans, span: ReadableSpan) -> None:
    context, parent = span.context, span.parent
    one = told.spans.add(
        trace_id=context.trace_id.to_bytes(16),
        span_id=context.span_id.to_bytes(8),
        parent_span_id=parent.span_id.to_bytes(8) if parent else None,
        flags=_flags(parent),
        start_time_unix_nano=span.start_time,
        end_time_unix_nano=span.end_time,
        dropped_attributes_count=span.dropped_attributes,
        dropped_events_count=span.dropped_events,
        dropped_links_count=span.dropped_links,
    )
    attributes = [_attribute(name, value) for name, value in (span.attributes or {}).items()]
    one.MergeFromString(b"".join([_nature(span.name, span.kind, span.status.status_code), *attributes]))
    _tell_links(one, span)
    _tell_events(one, span)
    if context.trace_state:
        one.trace_state = ",".join(f"{name}={value}" for name, value in context.trace_state.items())
    if span.status.description:
        one.status.message = span.status.description


def _tell_links(one: Span, span: ReadableSpan) -> None:
    for link in span.links:
        told = one.links.add(
            trace_id=link.context.trace_id.to_bytes(16),
            span_id=link.context.span_id.to_bytes(8),
            dropped_attributes_count=link.dropped_attributes,
            flags=_flags(link.context),
        )
        _put(told, link.attributes or {})


def _tell_events(one: Span, span: ReadableSpan) -> None:
    for event in span.events:
        told = one.events.add(
            name=event.name, time_unix_nano=event.timestamp, dropped_attributes_count=event.dropped_attributes
        )
        _put(told, event.attributes or {})


def _flags(context: SpanContext | None) -> int:
    return KNOWN | REMOTE if context and context.is_remote else KNOWN


@lru_cache(MOST_KEPT)
def _nature(name: str, kind: SpanKind, status: StatusCode) -> bytes:
    """What a span is, of which there are few, as the bytes of a message that has nothing else."""
    one = Span(name=name, kind=Span.SpanKind.Value(f"SPAN_KIND_{kind.name}"))
    one.status.code = Status.StatusCode.Value(f"STATUS_CODE_{status.name}")
    written: bytes = one.SerializeToString()
    return written


def _attribute(name: str, value: types.AnyValue) -> bytes:
    """An attribute, as the bytes of a span that has nothing else."""
    return _kept(name, value) if isinstance(value, (str, int)) else _written(name, value)


@lru_cache(MOST_KEPT, typed=True)
def _kept(name: str, value: str | int) -> bytes:
    return _written(name, value)


def _written(name: str, value: types.AnyValue) -> bytes:
    one = Span()
    _put(one, {name: value})
    written: bytes = one.SerializeToString()
    return written


def _put(told: Span | Span.Link | Span.Event, attributes: Mapping[str, types.AnyValue]) -> None:
    """Those that OTLP has a way to tell: it has none for a number of more than 64 bits."""
    for name, value in attributes.items():
        try:
            told.attributes.add(key=name, value=_value(value))
        except ValueError:
            log.warning("an attribute of a span cannot be told", extra={"attribute": name})


def _value(value: types.AnyValue) -> AnyValue:  # noqa: PLR0911 a kind of value each
    match value:
        case None:
            return AnyValue()
        case bool():
            return AnyValue(bool_value=value)
        case str():
            return AnyValue(string_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case bytes():
            return AnyValue(bytes_value=value)
        case Mapping():
            pairs = [KeyValue(key=name, value=_value(each)) for name, each in value.items()]
            return AnyValue(kvlist_value=KeyValueList(values=pairs))
        case _:
            return AnyValue(array_value=ArrayValue(values=[_value(each) for each in value]))
