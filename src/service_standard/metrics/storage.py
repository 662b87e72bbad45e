"""Metrics of the way into the database: what waits for it, what shares a transaction, and who holds a connection."""

from collections.abc import Callable, Iterable
from typing import Final

from opentelemetry.metrics import CallbackOptions, Histogram, Meter, Observation

from service_standard.database import Database

SIZES: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)


def observe_connections(meter: Meter, database: Database) -> None:
    """Connections by state, under the names of OpenTelemetry's conventions for database clients."""

    def count(_: CallbackOptions) -> Iterable[Observation]:
        connections = database.connections
        yield Observation(connections.idle, {"db.client.connection.state": "idle"})
        yield Observation(connections.used, {"db.client.connection.state": "used"})

    def most(_: CallbackOptions) -> Iterable[Observation]:
        yield Observation(database.connections.most)

    meter.create_observable_up_down_counter(
        "db.client.connection.count", [count], "{connection}", "Connections to the database, `idle` or `used`."
    )
    meter.create_observable_up_down_counter(
        "db.client.connection.max", [most], "{connection}", "Connections that there may be."
    )


def observe_depth(meter: Meter, depth: Callable[[], int]) -> None:
    """How many changes wait in the write queue."""

    def observe(_: CallbackOptions) -> Iterable[Observation]:
        yield Observation(depth())

    meter.create_observable_up_down_counter(
        "write_queue.depth",
        [observe],
        "{change}",
        "Changes that wait for the next transaction; at 1024 more are refused.",
    )


def batch_sizes(meter: Meter) -> Histogram:
    """How many changes a transaction takes."""
    return meter.create_histogram(
        "write_queue.batch.size",
        "{change}",
        "Changes that were committed together, at most 64.",
        explicit_bucket_boundaries_advisory=SIZES,
    )
