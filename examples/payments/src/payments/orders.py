"""What orders ask for by events: a payment, and a refund of one; each is made once, and answered by an event."""

from collections.abc import Mapping, Sequence
from typing import Final

from payments.changes import Changes
from payments.event_models import PaymentRequestedData, RefundRequestedData
from payments.payment import PENDING, Payment
from payments.wire import money_of, wish_of
from service_standard.binding.members import present
from service_standard.database import Write
from service_standard.inbox.inbox import TAKEN, AlreadyDone, Effect, Inbound, NotYet, Refused
from service_standard.problems import Problem
from service_standard.writes.queue import Change, Decision, WriteQueue

PAYMENT_REQUESTED: Final = "order.payment_requested"
REFUND_REQUESTED: Final = "order.refund_requested"


class OrderRequests:
    """The effects of the events; safe to repeat and to reorder."""

    def __init__(self, queue: WriteQueue[Payment], changes: Changes) -> None:
        self._queue = queue
        self._changes = changes

    def effects(self) -> Mapping[str, Effect]:
        """The effects by the types of their events."""
        return {PAYMENT_REQUESTED: self.pay, REFUND_REQUESTED: self.refund}

    async def pay(self, event: Inbound, done: Sequence[Write]) -> None:
        wish = wish_of(PaymentRequestedData.model_validate(event.data), event.id)

        def decide(_: Payment | None) -> Decision[Payment]:
            decision = self._changes.creation(wish)
            return decision.as_part_of(decision.what, done)

        await self._queue.submit(Change(decide, taken={TAKEN: AlreadyDone}))

    async def refund(self, event: Inbound, done: Sequence[Write]) -> None:
        asked = RefundRequestedData.model_validate(event.data)
        amount = present(asked.amount)

        def decide(payment: Payment | None) -> Decision[Payment]:
            if payment is None or payment.status == PENDING:
                raise NotYet("there is no such payment, or it is pending")
            try:
                wanted = money_of(amount) if amount else None
                decision = self._changes.refund(payment, wanted, present(asked.reason), event.id)
            except Problem as problem:
                raise Refused(problem.detail) from problem
            return decision.as_part_of(decision.what, done)

        await self._queue.submit(Change(decide, key=asked.paymentId, taken={TAKEN: AlreadyDone}))
