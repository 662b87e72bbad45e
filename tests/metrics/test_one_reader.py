"""One reader stands for several: each gets all there is, as often as it asks."""

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, NumberDataPoint

from service_standard.metrics.one_reader import OneReader


def total(reader: InMemoryMetricReader) -> float:
    """The sum of the only metric, as the reader is told it."""
    data = reader.get_metrics_data()
    points = [
        point
        for resource in (data.resource_metrics if data else ())
        for scope in resource.scope_metrics
        for metric in scope.metrics
        for point in metric.data.data_points
    ]
    (point,) = points
    assert isinstance(point, NumberDataPoint)
    return point.value


def test_each_is_told_everything_since_the_start_whoever_asked_before() -> None:
    first, second = InMemoryMetricReader(), InMemoryMetricReader()
    counter = MeterProvider([OneReader([first, second])]).get_meter("test").create_counter("happened")
    counter.add(1)
    assert total(first) == total(first) == total(second) == 1
    counter.add(1)
    assert total(second) == total(first) == 2


def test_who_reads_on_its_own_account_is_flushed_and_ended_with_the_provider() -> None:
    class Noted(InMemoryMetricReader):
        def __init__(self) -> None:
            super().__init__()
            self.told: list[str] = []

        def force_flush(self, timeout_millis: float = 10_000) -> bool:
            self.told.append("flush")
            return super().force_flush(timeout_millis)

        def shutdown(self, timeout_millis: float = 30_000, **_: object) -> None:
            self.told.append("shutdown")

    readers = [Noted(), Noted()]
    provider = MeterProvider([OneReader(readers)])
    provider.force_flush()
    provider.shutdown()
    assert [reader.told for reader in readers] == [["flush", "shutdown"]] * 2
