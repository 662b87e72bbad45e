"""The exposition: every metric of this process as text, in the form that Prometheus reads."""

import asyncio
from typing import Final

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics.export import MetricReader
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4


class Exposition:
    """What `GET /metrics` answers; it has the metrics of the provider that its `reader` is given to."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._turn = asyncio.Lock()
        self.reader: MetricReader = PrometheusMetricReader(scope_info_enabled=False, registry=self._registry)

    async def text(self) -> bytes:
        """The metrics of this moment; it takes milliseconds of a thread, and of one at a time however many ask."""
        # Besides, the exporter may hand the measurements of one who asks to another who asks at once.
        async with self._turn:
            return await asyncio.to_thread(generate_latest, self._registry)
