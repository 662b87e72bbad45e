"""Sampling: a share of the traces goes to the collector, and of the others every request or delivery that failed."""

from collections.abc import Sequence
from typing import Final

from opentelemetry.context import Context
from opentelemetry.metrics import MeterProvider
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import Link, SpanKind, StatusCode, TraceState, get_current_span
from opentelemetry.util.types import Attributes

MOST_WAITING: Final = 4096
# To write a batch takes less than the 5 ms for which a thread may keep the interpreter from the event loop.
LARGEST_BATCH: Final = 256


class Share(Sampler):
    """Samples a share of the traces, by their ids alone: the `sampled` flag of a `traceparent` is a caller's wish.

    The first span of this process in a trace that is not sampled is recorded nevertheless, since nobody knows at its
    start how it will end; those below it are not, they only carry the trace on. What `TraceIdRatioBased` samples is
    sampled here, without its look for a `tracestate`, which no trace of ours has.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._bound = TraceIdRatioBased.get_bound_for_rate(share)

    def should_sample(  # noqa: PLR0913, PLR0917 the SDK calls it so
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,  # noqa: ARG002 the id decides
        kind: SpanKind | None = None,  # noqa: ARG002 the id decides
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,  # noqa: ARG002 the id decides
        trace_state: TraceState | None = None,  # noqa: ARG002 the id decides
    ) -> SamplingResult:
        if trace_id & TraceIdRatioBased.TRACE_ID_LIMIT < self._bound:
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes)
        above = get_current_span(parent_context).get_span_context()
        is_first = not above.is_valid or above.is_remote
        return SamplingResult(Decision.RECORD_ONLY, attributes) if is_first else SamplingResult(Decision.DROP)

    def get_description(self) -> str:
        return f"Share{{{self._share}}}"


class SampledAndFailed(BatchSpanProcessor):
    """Hands over, in batches, the spans that were sampled and those that ended as errors.

    At most `MOST_WAITING` spans wait; of more the oldest are lost, and the SDK logs a warning.
    """

    def __init__(self, exporter: SpanExporter, meter_provider: MeterProvider) -> None:
        super().__init__(exporter, MOST_WAITING, max_export_batch_size=LARGEST_BATCH, meter_provider=meter_provider)

    def on_end(self, span: ReadableSpan) -> None:
        if span.status.status_code is StatusCode.ERROR:
            self._batch_processor.emit(span)
        else:
            super().on_end(span)
