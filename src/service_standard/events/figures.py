"""Figures of events: what waits for whom, and since when; the same for an operator's eyes and as metrics."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from service_standard.database import Database
from service_standard.events.cursors import Cursor, Cursors
from service_standard.events.lane import Lane
from service_standard.events.outbox import Backlog, Outbox
from service_standard.events.parking import Parking
from service_standard.identity import now_ns
from service_standard.inbox.parking import InboxParking

REFRESH_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class SinkFigures:
    """One sink's: its lag is how many events it has not got, and the age of the oldest of them in seconds."""

    sink: str
    position: int
    lag_events: int
    lag_seconds: float
    parked: int
    leader: str | None
    epoch: int


@dataclass(frozen=True, slots=True)
class EventFigures:
    """The stream's, each sink's and the inbox's, as they are in the database."""

    head: int
    unsequenced: int
    inbox_waiting: int
    inbox_parked: int
    sinks: tuple[SinkFigures, ...]


async def event_figures(database: Database) -> EventFigures:
    """The figures of this moment.

    Raises:
        DatabaseUnavailable: they cannot be had.
    """
    outbox = Outbox(database)
    backlog = await outbox.backlog()
    parked = await Parking(database).counts()
    waiting_inbound, parked_inbound = await InboxParking(database).counts()
    sinks = [
        _sink(cursor, backlog, await outbox.oldest_after(cursor.position), parked.get(cursor.sink, 0))
        for cursor in await Cursors(database).all()
    ]
    return EventFigures(backlog.head, backlog.unsequenced, waiting_inbound, parked_inbound, tuple(sinks))


def _sink(cursor: Cursor, backlog: Backlog, oldest: str | None, parked: int) -> SinkFigures:
    return SinkFigures(
        sink=cursor.sink,
        position=cursor.position,
        # Read one after the other, the two may have passed each other.
        lag_events=max(backlog.head - cursor.position, 0) + backlog.unsequenced,
        lag_seconds=_age(oldest) if oldest else 0.0,
        parked=parked,
        leader=cursor.leader,
        epoch=cursor.epoch,
    )


def _age(recorded_at: str) -> float:
    return max(now_ns() / 1e9 - datetime.fromisoformat(recorded_at).timestamp(), 0.0)


_Reading: TypeAlias = Callable[[EventFigures], Iterable[Observation]]


class EventMetrics:
    """The figures as metrics: gauges from the database, and counters of what the lanes did in this process."""

    def __init__(self, database: Database, lanes: Sequence[Lane], meter: Meter) -> None:
        self._database = database
        self._lanes = lanes
        self._figures: EventFigures | None = None
        for name, unit, description, reading in _gauges():
            meter.create_observable_gauge(name, [self._observed(reading)], unit, description)
        meter.create_observable_counter(
            "sink.delivered", [self._delivered], "{event}", "Events that the sink accepted."
        )
        meter.create_observable_counter(
            "sink.errors",
            [self._errors],
            "{attempt}",
            "Attempts that the sink did not accept: `NotNow` is an outage, `Never` a refusal.",
        )

    async def refresh(self) -> None:
        """Reads the figures; while they cannot be had, none are told, which is better than old ones."""
        try:
            self._figures = await event_figures(self._database)
        except BaseException:
            self._figures = None
            raise

    def _observed(self, reading: _Reading) -> Callable[[CallbackOptions], Iterable[Observation]]:
        # A collector asks on a thread of its own, and is answered from memory.
        def observe(_: CallbackOptions) -> Iterable[Observation]:
            figures = self._figures
            return [] if figures is None else reading(figures)

        return observe

    def _delivered(self, _: CallbackOptions) -> Iterable[Observation]:
        for lane in self._lanes:
            yield Observation(lane.figures.accepted, {"sink": lane.sink.name})

    def _errors(self, _: CallbackOptions) -> Iterable[Observation]:
        for lane in self._lanes:
            for error, count in list(lane.figures.errors.items()):
                yield Observation(count, {"sink": lane.sink.name, "error.type": error})


def _gauges() -> Iterator[tuple[str, str, str, _Reading]]:
    """Name, unit, meaning and reading of each gauge."""
    yield "outbox.head", "{event}", "The newest position.", lambda f: [Observation(f.head)]
    yield "outbox.unsequenced", "{event}", "Events without a position yet.", lambda f: [Observation(f.unsequenced)]
    yield (
        "inbox.waiting",
        "{event}",
        "Events that came in and are tried again.",
        lambda f: [Observation(f.inbox_waiting)],
    )
    yield "inbox.parked", "{event}", "Events that came in without effect.", lambda f: [Observation(f.inbox_parked)]
    yield "sink.position", "{event}", "The sink's cursor.", _each(lambda sink: sink.position)
    yield "sink.lag.events", "{event}", "Events that the sink has not got.", _each(lambda sink: sink.lag_events)
    yield "sink.lag.time", "s", "The age of the oldest that it has not got.", _each(lambda sink: sink.lag_seconds)
    yield "sink.parked", "{event}", "Events that the sink refused.", _each(lambda sink: sink.parked)
    yield "sink.leader", "{relay}", "1 while a relay leads the sink, else 0.", _each(_is_led)
    yield "sink.epoch", "{lead}", "How often the lead was taken.", _each(lambda sink: sink.epoch)


def _is_led(sink: SinkFigures) -> int:
    return int(sink.leader is not None)


def _each(value: Callable[[SinkFigures], float]) -> _Reading:
    return lambda figures: [Observation(value(sink), {"sink": sink.sink}) for sink in figures.sinks]
