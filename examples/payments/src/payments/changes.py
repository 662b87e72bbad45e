"""The changes of a payment: what each writes and announces, all of it decided before anything is written."""

from opentelemetry.trace import get_current_span
from pydantic import BaseModel

from payments.payment import FAILED, PENDING, SUCCESSFUL, UNANSWERED, Money, Payment, Wish
from payments.provider import answered
from payments.store import (
    INSERT_PAYMENT,
    INSERT_REFUND,
    PAYMENTS,
    UPDATE_PAYMENT,
    Refund,
    payment_row,
    refund_row,
    update_row,
)
from payments.wire import failed_data, refunded_data, shown_payment, shown_refund, successful_data
from service_standard.binding.reply import Reply, reply
from service_standard.events.event import Event, EventBuilder, Fact
from service_standard.identity import new_id, now_ns, timestamp
from service_standard.telemetry.spans import traceparent
from service_standard.writes.queue import Decision


class AlreadySettled(Exception):
    """The payment is not pending any more; there is nothing to do."""


class Changes:
    """Decides changes; each is called in the transaction that will write it."""

    def __init__(self, events: EventBuilder, deadline_seconds: float) -> None:
        self._events = events
        self._deadline_ns = int(deadline_seconds * 1_000_000_000)

    def creation(self, wish: Wish) -> Decision[Payment]:
        """A new payment, with what the provider made of it."""
        at_ns = now_ns()
        at = timestamp(at_ns)
        payment = answered(
            Payment(
                id=new_id(at_ns),
                wish=wish,
                status=PENDING,
                reason=None,
                refunded=None,
                deadline=timestamp(at_ns + self._deadline_ns),
                traceparent=traceparent(get_current_span()),
                created_at=at,
                updated_at=at,
            )
        )
        return Decision(
            what=f"payment {payment.status}",
            key=payment.id,
            before=None,
            state=payment,
            writes=[(INSERT_PAYMENT, payment_row(payment))],
            events=self._settled(payment),
            reply=reply(shown_payment(payment), {"Location": f"/payments/{payment.id}"}),
            at=at,
            causation=wish.causation,
            counted=[(PAYMENTS, 1)],
        )

    def timeout(self, payment: Payment | None) -> Decision[Payment]:
        """The payment, failed because the provider did not answer.

        Raises:
            AlreadySettled: it did, or the payment has failed for it already.
        """
        if payment is None or payment.status != PENDING:
            raise AlreadySettled
        failed = payment.failed(UNANSWERED, timestamp(now_ns()))
        return Decision(
            what="payment failed",
            key=payment.id,
            before=payment,
            state=failed,
            writes=[(UPDATE_PAYMENT, update_row(failed))],
            events=self._settled(failed),
            reply=Reply(b""),
            at=failed.updated_at,
            causation=payment.wish.causation,
        )

    def refund(
        self, payment: Payment, wanted: Money | None, reason: str | None, causation: str | None = None
    ) -> Decision[Payment]:
        """The payment with a refund, which is replied.

        Raises:
            Problem: 409, so much of it cannot be given back.
        """
        at_ns = now_ns()
        at = timestamp(at_ns)
        after, amount = payment.refund(wanted, at)
        refund = Refund(new_id(at_ns), payment.id, amount, reason, at)
        return Decision(
            what="payment refunded",
            key=payment.id,
            before=payment,
            state=after,
            writes=[(UPDATE_PAYMENT, update_row(after)), (INSERT_REFUND, refund_row(refund))],
            events=[self._event("payment.refunded", after, refunded_data(after, refund), causation)],
            reply=reply(shown_refund(refund)),
            at=at,
            causation=causation,
        )

    def _settled(self, payment: Payment) -> list[Event]:
        """What tells how the payment ended, if it has."""
        if payment.status == SUCCESSFUL:
            return [self._event("payment.successful", payment, successful_data(payment), payment.wish.causation)]
        if payment.status == FAILED:
            return [self._event("payment.failed", payment, failed_data(payment), payment.wish.causation)]
        return []

    def _event(self, kind: str, payment: Payment, data: BaseModel, causation: str | None) -> Event:
        fact = Fact(kind, f"payments/{payment.id}", payment.id, payment.updated_at, data, causation)
        return self._events.build(new_id(now_ns()), fact)
