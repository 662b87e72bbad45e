"""The log as a sink: a line for each event, for a service that nobody listens to yet."""

import logging
from collections.abc import Sequence
from typing import Final

from service_standard.sinks.delivery import Accepted, Outcome, Outgoing
from service_standard.telemetry.logs import tell

logger = logging.getLogger("service_standard.events")


class LogSink:
    """Logs what happened and to what. The data stays out of the line: it may be personal."""

    name: Final = "log"

    async def start(self) -> None:
        """There is nothing to prepare."""

    async def aclose(self) -> None:
        """There is nothing to give back."""

    async def deliver(self, wave: Sequence[Outgoing]) -> Sequence[Outcome]:
        for event in wave:
            fields = {
                "event_id": event.id,
                "event_type": event.type,
                "partition_key": event.key,
                "position": event.position,
            }
            tell(logger, logging.INFO, "event", fields)
        return [Accepted()] * len(wave)
