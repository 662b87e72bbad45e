"""OTLP: what takes spans and metrics to a collector, over HTTP or, where that is chosen, over gRPC."""

from typing import Final

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics.export import MetricExporter
from opentelemetry.sdk.trace.export import SpanExporter

from service_standard.settings import Settings

TRACES_PATH: Final = "/v1/traces"
METRICS_PATH: Final = "/v1/metrics"


def span_exporter(settings: Settings) -> SpanExporter | None:
    """None without an endpoint."""
    endpoint = settings.otel_exporter_otlp_endpoint or settings.jaeger_endpoint
    if endpoint is None:
        return None
    if settings.otel_exporter_otlp_protocol == "grpc":
        # Whoever does not choose it does not wait at each start for a library as large as the rest of telemetry.
        from opentelemetry.exporter.otlp.proto.grpc import trace_exporter as grpc  # noqa: PLC0415 as said above

        return grpc.OTLPSpanExporter(endpoint, insecure=_is_plain(endpoint))
    return OTLPSpanExporter(_url(endpoint, TRACES_PATH))


def metric_exporter(settings: Settings) -> MetricExporter | None:
    """None without an endpoint; whoever is named as a Jaeger is sent none: it would refuse them, once a minute."""
    endpoint = settings.otel_exporter_otlp_endpoint
    if endpoint is None:
        return None
    if settings.otel_exporter_otlp_protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc import metric_exporter as grpc  # noqa: PLC0415 as for spans

        return grpc.OTLPMetricExporter(endpoint, insecure=_is_plain(endpoint))
    return OTLPMetricExporter(_url(endpoint, METRICS_PATH))


def _is_plain(endpoint: str) -> bool:
    return endpoint.startswith("http://")


def _url(endpoint: str, path: str) -> str:
    """Where one kind of signal goes, for the base URL of a receiver as well as for the full one of its traces."""
    return endpoint.rstrip("/").removesuffix(TRACES_PATH) + path
