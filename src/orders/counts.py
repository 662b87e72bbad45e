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
    was, now = _kind(before), _kind(order)
    if was == now:
        return ()
    names = (ALL, of_customer(order.customer_id))
    changes = ((kind, amount) for kind, amount in ((was, -1), (now, 1)) if kind is not None)
    return [(Kind(name, kind), amount) for kind, amount in changes for name in names]


def _kind(order: Order | None) -> str | None:
    """What the order counts as; an archived one counts no more."""
    return None if order is None or order.archived_at else order.status
