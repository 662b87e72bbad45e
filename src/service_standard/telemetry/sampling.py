"""Sampling: a share of the traces goes to the collector, and of the others every request or delivery that failed."""

from collections.abc import Sequence

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import Link, SpanKind, StatusCode, TraceState, get_current_span
from opentelemetry.util.types import Attributes


class Share(Sampler):
    """Samples a share of the traces, by their ids alone: the `sampled` flag of a `traceparent` is a caller's wish.

    The first span of this process in a trace that is not sampled is recorded nevertheless, since nobody knows at its
    start how it will end; those below it are not, they only carry the trace on.
    """

    def __init__(self, share: float) -> None:
        self._by_id = TraceIdRatioBased(share)

    def should_sample(  # noqa: PLR0913, PLR0917 the SDK calls it so
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        result = self._by_id.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)
        if result.decision is Decision.RECORD_AND_SAMPLE:
            return result
        above = get_current_span(parent_context).get_span_context()
        if above.is_valid and not above.is_remote:
            return SamplingResult(Decision.DROP)
        return SamplingResult(Decision.RECORD_ONLY, attributes)

    def get_description(self) -> str:
        return f"Share{{{self._by_id.rate}}}"


class SampledAndFailed(BatchSpanProcessor):
    """Hands over, in batches, the spans that were sampled and those that ended as errors."""

    def on_end(self, span: ReadableSpan) -> None:
        if span.status.status_code is StatusCode.ERROR:
            self._batch_processor.emit(span)
        else:
            super().on_end(span)
