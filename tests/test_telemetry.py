"""What reaches a collector, what must not, and how long a service waits for one."""

import socket
from collections.abc import Iterator
from time import monotonic
from uuid import UUID

import pytest
from opentelemetry.trace import INVALID_SPAN, Link, SpanKind, StatusCode

from service_standard.telemetry.providers import SHUTDOWN_SECONDS, Telemetry
from service_standard.telemetry.sampling import LARGEST_BATCH, MOST_WAITING
from service_standard.telemetry.spans import in_span, trace_id, traceparent
from tests.edge_app import HOST, PARENT, SECRET, TRACE, ask, settings
from tests.traces import Traced, collected

EXPORTER_SECONDS = 10  # for which the exporter would try by itself


@pytest.fixture
def traced() -> Iterator[Traced]:
    traced = Traced()
    yield traced
    traced.telemetry.shutdown()


async def test_a_request_is_one_server_span_named_by_its_route(traced: Traced) -> None:
    await ask(traced.app, "/orders/7/")
    span = traced.span
    assert (span.name, span.kind) == ("GET /orders/{order_id}", SpanKind.SERVER)
    assert dict(span.attributes or {}) == {
        "url.scheme": "http",
        "server.address": "127.0.0.1",
        "server.port": 8000,
        "network.protocol.version": "1.1",
        "url.path": "/orders/7",
        "http.request.method": "GET",
        "http.route": "/orders/{order_id}",
        "http.response.status_code": 200,
    }


async def test_no_header_and_no_query_reaches_a_span(traced: Traced) -> None:
    secrets = [(name, b"s3cret") for name in (b"authorization", b"user-agent", b"baggage", b"tracestate", b"cookie")]
    await ask(traced.app, "/orders", headers=[(b"host", b"s3cret"), *secrets], query_string=b"token=s3cret")
    assert "s3cret" not in traced.everything()
    assert "203.0.113.9" not in traced.everything()


@pytest.mark.parametrize("path", ["/crash", "/cut"])
async def test_the_message_of_an_exception_reaches_no_span(traced: Traced, path: str) -> None:
    await ask(traced.app, path)
    assert "hunter2" not in traced.everything()
    assert SECRET not in traced.everything()


async def test_a_crash_is_an_error_in_its_span(traced: Traced) -> None:
    await ask(traced.app, "/crash")
    assert traced.span.status.status_code is StatusCode.ERROR


async def test_a_long_path_is_cut(traced: Traced) -> None:
    await ask(traced.app, "/" + "a" * 5000)
    assert len(str((traced.span.attributes or {})["url.path"])) == 256


@pytest.mark.parametrize("flags", ["01", "00"])
async def test_the_callers_trace_goes_on_whatever_it_says_of_sampling(traced: Traced, flags: str) -> None:
    traceparent = (b"traceparent", f"00-{TRACE}-{PARENT}-{flags}".encode())
    await ask(traced.app, "/crash", headers=[HOST, traceparent])
    span = traced.span
    assert span.parent is not None
    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == PARENT
    assert span.context.trace_flags.sampled


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_a_probe_makes_no_span(traced: Traced, path: str) -> None:
    await ask(traced.app, path)
    assert traced.spans == []


@pytest.mark.parametrize(
    ("path", "host"),
    [
        ("/orders/healthz", b"orders.test"),
        ("/metricsx", b"orders.test"),
        ("/healthz/more", b"orders.test"),
        ("/orders", b"x/healthz"),
    ],
)
async def test_what_only_looks_like_a_probe_is_traced(traced: Traced, path: str, host: bytes) -> None:
    await ask(traced.app, path, headers=[(b"host", host)])
    assert len(traced.spans) == 1


async def test_two_services_in_one_process_keep_their_spans_apart() -> None:
    first, second = Traced(), Traced()
    await ask(first.app, "/orders")
    await ask(second.app, "/orders/7")
    assert (first.span.name, second.span.name) == ("GET /orders", "GET /orders/{order_id}")


def test_work_that_fails_keeps_the_type_of_its_exception_only(traced: Traced) -> None:
    with pytest.raises(RuntimeError), in_span(traced.telemetry.tracer, "transaction"):
        raise RuntimeError(SECRET)
    span = traced.span
    assert dict(span.attributes or {}) == {"error.type": "RuntimeError"}
    assert (span.status.status_code, span.status.description, span.events) == (StatusCode.ERROR, None, ())


