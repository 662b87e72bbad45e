"""The changes that payments make: each is a new version of its order, with one more entry in its account."""

from typing import Final

from orders.changes import Cause, Changes
from orders.money import Money
from orders.order import Order
from orders.payments import account
from orders.payments.account import Account, Told, Wanted
from service_standard.writes.queue import Decision

# The events that tell what payments do to an order.
COMPLETED_FOR_ORDER: Final = "order.payment_completed"
FAILED_FOR_ORDER: Final = "order.payment_failed"
REFUNDED_FOR_ORDER: Final = "order.refunded"
# Which of them tells of a payment status.
_TOLD_BY: Final = {
    account.PAID: COMPLETED_FOR_ORDER,
    account.FAILED: FAILED_FOR_ORDER,
    account.REFUNDED: REFUNDED_FOR_ORDER,
}

# What a decision about a payment is called.
SUCCEEDED: Final = "payment succeeded"
FAILED: Final = "payment failed"
REFUNDED: Final = "payment refunded"
RETURNED: Final = "payment returned"
OVERRIDDEN: Final = "payment overridden"
IGNORED: Final = "payment ignored"


class PaymentChanges:
    """Decides what is told of payments, over HTTP or by an event, whose id is the causation then.

    Each raises a 409 if the order or its account does not allow it.
    """

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    def pay(self, order: Order, amount: Money | None, told: Told, causation: str | None = None) -> Decision[Order]:
        """A payment of an amount, or of all that is owed."""
        order.require_payable()
        decision = self._settled(order, order.account.paid(amount, told), _named(told), causation)
        return decision.as_part_of(SUCCEEDED, ())

    def fail(self, order: Order, told: Told, causation: str | None = None) -> Decision[Order]:
        """A payment that did not succeed; it ends the saga of an order that has been waiting for it."""
        order.require_payable()
        reason, account = f"{_named(told)} failed: {told.reason or 'no reason given'}", order.account.failed(told)
        if order.awaits_payment:
            failed, cause = order._replace(payments=account.entries), Cause(told.by, causation, FAILED_FOR_ORDER)
            return self._changes.give_up(failed, order, reason, cause).as_part_of(FAILED, ())
        return self._settled(order, account, reason, causation).as_part_of(FAILED, ())

    def give_back(self, order: Order, amount: Money | None, told: Told, causation: str | None) -> Decision[Order]:
        """A payment that is asked back at once, since the order cannot take it any more."""
        returned = order._replace(payments=order.account.returned(amount, told).entries).noted(told.at)
        reason = f"{_named(told)} came too late: {told.reason}"
        return self._changes.settle(returned, order, reason, Cause(told.by, causation)).as_part_of(RETURNED, ())

    def refund(self, order: Order, wanted: Wanted, told: Told, causation: str | None = None) -> Decision[Order]:
        """A refund of an amount, of lines, or of all that is left."""
        order.require_refundable()
        decision = self._settled(order, order.account.refunded(wanted, told), told.reason, causation)
        return decision.as_part_of(REFUNDED, ())

    def override(self, order: Order, status: str, told: Told) -> Decision[Order]:
        """Another payment status, set by hand: the order's own status stays."""
        overridden = order.account.overridden(status, told)
        noted = order._replace(payments=overridden.entries).noted(told.at)
        return self._changes.settle(noted, order, told.reason, Cause(told.by)).as_part_of(OVERRIDDEN, ())

    def _settled(self, order: Order, settled: Account, reason: str | None, causation: str | None) -> Decision[Order]:
        """The order with its new account, whose newest entry tells who told of it and when."""
        told = settled.entries[-1].told
        cause = Cause(told.by, causation, _TOLD_BY.get(settled.balance.status))
        return self._changes.settle(order.settled(settled, told.at), order, reason, cause)


def _named(told: Told) -> str:
    return f"payment {told.payment_id}" if told.payment_id else "payment"
