"""OTLP: what takes spans and metrics to a collector, over HTTP or, where that is chosen, over gRPC."""

from typing import Final

from opentelemetry.sdk.metrics.export import MetricExporter
from opentelemetry.sdk.trace.export import SpanExporter

from service_standard.settings import Settings

# An exporter is imported where it is chosen: whoever has no collector does not wait for protobuf at each start, and who
# has one that speaks HTTP does not wait for gRPC, a library as large as the rest of telemetry.
# ruff: noqa: PLC0415

TRACES_PATH: Final = "/v1/traces"
METRICS_PATH: Final = "/v1/metrics"


def span_exporter(settings: Settings) -> SpanExporter | None:
    """None without an endpoint."""
    endpoint = settings.otel_exporter_otlp_endpoint or settings.jaeger_endpoint
    if endpoint is None:
        return None
    if settings.otel_exporter_otlp_protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc import trace_exporter as grpc

        return grpc.OTLPSpanExporter(endpoint, insecure=_is_plain(endpoint))
    from service_standard.telemetry.spans_over_http import SpansOverHttp

    return SpansOverHttp(_url(endpoint, TRACES_PATH))


def metric_exporter(settings: Settings) -> MetricExporter | None:
    """None without an endpoint; whoever is named as a Jaeger is sent none: it would refuse them, once a minute."""
    endpoint = settings.otel_exporter_otlp_endpoint
    if endpoint is None:
        return None
    if settings.otel_exporter_otlp_protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc import metric_exporter as grpc

        return grpc.OTLPMetricExporter(endpoint, insecure=_is_plain(endpoint))
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

    return OTLPMetricExporter(_url(endpoint, METRICS_PATH))


def _is_plain(endpoint: str) -> bool:
    return endpoint.startswith("http://")


def _url(endpoint: str, path: str) -> str:
    """Where one kind of signal goes, for the base URL of a receiver as well as for the full one of its traces."""
    return endpoint.rstrip("/").removesuffix(TRACES_PATH) + path
