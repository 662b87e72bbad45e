"""The feed: events over plain HTTP, for consumers without a broker (http-feeds convention, CloudEvents batches)."""

import asyncio
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from service_standard.binding.gate import Caller
from service_standard.binding.handler import Handler
from service_standard.binding.reply import Reply
from service_standard.events.bell import Bell, rung
from service_standard.events.event import Event
from service_standard.events.lane import POLL_SECONDS
from service_standard.events.outbox import Outbox, published
from service_standard.http.admission import Admission
from service_standard.lifecycle.drain import Drain
from service_standard.problems import GONE, Problem, SentHeader

LINK: Final = SentHeader("Link", '</events?limit=100&after=019a9f2e-7c1c-7a10-8c55-6f1f0d4b7a11>; rel="next"')


class Feed:
    """Reads the stream for whoever asks; nothing is kept of the reader, and who waits for an event holds no slot."""

    def __init__(self, outbox: Outbox, sequenced: Bell, admission: Admission, drain: Drain) -> None:
        self._outbox = outbox
        self._sequenced = sequenced
        self._admission = admission
        self._drain = drain

    def handler(self, rehearsed: Sequence[Event]) -> Handler:
        """The handler with its operation, and a batch of events that were rehearsed."""
        batch = batch_of([published(position, event.envelope.decode()) for position, event in enumerate(rehearsed)])
        return Handler("listEvents", self.list_events, None, (LINK,), (GONE,), (batch,))

    async def list_events(self, caller: Caller, after: str | None, limit: int, timeout: int) -> Reply:  # noqa: ARG002, ASYNC109 the contract's parameters
        """The events after one, waiting `timeout` milliseconds for the first of them; a drain ends the wait."""
        position = await self._position(after)
        clock = asyncio.get_running_loop().time
        until = clock() + timeout / 1000
        while True:
            ring = self._sequenced.next()
            events = await self._outbox.after(position, limit)
            remaining = until - clock()
            if events or remaining <= 0 or self._drain.begun:
                break
            async with self._admission.paused_slot():
                await rung(ring, min(remaining, POLL_SECONDS))
        last = events[-1].id if events else after
        return batch_of([event.content for event in events])._replace(headers={"Link": _next(limit, last)})

    async def _position(self, after: str | None) -> int:
        if after is None:
            return 0
        position = await self._outbox.position_of(after)
        if position is None:
            raise Problem(GONE, "The event that `after` names is not kept any more: begin again without it")
        return position


def batch_of(events: Sequence[bytes]) -> Reply:
    """The events as a JSON array (CloudEvents JSON format, 4: batch)."""
    return Reply(b"[" + b",".join(events) + b"]")


def _next(limit: int, after: str | None) -> str:
    query = {"limit": str(limit), **({"after": after} if after else {})}
    return f'</events?{urlencode(query)}>; rel="next"'
