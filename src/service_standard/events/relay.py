"""The relay: brings what was committed to every sink, at least once, and each key's events in the order of commits.

A commit rings a bell; the sequencer gives positions and rings another; each lane travels on from its cursor. Bells are
only quicker than polling: whoever misses one looks again half a second later.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Sequence
from typing import Final
from uuid import uuid4

from service_standard.database import Database, DatabaseUnavailable
from service_standard.events.bell import Bell, rung
from service_standard.events.lane import POLL_SECONDS, Lane
from service_standard.events.lease import Lease
from service_standard.events.outbox import MOST_SEQUENCED, Outbox
from service_standard.events.parking import Parking
from service_standard.sinks.delivery import Sink
from service_standard.telemetry.trouble import Trouble

log = logging.getLogger(__name__)

NOTIFY_SECONDS: Final = 0.02
LOOK_SECONDS: Final = 0.01


class Relay:
    """Runs in the service or by itself, in any number of processes; one of them leads each sink."""

    def __init__(self, database: Database, sinks: Sequence[Sink], lease_seconds: float) -> None:
        self.committed = Bell()
        self.sequenced = Bell()
        self._database = database
        self._outbox = Outbox(database)
        owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        leases = [Lease(database, sink.name, owner, lease_seconds) for sink in sinks]
        self.lanes = [
            Lane(sink, lease, self._outbox, Parking(database), self.sequenced)
            for sink, lease in zip(sinks, leases, strict=True)
        ]
        self._tasks: list[asyncio.Task[None]] = []
        self._trouble = Trouble(log, "the sequencer")

    async def start(self) -> None:
        """Starts the sinks, the sequencer and the lanes."""
        for lane in self.lanes:
            await lane.sink.start()
        await self._database.listen(self.committed.ring)
        self._tasks = [asyncio.create_task(self._sequence(), name="sequencer")]
        self._tasks += [asyncio.create_task(lane.run(), name=f"lane {lane.sink.name}") for lane in self.lanes]

    async def aclose(self) -> None:
        """Gives up every lead, so that another relay can go on at once, and closes the sinks."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for lane in self.lanes:
            await lane.sink.aclose()

    async def _sequence(self) -> None:
        while True:
            ring = self.committed.next()
            await self._sequence_all()
            self.sequenced.ring()
            # Under load a look after each commit would cost as much as the commits.
            await asyncio.sleep(LOOK_SECONDS)
            await rung(ring, POLL_SECONDS)

    async def _sequence_all(self) -> None:
        """Gives a position to everything that has none; a bug must not end all deliveries, so it is only logged."""
        try:
            while await self._outbox.sequence() == MOST_SEQUENCED:
                self.sequenced.ring()
        except Exception as error:  # noqa: BLE001 whatever it is, the next round comes
            self._trouble.met(error)
        else:
            self._trouble.over()


class Announcer:
    """Tells other processes of commits in this one, 50 times a second at the most: each telling costs a transaction."""

    def __init__(self, database: Database, bell: Bell) -> None:
        self._database = database
        self._bell = bell
        self._task: asyncio.Task[None] | None = None

    def committed(self) -> None:
        """To be called after each commit that recorded an event."""
        self._bell.ring()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._announce())

    async def _announce(self) -> None:
        await asyncio.sleep(NOTIFY_SECONDS)
        # From here on a commit needs a notice of its own.
        self._task = None
        try:
            await self._database.notify()
        except DatabaseUnavailable:
            log.info("other processes were not told of new events, they poll")
