"""The spans of a relay: one for each wave, linked to all that made its events, and silent on what they hold."""

import json
from collections.abc import Callable

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import NonRecordingSpan, SpanKind, StatusCode

from service_standard.events.waves import LARGEST_BATCH
from service_standard.sinks.delivery import Accepted, Never, NotNow, Outcome, Outgoing
from service_standard.sinks.traced import TracedSink
from service_standard.telemetry.spans import in_span, traceparent
from tests.events.stream import Recorder
from tests.traces import Traced

pytestmark = pytest.mark.anyio

SECRET = "customer-s3cret"


def created(traced: Traced, position: int) -> Outgoing:
    """An event that was made in a span."""
    with in_span(traced.telemetry.tracer, "create") as span:
        return outgoing(position, traceparent=traceparent(span))


def outgoing(position: int, **attributes: str | None) -> Outgoing:
    content = json.dumps({"id": f"event-{position}", **attributes, "data": {"customerId": SECRET}}).encode()
    return Outgoing(position, f"event-{position}", "order.created", f"order-{position}", content)


async def sent(
    traced: Traced, wave: list[Outgoing], judge: Callable[[Outgoing], Outcome] = lambda _: Accepted()
) -> ReadableSpan:
    """The span of a wave."""
    sink = Recorder("kafka")
    sink.judge = judge
    await TracedSink(sink, "orders.events", traced.telemetry.tracer).deliver(wave)
    (span,) = (span for span in traced.spans if span.name != "create")
    return span


async def test_a_wave_is_one_span_linked_to_the_creation_of_each_of_its_events() -> None:
    traced = Traced()
    wave = [created(traced, position) for position in range(LARGEST_BATCH)]
    span = await sent(traced, wave)
    makers = [made.context.span_id for made in traced.spans if made.name == "create"]
    assert [link.context.span_id for link in span.links] == makers
    assert len(makers) == LARGEST_BATCH
    assert (span.name, span.kind, span.parent) == ("send orders.events", SpanKind.CLIENT, None)
    assert dict(span.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "orders.events",
        "messaging.batch.message_count": LARGEST_BATCH,
    }
    assert span.status.status_code is StatusCode.UNSET


@pytest.mark.parametrize("trace", [None, "", "garbage", f"00-{'0' * 32}-{'1' * 16}-01"])
async def test_an_event_without_a_trace_has_no_link(trace: str | None) -> None:
    assert (await sent(Traced(), [outgoing(1, traceparent=trace)])).links == ()


@pytest.mark.parametrize("failure", [NotNow(f"the broker has {SECRET}"), Never(f"{SECRET} is too large")])
async def test_a_failure_is_an_error_that_quotes_nothing(failure: Outcome) -> None:
    traced = Traced()
    wave = [outgoing(1), outgoing(2)]
    span = await sent(traced, wave, lambda event: failure if event.position == 2 else Accepted())
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)
    assert (span.attributes or {})["error.type"] == type(failure).__name__
    assert SECRET not in traced.everything()


async def test_a_failure_in_a_trace_that_is_not_sampled_is_told_with_its_links() -> None:
    traced = Traced(otel_traces_sampler_arg=0.0)
    wave = [created(traced, 1), created(traced, 2)]
    span = await sent(traced, wave, lambda _: NotNow("out"))
    assert [traceparent(NonRecordingSpan(link.context)) for link in span.links] == [
        json.loads(event.content)["traceparent"] for event in wave
    ]


async def test_a_sink_that_crashes_is_an_error_that_quotes_nothing() -> None:
    def crash(_: Outgoing) -> Outcome:
        raise LookupError(SECRET)

    traced = Traced()
    with pytest.raises(LookupError):
        await sent(traced, [outgoing(1)], crash)
    assert (traced.span.attributes or {})["error.type"] == "LookupError"
    assert SECRET not in traced.everything()
