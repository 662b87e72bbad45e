"""A collector of metrics: a real receiver of OTLP over HTTP, on a loopback socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Queue
from typing import TypeAlias

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from tests.events.receiver import Receiver, Reply, Request

# The values of an export: by the metric's name, and by the sink and the type of error that it is of, if it is.
Values: TypeAlias = dict[tuple[str, ...], float]


@dataclass(frozen=True)
class Export:
    """What came in one request."""

    path: str
    service: str
    values: Values


@contextmanager
def collecting() -> Iterator[tuple[str, "Queue[Export]"]]:
    """The collector's address, and its exports as they come."""
    exports: Queue[Export] = Queue()

    def take(request: Request) -> Reply:
        exports.put(_export(request))
        return Reply(200)

    with Receiver() as receiver:
        receiver.reply = take
        yield receiver.url.removesuffix("/hook"), exports


def _export(request: Request) -> Export:
    resources = ExportMetricsServiceRequest.FromString(request.body).resource_metrics
    (service,) = (a.value.string_value for a in resources[0].resource.attributes if a.key == "service.name")
    metrics = [metric for r in resources for scope in r.scope_metrics for metric in scope.metrics]
    return Export(request.path, service, dict(pair for metric in metrics for pair in _values(metric)))


def _values(metric: Metric) -> Iterator[tuple[tuple[str, ...], float]]:
    for point in [*metric.gauge.data_points, *metric.sum.data_points]:
        attributes = sorted(attribute.value.string_value for attribute in point.attributes)
        yield (metric.name, *attributes), point.as_double or point.as_int
