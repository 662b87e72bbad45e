"""How many orders there are: all, or one customer's, by status."""

from collections.abc import Sequence
from typing import Final

from orders.order import Order
from service_standard.writes.counts import Counted, Kind

ALL: Final = "orders"


def of_customer(customer_id: str) -> str:
    """The name under which a customer's orders are counted."""
    return f"orders of {customer_id}"


def counted(order: Order, before: Order | None) -> Sequence[Counted]:
    """What a change from `before` (None: from nothing) to `order` adds and takes away."""
    if before and before.status == order.status:
        return ()
    names = (ALL, of_customer(order.customer_id))
    gone = [(Kind(name, before.status), -1) for name in names] if before else []
    return [*gone, *[(Kind(name, order.status), 1) for name in names]]
