"""Deadlines: a payment that the provider does not answer fails when its time is over."""

import asyncio
from contextlib import suppress
from typing import Final

from opentelemetry.trace import NonRecordingSpan, use_span

from payments.changes import AlreadySettled, Changes
from payments.payment import Payment
from payments.store import Store
from service_standard.identity import now_ns, timestamp
from service_standard.telemetry.spans import context_of
from service_standard.writes.queue import Change, WriteQueue

LOOK_SECONDS: Final = 0.5


class Deadlines:
    """Each replica may look after them: a payment that another was quicker to fail is left alone."""

    def __init__(self, store: Store, queue: WriteQueue[Payment], changes: Changes) -> None:
        self._store = store
        self._queue = queue
        self._changes = changes

    async def fail_overdue(self) -> None:
        """Fails the payments whose time is over."""
        overdue = await self._store.overdue(timestamp(now_ns()))
        await asyncio.gather(*map(self._fail, overdue))

    async def _fail(self, payment: Payment) -> None:
        """In the trace of whoever asked for the payment."""
        with use_span(NonRecordingSpan(context_of(payment.traceparent))), suppress(AlreadySettled):
            await self._queue.submit(Change(self._changes.timeout, key=payment.id))
