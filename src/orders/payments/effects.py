"""What the events of payments do to orders; safe to repeat and to reorder."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from pydantic_core import from_json

from orders.event_models import PaymentData, RefundData
from orders.money import Money
from orders.order import Order
from orders.payments.account import PAYMENT, REFUND, RETURNED, Told, Wanted
from orders.payments.changes import IGNORED, PaymentChanges
from orders.wire_terms import money_of
from orders.workflow import PAYMENT_FAILED, PAYMENT_REFUNDED, PAYMENT_SUCCESSFUL
from service_standard.binding.members import present
from service_standard.binding.reply import Reply
from service_standard.database import Write
from service_standard.identity import now_ns, timestamp
from service_standard.inbox.inbox import TAKEN, AlreadyDone, Effect, Inbound, NotYet, Refused
from service_standard.problems import Problem
from service_standard.writes.queue import Change, Decision, WriteQueue

_CAUSATION: Final = "causationid"


class PaymentEffects:
    """The effects of payment events. What an order does not allow any more is parked, since money has moved."""

    def __init__(self, queue: WriteQueue[Order], changes: PaymentChanges) -> None:
        self._queue = queue
        self._changes = changes

    def effects(self) -> Mapping[str, Effect]:
        """The effects by the types of their events."""
        return {
            PAYMENT_SUCCESSFUL: self.succeeded,
            PAYMENT_FAILED: self.failed,
            PAYMENT_REFUNDED: self.refunded,
        }

    async def succeeded(self, event: Inbound, done: Sequence[Write]) -> None:
        payment = PaymentData.model_validate(event.data)
        await self._submit(event, done, payment.orderId, partial(self._succeed, event, payment))

    async def failed(self, event: Inbound, done: Sequence[Write]) -> None:
        payment = PaymentData.model_validate(event.data)
        await self._submit(event, done, payment.orderId, partial(self._fail, event, payment))

    async def refunded(self, event: Inbound, done: Sequence[Write]) -> None:
        refund = RefundData.model_validate(event.data)
        await self._submit(event, done, refund.orderId, partial(self._refund, event, refund))

    async def _submit(
        self, event: Inbound, done: Sequence[Write], order_id: str, decide: Callable[[Order], Decision[Order] | None]
    ) -> None:
        def decided(order: Order | None) -> Decision[Order]:
            if order is None:
                raise NotYet("there is no such order")
            if not order.has_rules:
                raise NotYet(f"what is {order.status} in the workflow {order.workflow.name} is not known here")
            try:
                decision = decide(order)
            except Problem as problem:
                raise Refused(problem.detail) from problem
            return decision.as_part_of(decision.what, done) if decision else _unchanged(order, event, done)

        await self._queue.submit(Change(decided, key=order_id, taken={TAKEN: AlreadyDone}))

    def _succeed(self, event: Inbound, payment: PaymentData, order: Order) -> Decision[Order] | None:
        if order.account.knows(PAYMENT, payment.paymentId) or not (order.balance.is_open or order.saga):
            return None
        # An order without prices takes any amount: it cannot tell whether that is enough.
        amount = money_of(present(payment.amount)) if order.account.bill.currency else None
        pay = self._take if order.saga else self._changes.pay
        return pay(order, amount, _told(event, payment.paymentId, None), event.id)

    def _take(self, order: Order, amount: Money | None, told: Told, causation: str) -> Decision[Order] | None:
        """A payment that was asked for: what the order does not take is asked back, so that nobody has to see to it."""
        if order.account.knows(RETURNED, told.payment_id or ""):
            return None
        try:
            return self._changes.pay(order, amount, told, causation)
        except Problem as problem:
            return self._changes.give_back(order, amount, told._replace(reason=problem.detail), causation)

    def _fail(self, event: Inbound, payment: PaymentData, order: Order) -> Decision[Order] | None:
        if not (order.balance.is_open and order.can_be_paid):
            return None
        return self._changes.fail(order, _told(event, payment.paymentId, present(payment.reason)), event.id)

    def _refund(self, event: Inbound, refund: RefundData, order: Order) -> Decision[Order] | None:
        """None for one that this service has asked for: it was entered then."""
        if _CAUSATION in from_json(event.envelope) or order.account.knows(REFUND, refund.refundId):
            return None
        wanted = Wanted(money_of(refund.amount))
        return self._changes.refund(order, wanted, _told(event, refund.refundId, present(refund.reason)), event.id)


def _told(event: Inbound, payment_id: str, reason: str | None) -> Told:
    return Told(event.source, timestamp(now_ns()), reason, payment_id=payment_id)


def _unchanged(order: Order, event: Inbound, done: Sequence[Write]) -> Decision[Order]:
    """The event comes too late to matter, or was known: only that it came is written."""
    return Decision(
        what=IGNORED,
        key=order.id,
        before=order,
        state=order,
        writes=done,
        events=(),
        reply=Reply(b""),
        at=timestamp(now_ns()),
        causation=event.id,
    )
