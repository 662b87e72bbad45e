"""One reader for all who ask: the SDK aggregates each measurement anew for every reader that its provider knows."""

from collections.abc import Sequence
from typing import cast

from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricReader, MetricsData


class OneReader(InMemoryMetricReader):
    """The reader that the provider is to know; `readers` get what it collects, each when it collects for itself.

    All of them are told sums since the start, whatever they would prefer.
    """

    def __init__(self, readers: Sequence[MetricReader]) -> None:
        super().__init__()
        self._readers = readers
        for reader in readers:
            # As the provider itself does it; the SDK has no open way to have one reader stand for several.
            reader._set_collect_callback(self._collected)  # noqa: SLF001

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: object) -> None:
        """Lets each take the last of it, and go."""
        for reader in self._readers:
            reader.shutdown(timeout_millis, **kwargs)
        super().shutdown(timeout_millis)

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        flushed = [reader.force_flush(timeout_millis) for reader in self._readers]
        return all(flushed)

    def _collected(self, *_: object, **__: object) -> MetricsData:
        return cast("MetricsData", self.get_metrics_data())
