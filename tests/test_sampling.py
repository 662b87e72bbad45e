"""How much is traced: a share of the traces, chosen by their ids, and every error."""

from collections.abc import Iterator

import pytest
from opentelemetry.trace import StatusCode

from service_standard.telemetry.spans import failed, in_span, traceparent
from tests.edge_app import HOST, PARENT, TRACE, ask
from tests.traces import Traced


def coming_from(trace: str, flags: str) -> list[tuple[bytes, bytes]]:
    return [HOST, (b"traceparent", f"00-{trace}-{PARENT}-{flags}".encode())]


@pytest.fixture
def unsampled() -> Iterator[Traced]:
    traced = Traced(otel_traces_sampler_arg=0.0)
    yield traced
    traced.telemetry.shutdown()


@pytest.mark.parametrize("flags", ["00", "01"])
async def test_a_trace_is_chosen_by_its_id_whatever_its_caller_wishes(flags: str) -> None:
    half = Traced(otel_traces_sampler_arg=0.5)
    low, high = "1" * 16 + "0" * 16, "1" * 16 + "f" * 16
    for trace in (low, high):
        await ask(half.app, "/orders", headers=coming_from(trace, flags))
    assert [f"{span.context.trace_id:032x}" for span in half.spans] == [low]


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_the_share_is_what_is_set(share: float) -> None:
    traced = Traced(otel_traces_sampler_arg=share)
    for _ in range(400):
        with in_span(traced.telemetry.tracer, "work"):
            pass
    assert abs(len(traced.spans) / 400 - share) < 0.12


@pytest.mark.parametrize("path", ["/crash", "/busy", "/cut"])
@pytest.mark.parametrize("flags", ["00", "01"])
async def test_a_request_that_failed_is_never_lost(unsampled: Traced, path: str, flags: str) -> None:
    await ask(unsampled.app, path, headers=coming_from(TRACE, flags))
    span = unsampled.span
    assert (span.name, span.status.status_code) == (f"GET {path}", StatusCode.ERROR)
    assert f"{span.context.trace_id:032x}" == TRACE
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == PARENT
    assert (span.attributes or {})["http.route"] == path


@pytest.mark.parametrize("path", ["/orders", "/nowhere"])
async def test_a_request_that_was_answered_or_refused_is_not_an_error(unsampled: Traced, path: str) -> None:
    await ask(unsampled.app, path)
    assert unsampled.spans == []


def test_of_a_trace_that_is_not_sampled_only_the_first_span_is_told_if_it_failed(unsampled: Traced) -> None:
    with in_span(unsampled.telemetry.tracer, "request") as request:
        with in_span(unsampled.telemetry.tracer, "transaction") as transaction:
            assert not transaction.is_recording()
            failed(transaction, LookupError())
        failed(request, LookupError())
    assert unsampled.span.name == "request"


def test_whoever_goes_on_with_the_trace_learns_that_it_is_not_sampled(unsampled: Traced) -> None:
    with in_span(unsampled.telemetry.tracer, "work") as span:
        assert int((traceparent(span) or "")[-2:], 16) % 2 == 0
