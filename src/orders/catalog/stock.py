"""The stock: what an order holds of it, and how each change of an order moves it."""

from collections.abc import Mapping, Sequence
from typing import Final

from orders.order import Order
from service_standard.database import Statement, Write

# The check of the schema that stock is never below zero.
ENOUGH: Final = "ck_products_stock"
_MOVE: Final = Statement(
    # Several orders of a group may be of one product: together they are one change of its row. In the order of their
    # ids, so that no two transactions wait for each other.
    "UPDATE products SET stock = products.stock + moved.difference, version = products.version + 1,"
    " updated_at = moved.at FROM (SELECT product_id, CAST(sum(difference) AS bigint) AS difference, max(at) AS at"
    " FROM given GROUP BY product_id ORDER BY product_id) AS moved"
    " WHERE products.id = moved.product_id AND products.stock IS NOT NULL",
    "product_id, difference, at",
    {"difference": "bigint"},
)


def moves(order: Order, before: Order | None) -> Sequence[Write]:
    """What a change from `before` (None: from nothing) to `order` puts back into the stock and takes out of it."""
    had, holds = held(before) if before else {}, held(order)
    return [
        (_MOVE, (product, had.get(product, 0) - holds.get(product, 0), order.updated_at))
        for product in sorted(had.keys() | holds.keys())
        if had.get(product) != holds.get(product)
    ]


def held(order: Order) -> Mapping[str, int]:
    """How many of each product the order keeps from others."""
    bill = order.terms.bill
    if bill is None or not bill.from_stock or _is_given_up(order):
        return {}
    return bill.quantities


def _is_given_up(order: Order) -> bool:
    """Whether it will never be delivered: it is cancelled, or was archived before it came to its end."""
    archived = order.archived_at is not None and not order.workflow.at(order.status).final
    return archived or order.status == order.workflow.cancelled
