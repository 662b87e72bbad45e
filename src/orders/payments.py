"""What payments do to orders: one that succeeded moves its order on, one that failed is noted."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from orders.changes import Cause, Changes
from orders.event_models import PaymentData
from orders.order import Order
from service_standard.binding.members import present
from service_standard.binding.reply import Reply
from service_standard.database import Write
from service_standard.identity import now_ns, timestamp
from service_standard.inbox.inbox import TAKEN, AlreadyDone, Effect, Inbound, NotYet, Refused
from service_standard.writes.queue import Change, Decision, WriteQueue

SUCCESSFUL: Final = "payment.successful"
FAILED: Final = "payment.failed"

# The events that tell what payments do to an order.
COMPLETED_FOR_ORDER: Final = "order.payment_completed"
FAILED_FOR_ORDER: Final = "order.payment_failed"

# What a decision about a payment is called.
PAYMENT_SUCCEEDED: Final = "payment succeeded"
PAYMENT_FAILED: Final = "payment failed"
PAYMENT_IGNORED: Final = "payment ignored"


class Payments:
    """The effects of payment events; safe to repeat and to reorder."""

    def __init__(self, queue: WriteQueue[Order], changes: Changes) -> None:
        self._queue = queue
        self._changes = changes

    def effects(self) -> Mapping[str, Effect]:
        """The effects by the types of their events."""
        return {SUCCESSFUL: self.succeeded, FAILED: self.failed}

    async def succeeded(self, event: Inbound, done: Sequence[Write]) -> None:
        payment = PaymentData.model_validate(event.data)
        await self._submit(payment, partial(self._succeed, event, payment, done))

    async def failed(self, event: Inbound, done: Sequence[Write]) -> None:
        payment = PaymentData.model_validate(event.data)
        await self._submit(payment, partial(self._fail, event, payment, done))

    async def _submit(self, payment: PaymentData, decide: Callable[[Order | None], Decision[Order]]) -> None:
        await self._queue.submit(Change(decide=decide, key=payment.orderId, taken={TAKEN: AlreadyDone}))

    def _succeed(
        self, event: Inbound, payment: PaymentData, done: Sequence[Write], order: Order | None
    ) -> Decision[Order]:
        known = _known(order)
        paid = known.workflow.reached_by(SUCCESSFUL)
        if paid is None or known.workflow.passed(known.status, paid):
            return _unchanged(known, event, done)
        if not known.workflow.allows(known.status, paid):
            raise Refused(f"the order is {known.status} and cannot become {paid}")
        reason, cause = f"payment {payment.paymentId}", _cause(event, COMPLETED_FOR_ORDER)
        return self._changes.advance(known, paid, reason, cause).as_part_of(PAYMENT_SUCCEEDED, done)

    def _fail(
        self, event: Inbound, payment: PaymentData, done: Sequence[Write], order: Order | None
    ) -> Decision[Order]:
        known = _known(order)
        paid = known.workflow.reached_by(SUCCESSFUL)
        if paid is None or not known.workflow.allows(known.status, paid):
            return _unchanged(known, event, done)
        reason = f"payment {payment.paymentId} failed: {present(payment.reason) or 'no reason given'}"
        return self._changes.note(known, reason, _cause(event, FAILED_FOR_ORDER)).as_part_of(PAYMENT_FAILED, done)


def _known(order: Order | None) -> Order:
    if order is None:
        raise NotYet("there is no such order")
    return order


def _cause(event: Inbound, told_by: str) -> Cause:
    return Cause(by=event.source, causation=event.id, told_by=told_by)


def _unchanged(order: Order, event: Inbound, done: Sequence[Write]) -> Decision[Order]:
    """The event comes too late to matter: only that it came is written."""
    return Decision(
        what=PAYMENT_IGNORED,
        key=order.id,
        before=order,
        state=order,
        writes=done,
        events=(),
        reply=Reply(b""),
        at=timestamp(now_ns()),
        causation=event.id,
    )