def test_a_span_has_the_kind_the_attributes_and_the_links_it_is_given(traced: Traced) -> None:
    with in_span(traced.telemetry.tracer, "create") as cause:
        pass
    link = Link(cause.get_span_context())
    with in_span(traced.telemetry.tracer, "send", kind=SpanKind.PRODUCER, attributes={"sink": "log"}, links=[link]):
        pass
    span = traced.spans[1]
    assert (span.kind, dict(span.attributes or {}), list(span.links)) == (
        SpanKind.PRODUCER,
        {"sink": "log"},
        [link],
    )


def test_the_resource_says_which_service_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.namespace=shop")
    traced = Traced()
    with in_span(traced.telemetry.tracer, "work"):
        pass
    resource = traced.span.resource.attributes
    names = ("service.name", "service.version", "deployment.environment.name", "service.namespace")
    assert [resource[name] for name in names] == ["orders", "1.0.0", "development", "shop"]
    assert UUID(str(resource["service.instance.id"])).version == 4


def test_the_environment_may_say_which_instance_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=pod-7")
    traced = Traced()
    with in_span(traced.telemetry.tracer, "work"):
        pass
    assert traced.span.resource.attributes["service.instance.id"] == "pod-7"


def test_a_span_is_told_to_others_as_a_traceparent(traced: Traced) -> None:
    assert traceparent(INVALID_SPAN) is None
    with in_span(traced.telemetry.tracer, "work") as span:
        context = span.get_span_context()
        assert traceparent(span) == f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def test_without_an_endpoint_there_are_ids_and_no_spans() -> None:
    telemetry = Telemetry("orders", "1.0.0", settings())
    assert trace_id() is None
    with in_span(telemetry.tracer, "work") as span:
        assert trace_id() == f"{span.get_span_context().trace_id:032x}"
        assert not span.is_recording()
    assert trace_id() is None


@pytest.mark.parametrize("name", ["otel_exporter_otlp_endpoint", "jaeger_endpoint"])
@pytest.mark.parametrize("suffix", ["", "/", "/v1/traces"])
def test_the_last_spans_reach_the_collector_before_the_service_ends(name: str, suffix: str) -> None:
    with collected() as traces:
        telemetry = Telemetry("orders", "1.0.0", settings(**{name: traces.url + suffix}), metric_readers=[])
        with in_span(telemetry.tracer, "work"):
            pass
        telemetry.shutdown()
    assert (traces.paths, [span.name for span in traces.spans]) == (["/v1/traces"], ["work"])


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_collector_that_never_answers_is_not_waited_for(protocol: str, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as black_hole:
        endpoint = f"http://127.0.0.1:{black_hole.getsockname()[1]}"
        chosen = settings(jaeger_endpoint=endpoint, otel_exporter_otlp_protocol=protocol)
        telemetry = Telemetry("orders", "1.0.0", chosen)
        with in_span(telemetry.tracer, "work"):
            pass
        began = monotonic()
        telemetry.shutdown(0.2)
        assert monotonic() - began < EXPORTER_SECONDS / 2
    assert "the last spans were lost" in caplog.text
    assert SHUTDOWN_SECONDS == 1.0


async def test_spans_that_a_slow_collector_has_no_time_for_are_lost_and_not_in_silence(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_PYTHON_SDK_INTERNAL_METRICS_ENABLED", "true")
    with socket.create_server(("127.0.0.1", 0)) as black_hole:
        endpoint = f"http://127.0.0.1:{black_hole.getsockname()[1]}"
        telemetry = Telemetry("orders", "1.0.0", settings(jaeger_endpoint=endpoint))
        for _ in range(MOST_WAITING + LARGEST_BATCH + 100):
            telemetry.tracer.start_span("work").end()
        told = (await telemetry.exposition.text()).decode()
        telemetry.shutdown(0.1)
    assert "Queue full, dropping Span." in caplog.text
    (lost,) = (line for line in told.splitlines() if 'error_type="queue_full"' in line)
    assert lost.startswith("otel_sdk_processor_span_processed_total")
    assert float(lost.split()[-1]) >= 100


def test_a_service_without_a_collector_ends_at_once() -> None:
    began = monotonic()
    Telemetry("orders", "1.0.0", settings()).shutdown()
    assert monotonic() - began < 1
