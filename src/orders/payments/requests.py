"""What an order asks of the service that takes its payments: to be paid, and to give back what was refunded here."""

from collections.abc import Iterator
from typing import Final

from pydantic import MISSING

from orders.event_models import Amount, PaymentRequestedData, RefundRequestedData
from orders.money import written
from orders.order import Order
from orders.payments.account import REFUND, RETURNED, Told
from service_standard.binding.members import given

# Who took a payment, if it was told by an event.
_SERVICE: Final = "urn:service:"
# As much of a reason as they take.
_LONGEST_REASON: Final = 400


def payment_requests(order: Order) -> Iterator[PaymentRequestedData]:
    """One for a new order that has a saga: all that it costs."""
    bill = order.account.bill
    if order.saga and bill.totals and bill.currency:
        amount, method = _money(bill.totals.total, bill.currency), given(order.terms.payment_method)
        yield PaymentRequestedData(orderId=order.id, amount=amount, method=method)


def refund_requests(order: Order, before: Order) -> Iterator[RefundRequestedData]:
    """One for each payment that a new refund gives back and that an event told of; none for a refund of theirs.

    A payment that is given back as soon as it comes is given back whole.
    """
    if len(order.payments) == len(before.payments):
        return
    kind, told = order.payments[-1].kind, order.payments[-1].told
    if kind == RETURNED:
        yield _refund_request(order, told, None, told.reason)
    shares = order.account.shares() if kind == REFUND and told.payment_id is None else ()
    for payment, units in shares:
        if payment.payment_id and payment.by.startswith(_SERVICE):
            yield _refund_request(order, payment, units, told.reason)


def _refund_request(order: Order, payment: Told, units: int | None, reason: str | None) -> RefundRequestedData:
    currency = order.account.bill.currency
    return RefundRequestedData(
        orderId=order.id,
        paymentId=payment.payment_id or "",
        amount=MISSING if units is None or currency is None else _money(units, currency),
        reason=given(reason[:_LONGEST_REASON] if reason else None),
    )


def _money(units: int, currency: str) -> Amount:
    return Amount.model_validate(written(units, currency)._asdict())
