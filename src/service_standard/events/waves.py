"""Waves: events are handed to a sink so that each key's next event goes out only after its last one was accepted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from service_standard.sinks.delivery import Accepted, Never, NotNow, Outcome, Outgoing

SMALLEST_BATCH: Final = 50
LARGEST_BATCH: Final = 1000
_SHORT: Final = 0.25
_LONG: Final = 1.0


def next_size(size: int, seconds: float) -> int:
    """How many events to take next, after `size` of them took so long: about what a sink accepts in a second.

    The cursor moves batch by batch, so this is also how much a crash repeats.
    """
    if seconds > _LONG:
        return max(size // 2, SMALLEST_BATCH)
    return min(size * 2, LARGEST_BATCH) if seconds < _SHORT else size


def first_of_each_key(events: Sequence[Outgoing]) -> list[Outgoing]:
    """The next wave: of each key, the first of its events."""
    firsts: dict[str, Outgoing] = {}
    for event in events:
        firsts.setdefault(event.key, event)
    return list(firsts.values())


@dataclass(slots=True)
class Batch:
    """Events in the order of the stream, some of which have their outcome already.

    Those `behind` wait for an event of their key that was refused, now or before: they must not overtake it.
    """

    pending: list[Outgoing]
    accepted: list[Outgoing] = field(default_factory=list)
    refused: list[tuple[Outgoing, str]] = field(default_factory=list)
    behind: list[tuple[Outgoing, str]] = field(default_factory=list)

    def settle(self, wave: Sequence[Outgoing], outcomes: Sequence[Outcome]) -> list[NotNow]:
        """Takes in a wave's outcomes; returns the outages among them."""
        by_position = dict(zip((event.position for event in wave), outcomes, strict=True))
        refused: dict[str, Outgoing] = {}
        still: list[Outgoing] = []
        for event in self.pending:
            outcome = by_position.get(event.position)
            if isinstance(outcome, Accepted):
                self.accepted.append(event)
            elif isinstance(outcome, Never):
                self.refused.append((event, outcome.reason))
                refused[event.key] = event
            elif event.key in refused:
                self.behind.append((event, f"follows {refused[event.key].id}, which was refused"))
            else:
                still.append(event)
        self.pending = still
        return [outcome for outcome in outcomes if isinstance(outcome, NotNow)]

    def set_aside(self, keys: set[str]) -> None:
        """Puts the events of keys that have a parked event already behind it."""
        self.behind += [(event, "follows a parked event") for event in self.pending if event.key in keys]
        self.pending = [event for event in self.pending if event.key not in keys]


def delays(first: float = 0.1, last: float = 5.0) -> Iterator[float]:
    """How many seconds to wait before each further attempt during an outage."""
    delay = first
    while True:
        yield delay
        delay = min(delay * 2, last)
