"""Payments on the wire: from the rules' values to the contract's models and back."""

from collections.abc import Sequence
from decimal import Decimal

from payments import event_models, models
from payments.payment import Money, Payment, Wish
from payments.store import Refund
from service_standard.binding.members import given, present
from service_standard.binding.pages import Place


def wish_of(body: models.NewPayment | event_models.PaymentRequestedData, causation: str | None = None) -> Wish:
    """What a request or an event asks for."""
    return Wish(body.orderId, money_of(body.amount), present(body.method), causation)


def money_of(shown: models.Money | event_models.Money) -> Money:
    """The amount that the contract's text stands for."""
    return Money(Decimal(shown.amount), shown.currency)


def shown_payment(payment: Payment) -> models.Payment:
    """The payment as the contract shows it."""
    return models.Payment(
        id=payment.id,
        orderId=payment.wish.order_id,
        amount=_shown(payment.wish.amount),
        method=given(payment.wish.method),
        status=payment.status,
        reason=given(payment.reason),
        deadline=given(payment.deadline),
        refunded=given(_shown(payment.refunded) if payment.refunded else None),
        createdAt=payment.created_at,
        updatedAt=payment.updated_at,
    )


def shown_refund(refund: Refund) -> models.Refund:
    """The refund as the contract shows it."""
    return models.Refund(
        id=refund.id,
        paymentId=refund.payment_id,
        amount=_shown(refund.amount),
        reason=given(refund.reason),
        createdAt=refund.created_at,
    )


def payment_page(payments: Sequence[Payment], total: int, place: Place) -> models.PaymentPage:
    """A page of payments, which were found with room for one more."""
    return models.PaymentPage(
        items=[shown_payment(payment) for payment in payments[: place.limit]],
        total=total,
        limit=place.limit,
        offset=place.offset,
        nextCursor=given(place.next_cursor([payment.id for payment in payments])),
    )


def successful_data(payment: Payment) -> event_models.PaymentSuccessfulData:
    """What `payment.successful` tells."""
    return event_models.PaymentSuccessfulData(
        paymentId=payment.id, orderId=payment.wish.order_id, amount=_told(payment.wish.amount)
    )


def failed_data(payment: Payment) -> event_models.PaymentFailedData:
    """What `payment.failed` tells."""
    return event_models.PaymentFailedData(
        paymentId=payment.id,
        orderId=payment.wish.order_id,
        amount=_told(payment.wish.amount),
        reason=payment.reason or "",
    )


def refunded_data(payment: Payment, refund: Refund) -> event_models.PaymentRefundedData:
    """What `payment.refunded` tells of a payment after its refund."""
    return event_models.PaymentRefundedData(
        paymentId=payment.id,
        orderId=payment.wish.order_id,
        refundId=refund.id,
        amount=_told(refund.amount),
        refunded=_told(payment.refunded or refund.amount),
        reason=given(refund.reason),
    )


def _shown(money: Money) -> models.Money:
    return models.Money(amount=str(money.amount), currency=money.currency)


def _told(money: Money) -> event_models.Money:
    return event_models.Money(amount=str(money.amount), currency=money.currency)
