"""The terms of an order beyond what base orders say: its bill, where it goes and how, and how it is paid."""

from collections.abc import Mapping
from typing import NamedTuple

from orders.bill import Bill


class Terms(NamedTuple):
    """What the customer agreed to; an order of mere items has none of it."""

    bill: Bill | None = None
    shipping_address: Mapping[str, str] | None = None
    shipping_method: str | None = None
    payment_method: str | None = None


class Parcel(NamedTuple):
    """What a carrier was given."""

    tracking_number: str
    carrier: str | None = None


class Shipment(NamedTuple):
    """A parcel, and when it was told to have been sent."""

    parcel: Parcel
    shipped_at: str
