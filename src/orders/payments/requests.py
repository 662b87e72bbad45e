"""What an order asks of the service that took its payments: to give back what was refunded here."""

from collections.abc import Iterator
from typing import Final

from pydantic import MISSING

from orders.event_models import Amount, RefundRequestedData
from orders.money import written
from orders.order import Order
from orders.payments.account import REFUND
from service_standard.binding.members import given

# Who took a payment, if it was told by an event.
_SERVICE: Final = "urn:service:"
# As much of a reason as they take.
_LONGEST_REASON: Final = 400


def refund_requests(order: Order, before: Order) -> Iterator[RefundRequestedData]:
    """One for each payment that a new refund gives back and that an event told of; none for a refund of theirs."""
    if len(order.payments) == len(before.payments):
        return
    told = order.payments[-1].told
    if order.payments[-1].kind != REFUND or told.payment_id is not None:
        return
    for payment, units in order.account.shares():
        if payment.payment_id and payment.by.startswith(_SERVICE):
            yield RefundRequestedData(
                orderId=order.id,
                paymentId=payment.payment_id,
                amount=_money(units, order.account.bill.currency),
                reason=given(told.reason[:_LONGEST_REASON] if told.reason else None),
            )


def _money(units: int | None, currency: str | None) -> Amount | MISSING:
    if units is None or currency is None:
        return MISSING
    return Amount.model_validate(written(units, currency)._asdict())
