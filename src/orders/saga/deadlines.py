"""Deadlines: an order whose payment nobody tells of in time is cancelled, and its stock returned."""

import asyncio
from contextlib import suppress
from typing import Final

from opentelemetry.trace import NonRecordingSpan, use_span

from orders.changes import Cause, Changes
from orders.order import Order
from orders.saga.saga import Saga
from orders.store import Store
from service_standard.identity import now_ns, timestamp
from service_standard.telemetry.spans import context_of
from service_standard.writes.queue import Change, Decision, WriteQueue

LOOK_SECONDS: Final = 0.5
# Who gives up, as the history has it.
CAUSE: Final = Cause("urn:service:orders")


class NotOverdue(Exception):
    """There is nothing to do here: the saga has ended, or only another replica has rules for its order."""


class Deadlines:
    """Each replica may look after them: an order that was paid or cancelled meanwhile is left alone."""

    def __init__(self, store: Store, queue: WriteQueue[Order], changes: Changes) -> None:
        self._store = store
        self._queue = queue
        self._changes = changes

    async def give_up_overdue(self) -> None:
        """Gives up the orders whose time is over."""
        overdue = await self._store.overdue(timestamp(now_ns()))
        await asyncio.gather(*(self._give_up(order.id, order.saga) for order in overdue if order.saga))

    async def _give_up(self, order_id: str, saga: Saga) -> None:
        """In the trace in which the order was created."""
        with use_span(NonRecordingSpan(context_of(saga.traceparent))), suppress(NotOverdue):
            await self._queue.submit(Change(self._decided, key=order_id))

    def _decided(self, order: Order | None) -> Decision[Order]:
        saga = order.saga if order else None
        if order is None or saga is None or not (saga.is_overdue(timestamp(now_ns())) and order.has_rules):
            raise NotOverdue
        return self._changes.give_up(order, order, f"no payment was told of until {saga.deadline}", CAUSE)
