"""A lane: one sink's way through the stream, travelled by whichever relay leads the sink."""

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, NoReturn

from service_standard.database import DatabaseUnavailable
from service_standard.events.bell import Bell, rung
from service_standard.events.lease import Lead, LeadLost, Lease
from service_standard.events.outbox import Outbox
from service_standard.events.parking import Parking, parked, retried
from service_standard.events.waves import LARGEST_BATCH, SMALLEST_BATCH, Batch, delays, first_of_each_key, next_size
from service_standard.sinks.delivery import Accepted, NotNow, Outcome, Outgoing, Sink
from service_standard.telemetry.trouble import Trouble

log = logging.getLogger(__name__)

KEEP_SECONDS: Final = 0.1
POLL_SECONDS: Final = 0.5


@dataclass(slots=True)
class LaneFigures:
    """What a lane has done in this process: events accepted, and outcomes that were none, by their class."""

    leads: bool = False
    accepted: int = 0
    errors: dict[str, int] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> None:
        if isinstance(outcome, Accepted):
            self.accepted += 1
        else:
            error = type(outcome).__name__
            self.errors[error] = self.errors.get(error, 0) + 1


class Lane:
    """Delivers to one sink for as long as it has the lead, and asks for it as long as it has not."""

    def __init__(self, sink: Sink, lease: Lease, outbox: Outbox, parking: Parking, sequenced: Bell) -> None:
        self.sink = sink
        self.figures = LaneFigures()
        self._lease = lease
        self._outbox = outbox
        self._parking = parking
        self._sequenced = sequenced
        self._moved = asyncio.Event()
        self._size = SMALLEST_BATCH
        self._has_parked = True
        self._trouble = Trouble(log, "relay", sink=sink.name)
        self._outage = Trouble(log, "the sink", sink=sink.name)

    async def run(self) -> None:
        """Goes on until it is cancelled: an outage of the database is waited out, and a bug does not end it either."""
        while True:
            try:
                await self._lead_if_free()
            except LeadLost:
                log.warning("relay lost the lead", extra={"sink": self.sink.name})
            except Exception as error:  # noqa: BLE001 whatever it is, the lead is asked for again
                self._trouble.met(error)
            await asyncio.sleep(self._lease.seconds / 3)

    async def _lead_if_free(self) -> None:
        """Travels until the lead is lost; what is under way then is broken off.

        Raises:
            LeadLost, DatabaseUnavailable: why it ended.
        """
        lead = await self._lease.take()
        if lead is None:
            self._trouble.over()
            return
        log.info("relay leads", extra={"sink": self.sink.name, "epoch": lead.epoch, "position": lead.position})
        self.figures.leads = True
        tasks = [asyncio.create_task(work) for work in (self._keep(lead), self._travel(lead))]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            await ended.pop()
        finally:
            self.figures.leads = False
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(DatabaseUnavailable):
                await self._lease.release(lead)

    async def _keep(self, lead: Lead) -> NoReturn:
        """Writes the cursor soon after it moved and prolongs the lease in any case, however slow the sink is."""
        while True:
            self._lease.require(lead)
            await rung(self._moved, self._lease.seconds / 3)
            self._moved.clear()
            try:
                await self._lease.keep(lead)
            except DatabaseUnavailable as error:
                self._trouble.met(error)
            await asyncio.sleep(KEEP_SECONDS)

    async def _travel(self, lead: Lead) -> NoReturn:
        # Another may have parked something before. From here on nobody else does: where nothing is, nothing comes.
        self._has_parked = True
        while True:
            ring = self._sequenced.next()
            held_back = await self._held_back(lead) if self._has_parked else set[str]()
            is_behind = await self._advance(lead, held_back)
            self._trouble.over()
            if not is_behind:
                await rung(ring, POLL_SECONDS)

    async def _held_back(self, lead: Lead) -> set[str]:
        """The keys whose events have to be parked as they come, after what may be tried again has been."""
        await self._retry(lead)
        keys = await self._parking.keys(self.sink.name)
        self._has_parked = bool(keys)
        return keys

    async def _advance(self, lead: Lead, held_back: set[str]) -> bool:
        """Delivers the events after the cursor, or parks them; says whether there may be more already."""
        began = time.monotonic()
        events = await self._outbox.after(lead.position, self._size)
        if not events:
            return False
        is_behind = len(events) == self._size
        batch = Batch(events)
        batch.set_aside(held_back)
        await self._deliver(batch, lead)
        if is_behind:
            self._size = next_size(self._size, time.monotonic() - began)
        if batch.refused or batch.behind:
            self._has_parked = True
            await self._lease.keep(lead, parked(self.sink.name, batch))
            figures = {"refused": len(batch.refused), "behind": len(batch.behind)}
            log.error("events were parked", extra={"sink": self.sink.name, **figures})
        lead.position = events[-1].position
        self._moved.set()
        return is_behind

    async def _retry(self, lead: Lead) -> None:
        """Delivers what was parked and may be tried again."""
        positions = await self._parking.to_retry(self.sink.name, LARGEST_BATCH)
        if not positions:
            return
        found = [await self._outbox.at(position) for position in positions]
        batch = Batch([event for event in found if event is not None])
        await self._deliver(batch, lead)
        await self._lease.keep(lead, retried(self.sink.name, batch))

    async def _deliver(self, batch: Batch, lead: Lead) -> None:
        """Wave after wave, until every event has its outcome. An outage is waited out.

        Raises:
            LeadLost: others may deliver the rest.
        """
        pauses = delays()
        is_out = False
        while batch.pending:
            # A sink that never has to wait would keep the loop to itself, and the lease from being prolonged.
            await asyncio.sleep(0)
            self._lease.require(lead)
            wave = first_of_each_key(batch.pending)
            if is_out:
                # One event tells whether it is over; any one, for a single event may be out longer than the sink.
                wave = [random.choice(wave)]  # noqa: S311 no secret depends on it
            outages = batch.settle(wave, await self._attempt(wave))
            is_out = len(outages) == len(wave)
            if is_out or any(outage.retry_after for outage in outages):
                await self._wait_out(outages, next(pauses))
            elif not outages:
                self._outage.over()
                pauses = delays()

    async def _attempt(self, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
        outcomes: Sequence[Outcome]
        try:
            outcomes = await self.sink.deliver(wave)
        except Exception as error:  # noqa: BLE001 a bug of one sink is that sink's outage
            self._outage.met(error)
            outcomes = [NotNow("the sink failed")] * len(wave)
        for outcome in outcomes:
            self.figures.count(outcome)
        return outcomes

    async def _wait_out(self, outages: Sequence[NotNow], delay: float) -> None:
        self._outage.is_out(outages[0].reason)
        asked = max(outage.retry_after or 0.0 for outage in outages)
        # Replicas and services that lost the same broker must not all come back at the same moment.
        await asyncio.sleep(max(asked, delay * random.uniform(0.5, 1.0)))  # noqa: S311 no secret depends on it
