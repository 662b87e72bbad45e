"""Spans: where in a trace the current work stands, and how more of it is put there."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager

from opentelemetry import trace
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue


def current_ids() -> tuple[str, str]:
    """The trace id (32 hex digits) and span id (16) of the current span; empty strings outside of one."""
    return ids_of(trace.get_current_span())


def ids_of(span: Span) -> tuple[str, str]:
    """The same of any span."""
    context = span.get_span_context()
    if not context.is_valid:
        return "", ""
    return f"{context.trace_id:032x}", f"{context.span_id:016x}"


def trace_id() -> str | None:
    """The trace id of the current span, for whom an answer or a stored row is to name it."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def traceparent(span: Span) -> str | None:
    """The span as a `traceparent` header names it (W3C Trace Context); None for one that is in no trace."""
    context = span.get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def context_of(traceparent: str | None) -> SpanContext:
    """The span that a `traceparent` names, to link to; not a valid one if it names none."""
    carrier = {} if traceparent is None else {"traceparent": traceparent}
    return trace.get_current_span(TraceContextTextMapPropagator().extract(carrier)).get_span_context()


def in_trace(trace_id: int) -> AbstractContextManager[Span]:
    """A block in the trace of this id, of which nothing is recorded: for what is rehearsed, and names its trace."""
    return trace.use_span(NonRecordingSpan(SpanContext(trace_id, 1, is_remote=False)))


@contextmanager
def in_span(
    tracer: Tracer,
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Mapping[str, AttributeValue] | None = None,
    links: Sequence[Link] = (),
) -> Iterator[Span]:
    """A span around a piece of work; of an exception it keeps the type, as its message may quote data."""
    with tracer.start_as_current_span(
        name,
        kind=kind,
        attributes=attributes,
        links=links,
        record_exception=False,
        set_status_on_exception=False,
    ) as started:
        try:
            yield started
        except Exception as error:
            failed(started, error)
            raise


def failed(span: Span, error: Exception) -> None:
    """Notes that a span's work failed, by the type of the error."""
    span.set_attribute("error.type", type(error).__qualname__)
    span.set_status(StatusCode.ERROR)
