"""Payments on the wire: from the contract's models to what is told and wanted, and from entries to models."""

from collections.abc import Sequence

from pydantic import MISSING

from orders import models
from orders.order import Order
from orders.payments.account import Entry, Returned, Told, Wanted
from orders.wire_terms import money_of, shown_money
from service_standard.binding.members import given, present
from service_standard.binding.pages import Place
from service_standard.identity import now_ns, timestamp


def told_of_payment(body: models.NewPayment, by: str) -> Told:
    """What a caller tells of a payment, now."""
    at = timestamp(now_ns())
    return Told(by, at, present(body.reason), present(body.method), present(body.paymentId))


def told_because(reason: str, by: str) -> Told:
    """What a caller tells of anything else, now."""
    return Told(by, timestamp(now_ns()), reason)


def wanted_of(body: models.NewRefund) -> Wanted:
    """What the body asks to be given back."""
    returned = [Returned(line.productId, int(line.quantity)) for line in present(body.lines) or ()]
    return Wanted(money_of(present(body.amount)), tuple(returned))


def payment_page(order: Order, place: Place) -> models.OrderPaymentPage:
    """A page of the order's entries."""
    currency = order.account.bill.currency
    entries = order.payments[place.offset : place.offset + place.limit]
    return models.OrderPaymentPage(
        items=[_shown_entry(entry, currency) for entry in entries],
        total=len(order.payments),
        limit=place.limit,
        offset=place.offset,
    )


def _shown_entry(entry: Entry, currency: str | None) -> models.OrderPayment:
    return models.OrderPayment(
        kind=entry.kind,
        paymentStatus=entry.balance.status,
        amount=given(shown_money(entry.amount, currency)),
        lines=_shown_lines(entry.lines) if entry.lines else MISSING,
        method=given(entry.told.method),
        paymentId=given(entry.told.payment_id),
        reason=given(entry.told.reason),
        at=entry.told.at,
        by=entry.told.by,
    )


def _shown_lines(lines: Sequence[Returned]) -> list[models.ReturnedLine]:
    return [models.ReturnedLine(productId=product_id, quantity=quantity) for product_id, quantity in lines]
