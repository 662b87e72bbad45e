"""What a sink is to the relay: somewhere to hand a wave of events, and three things that can become of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event on its way out: `content` is the whole CloudEvent, structured JSON, its `sequence` included.

    `position` is its place in the stream, `key` the partition key: events of one key are delivered in order.
    """

    position: int
    id: str
    type: str
    key: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """The sink has it for good: acknowledged, replicated, on disk - whatever the sink's strongest promise is."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """An outage: the same event has to be tried again, after `retry_after` seconds if the sink said so."""

    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Never:
    """This event will be refused however often it is tried: it has to be parked."""

    reason: str


Outcome: TypeAlias = Accepted | NotNow | Never


class Sink(Protocol):
    """A destination; of each key the relay hands it one event at a time, and the next after that one's outcome."""

    @property
    def name(self) -> str:
        """The sink's name: of its cursor, in settings, figures and logs."""
        ...

    async def start(self) -> None:
        """Prepares; a destination that is down is no error here."""
        ...

    async def aclose(self) -> None:
        """Gives back what it holds, within a few seconds."""
        ...

    async def deliver(self, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
        """The outcome of each event of the wave, in its order. Bounded in time; raises for bugs only."""
        ...
