"""Telemetry: the OpenTelemetry SDK for traces and metrics, set up for one service."""

import asyncio
import logging
from collections.abc import Sequence
from threading import Thread
from time import monotonic
from typing import Final

from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from service_standard.events.waves import LARGEST_BATCH
from service_standard.metrics.exposition import Exposition
from service_standard.metrics.one_reader import OneReader
from service_standard.settings import Settings
from service_standard.telemetry.otlp import metric_exporter, span_exporter
from service_standard.telemetry.sampling import SampledAndFailed, Share
from service_standard.telemetry.trace_ids import OwnIds

log = logging.getLogger(__name__)

SHUTDOWN_SECONDS: Final = 1.0
LONGEST_ATTRIBUTE: Final = 1024


class Telemetry:
    """Traces and metrics of one service; its providers are handed on, never global, so one process can hold several.

    Of the traces as large a share is exported as the settings say, and of the others every request or delivery that
    failed. Without an endpoint nothing is recorded, but the ids for logs and problems are made.
    """

    def __init__(
        self,
        service: str,
        version: str,
        settings: Settings,
        *,
        exporter: SpanExporter | None = None,
        metric_readers: Sequence[MetricReader] | None = None,
    ) -> None:
        """Take spans to `exporter` and metrics to the readers, by default over OTLP as the settings say."""
        resource = _resource(service, version, settings)
        self._exporter = exporter or span_exporter(settings)
        readers = _otlp_readers(settings) if metric_readers is None else metric_readers
        self.exposition = Exposition()
        # An exemplar, a trace id beside a figure, costs a quarter of a measurement, and the exposition cannot show it.
        self._meters = MeterProvider(
            [OneReader([*readers, self.exposition.reader])],
            resource,
            exemplar_filter=AlwaysOffExemplarFilter(),
            shutdown_on_exit=False,
        )
        self._provider = TracerProvider(
            sampler=Share(settings.otel_traces_sampler_arg) if self._exporter else ALWAYS_OFF,
            resource=resource,
            span_limits=SpanLimits(max_span_attribute_length=LONGEST_ATTRIBUTE, max_links=LARGEST_BATCH),
            id_generator=OwnIds(),
            shutdown_on_exit=False,
        )
        if self._exporter:
            self._provider.add_span_processor(SampledAndFailed(self._exporter, self._meters))
        self.tracer = self._provider.get_tracer(service, version)
        self.meter = self._meters.get_meter(service, version)

    async def start(self) -> None:
        """Nothing: what happens before the start is traced as well."""

    async def aclose(self) -> None:
        """Hand over what there is; see `shutdown`."""
        await asyncio.to_thread(self.shutdown)

    def flush(self) -> None:
        """Hand over what has ended so far; waits for the exporter."""
        self._provider.force_flush()

    def shutdown(self, seconds: float = SHUTDOWN_SECONDS) -> None:
        """Hand over the last spans and metrics, or give up on them after `seconds`; blocks."""
        # The SDK waits 30 seconds for a collector that does not answer, and has no way to be told otherwise.
        work = {"spans": self._provider.shutdown, "metrics": self._meters.shutdown}
        stopping = {name: Thread(target=stop, name=f"{name}-shutdown", daemon=True) for name, stop in work.items()}
        for thread in stopping.values():
            thread.start()
        deadline = monotonic() + seconds
        for thread in stopping.values():
            thread.join(max(deadline - monotonic(), 0))
        if stopping["spans"].is_alive() and self._exporter:
            self._exporter.shutdown()
        for name, thread in stopping.items():
            if thread.is_alive():
                log.warning("the last %s were lost: the collector did not take them in time", name)


def _resource(service: str, version: str, settings: Settings) -> Resource:
    return Resource.create(
        {
            "service.name": service,
            "service.version": version,
            "deployment.environment.name": settings.environment,
        }
    )


def _otlp_readers(settings: Settings) -> Sequence[MetricReader]:
    metrics = metric_exporter(settings)
    return [PeriodicExportingMetricReader(metrics)] if metrics else []
