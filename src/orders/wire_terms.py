"""The terms of orders on the wire: lines, money, addresses and shipments, from the contract's models and back."""

from collections.abc import Iterator

from pydantic import MISSING

from orders import event_models, models
from orders.bill import Bill, Charges, Line, bill_of
from orders.money import Money, written
from orders.order import Order
from orders.terms import Parcel, Shipment, Terms
from service_standard.binding.members import given, present


def terms_of(body: models.NewOrder) -> Terms:
    """The terms that the body asks for.

    Raises:
        Problem: 409, its amounts do not go together.
    """
    address = present(body.shippingAddress)
    return Terms(
        bill=_bill(body),
        shipping_address=address.model_dump() if address else None,
        shipping_method=present(body.shippingMethod),
        payment_method=present(body.paymentMethod),
    )


def parcel_of(body: models.OrderUpdate) -> Parcel | None:
    """What the body says was sent."""
    number = present(body.trackingNumber)
    return Parcel(number, present(body.carrier)) if number is not None else None


def _bill(body: models.NewOrder) -> Bill | None:
    asked, charges = present(body.lines), present(body.charges)
    if asked is None:
        return None
    lines = [
        Line(line.productId, int(line.quantity), None, present(line.name), present(line.metadata)) for line in asked
    ]
    charged = dict(_charged(charges)) if charges else {}
    return bill_of(lines, [money_of(present(line.unitPrice)) for line in asked], charged)


def _charged(charges: models.Charges) -> Iterator[tuple[str, Money]]:
    for name in Charges._fields:
        if money := money_of(present(getattr(charges, name))):
            yield name, money


def money_of(money: models.Money | event_models.Amount | None) -> Money | None:
    """The amount as it was written."""
    return Money(money.amount, money.currency) if money else None


def shown_lines(order: Order) -> list[models.Line]:
    """Its lines; of an order of mere items, one for each."""
    bill = order.terms.bill
    if bill is None:
        return [models.Line(productId=item, quantity=1) for item in order.items]
    return [_shown_line(line, bill.currency) for line in bill.lines]


def _shown_line(line: Line, currency: str | None) -> models.Line:
    return models.Line(
        productId=line.product_id,
        quantity=line.quantity,
        unitPrice=given(shown_money(line.unit_price, currency)),
        lineTotal=given(shown_money(line.total, currency)),
        name=given(line.name),
        metadata=MISSING if line.metadata is None else dict(line.metadata),
    )


def shown_money(units: int | None, currency: str | None) -> models.Money | None:
    """An amount with all its decimals; None without a currency."""
    if units is None or currency is None:
        return None
    amount, _ = written(units, currency)
    return models.Money(amount=amount, currency=currency)


def shown_totals(order: Order) -> models.Totals | None:
    """What it comes to; None if it has no prices."""
    bill = order.terms.bill
    totals = bill.totals if bill else None
    if bill is None or totals is None:
        return None
    return models.Totals.model_validate(
        {name: shown_money(units, bill.currency) for name, units in totals._asdict().items()}
    )


def shown_sum(order: Order, units: int) -> models.Money | None:
    """A sum in the order's currency; None if it is nothing, or the order has no prices."""
    bill = order.terms.bill
    return shown_money(units, bill.currency) if bill and units else None


def shown_address(order: Order) -> models.Address | None:
    """Where it goes, if it was said."""
    address = order.terms.shipping_address
    return models.Address.model_validate(address) if address else None


def shown_shipments(order: Order) -> list[models.Shipment] | None:
    """What was sent; None if nothing was."""
    return [_shown_shipment(shipment) for shipment in order.shipments] or None


def _shown_shipment(shipment: Shipment) -> models.Shipment:
    number, carrier = shipment.parcel
    return models.Shipment(trackingNumber=number, carrier=given(carrier), shippedAt=shipment.shipped_at)
